"""Deciding one mail inside the desk's transaction: what the ledger knows of it, the verdict, the reply.

Everything here runs in the transaction of the caller, the same in which the verdict is committed, so that
what was read still holds when it is written. Reads no mail, sends nothing, opens no transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from config.settings import Settings
from intake.submission import Submission
from routing.bookkeeping import books_of, deadlines_at
from routing.cases import NO_OVERRIDE, Facts, Override, decide
from routing.clock import Clock
from routing.decided import Decided, Note, Posted
from routing.identify import know_sender
from routing.ledger import outbox, people, verdicts
from routing.ledger.arrivals import Arrival
from routing.ledger.store import Ledger
from routing.register import Register
from routing.reply import Circumstances, write_reply
from routing.standing import Standing, standings


@dataclass(frozen=True, slots=True)
class Settled:
    """One mail with its committed decision, and the reply that was queued, if any."""

    decided: Decided
    reply: Posted | None


@dataclass(frozen=True, slots=True)
class Judge:
    """Decides with this register and these settings over this ledger, at the clock's time."""

    register: Register
    settings: Settings
    ledger: Ledger
    clock: Clock

    def remembered(self, arrival: Arrival) -> Override:
        """What operators had decided about a mail that is read again still holds."""
        if not people.taken_in(self.ledger, arrival.id):
            return NO_OVERRIDE
        lgcode, program = people.assigned(self.ledger, arrival.id)
        return Override(assigned=lgcode, program=program, take_in=True)

    def decide(self, arrival: Arrival, submission: Submission, override: Override) -> Settled:
        now = self.clock()
        facts = self._facts(arrival, submission)
        decided = decide(arrival, submission, facts, self.register, override)
        verdicts.record(self.ledger, decided, now)
        if submission.kind == "bounce" and submission.answers and submission.action != "delayed":
            outbox.mark_undelivered(self.ledger, submission.answers, arrival.receipt, now)
        reply = self._write(decided, facts, override)
        if reply is not None and outbox.says_again(self.ledger, reply, arrival.id):
            reply = None
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
            listed=lambda body, program: verdicts.listed(self.ledger, body, program, arrival.id),
            deadlines=deadlines_at(self.ledger, self.register, self.clock()),
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
                deadlines=facts.deadlines,
            ),
        )
        if reply is None or override is not NO_OVERRIDE:
            return reply
        capped = self._capped(reply)
        if capped:
            note = Note("capped", f"{reply.recipient} {capped}", reply.respondent)
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
        return standings(owed, books_of(self.ledger, self.register, bodies, self.clock()))
