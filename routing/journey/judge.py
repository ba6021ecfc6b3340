"""Deciding one mail inside the desk's transaction: what the ledger knows of it, the verdict, the reply.

Everything here runs in the transaction of the caller, the same in which the verdict is committed, so that
what was read still holds when it is written. Reads no mail, sends nothing, opens no transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from config.frozen import frozen, replace
from config.settings import Settings, folder_for
from intake.submission import Submission
from routing.decision import joined
from routing.decision.cases import decide
from routing.decision.collating import with_earlier
from routing.decision.facts import Facts
from routing.decision.override import NO_OVERRIDE, Override
from routing.decision.pre_check import service_asked
from routing.decision.unlocked import keep_opened
from routing.decision.verdict import NOT_BOOKED
from routing.journey.form_came import note_form_came
from routing.journey.lighter import queue_lighter
from routing.journey.lookups import Known
from routing.journey.waiting import note_erasure, note_waits
from routing.journey.writing import ReplyWriter
from routing.ledger import (
    arrivals,
    mailbox_tasks,
    numbers,
    official_acts,
    outbox,
    outlines,
    pending_queue,
    pre_checks,
    verdicts,
    withdrawing,
)
from routing.ledger.returned import mark_undelivered
from routing.ledger.store import Ledger
from routing.ledger.withdrawing import TakenBack
from routing.notices import replaced, told_body
from routing.office import OpenOffice
from routing.records import Arrival, Decided, FinishedReply, Note
from routing.register import Register

LIST_GROWS = timedelta(days=7)  # within which mails for one list are taken together
PASSWORD_FOLLOWS = timedelta(minutes=5)  # most often by itself and at once: then nobody need be told that it is awaited


@frozen
class Settled:
    """One mail with its committed decision, the reply that was queued, if any, and what it takes back."""

    decided: Decided
    reply: FinishedReply | None
    taken_back: tuple[TakenBack, ...] = ()  # letters of the decision before it


@dataclass(frozen=True, slots=True)
class Judge:
    """The judge of one moment: decides with this register and these settings over this ledger. `now`: the one instant
    that everything of a decision is recorded with; were it looked up twice, a reply could seem older than its
    verdict. `contacts`: the bodies (lgcodes) for which the contacts file names an address."""

    register: Register
    settings: Settings
    ledger: Ledger
    now: datetime
    contacts: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def writer(self) -> ReplyWriter:
        """The writer of the reply to what was decided."""
        return ReplyWriter(self.register, self.settings, self.ledger, self.now)

    def remembered(self, arrival: Arrival) -> Override:
        """The override that still holds when a mail is read again: what operators had decided about it."""
        if not official_acts.taken_in(self.ledger, arrival.id):
            return NO_OVERRIDE
        lgcode, program = official_acts.assigned(self.ledger, arrival.id)
        vouched = official_acts.stood_for(self.ledger, arrival.id)
        return Override(assigned=lgcode, program=program, take_in=True, vouched=vouched, counts=True)

    def decide(self, arrival: Arrival, submission: Submission, override: Override) -> Settled:
        """The decision, committed by the caller's transaction, and the reply in the outbox."""
        noted = pending_queue.kinds_noted(self.ledger, arrival.id)
        known = Known(self.register, self.settings, self.ledger, self.now, noted, self.contacts)
        if "password_opened" in noted:
            submission = self._with_opened(arrival, submission)
        if outlines.JOINED in noted:
            submission = joined.without_wanted(submission)
        settled_at = override.received_at or (
            official_acts.received(self.ledger, arrival.id) if "received" in noted else None
        )
        arrival = replace(arrival, received_at=settled_at or arrival.received_at)
        facts = known.facts(arrival, submission, by_official=override.outcome is not None)
        facts = replace(facts, time_settled=settled_at is not None)
        listed = service_asked(submission, facts, override) == "collation"
        read = with_earlier(submission, self._earlier(arrival, submission)) if listed else submission
        decided = _once(decide(arrival, read, facts, self.register, override), noted)
        decided = joined.remarked(decided) if outlines.JOINED in noted else decided
        if decided.mail.rule in NOT_BOOKED:
            return self._looked_at(decided, submission, facts.of_itself, override)
        decided = replace(decided, submission=submission) if listed else decided
        self.record(decided)
        joins = override is NO_OVERRIDE and self._join(decided, submission)
        note_waits(self.ledger, decided, facts.parts, self.register.survey, self.now)
        note_form_came(self.ledger, decided, self.now)
        note_erasure(self.ledger, decided, self.settings.foreign_days, self.now)
        if submission.kind == "bounce" and submission.answers and submission.action == "failed":
            returned = mark_undelivered(self.ledger, submission, arrival.receipt, self.now)
            if returned and submission.too_heavy:
                queue_lighter(self.ledger, returned, self.now)
        if replaced.by_itself(office := replaced.NoticeContext(self.register, self.settings, self.ledger, self.now)):
            replaced.queue(office, arrival, ("uketsuke", ""))
        told_body.queue(OpenOffice(self.register, self.settings, self.ledger, lambda: self.now), decided)
        reply = None if joins else self.writer.write(decided, facts, override)
        if reply is not None and outbox.says_again(self.ledger, reply, arrival.id):
            return Settled(decided, None)
        taken_back = withdrawing.take_back(self.ledger, arrival.id, self.now)
        if reply is not None:
            awaited = reply.kind == "arrival" and decided.waits_for_password
            reply = replace(reply, rests=PASSWORD_FOLLOWS) if awaited else reply
            outbox.queue(self.ledger, reply, arrival.id, self.now)
        return Settled(decided, reply, taken_back)

    def _earlier(self, arrival: Arrival, submission: Submission) -> list[Submission]:
        """What the same sender sent for the same list in the days before."""
        since = self.now - LIST_GROWS
        return pre_checks.for_list(self.ledger, arrival, _address(submission), since)

    def _looked_at(self, decided: Decided, submission: Submission, facts: Facts, override: Override) -> Settled:
        """Settle a mail that is only looked at before it is handed in: leave a letter and a trace, and nothing else
        that a submission leaves. `submission`: as it was read, without what came before it for the same list."""
        own = {file.position for file in submission.files}
        pieces = tuple(piece for piece in decided.pieces if piece.file.position in own)
        pre_checks.record(self.ledger, replace(decided, submission=submission, pieces=pieces), self.now)
        pending_queue.end(self.ledger, decided.arrival.id, "password", "parts", "foreign", "scan")
        reply = self.writer.write(decided, facts, override)
        if reply is not None and outbox.says_again(self.ledger, reply, decided.arrival.id):
            return Settled(decided, None)
        taken_back = withdrawing.take_back(self.ledger, decided.arrival.id, self.now)
        if reply is not None:
            outbox.queue(self.ledger, reply, decided.arrival.id, self.now)
        return Settled(decided, reply, taken_back)

    def record(self, decided: Decided) -> None:
        """Write the decision, and into which folder of its mailbox the mail belongs by it."""
        verdicts.record(self.ledger, decided, self.now)
        shared = decided.submission is not None and decided.submission.desk != "ours"
        if decided.mail.rule == "foreign" or shared:
            return  # other people of the section, or another desk, work with it where it lies
        folder = folder_for(self.settings, decided.arrival.mailbox, decided.outcome)
        mailbox_tasks.queue_filing(self.ledger, decided.arrival, folder)

    def _with_opened(self, arrival: Arrival, submission: Submission) -> Submission:
        """A mail read again, when the password that once opened it is forgotten: what was opened stays."""
        stored = verdicts.submission_of(self.ledger, arrival.id)
        return keep_opened(stored, submission, numbers.allowed(self.ledger, arrival.id)) if stored else submission

    def _join(self, decided: Decided, submission: Submission) -> bool:
        """Have the answer decided anew to which this mail brings the outline that we asked for: where the mail
        answers the very letter that asked, from the same house. That answer's letter tells of it."""
        message = submission.message
        ids = dict.fromkeys(id for id in (message.in_reply_to, *reversed(message.references)) if id)
        if not joined.may_join(decided, submission):
            return False
        answer = outlines.wanting(self.ledger, ids, _address(submission))
        if answer is None:
            return False
        desk = ("uketsuke", "")
        verdicts.note(self.ledger, Note(outlines.JOINED, decided.arrival.receipt), answer, desk, self.now)
        verdicts.note(self.ledger, Note(outlines.JOINS), decided.arrival.id, desk, self.now)
        arrivals.read_anew(self.ledger, answer)
        return True


def _once(decided: Decided, noted: frozenset[str]) -> Decided:
    """The decision without what operators were told of this mail before."""
    told = noted & {"question", "receipt_doubt", "unconfirmed", "replaced", "gave_way"}
    return replace(decided, notes=tuple(n for n in decided.notes if n.kind not in told)) if told else decided


def _address(submission: Submission) -> str:
    return submission.message.sender.address if submission.message.sender else ""
