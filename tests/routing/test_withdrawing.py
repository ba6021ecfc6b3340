"""A new decision takes back every letter of the older one that has not left (promise 9 of docs/design.md): from the queue
at once, a draft from a real Dovecot; what has begun to leave, or what a human has changed, is told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from email import message_from_bytes
from email.policy import default

import pytest

from config.settings import ImapMailbox, Secret
from replies.senders.draft_watch import DraftsWatch
from replies.senders.drafts import DraftsFolder, DraftsSender
from replies.senders.sender import AnswerLost, SenderLater, SendResult
from routing import operate
from routing.decision.override import Override
from routing.journey.judge import Settled
from routing.ledger import held_queue, outbox, promises, withdrawing
from routing.mailboxes.tasks import MailboxTasks
from routing.operate import Who
from routing.records import Arrival
from tests.routing.desk_at_hand import Office, form, mail
from tests.servers.dovecot import Dovecot
from tests.servers.folders import JAPANESE, Box, box_on, dovecot_of

BOX = "n_mynumber"
WHO = Who("乙", "電話で確認した")
STRANGER = "x@freemail.example.com"
DRAFTS, SENT = "下書き", "送信済みアイテム"


def decide(office: Office, arrival: Arrival, outcome: str) -> Settled:
    office.now += timedelta(minutes=1)
    override = Override(outcome=outcome, take_in=True, by=WHO.by, why=WHO.why)  # type: ignore[arg-type]
    return operate.decide_again(office.desk, arrival, override)


def how(settled: Settled) -> list[tuple[str, str]]:
    return [(t.kind, t.how) for t in settled.taken_back]


def deliver(office: Office) -> list[tuple[str, str]]:
    return [(d.kind, d.state) for d in office.desk.dispatch.deliver(office.sender)]


def states(office: Office) -> list[tuple[str, str]]:
    rows = office.ledger.rows(
        "SELECT o.kind, p.state FROM posting p JOIN outbox o ON o.id = p.outbox_id ORDER BY p.id"
    )
    return [(r["kind"], r["state"]) for r in rows]


def promised(office: Office) -> list[str]:
    """The promises that do not hold."""
    return [a.name for a in promises.ask(office.ledger.connection) if not a.holds]


def held(office: Office) -> list[str]:
    return [h.reason for h in held_queue.held(office.ledger, office.now)]


# --- what waits in the queue


def test_what_was_accepted_and_then_set_aside_is_not_acknowledged(office: Office) -> None:
    """operators.md B1: 【受付】 left after the mail had been decided as 対象外."""
    arrival = office.settle(mail(sender=STRANGER)).decided.arrival
    decide(office, arrival, "accepted")

    settled = decide(office, arrival, "ignored")

    assert how(settled) == [("acknowledgement", "withdrawn")]
    assert deliver(office) == []
    assert states(office) == [("acknowledgement", "queued"), ("acknowledgement", "withdrawn")]
    assert promised(office) == []


def test_of_two_officials_the_later_ones_letter_leaves_alone(office: Office) -> None:
    """operators.md B1: both 【受付】 and 【確認のお願い】 left."""
    sheet = form({"organisation": "14神奈川県鎌倉市", "kind": "市区町村"})
    raw = mail({"回答.xlsx": sheet}, "【鎌倉市】マイナンバーアンケート回答", "a@city.kamakura.kanagawa.jp")
    arrival = office.settle(raw, mailbox="yoboseshu").decided.arrival
    decide(office, arrival, "accepted")
    decide(office, arrival, "correction")

    assert deliver(office) == [("redirect", "sent")]
    assert promised(office) == []


def test_a_mind_changed_twice_gets_the_first_letter_anew(office: Office) -> None:
    arrival = office.settle(mail(sender=STRANGER)).decided.arrival
    decide(office, arrival, "accepted")
    decide(office, arrival, "ignored")
    settled = decide(office, arrival, "accepted")

    assert settled.reply is not None
    assert deliver(office) == [("acknowledgement", "sent")]
    assert promised(office) == []


def test_a_decision_that_says_the_same_leaves_the_letter_that_waits(office: Office) -> None:
    arrival = office.settle(mail()).decided.arrival
    settled = decide(office, arrival, "accepted")

    assert (settled.reply, settled.taken_back) == (None, ())
    assert deliver(office) == [("acknowledgement", "sent")]


def test_a_letter_to_another_mail_is_nobody_elses(office: Office) -> None:
    first = office.settle(mail()).decided.arrival
    office.settle(mail({}, "照会", body="提出先をご教示ください。"))
    sheet = form({"program": "難病", "organisation": "14神奈川県相模原市"})
    name = "【相模原市】マイナンバーアンケート回答"
    office.settle(mail({f"{name}.xlsx": sheet}, name, "b@city.sagamihara.kanagawa.jp"))
    decide(office, first, "ignored")

    assert deliver(office) == [("arrival", "sent"), ("acknowledgement", "sent")]


def test_what_has_left_is_told_and_stays_sent(office: Office) -> None:
    arrival = office.settle(mail()).decided.arrival
    deliver(office)

    assert how(decide(office, arrival, "ignored")) == [("acknowledgement", "sent")]
    assert promised(office) == []


def test_the_letter_of_an_erased_mail_is_withdrawn(office: Office) -> None:
    arrival = office.settle(mail()).decided.arrival
    operate.erase(office.desk, arrival, WHO)

    assert states(office)[-1] == ("acknowledgement", "withdrawn")
    assert deliver(office) == []
    assert promised(office) == []


# --- what has begun to leave


def begun(office: Office) -> tuple[Arrival, outbox.Outgoing]:
    arrival = office.settle(mail()).decided.arrival
    outgoing = office.desk.dispatch.first_due()
    assert outgoing is not None
    outbox.begin(office.ledger, outgoing.id, office.now)
    return arrival, outgoing


@pytest.mark.parametrize(
    ("answer", "ends", "told"),
    [(SendResult("sent"), "sent", ["letter_left"]), (SenderLater("混雑"), "withdrawn", []),
     (SendResult("refused", "550"), "withdrawn", []), (AnswerLost("切断"), "unsure", ["unsure"])],
)  # fmt: skip
def test_one_that_is_being_sent_cannot_be_taken_back_and_what_becomes_of_it_is_told(
    office: Office, answer: SendResult | Exception, ends: str, told: list[str]
) -> None:
    arrival = office.settle(mail()).decided.arrival
    made: list[Settled] = []

    class Slow(type(office.sender)):  # type: ignore[misc]
        def send(self, mail: object) -> SendResult:
            made.append(decide(office, arrival, "ignored"))
            return super().send(mail)  # type: ignore[arg-type,no-any-return]

    office.sender = Slow(answers=[answer])
    deliver(office)
    office.now += timedelta(hours=1)
    deliver(office)

    assert how(made[0]) == [("acknowledgement", "sending")]
    assert len(office.sender.posted) == 1
    assert states(office)[-1] == ("acknowledgement", ends)
    assert held(office) == told
    assert promised(office) == []
    assert office.count("to_withdraw") == 0


def test_after_a_kill_in_the_attempt_it_is_not_tried_again_but_left_to_people(office: Office) -> None:
    """Whether the first attempt came through is unknown: a second one would send what was decided away."""
    arrival, _ = begun(office)
    decide(office, arrival, "ignored")
    office.now += timedelta(hours=1)

    assert deliver(office) == []
    assert states(office)[-1] == ("acknowledgement", "unsure")
    assert held(office) == ["unsure"]
    assert promised(office) == []


# --- drafts, in a real Dovecot


@dataclass
class Desk2:
    """The office whose replies go into the Drafts of a real mailbox."""

    office: Office
    box: Box
    sender: DraftsSender
    tasks: MailboxTasks

    def deliver(self) -> list[tuple[str, str]]:
        return [(d.kind, d.state) for d in self.office.desk.dispatch.deliver(self.sender)]

    def look(self) -> None:
        done = self.tasks.run(self.office.ledger)
        if done is not None:
            assert done.problem == ""
            done.record(self.office.ledger, self.office.now)

    def subjects(self) -> list[str]:
        return [str(message_from_bytes(m, policy=default)["Subject"])[:4] for m in self.box.lists(DRAFTS)]


@pytest.fixture(scope="module")
def dovecot() -> Iterator[Dovecot]:
    with dovecot_of(JAPANESE) as made:
        yield made


@pytest.fixture
def drafting(office: Office, dovecot: Dovecot) -> Iterator[Desk2]:
    with box_on(dovecot, "") as box:
        folder = DraftsFolder(box.access)
        imap = ImapMailbox(source="imap", host="h", user="u", password=Secret(env="X"))
        boxes = {BOX: imap, "yoboseshu": imap, "sukoyaka": imap}
        office.desk.settings = office.desk.settings.changed({"mode": "draft", "mailboxes": boxes})
        sender = DraftsSender({m.address: folder for m in office.desk.register.survey.mailboxes})
        tasks = MailboxTasks(BOX, None, DraftsWatch(folder))
        yield Desk2(office, box, sender, tasks)
        sender.close()
        tasks.close()


def drafted(desk: Desk2) -> Arrival:
    arrival = desk.office.settle(mail({"a.xlsx": form({"program": "難病", "5": None})})).decided.arrival
    assert desk.deliver() == [("correction", "drafted")]
    desk.look()
    return arrival


def test_an_untouched_draft_is_removed_and_only_the_newest_lies_there(drafting: Desk2) -> None:
    office = drafting.office
    arrival = drafted(drafting)

    settled = decide(office, arrival, "accepted")
    assert how(settled) == [("correction", "draft")]
    assert drafting.deliver() == []  # it waits until the older one is out of the way
    drafting.look()
    assert drafting.box.lists(DRAFTS) == []
    office.now += timedelta(minutes=2)
    assert drafting.deliver() == [("acknowledgement", "drafted")]

    assert drafting.subjects() == ["【受付】"]
    assert ("correction", "withdrawn") in states(office)
    assert promised(office) == []
    assert office.count("to_withdraw") == 0


def test_a_draft_of_somebody_else_stays_where_it_is(drafting: Desk2) -> None:
    arrival = drafted(drafting)
    theirs = b"From: a@mhlw.go.jp\r\nMessage-ID: <own@mhlw.test>\r\nSubject: own\r\n\r\ntext\r\n"
    drafting.box.person.append(drafting.box.full(DRAFTS), theirs, [b"\\Draft"])
    drafting.box.person.select_folder(drafting.box.full(DRAFTS))
    marked = drafting.box.person.append(drafting.box.full(DRAFTS), theirs.replace(b"own", b"deleted"), [b"\\Deleted"])
    assert marked
    decide(drafting.office, arrival, "ignored")
    drafting.look()

    assert [m for m in drafting.box.lists(DRAFTS) if b"Subject: own" in m] == [theirs]
    assert len(drafting.box.person.search(["DELETED"])) == 1  # what somebody else marked is not expunged with ours


@pytest.mark.parametrize("kept_id", [True, False], ids=["same Message-ID", "new Message-ID"])
def test_a_draft_that_a_human_changed_stays_and_operators_are_told(drafting: Desk2, kept_id: bool) -> None:
    office, box = drafting.office, drafting.box
    arrival = drafted(drafting)
    (ours,) = box.lists(DRAFTS)
    old = message_from_bytes(ours)["Message-ID"].encode()
    changed = ours + b"PS\r\n"
    changed = changed if kept_id else changed.replace(old, b"<new@outlook.test>")
    box.person.append(box.full(DRAFTS), changed, [b"\\Draft"])
    box.person.select_folder(box.full(DRAFTS))
    box.person.delete_messages([1])
    box.person.expunge()

    decide(office, arrival, "ignored")
    drafting.look()

    assert box.lists(DRAFTS) == [changed]
    assert states(office)[-1] == ("correction", "edited")
    assert held(office) == ["draft_kept"]
    operate.mark_seen(office.desk, arrival, WHO)
    assert held(office) == []
    assert promised(office) == []


def test_a_draft_that_was_known_to_be_changed_is_told_at_once(drafting: Desk2) -> None:
    office, box = drafting.office, drafting.box
    arrival = drafted(drafting)
    (ours,) = box.lists(DRAFTS)
    box.person.append(box.full(DRAFTS), ours + b"PS\r\n", [b"\\Draft"])
    box.person.select_folder(box.full(DRAFTS))
    box.person.delete_messages([1])
    box.person.expunge()
    drafting.look()

    assert how(decide(office, arrival, "ignored")) == [("correction", "edited")]
    assert held(office) == ["draft_kept"]


def test_a_draft_that_a_human_has_sent_meanwhile_is_told(drafting: Desk2) -> None:
    office, box = drafting.office, drafting.box
    arrival = drafted(drafting)
    (ours,) = box.lists(DRAFTS)
    box.person.append(box.full(SENT), ours)
    box.person.select_folder(box.full(DRAFTS))
    box.person.delete_messages([1])
    box.person.expunge()

    decide(office, arrival, "ignored")
    drafting.look()

    assert states(office)[-1] == ("correction", "sent_by_hand")
    assert held(office) == ["letter_left"]


def test_after_a_kill_between_the_removal_and_its_record_it_is_recorded_once(drafting: Desk2) -> None:
    office = drafting.office
    arrival = drafted(drafting)
    decide(office, arrival, "ignored")
    assert drafting.tasks.run(office.ledger) is not None  # and killed here
    drafting.tasks.close()

    drafting.look()
    drafting.look()

    assert drafting.box.lists(DRAFTS) == []
    assert [s for _, s in states(office)].count("withdrawn") == 1
    assert office.count("open_draft") == office.count("to_withdraw") == 0
    assert promised(office) == []


def test_without_a_connection_it_is_removed_later(drafting: Desk2, dovecot: Dovecot) -> None:
    office = drafting.office
    arrival = drafted(drafting)
    decide(office, arrival, "ignored")
    dovecot.cut(drafting.box.user)

    drafting.look()  # it connects anew

    assert states(office)[-1] == ("correction", "withdrawn")


# --- a ledger of an older release


def test_what_an_older_release_left_waiting_behind_a_newer_letter_is_taken_back(office: Office) -> None:
    arrival = office.settle(mail(sender=STRANGER)).decided.arrival
    decide(office, arrival, "accepted")
    (first,) = office.ledger.rows("SELECT * FROM outbox")
    with office.ledger.writing():
        columns = "arrival_id, mailbox, kind, mail_from, recipient, rcpt_to, respondent, subject, data, recorded_at"
        newer = office.ledger.run(
            f"INSERT INTO outbox (key, message_id, {columns}) SELECT 'k2', '<k2@x>', {columns} FROM outbox"
        )
        outbox.queue_again(office.ledger, newer, office.now)
    assert promised(office) == ["newest_letter"]
    with office.ledger.writing():
        office.ledger.run("INSERT INTO to_withdraw VALUES (?)", first["id"])  # as the migration does

    assert deliver(office) == [("acknowledgement", "sent")]
    assert withdrawing.is_wanted(office.ledger, first["id"]) is False
    assert promised(office) == []
