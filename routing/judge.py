"""Deciding one mail inside the desk's transaction: what the ledger knows of it, the verdict, the reply.

Everything here runs in the transaction of the caller, the same in which the verdict is committed, so that
what was read still holds when it is written. Reads no mail, sends nothing, opens no transaction.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from config.settings import Settings, folder_for
from intake.submission import Submission
from routing.deadline import Deadlines
from routing.decided import Decided, Note, Posted
from routing.decision.caps import allowance
from routing.decision.cases import NO_OVERRIDE, Override, decide
from routing.decision.facts import Facts
from routing.decision.known import Known
from routing.decision.opened import keep_opened
from routing.decision.reply import Circumstances, recipient_of, write_reply
from routing.ledger import errands, outbox, people, verdicts, waits, withdrawing
from routing.ledger.arrivals import Arrival
from routing.ledger.secret import message_ids
from routing.ledger.store import Ledger
from routing.ledger.withdrawing import TakenBack
from routing.register import Register
from routing.standing import Standing, standings
from routing.tracking.bookkeeping import books_of


@dataclass(frozen=True, slots=True)
class Settled:
    """One mail with its committed decision, the reply that was queued, if any, and what it takes back."""

    decided: Decided
    reply: Posted | None
    taken_back: tuple[TakenBack, ...] = ()  # letters of the decision before it


@dataclass(frozen=True, slots=True)
class Judge:
    """Decides with this register and these settings over this ledger. `now`: the one instant that everything
    of a decision is recorded with; were it looked up twice, a reply could seem older than its verdict."""

    register: Register
    settings: Settings
    ledger: Ledger
    now: datetime

    def remembered(self, arrival: Arrival) -> Override:
        """What operators had decided about a mail that is read again still holds."""
        if not people.taken_in(self.ledger, arrival.id):
            return NO_OVERRIDE
        lgcode, program = people.assigned(self.ledger, arrival.id)
        return Override(assigned=lgcode, program=program, take_in=True)

    def decide(self, arrival: Arrival, submission: Submission, override: Override) -> Settled:
        """The decision, committed by the caller's transaction, and the reply in the outbox."""
        noted = waits.kinds_noted(self.ledger, arrival.id)
        known = Known(self.register, self.settings, self.ledger, self.now, noted)
        if "password_opened" in noted:
            submission = self._with_opened(arrival, submission)
        settled_at = override.received_at or (
            people.received(self.ledger, arrival.id) if "received" in noted else None
        )
        arrival = replace(arrival, received_at=settled_at or arrival.received_at)
        facts = known.facts(arrival, submission, by_official=override.outcome is not None)
        facts = replace(facts, time_settled=settled_at is not None)
        decided = _once(decide(arrival, submission, facts, self.register, override), noted)
        self.record(decided)
        known.remember(decided, facts)
        if submission.kind == "bounce" and submission.answers and submission.action == "failed":
            outbox.mark_undelivered(self.ledger, submission.answers, arrival.receipt, self.now)
        reply = self._write(decided, facts, override)
        if reply is not None and outbox.says_again(self.ledger, reply, arrival.id):
            return Settled(decided, None)
        taken_back = withdrawing.take_back(self.ledger, arrival.id, self.now)
        if reply is not None:
            outbox.queue(self.ledger, reply, arrival.id, self.now)
        return Settled(decided, reply, taken_back)

    def record(self, decided: Decided) -> None:
        """Writes the decision, and into which folder of its mailbox the mail belongs by it."""
        verdicts.record(self.ledger, decided, self.now)
        folder = folder_for(self.settings, decided.arrival.mailbox, decided.outcome)
        errands.queue_filing(self.ledger, decided.arrival, folder)

    def _with_opened(self, arrival: Arrival, submission: Submission) -> Submission:
        """A mail read again, when the password that once opened it is forgotten: what was opened stays."""
        stored = verdicts.submission_of(self.ledger, arrival.id)
        return keep_opened(stored, submission) if stored else submission

    def _write(self, decided: Decided, facts: Facts, override: Override) -> Posted | None:
        """The reply to a decided mail, if one goes out. What an official decided is under no cap."""
        if decided.submission is None:
            return None
        around = self._circumstances(decided, decided.submission, facts)
        recipient = recipient_of(decided.submission, around)
        if recipient is None:
            return None
        whom, respondent = recipient.address.lower(), decided.identity.submitter
        left = allowance(self.ledger, self.settings.caps, whom, respondent, self.now)
        automatic = override is NO_OVERRIDE
        reply = write_reply(decided, replace(around, last_today=automatic and left.left == 1))
        if reply is None or not automatic or left.left:
            return reply
        note = Note("capped", f"{reply.recipient} {left.cap}", reply.respondent)
        verdicts.note(self.ledger, note, decided.arrival.id, ("uketsuke", ""), self.now)
        return None

    def _circumstances(self, decided: Decided, submission: Submission, facts: Facts) -> Circumstances:
        reply_to = submission.message.reply_to
        approved = reply_to is not None and people.approval(self.ledger, reply_to.address) is not None
        return Circumstances(
            register=self.register,
            settings=self.settings,
            standings=self._standings(decided, facts.deadlines),
            first_receipt=facts.resend_of,
            first_open=facts.first_open,
            now=self.now,
            ids=message_ids(self.ledger),
            round=verdicts.rounds(self.ledger, decided.arrival.id),
            deadlines=facts.deadlines,
            parts=facts.parts,
            reply_to_approved=approved,
        )

    def _standings(self, decided: Decided, deadlines: Deadlines) -> tuple[Standing, ...]:
        """What the submitter owes, this mail's verdicts counted in."""
        owed = self.register.owed_by(decided.identity.submitter or decided.identity.body)
        if not owed:
            return ()
        bodies = {owed[0].lgcode, *(code for o in owed for code in o.collected)}
        return standings(owed, books_of(self.ledger, deadlines, bodies, self.now))


def _once(decided: Decided, noted: frozenset[str]) -> Decided:
    """Without the note of a question, or of a doubtful time, that operators were told of before."""
    told = noted & {"question", "receipt_doubt"}
    return replace(decided, notes=tuple(n for n in decided.notes if n.kind not in told)) if told else decided
