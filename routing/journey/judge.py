"""Deciding one mail inside the desk's transaction: what the ledger knows of it, the verdict, the reply.

Everything here runs in the transaction of the caller, the same in which the verdict is committed, so that
what was read still holds when it is written. Reads no mail, sends nothing, opens no transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from config.domains import body_hint
from config.mails import Way
from config.settings import Settings, folder_for
from intake.submission import Address, Submission
from replies.letter_kinds import LetterKind
from replies.letters.compose import is_writable
from replies.letters.signed import wording_hash
from routing.deadline import Deadlines
from routing.decision import joined
from routing.decision.cases import decide
from routing.decision.facts import Facts
from routing.decision.override import NO_OVERRIDE, Override
from routing.decision.remained import asked_before
from routing.decision.reply import recipient_of, write_reply
from routing.decision.unlocked import keep_opened
from routing.decision.which_letter import ReplyContext, letter_kind, mail_row, quiet_kind
from routing.journey.caps import Allowance, CappedRecipient, allowance
from routing.journey.form_came import note_form_came
from routing.journey.lighter import queue_lighter
from routing.journey.lookups import Known
from routing.journey.waiting import note_erasure, note_waits
from routing.ledger import (
    approvals,
    arrivals,
    mailbox_tasks,
    numbers,
    official_acts,
    outbox,
    outlines,
    pending_queue,
    verdicts,
    withdrawing,
)
from routing.ledger.books import books_of
from routing.ledger.returned import mark_undelivered
from routing.ledger.secret import message_ids
from routing.ledger.store import Ledger
from routing.ledger.withdrawing import TakenBack
from routing.notices import replaced, told_body
from routing.notices.notice import held_unless_approved, waits
from routing.office import OpenOffice
from routing.proof import LEAST, is_theirs
from routing.records import Arrival, Decided, FinishedReply, Note
from routing.register import Register
from routing.standing import Standing, standings

PASSWORD_FOLLOWS = timedelta(minutes=5)  # most often by itself and at once: then nobody need be told that it is awaited


@dataclass(frozen=True, slots=True)
class Settled:
    """One mail with its committed decision, the reply that was queued, if any, and what it takes back."""

    decided: Decided
    reply: FinishedReply | None
    taken_back: tuple[TakenBack, ...] = ()  # letters of the decision before it


@dataclass(frozen=True, slots=True)
class Judge:
    """Decides with this register and these settings over this ledger. `now`: the one instant that everything
    of a decision is recorded with; were it looked up twice, a reply could seem older than its verdict. `contacts`:
    for which bodies (lgcodes) the contacts file names an address."""

    register: Register
    settings: Settings
    ledger: Ledger
    now: datetime
    contacts: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def remembered(self, arrival: Arrival) -> Override:
        """What operators had decided about a mail that is read again still holds."""
        if not official_acts.taken_in(self.ledger, arrival.id):
            return NO_OVERRIDE
        lgcode, program = official_acts.assigned(self.ledger, arrival.id)
        vouched = official_acts.stood_for(self.ledger, arrival.id)
        return Override(assigned=lgcode, program=program, take_in=True, vouched=vouched)

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
        decided = _once(decide(arrival, submission, facts, self.register, override), noted)
        decided = joined.remarked(decided) if outlines.JOINED in noted else decided
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
        reply = None if joins else self._write(decided, facts, override)
        if reply is not None and outbox.says_again(self.ledger, reply, arrival.id):
            return Settled(decided, None)
        taken_back = withdrawing.take_back(self.ledger, arrival.id, self.now)
        if reply is not None:
            awaited = reply.kind == "arrival" and decided.waits_for_password
            reply = replace(reply, rests=PASSWORD_FOLLOWS) if awaited else reply
            outbox.queue(self.ledger, reply, arrival.id, self.now)
        return Settled(decided, reply, taken_back)

    def record(self, decided: Decided) -> None:
        """Writes the decision, and into which folder of its mailbox the mail belongs by it."""
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
        """Lets the answer be decided anew to which this mail brings the outline that we asked for, where it answers the
        very letter that did, from the same house; that answer's letter tells of it."""
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

    def _write(self, decided: Decided, facts: Facts, override: Override) -> FinishedReply | None:
        """The reply to a decided mail, if one goes out. What an official decided is under no cap."""
        if decided.submission is None:
            return None
        around = self._circumstances(decided, decided.submission, facts)
        recipient = recipient_of(decided.submission, around)
        if recipient is None:
            return None
        around = replace(around, quotes=self._quotes(decided.submission, recipient))
        kind = letter_kind(decided, around)
        if kind is None:
            return None
        if not is_writable(recipient.address):
            self._note(decided, Note("unwritable", "", decided.identity.submitter))
            return None
        automatic = override is NO_OVERRIDE
        if automatic and decided.submission.desk == "second":
            self._note(decided, Note("other_desk_writes", "", decided.identity.submitter))
            return None
        wanted = self._by_table(kind, decided, around, automatic)
        if wanted is None:
            return None
        kind, way = wanted
        left = self._allowance(recipient, decided.identity.submitter, facts)
        around = replace(around, last_today=automatic and left.last_today)
        reply = write_reply((kind, recipient), decided, decided.submission, around)
        if not automatic or left.left:
            return replace(
                reply,
                waits=waits(kind, way, self.settings),
                wording=wording_hash(kind, self.register.survey),
                unless_approved=held_unless_approved(self.settings, kind),
            )
        self._note(decided, Note("capped", f"{reply.recipient} {left.cap}", reply.respondent))
        return None

    def _by_table(
        self, kind: LetterKind, decided: Decided, around: ReplyContext, automatic: bool
    ) -> tuple[LetterKind, Way] | None:
        """What goes out in truth, and how, by the survey's table and its day of quiet; None: nothing does. What people
        have to do instead is noted."""
        survey = self.register.survey
        chosen: LetterKind | None = kind
        if automatic and survey.is_quiet(self.now):
            asks = kind == "duplicate" and any(block.findings for block in around.first_asked)
            chosen = quiet_kind(kind, asks)
            if chosen != kind:
                self._note(decided, Note("quiet", kind, decided.identity.submitter))
        way = survey.mails.way(mail_row(chosen, decided.mail.rule)) if chosen else "off"
        return (chosen, way) if chosen and way != "off" else None

    def _note(self, decided: Decided, note: Note) -> None:
        verdicts.note(self.ledger, note, decided.arrival.id, ("uketsuke", ""), self.now)

    def _allowance(self, recipient: Address, respondent: str, facts: Facts) -> Allowance:
        """How many more replies the caps allow to this reader."""
        of_a_body = self._tells_a_body
        known = of_a_body(recipient.domain) or bool(facts.credentials.vouched(recipient.address))
        reader = CappedRecipient(recipient.address.lower(), respondent, known)
        return allowance(self.ledger, self.settings.caps, reader, of_a_body, self.now)

    def _tells_a_body(self, domain: str) -> bool:
        return domain in self.settings.approved_domains or bool(body_hint(domain, self.register.roster))

    def _quotes(self, submission: Submission, recipient: Address) -> bool:
        """Whether a letter may repeat words of the mail: to whom has sent us a form, now or before, and to an address
        of a body of the roster; its clerk has to find the file by its name."""
        if self._tells_a_body(recipient.domain) or submission.has_form:
            return True
        return arrivals.sent_a_form(self.ledger, recipient.address)

    def _circumstances(self, decided: Decided, submission: Submission, facts: Facts) -> ReplyContext:
        told = not decided.pieces or all(p.proof >= LEAST["standing"] for p in decided.pieces if p.sheet)
        return ReplyContext(
            register=self.register,
            settings=self.settings,
            standings=self._standings(decided, facts.deadlines) if told else (),
            standing_told=told,
            first_receipt=facts.resend_of,
            first_asked=facts.first_asked,
            asked_before=asked_before(decided, facts.history, _address(submission)) if told else "",
            recognised=facts.sender.recognised,
            noticed=facts.noticed,
            wait_noticed=facts.wait_noticed,
            now=self.now,
            ids=message_ids(self.ledger),
            round=verdicts.rounds(self.ledger, decided.arrival.id),
            deadlines=facts.deadlines,
            parts=facts.parts,
            password_wait=facts.password_wait,
            reply_to_theirs=self._replies_there(submission, facts, decided.identity.submitter),
        )

    def _replies_there(self, submission: Submission, facts: Facts, lgcode: str) -> bool:
        """Whether Reply-To names an address of the same people: else anybody could have a letter about a body
        sent to himself, by writing its address into From."""
        sender, reply_to = submission.message.sender, submission.message.reply_to
        if sender is None or reply_to is None:
            return False
        same_domain = reply_to.domain == sender.domain
        approved = approvals.approval(self.ledger, reply_to.address) is not None
        theirs = is_theirs(reply_to.address, lgcode, facts.credentials.vouched, self.register.roster)
        return same_domain or approved or theirs or reply_to.domain in self.settings.approved_domains

    def _standings(self, decided: Decided, deadlines: Deadlines) -> tuple[Standing, ...]:
        """What the submitter owes, this mail's verdicts counted in."""
        owed = self.register.owed_by(decided.identity.submitter or decided.identity.body)
        if not owed:
            return ()
        bodies = {owed[0].lgcode, *(code for o in owed for code in o.collected)}
        return standings(owed, books_of(self.ledger, deadlines, bodies, self.now))


def _once(decided: Decided, noted: frozenset[str]) -> Decided:
    """Without what operators were told of this mail before."""
    told = noted & {"question", "receipt_doubt", "unconfirmed", "replaced", "gave_way"}
    return replace(decided, notes=tuple(n for n in decided.notes if n.kind not in told)) if told else decided


def _address(submission: Submission) -> str:
    return submission.message.sender.address if submission.message.sender else ""
