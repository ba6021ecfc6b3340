"""The desk: the journey of a mail from a source to the outbox and out (DESIGN §3).

collect -> keep (raw bytes committed) -> settle (read, decide, reply: one transaction) -> deliver. The one
place that catches what nobody foresaw: that mail is held with its traceback, and the next one goes on.
Owns the only writing connection of the ledger; talks to the network only through the Source and Sender
that it is handed.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from config.settings import Settings
from intake.source import Fetched, Source
from intake.submission import Submission
from replies.sender import AnswerLost, Sender, SenderLater
from routing.cases import NO_OVERRIDE, Facts, Override, decide, unreadable
from routing.clock import Clock
from routing.decided import Decided, Note, Posted
from routing.identify import know_sender
from routing.ledger import arrivals, outbox, people, verdicts
from routing.ledger.arrivals import Arrival, Place
from routing.ledger.store import DiskFull, Ledger, LedgerBusy
from routing.reading import Reader, ReaderDied, ReadFailed
from routing.register import Register
from routing.reply import Circumstances, write_reply
from routing.standing import Standing, open_books, standings

BATCH_MAILS = 50
BATCH_BYTES = 8 << 20
DEATHS_TO_QUARANTINE = 3


@dataclass(frozen=True, slots=True)
class Settled:
    """One mail with its committed decision, and the reply that was queued, if any."""

    decided: Decided
    reply: Posted | None


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of one reply at one attempt. `stop`: nothing more can be sent now."""

    receipt: str
    kind: str
    state: str
    detail: str
    stop: bool = False


def new_mail(ledger: Ledger, mailbox: str, source: Source) -> Iterator[tuple[str, list[Fetched]]]:
    """What the source has and the ledger has not, as (UIDVALIDITY, batch). Only reads the ledger, so a
    mailbox's own thread may run it on a connection of its own. Raises SourceUnavailable."""
    look = source.look(arrivals.cursor(ledger, mailbox))
    missing = arrivals.unseen(ledger, mailbox, look.uidvalidity, look.uids)
    batch: list[Fetched] = []
    size = 0
    for mail in source.fetch(missing) if missing else ():
        batch.append(mail)
        size += len(mail.raw)
        if len(batch) >= BATCH_MAILS or size >= BATCH_BYTES:
            yield look.uidvalidity, batch
            batch, size = [], 0
    if batch:
        yield look.uidvalidity, batch


class Desk:
    """The clerk: one per ledger (`desk_lock` sees to that). `reader` is the child that reads."""

    def __init__(
        self, register: Register, settings: Settings, ledger: Ledger, reader: Reader, clock: Clock
    ) -> None:
        self.register = register
        self.settings = settings
        self.ledger = ledger
        self.reader = reader
        self.clock = clock

    def collect(self, mailbox: str, source: Source) -> int:
        """Takes in everything new in one mailbox; how many had not arrived before. SourceUnavailable."""
        return sum(
            len(self.keep(mailbox, validity, batch))
            for validity, batch in new_mail(self.ledger, mailbox, source)
        )

    def keep(self, mailbox: str, uidvalidity: str, mails: Sequence[Fetched]) -> list[int]:
        """Commits raw mail; from here on only our copy is read."""
        place = Place(mailbox, self.register.survey.mailbox(mailbox).receipt_prefix, uidvalidity)
        return arrivals.keep(self.ledger, place, mails, self.clock())

    def settle_waiting(self) -> Iterator[Settled]:
        """Decides every mail that waits, oldest first, each in a transaction of its own."""
        for arrival in arrivals.waiting(self.ledger):
            settled = self.settle(arrival)
            if settled is not None:
                yield settled

    def settle(self, arrival: Arrival) -> Settled | None:
        """Reads and decides one mail. None where the reader died: the mail waits for its next try."""
        try:
            submission = self._read(arrival)
            if submission is None:
                return None
            return submission if isinstance(submission, Settled) else self.commit(arrival, submission)
        except (LedgerBusy, DiskFull):
            raise
        except Exception:  # noqa: BLE001 - the one place: whatever it was, this mail is held and the next goes on
            return self._hold(arrival, "read_failed", traceback.format_exc())

    def _read(self, arrival: Arrival) -> Submission | Settled | None:
        """The mail as the child read it, or settled at once where it cannot be read."""
        if arrival.header_only:
            return self._hold(arrival, "too_large", "")
        if verdicts.deaths(self.ledger, arrival.id) >= DEATHS_TO_QUARANTINE:
            return self._hold(arrival, "poison", "")
        try:
            return self.reader.read_mail(arrivals.raw_bytes(self.ledger, arrival.id))
        except ReaderDied as death:
            note = Note("reader_died", str(death))
            verdicts.add_event(self.ledger, note, arrival.id, ("uketsuke", ""), self.clock())
            return None
        except ReadFailed as failure:
            return self._hold(arrival, "read_failed", str(failure))

    def _hold(self, arrival: Arrival, rule: str, detail: str) -> Settled:
        now = self.clock()
        late = arrival.received_at > self.register.survey.deadline
        decided = unreadable(arrival, rule, late, Note(rule, detail))
        with self.ledger.writing():
            verdicts.record(self.ledger, decided, now)
        return Settled(decided, None)

    def commit(self, arrival: Arrival, submission: Submission, override: Override = NO_OVERRIDE) -> Settled:
        """Decides a mail that was read and commits verdicts, events and reply in one transaction, the same
        in which the history that they rest on was read."""
        now = self.clock()
        with self.ledger.writing():
            facts = self._facts(arrival, submission)
            decided = decide(arrival, submission, facts, self.register, override)
            verdicts.record(self.ledger, decided, now)
            if submission.kind == "bounce" and submission.answers and submission.action != "delayed":
                outbox.mark_undelivered(self.ledger, submission.answers, arrival.receipt, now)
            reply = self._write(decided, facts, override)
            if reply is not None:
                outbox.queue(self.ledger, reply, arrival.id, now)
        return Settled(decided, reply)

    def _facts(self, arrival: Arrival, submission: Submission) -> Facts:
        message = submission.message
        address = message.sender
        approved = people.approval(self.ledger, address.address) if address else None
        ours = {m.address.lower() for m in self.register.survey.mailboxes} | {self.settings.operators.lower()}
        threads = {message.in_reply_to, *message.references} - {""}
        return Facts(
            sender=know_sender(address, approved, self.settings.approved_domains, self.register.roster),
            resend_of=verdicts.first_with_content(self.ledger, arrival.mailbox, submission, arrival.id),
            answers_ours=any(outbox.is_ours(self.ledger, i) for i in threads),
            from_ourselves=address is not None and address.address.lower() in ours,
            history=lambda body, program: verdicts.history(self.ledger, body, program, arrival.id),
        )

    def _write(self, decided: Decided, facts: Facts, override: Override) -> Posted | None:
        now = self.clock()
        reply = write_reply(
            decided,
            Circumstances(
                register=self.register,
                settings=self.settings,
                standings=self._standings(decided),
                first_receipt=facts.resend_of,
                now=now,
                round=verdicts.rounds(self.ledger, decided.arrival.id),
            ),
        )
        if reply is None or override is not NO_OVERRIDE:
            return reply
        capped = self._capped(reply)
        if capped:
            note = Note("capped", f"{reply.recipient} {capped}")
            verdicts.note(self.ledger, note, decided.arrival.id, ("uketsuke", ""), now)
            return None
        return reply

    def _capped(self, reply: Posted) -> str:
        """Which cap holds this reply back, or an empty string (LESSONS: caps per address and respondent)."""
        since = self.clock() - timedelta(days=1)
        caps = self.settings.caps
        if outbox.count_since(self.ledger, "recipient", reply.recipient, since) >= caps.per_address_per_day:
            return "per_address_per_day"
        if reply.respondent and (
            outbox.count_since(self.ledger, "respondent", reply.respondent, since)
            >= caps.per_respondent_per_day
        ):
            return "per_respondent_per_day"
        return ""

    def _standings(self, decided: Decided) -> tuple[Standing, ...]:
        """What the submitter owes, this mail's verdicts counted in."""
        owed = self.register.owed_by(decided.identity.submitter or decided.identity.body)
        if not owed:
            return ()
        bodies = {owed[0].lgcode, *(code for o in owed for code in o.collected)}
        books = open_books(
            verdicts.bookings_of(self.ledger, sorted(bodies)),
            people.not_applicable(self.ledger, self.clock()),
        )
        return standings(owed, books)

    def deliver(self, sender: Sender) -> Iterator[Delivery]:
        """Sends what is due, oldest first, over one connection. Stops at the first sign that nothing can
        be sent now; the rest stays in the outbox."""
        for outgoing in outbox.due(self.ledger, self.clock()):
            delivery = self.deliver_one(outgoing, sender)
            yield delivery
            if delivery.stop:
                return

    def deliver_one(self, outgoing: outbox.Outgoing, sender: Sender) -> Delivery:
        """One attempt: its beginning is committed before it, its end after it. An attempt whose answer was
        lost stays `sending`: it is tried once more, and then left to the operators as `unsure`."""
        if outgoing.interrupted > 1:
            outbox.finish(self.ledger, outgoing, "unsure", "", self.clock())
            return Delivery(outgoing.receipt, outgoing.kind, "unsure", "")
        outbox.begin(self.ledger, outgoing.id, self.clock())
        try:
            outcome = sender.send(outgoing.posting)
        except AnswerLost as lost:
            return Delivery(outgoing.receipt, outgoing.kind, "sending", str(lost), stop=True)
        except SenderLater as later:
            outbox.finish(self.ledger, outgoing, "later", str(later), self.clock())
            return Delivery(outgoing.receipt, outgoing.kind, "later", str(later), stop=True)
        outbox.finish(self.ledger, outgoing, outcome.result, outcome.detail, self.clock())
        return Delivery(outgoing.receipt, outgoing.kind, outcome.result, outcome.detail)
