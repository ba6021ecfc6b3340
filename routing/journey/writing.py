"""The reply to a decided mail, if one goes out: to whom, by which row of the survey's table, within which caps.

Inside the transaction in which the mail is decided; reads the ledger, and notes there what people have to do instead.
"""

from __future__ import annotations

from datetime import datetime

from config.domains import body_hint
from config.frozen import frozen, replace
from config.mails import Way
from config.settings import Settings
from intake.submission import Address, Submission
from replies.letter_kinds import TRAITS, LetterKind
from replies.letters.compose import is_writable
from replies.letters.signed import wording_hash
from routing.deadline import Deadlines
from routing.decision.facts import Facts
from routing.decision.override import NO_OVERRIDE, Override
from routing.decision.remained import asked_before
from routing.decision.reply import recipient_of, write_reply
from routing.decision.verdict import NOT_BOOKED
from routing.decision.which_letter import ReplyContext, letter_kind, mail_row, quiet_kind
from routing.journey.caps import Allowance, CappedRecipient, allowance
from routing.ledger import approvals, arrivals, verdicts
from routing.ledger.books import books_of
from routing.ledger.secret import message_ids
from routing.ledger.sent_counts import CountedLetters
from routing.ledger.store import Ledger
from routing.notices.notice import held_unless_approved, waits
from routing.proof import LEAST, is_theirs
from routing.records import Decided, FinishedReply, Note
from routing.register import Register
from routing.standing import Standing, standings


@frozen
class ReplyWriter:
    """A writer of replies with this register and these settings over this ledger, at this instant."""

    register: Register
    settings: Settings
    ledger: Ledger
    now: datetime

    def write(self, decided: Decided, facts: Facts, override: Override) -> FinishedReply | None:
        """The reply to a decided mail, if one goes out. What an official decided is under no cap."""
        if decided.submission is None:
            return None
        around = self._circumstances(decided, decided.submission, facts)
        recipient = recipient_of(decided.submission, around)
        if recipient is None:
            return None
        around = replace(around, quotes=self._quotes(decided.submission, recipient), revised=override.revises)
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
        left = self._allowance(recipient, decided.identity.submitter, facts, kind)
        around = replace(around, last_today=automatic and left.last_today)
        reply = write_reply((kind, recipient), decided, decided.submission, around)
        if not automatic or left.left:
            return replace(
                reply,
                waits=waits(kind, "draft" if override.revises else way, self.settings),
                wording=wording_hash(kind, self.register.survey),
                unless_approved=held_unless_approved(self.settings, kind),
            )
        held_back = "pre_check_capped" if TRAITS[kind].books_nothing else "capped"
        self._note(decided, Note(held_back, f"{reply.recipient} {left.cap}", reply.respondent))
        return None

    def _by_table(
        self, kind: LetterKind, decided: Decided, around: ReplyContext, automatic: bool
    ) -> tuple[LetterKind, Way] | None:
        """What really goes out, and how, by the survey's table and its day of quiet; None: nothing does. What people
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

    def _allowance(self, recipient: Address, respondent: str, facts: Facts, kind: LetterKind) -> Allowance:
        """How many more replies the caps allow to this recipient."""
        of_a_body = self._tells_a_body
        known = of_a_body(recipient.domain) or bool(facts.credentials.vouched(recipient.address))
        kinds: CountedLetters = "pre_checks" if TRAITS[kind].books_nothing else "others"
        capped = CappedRecipient(recipient.address.lower(), respondent, known, kinds)
        return allowance(self.ledger, self.settings.caps, capped, of_a_body, self.now)

    def _tells_a_body(self, domain: str) -> bool:
        return domain in self.settings.approved_domains or bool(body_hint(domain, self.register.roster))

    def _quotes(self, submission: Submission, recipient: Address) -> bool:
        """Whether a letter may repeat words of the mail. It may if the reader has sent us a form, now or before, or
        has an address of a body of the roster: its clerk has to find the file by its name."""
        if self._tells_a_body(recipient.domain) or submission.has_form:
            return True
        return arrivals.sent_a_form(self.ledger, recipient.address)

    def _circumstances(self, decided: Decided, submission: Submission, facts: Facts) -> ReplyContext:
        pre_check = decided.mail.rule in NOT_BOOKED
        proved = not decided.pieces or all(p.proof >= LEAST["standing"] for p in decided.pieces if p.sheet)
        told = proved and not pre_check
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
            only_sender=pre_check,
            answered_elsewhere=facts.answered_by not in ("", decided.arrival.mailbox),
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


def _address(submission: Submission) -> str:
    return submission.message.sender.address if submission.message.sender else ""
