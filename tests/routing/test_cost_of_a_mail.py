"""What a mail costs the ledger does not hang on how many others have come before. Counted in steps of SQLite's own
machine (sqlite3_progress_handler), of which there are as many on a slow one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from routing.journey.pending import pending_steps
from routing.ledger import arrivals, mailbox_tasks, restored, withdrawing
from routing.ledger.store import Ledger
from tests.bench.growth import STEP, copy_rows
from tests.routing.desk_at_hand import Office, form, mail

EVERY = 10  # steps of SQLite between two counts
COPIES = 60
ALLOWED = 100  # steps: a page of an index more
OTHERS = (  # what tells whose a mail or a letter is
    "UPDATE message SET sender = 'x' || sender WHERE arrival_id > ?",
    "UPDATE verdict SET submitter = 'x' || submitter, body = 'x' || body WHERE arrival_id > ?",
    "UPDATE outbox SET recipient = 'x' || recipient, respondent = 'x' || respondent WHERE id > ?",
)


def walk(office: Office, city: str, domain: str) -> None:
    """What one city may send in a day, each answered before the next comes; and what the worker looks for meanwhile."""
    name, subject = f"【{city}】マイナンバーアンケート回答.xlsx", f"【{city}】マイナンバーアンケート回答"
    who, filled = f"kenko@{domain}", {"organisation": f"14神奈川県{city}", "program": "難病"}
    right, wrong = form(filled), form({**filled, "9": None})
    thread = ""

    def came(files: dict[str, bytes] | None = None, about: str = subject, body: str = "送付", **fields: str) -> None:
        nonlocal thread
        headers = {key.replace("_", "-"): value for key, value in fields.items()}
        office.settle(mail(files or {}, about, headers.pop("From", who), body, headers))
        if list(office.desk.dispatch.deliver(office.sender)):
            thread = office.sender.posted[-1].message_id
        office.now += timedelta(minutes=20)

    came(about="【照会】記載方法について", body="記載方法についてお伺いします。Q3の回答は必要でしょうか。")
    came()
    came(body="先ほどのメールに添付を忘れておりました。")
    came({"概要.txt": b"gaiyo"})
    came({"概要2.txt": b"gaiyo2"}, body="再度お送りします。")
    came({name: wrong}, From=who.upper())
    came({name: wrong}, Message_ID=f"<again@{domain}>")
    came({name: right}, body="修正しました。", In_Reply_To=thread)
    came({name: form({**filled, "5": 2})}, body="差し替えます。", From=f"hoken@{domain}")
    came({name: right}, body="別の者です。", From=f"tantou@b{len(city)}.lg.jp")
    came(body="不在にしております。", about="自動応答", Auto_Submitted="auto-replied")
    came({name: right}, f"{subject}（1/2）", Message_ID=f"<part@{domain}>")
    list(pending_steps(office.desk))
    for mailbox in office.desk.settings.mailboxes:
        mailbox_tasks.to_file(office.ledger, mailbox)
        mailbox_tasks.to_copy(office.ledger, mailbox)
        mailbox_tasks.open_drafts(office.ledger, mailbox)
        withdrawing.drafts(office.ledger, mailbox)
        restored.waiting(office.ledger, mailbox)
        arrivals.unseen(office.ledger, mailbox, "7", ["1", "2"])


class Steps:
    """The most steps that one run of each statement took, by its text."""

    def __init__(self, ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
        self.most: dict[str, int] = {}
        self._now = ""
        self._ticks = 0
        ledger.connection.set_progress_handler(self._tick, EVERY)
        for name in ("row", "rows", "run"):
            monkeypatch.setattr(Ledger, name, self._counted(getattr(Ledger, name)))

    def _tick(self) -> None:
        self._ticks += 1

    def _counted(self, asks: Callable[..., Any]) -> Callable[..., Any]:
        def counted(ledger: Ledger, statement: str, *values: object) -> Any:
            self._ticks = 0
            found = asks(ledger, statement, *values)
            self.most[statement] = max(self.most.get(statement, 0), self._ticks * EVERY)
            return found

        return counted

    def taken(self) -> dict[str, int]:
        """What was counted since the last time."""
        most, self.most = self.most, {}
        return most


def with_others(office: Office) -> None:
    """The ledger with copies of all that is in it, as other senders' and bodies'."""
    connection = office.ledger.connection
    (there,) = connection.execute("SELECT max(id) FROM arrival").fetchone()
    for copy in range(1, COPIES + 1):
        copy_rows(connection, copy, there)
    for statement in OTHERS:
        connection.execute(statement, (STEP,))


def test_a_mail_costs_as_much_among_a_thousand_others_as_among_twenty(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    walk(office, "横浜市", "city.yokohama.lg.jp")
    steps = Steps(office.ledger, monkeypatch)
    walk(office, "川崎市", "city.kawasaki.jp")
    among_few = steps.taken()
    with_others(office)
    walk(office, "相模原市", "city.sagamihara.kanagawa.jp")
    among_many = steps.taken()

    assert office.count("arrival") > 1000 and len(among_many.keys() & among_few.keys()) > 40
    grown = {text: (among_few.get(text, 0), count) for text, count in among_many.items()}
    assert {text: two for text, two in grown.items() if two[1] > two[0] * 1.5 + ALLOWED} == {}
