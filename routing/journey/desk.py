"""The desk: the journey of a mail from a source to the outbox and out (docs/design.md, "The way of a mail").

collect -> keep (raw bytes committed) -> settle (read, decide, reply: one transaction) -> deliver. The one
place that catches what nobody foresaw: that mail is held with its traceback, and the next one goes on.
Owns the only writing connection of the ledger; talks to the network only through the Source and Sender
that it is handed.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta

from config.settings import Settings
from intake.asked_service import lets_others_pass
from intake.frames import ReadingHints
from intake.mail.received import header_of
from intake.sources.source import Fetched, Source
from intake.submission import Submission
from routing.clock import Clock
from routing.contacts import ContactsAtHand
from routing.decision.amended import amended_submission
from routing.decision.cases import unread
from routing.decision.override import NO_OVERRIDE, Override
from routing.journey import before_start, ends
from routing.journey.batching import Settling
from routing.journey.dispatch import Dispatch
from routing.journey.judge import Judge, Settled
from routing.ledger import (
    arrivals,
    beginnings,
    missing_uids,
    numbers,
    official_acts,
    reader_doubt,
    reader_health,
    verdicts,
    withdrawing,
)
from routing.ledger.arrivals import Origin
from routing.ledger.missing_uids import UidDifference
from routing.ledger.store import DiskFull, Ledger, LedgerBusy
from routing.mailboxes.collecting import Collector
from routing.reading.errors import ReaderDied, ReaderHung, ReaderUnavailable, ReadFailed
from routing.reading.pool import Readers
from routing.reading.reader import Reader
from routing.reading.request import Request
from routing.records import Arrival, MailDecision, Note
from routing.register import Register

DEFERRED_AT_MOST = timedelta(minutes=10)  # after so long a mail that was deferred waits for no pause among the others


class Desk:
    """The clerk: one per ledger (`desk_lock` sees to that). `reader` is the child that reads."""

    def __init__(
        self, register: Register, settings: Settings, ledger: Ledger, reader: Reader | Readers, clock: Clock
    ) -> None:
        self.register = register
        self.settings = settings
        self.ledger = ledger
        self.reader = reader
        self.clock = clock
        self.dispatch = Dispatch(self)
        self._contacts = ContactsAtHand()
        self._begun: set[int] = set()  # arrivals whose beginning is committed

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """The desk's work from start to orderly end. At its start the mails that a killed desk had under way are
        deferred; what this desk has under way when it stops counts against no mail."""
        beginnings.take_stock(self.ledger, self.clock())
        reader_doubt.look_again(self.ledger, self.clock())
        try:
            yield
        finally:
            with suppress(LedgerBusy, DiskFull):
                beginnings.end_all(self.ledger)

    def judge_now(self) -> Judge:
        """The judge of this moment, with the desk's register, settings and ledger."""
        contacts = self._contacts.bodies(self.settings, self.register)
        return Judge(self.register, self.settings, self.ledger, self.clock(), contacts)

    def collect(self, mailbox: str, source: Source) -> int:
        """Take in everything new in one mailbox; return how many mails had not arrived before. Raises
        SourceUnavailable."""
        look = Collector(mailbox, source)
        kept = sum(len(self.keep(mailbox, validity, batch)) for validity, batch in look.new_mail(self.ledger))
        if look.difference is not None:
            self.note_difference(look.difference)
        return kept

    def note_difference(self, told: UidDifference) -> tuple[str, ...]:
        """Record which mails a server keeps back; return the UIDs of those that it did not keep back before."""
        return missing_uids.record(self.ledger, told, self.clock())

    def keep(self, mailbox: str, uidvalidity: str, mails: Sequence[Fetched]) -> list[int]:
        """Commit raw mail; from here on only our copy is read."""
        place = Origin(mailbox, self.register.survey.mailbox(mailbox).receipt_prefix, uidvalidity)
        services = self.register.survey.open_services
        return arrivals.keep(self.ledger, place, mails, self.clock(), lambda raw: lets_others_pass(raw, services))

    def settle_waiting(self, deferred: bool = True) -> Generator[Settled, None, None]:
        """Decide every mail that waits, oldest first; then, unless `deferred` is False, those that were deferred (a
        mail over which the reader dies is deferred, too), until each is settled or quarantined."""
        settling = self.settling(deferred=lambda: deferred)
        try:
            while (settled := settling.step(wait=True)) is not None:
                yield from settled
        finally:
            settling.close()

    def settling(
        self, tell: Callable[[], None] = lambda: None, deferred: Callable[[], bool] = lambda: True
    ) -> Settling:
        """`settle_waiting` in steps that wait for nothing. `tell` is called, in another thread, when there is
        something for the next step; `deferred` is asked whether a mail that was deferred may come now."""
        return Settling(self, tell, deferred)

    def waiting(self) -> Sequence[Arrival]:
        """The mails that wait now, oldest first, without those that were deferred."""
        return arrivals.waiting(self.ledger)

    def next_deferred(self, overdue: bool) -> Arrival | None:
        """The next one of the mails that were deferred; `overdue`: only if it has waited for long."""
        now = self.clock()
        return beginnings.next_deferred(self.ledger, now - DEFERRED_AT_MOST if overdue else now)

    def settle_batch(
        self, mails: Sequence[tuple[Arrival, Request[Submission] | None]], following: Sequence[Arrival] = ()
    ) -> list[Settled]:
        """Decide mails in their order and commit them in one transaction: each sees the verdicts of those before it,
        and a crash leaves all of them or none. Whatever fails in one holds that one only. `following`: mails that are
        on their way, whose beginning is committed with this."""
        read = [(arrival, self._read(arrival, reading)) for arrival, reading in mails]
        found = [(arrival, what) for arrival, what in read if what is not None]
        if not found:
            return []
        coming = [arrival.id for arrival in following]
        self._begin([arrival.id for arrival, _ in found], coming)
        with self.ledger.writing():
            settled = [self._settle_read(arrival, what) for arrival, what in found]
            beginnings.begin(self.ledger, coming, alone=False)
            if any(isinstance(what, Submission) for _, what in found):
                reader_health.back(self.ledger, self.clock())
        self._begun = set(coming)
        return [one for one in settled if one is not None]

    def note_reader_lost(self, trouble: ReaderUnavailable) -> None:
        """Record that no reader can be had, for operators to hear of; the mails wait."""
        reader_health.lost(self.ledger, str(trouble), self.clock())

    def _begin(self, ids: Sequence[int], coming: Sequence[int]) -> None:
        """Commit the beginning of these decisions, unless it was committed together with the decisions before them,
        as it is in a stream of mail."""
        if not self._begun.issuperset(ids):
            with self.ledger.writing():
                beginnings.begin(self.ledger, coming, alone=False)
                beginnings.begin(self.ledger, ids, alone=len(ids) == 1)
            self._begun = {*ids, *coming}

    def _settle_read(self, arrival: Arrival, read: Submission | Note) -> Settled | None:
        """The decision about one mail, or the note that holds it, inside the transaction; None where an official has
        decided or erased the mail since it was fetched."""
        if not arrivals.is_waiting(self.ledger, arrival.id):
            beginnings.end(self.ledger, arrival.id)
            return None
        if isinstance(read, Note):
            return self._hold(arrival, read.kind, read.detail)
        if read.allowed != len(numbers.allowed(self.ledger, arrival.id)):  # an official has said more meanwhile
            beginnings.end(self.ledger, arrival.id)
            return None
        try:
            with self.ledger.savepoint():
                if self._is_early(arrival):
                    return before_start.set_aside(self.judge_now(), arrival, read)
                return self._decide_waiting(arrival, read)
        except (LedgerBusy, DiskFull):
            raise
        except Exception:  # noqa: BLE001 - the one place: whatever it was, this mail is held and the next goes on
            return self._hold(arrival, "read_failed", traceback.format_exc())

    def settle_opened(self, arrival: Arrival, submission: Submission) -> Settled | None:
        """Decide a mail anew, now that more of it can be read; inside the caller's transaction."""
        arrivals.read_anew(self.ledger, arrival.id)
        return self._settle_read(arrival, submission)

    def _unreadable(self, arrival: Arrival) -> str:
        """The rule by which a mail is held without being read, or an empty string."""
        if arrival.header_only and not self._is_early(arrival):
            return "too_large"
        return "poison" if verdicts.is_poison(self.ledger, arrival.id) else ""

    def _is_early(self, arrival: Arrival) -> bool:
        return before_start.is_early(self.ledger, self.settings, arrival)

    def raw(self, arrival: Arrival) -> bytes | None:
        """The bytes to be read ahead; None if there are none, or if they may not be read."""
        try:
            return None if self._unreadable(arrival) else self._bytes(arrival)
        except KeyError:
            return None

    def hints_for(self, arrival: Arrival) -> ReadingHints:
        """What is known of a mail beside its bytes, and has to be told to whoever reads it."""
        return ReadingHints(allowed=numbers.allowed(self.ledger, arrival.id))

    def _bytes(self, arrival: Arrival) -> bytes:
        """The bytes of a mail that are read: all, or the header alone of a mail from before the first day. Raises
        KeyError."""
        raw = arrivals.raw_bytes(self.ledger, arrival.id)
        return header_of(raw) if self._is_early(arrival) else raw

    def _read(self, arrival: Arrival, reading: Request[Submission] | None) -> Submission | Note | None:
        """The mail as the child read it; the note that holds it where it cannot be read; None after a death,
        for its next try."""
        try:
            if reading is not None:  # then it was readable
                return self._unless_doubted(arrival, reading.result(), reading.skip)
            if rule := self._unreadable(arrival):
                return Note(rule)
            return self.reader.read_mail(self._bytes(arrival), self.hints_for(arrival))
        except ReaderDied as death:
            self._defer(arrival, death)
            return None
        except ReadFailed as failure:
            return Note("read_failed", str(failure))
        except (LedgerBusy, DiskFull, ReaderUnavailable):
            raise
        except Exception:  # noqa: BLE001 - as in `_settle_read`
            return Note("read_failed", traceback.format_exc())

    def _unless_doubted(self, arrival: Arrival, read: Submission, skipped: Sequence[int]) -> Submission | None:
        """The mail as it was read; None where a file in it ended a reader in the same way as files of several other
        senders, so that it was put off."""
        way = ends.given_up(read, skipped)
        return None if way and self._blames_no_mail(arrival, way) else read

    def _blames_no_mail(self, arrival: Arrival, way: str) -> bool:
        sender = ends.claimed_domain(self.raw(arrival) or b"")
        put_off = reader_doubt.blames_no_mail(self.ledger, arrival.id, way, sender, self.clock())
        if put_off:
            self._begun.discard(arrival.id)
        return put_off

    def _defer(self, arrival: Arrival, death: ReaderDied) -> None:
        """Count a death of the reader against a mail, unless it was put off; it comes again after all others."""
        kind, now = "reader_hung" if isinstance(death, ReaderHung) else "reader_died", self.clock()
        if self._blames_no_mail(arrival, kind):
            return
        with self.ledger.writing():
            verdicts.note(self.ledger, Note(kind, str(death)), arrival.id, ("uketsuke", ""), now)
            beginnings.end(self.ledger, arrival.id)
            beginnings.defer(self.ledger, arrival.id, now)
        self._begun.discard(arrival.id)

    def _hold(self, arrival: Arrival, rule: str, detail: str) -> Settled:
        told = detail.encode(
            "utf-8", "backslashreplace"
        ).decode()  # a traceback may quote what SQLite refuses
        return self.end_unread(arrival, MailDecision("held", rule), Override(notes=(Note(rule, told),)))

    def end_unread(self, arrival: Arrival, decision: MailDecision, override: Override) -> Settled:
        """Commit the decision about a mail that cannot be read."""
        decided = unread(arrival, decision, override, self.register)
        with self.ledger.writing():
            self.judge_now().record(decided)
            taken_back = withdrawing.take_back(self.ledger, arrival.id, self.clock())
        return Settled(decided, None, taken_back)

    def commit(self, arrival: Arrival, submission: Submission, override: Override = NO_OVERRIDE) -> Settled:
        """Decide a mail that was read and commit verdicts, events and reply in one transaction, the same in which the
        history that they rest on was read. Raises OverrideRefused: then nothing was recorded."""
        with self.ledger.writing():
            return self.judge_now().decide(arrival, submission, override)

    def _decide_waiting(self, arrival: Arrival, submission: Submission) -> Settled:
        """The decision about a mail that waits, inside the caller's transaction; what officials had decided about it
        still holds."""
        judge = self.judge_now()
        changes = official_acts.amendments(self.ledger, arrival.id)
        override = judge.remembered(arrival)
        return judge.decide(arrival, amended_submission(submission, changes, self.register), override)
