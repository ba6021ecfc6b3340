"""A human was faster, mails that are filed, drafts that people send, change or delete: what the desk makes of it
and what the ledger then tells. The mailboxes are stand-ins; the real ones are in tests/e2e/test_mailboxes.py."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from email import message_from_bytes
from email.policy import default

import pytest

from config.settings import FoldersByVerdict, ImapMailbox, Secret
from intake.sources.filing import Filed, ToFile
from intake.sources.source import SeenMail, SourceUnavailable
from replies.senders.draft_watch import Fate, OpenDraft
from replies.senders.sender import SendResult
from routing import operate
from routing.decision.override import Override
from routing.ledger import held_queue, mailbox_tasks, outbox, promises
from routing.ledger.history import story
from routing.mailboxes.tasks import MailboxTasks, TasksDone
from routing.operate import Who
from tests.routing.desk_at_hand import Office, form, mail

BOX = "n_mynumber"
FOLDERS = FoldersByVerdict(accepted="受付済", held="要確認")
WHO = Who("山田", "電話で確認した")
FILE = "【横浜市】マイナンバーアンケート回答.xlsx"


@dataclass
class People:
    """Who has answered what; or a mailbox that cannot be asked."""

    answered: dict[str, str] = field(default_factory=dict)  # UID -> how
    away: bool = False
    asked: list[SeenMail] = field(default_factory=list)
    sent: set[str] = field(default_factory=set)  # Message-IDs among the sent mails

    def how(self, asked: SeenMail) -> str:
        self.asked.append(asked)
        if self.away:
            raise SourceUnavailable("メールボックスに接続できません。")
        return self.answered.get(asked.uid, "")

    def has_sent(self, message_id: str) -> bool:
        if self.away:
            raise SourceUnavailable("メールボックスに接続できません。")
        return message_id in self.sent

    def close(self) -> None: ...


@pytest.fixture
def filing(office: Office) -> Office:
    """An office whose mailbox ① has folders."""
    box = ImapMailbox(source="imap", host="h", user="u", password=Secret(env="X"), after=FOLDERS)
    office.desk.settings = office.desk.settings.changed({"mailboxes": {BOX: box}})
    return office


def deliver(office: Office, someone: People) -> list[str]:
    return [d.state for d in office.desk.dispatch.deliver(office.sender, {BOX: someone})]


def postings(office: Office) -> list[tuple[str, str]]:
    rows = office.ledger.rows("SELECT state, detail FROM posting ORDER BY id")
    return [(r["state"], r["detail"]) for r in rows]


def held(office: Office) -> list[tuple[str, str]]:
    return [(h.queue, h.reason) for h in held_queue.held(office.ledger, office.now)]


def promised(office: Office) -> list[str]:
    """The promises that do not hold."""
    return [a.name for a in promises.ask(office.ledger.connection) if not a.holds]


# --- a human was faster


def test_what_a_human_has_answered_is_not_answered_again_and_is_listed(office: Office) -> None:
    settled = office.settle(mail())
    faster = People({"1": "\\Answered"})

    assert deliver(office, faster) == ["overtaken"]
    assert deliver(office, faster) == []

    assert office.sender.posted == []
    assert postings(office) == [("queued", ""), ("sending", ""), ("overtaken", "\\Answered")]
    assert held(office) == [("outbox", "overtaken")]
    submission = settled.decided.submission
    assert submission is not None
    (asked,) = set(faster.asked)
    assert (asked.message_id, asked.uid) == (submission.message.message_id, "1")
    assert promised(office) == []


def test_an_official_who_has_seen_it_takes_it_off_the_list(office: Office) -> None:
    settled = office.settle(mail())
    deliver(office, People({"1": "\\Answered"}))

    operate.mark_seen(office.desk, settled.decided.arrival, WHO)

    assert held(office) == []


def test_what_an_official_decides_goes_out_though_somebody_has_answered(office: Office) -> None:
    settled = office.settle(mail())
    faster = People({"1": "\\Answered"})
    deliver(office, faster)
    office.now += timedelta(minutes=1)

    operate.decide_again(
        office.desk, settled.decided.arrival, Override(outcome="accepted", take_in=True, by=WHO.by, why=WHO.why)
    )

    assert deliver(office, faster) == ["sent"]
    assert len(set(faster.asked)) == 1
    assert held(office) == []


def test_a_mailbox_that_cannot_be_asked_holds_a_reply_up_for_eight_minutes_only(office: Office) -> None:
    office.settle(mail())
    away = People(away=True)
    began = office.now

    states = []
    for minutes in range(12):
        office.now = began + timedelta(minutes=minutes)
        states += [(minutes, state) for state in deliver(office, away)]

    assert states == [(0, "later"), (1, "later"), (3, "later"), (8, "sent")]


def test_one_mailbox_that_cannot_be_asked_does_not_hold_up_another(office: Office) -> None:
    office.settle(mail())
    office.settle(mail({}, sender="b@city.yokohama.lg.jp"), mailbox="yoboseshu")

    states = [d.state for d in office.desk.dispatch.deliver(office.sender, {BOX: People(away=True)})]

    assert states == ["later", "sent"]


def test_a_fault_in_asking_keeps_no_reply_back(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.settle(mail())
    someone = People()
    monkeypatch.setattr(someone, "how", lambda _: 1 / 0)

    assert deliver(office, someone) == ["sent"]


# --- filing


def test_a_mail_is_to_be_filed_once_its_reply_has_left(filing: Office) -> None:
    settled = filing.settle(mail())
    assert mailbox_tasks.to_file(filing.ledger, BOX) == []  # the mark of an answer is looked for where it lies
    deliver(filing, People())

    (wanted,) = mailbox_tasks.to_file(filing.ledger, BOX)

    submission = settled.decided.submission
    assert submission is not None
    message_id = submission.message.message_id
    assert wanted == ToFile(settled.decided.arrival.id, "受付済", wanted.uidvalidity, ("1",), message_id)
    assert mailbox_tasks.to_file(filing.ledger, "yoboseshu") == []


def test_what_was_filed_is_told_once_and_done_once(filing: Office) -> None:
    settled = filing.settle(mail())
    deliver(filing, People())
    done = TasksDone(BOX, (Filed(settled.decided.arrival.id, "受付済", "moved"),))

    done.record(filing.ledger, filing.now)
    done.record(filing.ledger, filing.now)  # as after a full disk

    assert mailbox_tasks.to_file(filing.ledger, BOX) == []
    assert filing.events("filed") == [("受付済", "uketsuke", "")]
    titles = {entry.title: entry.rows for entry in story(filing.ledger, settled.decided.arrival.id)}
    assert "filed" in [row[0] for row in titles["出来事"]]
    assert promised(filing) == []


def test_one_that_somebody_else_has_moved_is_done_with(filing: Office) -> None:
    settled = filing.settle(mail())
    deliver(filing, People())

    TasksDone(BOX, (Filed(settled.decided.arrival.id, "受付済", "gone"),)).record(filing.ledger, filing.now)

    assert mailbox_tasks.to_file(filing.ledger, BOX) == []
    assert filing.events("filed_by_others") == [("受付済", "uketsuke", "")]


def test_decided_anew_it_goes_on_from_the_folder_where_it_lies(filing: Office) -> None:
    settled = filing.settle(mail(sender="x@example.com"))
    arrival = settled.decided.arrival
    (wanted,) = mailbox_tasks.to_file(filing.ledger, BOX)
    assert wanted.folder == "要確認"
    TasksDone(BOX, (Filed(arrival.id, "要確認", "moved"),)).record(filing.ledger, filing.now)

    operate.decide_again(
        filing.desk, arrival, Override(outcome="accepted", take_in=True, by=WHO.by, why=WHO.why)
    )
    deliver(filing, People())

    (again,) = mailbox_tasks.to_file(filing.ledger, BOX)
    assert (again.folder, again.lies_in) == ("受付済", "要確認")


def test_a_verdict_without_a_folder_leaves_the_mail_where_it_is(filing: Office) -> None:
    filing.settle(mail({FILE: form({"program": "難病", "5": None})}))
    deliver(filing, People())

    assert postings(filing)[-1] == ("sent", "")
    assert mailbox_tasks.to_file(filing.ledger, BOX) == []


def test_what_came_by_telephone_lies_in_no_mailbox(filing: Office) -> None:
    paper = replace(filing.arrive(mail()), added_by="山田")

    with filing.ledger.writing():
        mailbox_tasks.queue_filing(filing.ledger, paper, "受付済")

    assert filing.count("to_file") == 0


# --- drafts


def draft(office: Office) -> OpenDraft:
    office.settle(mail())
    office.sender.answers = [SendResult("drafted", "Drafts;UIDVALIDITY=1/;UID=1")]
    assert deliver(office, People()) == ["drafted"]
    (found,) = mailbox_tasks.open_drafts(office.ledger, BOX)
    return found


def note(office: Office, *fates: Fate) -> None:
    TasksDone(BOX, fates=fates).record(office.ledger, office.now)


def test_a_draft_is_followed_by_its_place_and_by_what_it_answers(office: Office) -> None:
    found = draft(office)

    assert found.place == "Drafts;UIDVALIDITY=1/;UID=1"
    assert found.answers == office.ledger.rows("SELECT message_id FROM message")[0][0]
    assert mailbox_tasks.open_drafts(office.ledger, "yoboseshu") == []
    assert promised(office) == []


def test_a_draft_that_a_human_changed_and_then_sent(office: Office) -> None:
    found = draft(office)

    note(office, Fate(found.key, "edited", "Drafts;UIDVALIDITY=1/;UID=2"))
    assert [d.place for d in mailbox_tasks.open_drafts(office.ledger, BOX)] == ["Drafts;UIDVALIDITY=1/;UID=2"]
    for _ in range(2):
        note(office, Fate(found.key, "sent_by_hand", "<sent@outlook.test>"))

    assert [state for state, _ in postings(office)] == ["queued", "sending", "drafted", "edited", "sent_by_hand"]
    assert mailbox_tasks.open_drafts(office.ledger, BOX) == []
    (view,) = office.ledger.rows("SELECT state, detail FROM reply_overview")
    assert tuple(view) == ("sent_by_hand", "<sent@outlook.test>")
    assert promised(office) == []


def test_a_draft_that_a_human_deleted_is_told_once_and_watched_on(office: Office) -> None:
    found = draft(office)
    for _ in range(2):
        note(office, Fate(found.key, "discarded", ""))

    assert [state for state, _ in postings(office)] == ["queued", "sending", "drafted", "discarded"]
    assert [d.place for d in mailbox_tasks.open_drafts(office.ledger, BOX)] == [""]
    assert promised(office) == []


# --- the tasks themselves


class Filer:
    """Files the first mail, and then has no connection."""

    def file(self, wanted: Sequence[ToFile]) -> Iterator[Filed]:
        yield Filed(wanted[0].key, wanted[0].folder, "moved")
        raise SourceUnavailable("接続が切れました。")

    def close(self) -> None: ...


def test_what_was_done_before_a_connection_broke_is_recorded(filing: Office) -> None:
    for n in range(2):
        filing.settle(mail(body=f"{n}", sender=f"{n}@city.yokohama.lg.jp"))
    deliver(filing, People())
    ours = MailboxTasks(BOX, Filer(), None)  # type: ignore[arg-type]
    waiting = len(mailbox_tasks.to_file(filing.ledger, BOX))

    run = ours.run(filing.ledger)
    assert run is not None
    run.record(filing.ledger, filing.now)

    assert run.problem == "接続が切れました。"
    assert len(mailbox_tasks.to_file(filing.ledger, BOX)) == waiting - 1


class Faulty:
    """Breaks in a way that nobody foresaw."""

    def file(self, wanted: Sequence[ToFile]) -> Iterator[Filed]:
        raise ZeroDivisionError

    def close(self) -> None: ...


def test_a_fault_that_nobody_foresaw_is_a_problem_of_the_tasks_alone(filing: Office) -> None:
    filing.settle(mail())
    deliver(filing, People())

    run = MailboxTasks(BOX, Faulty(), None).run(filing.ledger)  # type: ignore[arg-type]

    assert run is not None
    assert run.problem == "予期しない問題が起きました（ZeroDivisionError）。次回もう一度試します。"
    assert len(mailbox_tasks.to_file(filing.ledger, BOX)) == 1


def test_without_anything_to_do_no_connection_is_made(office: Office) -> None:
    assert MailboxTasks(BOX, Filer(), None).run(office.ledger) is None  # type: ignore[arg-type]


def test_material_sent_in_answer_to_a_draft_that_a_human_sent_is_an_answer_to_us(office: Office) -> None:
    found = draft(office)
    sent = "<sent@outlook.test>"
    assert not outbox.is_ours(office.ledger, sent)
    note(office, Fate(found.key, "sent_by_hand", sent))

    outline = {"概要.pdf": b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF\n"}
    assert office.settle(mail(outline, headers={"In-Reply-To": sent})).decided.mail.rule == "material"


@pytest.mark.parametrize(("mode", "by_hand"), [("draft", True), ("send", False)])
def test_a_draft_does_not_claim_to_be_sent_automatically(office: Office, mode: str, by_hand: bool) -> None:
    office.desk.settings = office.desk.settings.changed({"mode": mode})
    office.settle(mail())
    deliver(office, People())

    (posted,) = office.sender.posted
    body = message_from_bytes(posted.data, policy=default).get_content()
    assert posted.rcpt_to == "kenko@city.yokohama.lg.jp"
    assert ("担当者が確認のうえお送りしています" in body.replace("\n", "")) == by_hand
    assert ("システムから自動でお送りしています" in body.replace("\n", "")) != by_hand
