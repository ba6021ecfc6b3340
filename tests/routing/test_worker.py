"""The worker's threads and its one desk, with sources and a sender that behave as the test says."""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from queue import SimpleQueue

import pytest

from config.jst import JST
from config.survey import Polling
from intake.sources.idle import rest
from intake.sources.source import Cursor, Fetched, Heard, Look, SourceUnavailable
from routing.ledger.store import DiskFull, LedgerBusy
from routing.mailboxes.thread import Batch, ByteBudget, MailboxThread, Polled, WatchedMailbox
from routing.worker import looks
from routing.worker import worker as worker_module
from routing.worker.looks import Looks
from routing.worker.worker import Worker
from tests.routing.desk_at_hand import Kept, Office, form, mail
from tests.routing.test_ppap import locked_mail, password_mail
from tests.servers.machine import eventually

LONG_AGO = datetime(2020, 1, 1, tzinfo=JST)


@dataclass
class Shelf:
    """A source with these mails; `trouble` is raised by the next looks, one each. It listens as the server
    says: `heard`, one each, and then waits for orders alone."""

    mails: list[bytes] = field(default_factory=list)
    trouble: list[Exception] = field(default_factory=list)
    looks: int = 0
    fetched: int = 0
    closed: bool = False
    heard: list[Heard] = field(default_factory=list)
    waits: int = 0

    def look(self, cursor: Cursor | None) -> Look:
        self.looks += 1
        if self.trouble:
            raise self.trouble.pop(0)
        return Look("1", tuple(str(n) for n in range(1, len(self.mails) + 1)))

    def fetch(self, uids: Sequence[str]) -> Iterator[Fetched]:
        for uid in uids:
            self.fetched += 1
            raw = self.mails[int(uid) - 1]
            yield Fetched(uid, datetime(2023, 7, 18, 9, tzinfo=JST), len(raw), raw)

    def listed(self, uids: Sequence[str] | None = None) -> tuple[str, ...]:
        here = tuple(str(n) for n in range(1, len(self.mails) + 1))
        return here if uids is None else tuple(uid for uid in here if uid in uids)

    def sizes(self, uids: Sequence[str]) -> Mapping[str, int]:
        return {}

    def samples(self, uids: Sequence[str]) -> Mapping[str, bytes]:
        return {}

    def wait(self, wake: int) -> Heard:
        self.waits += 1
        if self.heard:
            return self.heard.pop(0)
        rest(wake)
        return "quiet"

    def close(self) -> None:
        self.closed = True


PDF = {"回答.pdf": b"%PDF-1.4\n%%EOF\n"}  # no workbook: a letter asks for one


def _mails(count: int, whose: str = "s") -> list[bytes]:
    """Questions of as many colleagues: each gets its notice of arrival."""
    asked = "マイナンバー情報連携に係る実態調査について（照会）", "提出期限はいつでしょうか。"
    return [mail({}, asked[0], f"{whose}{n}@city.yokohama.lg.jp", asked[1]) for n in range(count)]


def _run(
    office: Office, sources: dict[str, Shelf], until: Callable[[], bool], sender: Kept | None = None
) -> Worker:
    """Runs a worker, with a look every second, until the condition holds (at most 15 seconds)."""
    survey = office.desk.register.survey
    calendar = survey.calendar.changed({"polling": (Polling(start=LONG_AGO, every_seconds=1),)})
    office.desk.register = replace(
        office.desk.register, survey=survey.changed({"calendar": calendar})
    )
    made = Worker(office.desk, sources, sender or office.sender)
    over = threading.Event()

    def watch() -> None:
        for _ in range(1500):
            if until() or over.wait(0.01):
                break
        made.stop()

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        made.run()
    finally:
        over.set()
        watcher.join()
    assert until()
    return made


def _count(path: Path, query: str) -> int:
    """Read on a connection of its own, as the condition runs in another thread."""
    connection = sqlite3.connect(path)
    try:
        return int(connection.execute(query).fetchone()[0])
    finally:
        connection.close()


def _verdicts(office: Office) -> int:
    return _count(office.ledger.path, "SELECT count(*) FROM verdict WHERE piece = '0'")


def test_mail_of_every_mailbox_is_decided_and_answered(office: Office) -> None:
    sources = {"n_mynumber": Shelf(_mails(3)), "yoboseshu": Shelf(_mails(2, "t"))}

    made = _run(office, sources, lambda: len(office.sender.posted) == 5)

    assert _verdicts(office) == 5
    assert all(shelf.closed for shelf in sources.values())
    assert made.state.counts["受信"] == 5
    assert made.state.mailboxes.keys() == sources.keys()


def test_a_mail_is_fetched_once_however_often_its_mailbox_is_looked_into(office: Office) -> None:
    shelf = Shelf(_mails(3))

    _run(office, {"n_mynumber": shelf}, lambda: shelf.looks >= 3)

    assert shelf.fetched == 3


@pytest.mark.parametrize("trouble", [SourceUnavailable("落ちています"), ZeroDivisionError("secret")])
def test_a_mailbox_in_trouble_tells_it_once_recovers_and_hides_no_other(
    office: Office, trouble: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "uketsuke")
    ill = Shelf(_mails(1), [trouble, trouble])
    well = Shelf(_mails(2))

    made = _run(office, {"n_mynumber": ill, "yoboseshu": well}, lambda: _verdicts(office) == 3)

    errors = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
    assert len(errors) == 1 and errors[0].startswith("n_mynumber: ") and "secret" not in errors[0]
    assert made.state.mailboxes["n_mynumber"].startswith("正常")


@pytest.mark.parametrize(
    "trouble", [LedgerBusy("台帳が使われています"), DiskFull("ディスクに空きがありません")]
)
def test_what_a_locked_ledger_or_a_full_disk_prevents_is_done_later(
    office: Office, trouble: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_module, "RETRY_SECONDS", 0.05)
    troubles = {name: [trouble] * 2 for name in ("keep", "settle_batch", "record")}

    def unlucky(name: str) -> None:
        owner = office.desk.dispatch if name == "record" else office.desk
        real = getattr(owner, name)

        def do(*args: object) -> object:
            if troubles[name]:
                raise troubles[name].pop()
            return real(*args)

        monkeypatch.setattr(owner, name, do)

    for name in troubles:
        unlucky(name)
    shelf = Shelf(_mails(3))

    _run(office, {"n_mynumber": shelf}, lambda: len(office.sender.posted) == 3)

    assert list(troubles.values()) == [[], [], []]
    assert _verdicts(office) == 3
    sent = "SELECT count(*) FROM posting WHERE state = 'sent'"
    assert _count(office.ledger.path, sent) == 3
    assert len({mail.message_id for mail in office.sender.posted}) == 3


def test_a_reply_in_hand_is_recorded_before_the_worker_ends(office: Office) -> None:
    class Slow(Kept):
        def send(self, mail: object) -> object:  # type: ignore[override]
            begun.set()
            threading.Event().wait(0.5)
            return super().send(mail)  # type: ignore[arg-type]

    begun = threading.Event()

    _run(office, {"n_mynumber": Shelf(_mails(2))}, begun.is_set, Slow())

    steps = [row["state"] for row in office.ledger.rows("SELECT state FROM posting WHERE outbox_id = 1")]
    assert steps == ["queued", "sending", "sent"]


def test_an_error_of_the_ledger_that_time_does_not_mend_ends_the_worker(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise sqlite3.DatabaseError("database disk image is malformed")

    monkeypatch.setattr(office.desk, "keep", broken)

    with pytest.raises(sqlite3.DatabaseError):
        Worker(office.desk, {"n_mynumber": Shelf(_mails(1))}, office.sender).run()


def test_a_look_ends_before_the_next_begins_and_the_next_waits_for_the_desk(office: Office) -> None:
    told: SimpleQueue[Batch | Polled] = SimpleQueue()
    shelf = Shelf(_mails(1))
    thread = MailboxThread(WatchedMailbox("n_mynumber", shelf), office.ledger.path, ByteBudget(1 << 20), told.put)
    thread.start()

    for _ in range(5):
        thread.look()  # what APScheduler does, however slow the look is
    assert isinstance(told.get(timeout=5), Batch)
    assert told.get(timeout=5) == Polled("n_mynumber", "")
    assert (shelf.looks, told.empty()) == (1, True)

    thread.handled()
    thread.look()
    assert isinstance(told.get(timeout=5), Batch)  # the desk has not kept it, so it is fetched again
    thread.stop()
    thread.join(5)
    assert shelf.closed


def test_what_the_server_tells_leads_to_a_look_once_the_desk_is_ready(office: Office) -> None:
    told: SimpleQueue[Batch | Polled] = SimpleQueue()
    shelf = Shelf(heard=["news", "quiet", "news"])
    thread = MailboxThread(WatchedMailbox("n_mynumber", shelf), office.ledger.path, ByteBudget(1 << 20), told.put)
    thread.start()

    assert told.get(timeout=5) == Polled("n_mynumber", "")
    thread.join(0.2)
    assert (shelf.looks, shelf.waits) == (1, 1)  # it does not listen while the desk is at work
    thread.handled()
    assert told.get(timeout=5) == Polled("n_mynumber", "")
    thread.stop()
    thread.join(5)

    assert (shelf.looks, shelf.waits) == (2, 3)


def test_a_connection_that_is_lost_again_and_again_is_not_run_after(office: Office) -> None:
    told: SimpleQueue[Batch | Polled] = SimpleQueue()
    shelf = Shelf(heard=["lost"] * 4)
    thread = MailboxThread(WatchedMailbox("n_mynumber", shelf), office.ledger.path, ByteBudget(1 << 20), told.put)
    thread.start()

    assert told.get(timeout=5) == Polled("n_mynumber", "")
    thread.handled()
    eventually(lambda: shelf.waits == 5, 5)  # the next losses lead to no look …
    assert (shelf.looks, told.empty()) == (1, True)
    thread.look()  # … and the calendar's order does
    assert told.get(timeout=5) == Polled("n_mynumber", "")
    thread.stop()
    thread.join(5)
    assert not thread.is_alive()


def test_a_look_that_the_calendar_ordered_during_another_is_made_up_for(office: Office) -> None:
    mailbox = MailboxThread(WatchedMailbox("n_mynumber", Shelf()), office.ledger.path, ByteBudget(10), lambda item: None)
    ordered = Looks({"n_mynumber": mailbox}, office.desk.clock)
    assert mailbox.look()  # the server told of mail

    ordered.order("n_mynumber")  # the calendar
    ordered.ended(Polled("n_mynumber", ""))
    assert ordered.read_since(office.now) == []  # that one was ordered by nobody's calendar
    assert not mailbox.look()  # the one that was missed is under way

    ordered.ended(Polled("n_mynumber", ""))
    assert ordered.read_since(office.now) == ["n_mynumber"]


def test_bytes_wait_for_room_and_a_batch_over_the_limit_goes_alone() -> None:
    budget = ByteBudget(10)
    passed: SimpleQueue[bool] = SimpleQueue()
    assert budget.take(100)

    waiting = threading.Thread(target=lambda: passed.put(budget.take(1)))
    waiting.start()
    waiting.join(0.05)
    assert waiting.is_alive() and passed.empty()

    budget.give(100)
    assert passed.get(timeout=5)


def test_a_closed_budget_lets_nobody_wait() -> None:
    budget = ByteBudget(10)
    assert budget.take(10)
    passed: SimpleQueue[bool] = SimpleQueue()
    waiting = threading.Thread(target=lambda: passed.put(budget.take(1)))
    waiting.start()

    budget.close()

    assert passed.get(timeout=5) is False


def test_the_worker_reminds_once_every_mailbox_was_read_and_makes_the_report(office: Office) -> None:
    faulty = form({"program": "難病", "5": None})
    office.settle(mail({"【横浜市】マイナンバーアンケート回答.xlsx": faulty}))
    list(office.desk.dispatch.deliver(office.sender))
    folder = office.ledger.path.parent / "reports"
    office.desk.settings = office.desk.settings.changed({"reports": folder})
    office.now = datetime(2023, 7, 19, 10, 0, 5, tzinfo=JST)

    def made() -> bool:
        return len(office.sender.posted) == 2 and len(list(folder.glob("*/47*.html"))) == 1

    _run(office, {"n_mynumber": Shelf()}, made)

    assert [b"auto-generated" in p.data for p in office.sender.posted] == [False, True]
    assert [f.name for f in folder.iterdir()] == ["2023-07-19_0900"]


def test_the_worker_pairs_a_password_with_its_file_and_sends_one_reply(office: Office) -> None:
    shelf = Shelf([password_mail(), locked_mail()])
    sent = "SELECT count(*) FROM posting WHERE state = 'sent'"
    _run(office, {"n_mynumber": shelf}, lambda: _count(office.ledger.path, sent) == 1)
    kinds = "SELECT count(*) FROM outbox WHERE kind = 'acknowledgement'"
    assert _count(office.ledger.path, kinds) == 1
    assert _count(office.ledger.path, "SELECT count(*) FROM erasure") == 1


@dataclass
class Hanging(Shelf):
    """A source whose look does not end before it is let go."""

    free: threading.Event = field(default_factory=threading.Event)

    def look(self, cursor: Cursor | None) -> Look:
        self.looks += 1
        self.free.wait(20)
        return Look("1", ())


def test_a_mailbox_that_hangs_is_told_and_the_signs_of_life_end_until_it_moves_again(
    office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(looks, "STILL_SECONDS", 0.3)
    monkeypatch.setattr(worker_module, "WAKE_SECONDS", 0.1)
    beats: list[float] = []
    monkeypatch.setattr(worker_module.Heart, "beat", lambda self, now: beats.append(time.monotonic()))
    hangs, well = Hanging(), Shelf(_mails(1))
    seen: dict[str, float] = {}

    def over() -> bool:
        """Hangs for a second; then it is let go, and the beats must come again."""
        now = time.monotonic()
        if "told" not in seen and "確認が" in caplog.text:
            seen["told"] = now
        if "told" in seen and "freed" not in seen and now > seen["told"] + 1.0:
            seen["freed"] = now
            hangs.free.set()
        return "freed" in seen and any(beat > seen["freed"] + 0.1 for beat in beats)

    with caplog.at_level(logging.INFO):
        _run(office, {"n_mynumber": hangs, "yoboseshu": well}, over)

    assert caplog.text.count("n_mynumber: 確認が") == 1
    assert [b for b in beats if seen["told"] + 0.5 < b < seen["freed"]] == []
    health = _count(office.ledger.path, "SELECT count(*) FROM health WHERE failing_since = '' OR detail = ''")
    assert (health, len(office.sender.posted)) == (2, 1)  # it is well again, and the other mailbox was all along
