"""What the ledger knows of a mail before it is decided, inside the caller's transaction. Writes and decides nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache

from config.frozen import replace
from config.settings import Settings
from intake.submission import Submission
from routing.decision.authenticated import authenticated
from routing.decision.facts import Facts
from routing.decision.identify import identify, know_sender
from routing.decision.mail_set import MailSet, gather, stem
from routing.decision.passwords import PasswordWait
from routing.journey.asked_again import still_asked
from routing.ledger import approvals, bookings, letters, outbox, pending_queue, verdicts
from routing.ledger.books import deadlines_at
from routing.ledger.store import Ledger
from routing.proof import Credentials
from routing.records import Arrival, KnownSender
from routing.register import Register

_REQUESTS = 2  # for a form, in answer to files that are none: whoever sends a third is called
NOTICES_REST = timedelta(hours=24)  # who has had a notice of arrival gets no other for so long


@dataclass(frozen=True, slots=True)
class Known:
    """The look-ups for one mail, at one instant. `noted`: the kinds of the events that stand at it; `contacts`: the
    bodies for which the contacts file names an address."""

    register: Register
    settings: Settings
    ledger: Ledger
    now: datetime
    noted: frozenset[str] = frozenset()
    contacts: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def facts(self, arrival: Arrival, submission: Submission, by_official: bool) -> Facts:
        """Everything that bears on this mail. `by_official`: what an official decides himself waits for nothing."""
        address = submission.message.sender
        approved = approvals.approval(self.ledger, address.address) if address else None
        whom = address.address if address else ""
        named = letters.named(self.ledger, submission.numbers, whom)
        threaded = any(outbox.is_ours(self.ledger, i) for i in thread_of(submission))
        answers_ours = bool(named) or threaded
        sender = know_sender(address, approved, self.settings.approved_domains, self.register.roster)
        word = authenticated(submission, self.settings.authserv_id)
        credentials = replace(self._credentials(submission, sender.recognised), checked=word == "passed")
        first = verdicts.first_with_content(self.ledger, arrival.mailbox, submission, arrival.id)
        if first and credentials.letters and letters.waits_for_proof(self.ledger, first):
            first = ""  # the same again, and now it brings what the first one lacked
        waits_on = not by_official and "password_over" not in self.noted
        parts = None if by_official or answers_ours else self._parts(arrival, submission)
        awaits = self.register.survey.passwords.accept and waits_on
        still = (awaits and any(f.locked for f in submission.enclosed)) or (parts is not None and parts.open)
        return Facts(
            sender=sender,
            resend_of=first,
            first_asked=still_asked(self.ledger, self.register, first, whom, arrival.id),
            first_set_aside=bool(first) and verdicts.was_set_aside(self.ledger, first),
            answered_by=self._answered_by(submission),
            answers_ours=answers_ours,
            credentials=credentials,
            from_ourselves=self._is_colleague(submission),
            history=lambda body, program: bookings.history(self.ledger, body, program, arrival.id),
            listed=lambda body, program: bookings.listed(self.ledger, body, program, arrival.id),
            deadlines=deadlines_at(self.ledger, self.register, self.now),
            answered_at=outbox.asked_about(self.ledger, thread_of(submission))
            or letters.first_without_file(self.ledger, arrival.mailbox, whom, arrival.id),
            letter_named=named,
            told_no_file=self._told_no_file(arrival, submission, sender),
            told_no_form=not still and self._told_no_form(arrival, submission, sender),
            noticed=self._noticed(whom, first, submission.has_form),
            wait_noticed=letters.wait_noticed_since(self.ledger, whom, self.now - NOTICES_REST, arrival.id),
            first_received=lambda body, program: bookings.first_handed_in(
                self.ledger, (body, program), arrival.id, whom
            ),
            version_before=lambda body, program, attributes: bookings.version_before(
                self.ledger, arrival, (body, program), attributes
            ),
            password_awaited=awaits,
            password_wait=self._password_wait(arrival, submission) if "password_over" in self.noted else None,
            parts=parts,
            spoofed=word == "failed",
            threaded=threaded,
        )

    def _password_wait(self, arrival: Arrival, submission: Submission) -> PasswordWait:
        """The wait that is over: until when, and whether this mail or another told a password in vain."""
        tried = bool(submission.passwords_told or pending_queue.tries(self.ledger, arrival.id))
        return PasswordWait(pending_queue.noted_at(self.ledger, arrival.id, "password_over"), tried)

    def _told_no_file(self, arrival: Arrival, submission: Submission, sender: KnownSender) -> bool:
        """Whether a letter has told the sender that a mail brought no file, and no form has come since; asked only of
        a mail without a file."""
        if submission.enclosed or submission.message.sender is None:
            return False
        return letters.said_no_file(self.ledger, arrival.mailbox, self._whose(submission, sender), arrival.id)

    def _told_no_form(self, arrival: Arrival, submission: Submission, sender: KnownSender) -> bool:
        """Whether a letter said already of files of these names or bytes that they are no form, or two letters said
        so of any files. Asked only of a mail whose files are no forms and that waits for nothing any more. Digits in
        a name do not count: machines number what they enclose."""
        files = submission.enclosed
        other = submission.kind != "submission" or submission.amends or submission.awaits_scan
        if not files or submission.has_form or other:
            return False
        asked = letters.asked_for_form(self.ledger, arrival.mailbox, self._whose(submission, sender), arrival.id)
        names = {_unnumbered(name) for name in asked.filenames}
        known = all(
            (_unnumbered(f.filename) in names or f.sha256 in asked.hashes)
            and asked.codes.issuperset(finding.code for finding in f.findings)
            for f in files
        )
        return asked.letters >= _REQUESTS or (asked.letters > 0 and known)

    def _whose(self, submission: Submission, sender: KnownSender) -> tuple[str, str]:
        """(address, lgcode) of the sender."""
        address = submission.message.sender
        body = identify(submission, None, None, sender, self.register.roster).submitter
        return address.address if address else "", body

    def _noticed(self, whom: str, first: str, form: bool) -> bool:
        """Whether the sender's address had a notice of arrival lately. Where the mail repeats a `first` mail: whether
        the sender was told so already; if the mail has a form, whether he was told twice, since only people send a
        form again and again, though a relay may do so for ever."""
        since = self.now - NOTICES_REST
        if first:
            return letters.repeats_told(self.ledger, whom, first, since) >= (2 if form else 1)
        return letters.noticed_since(self.ledger, whom, since)

    def _credentials(self, submission: Submission, recognised: bool) -> Credentials:
        """What the mail brings to be believed by; what an official adds comes with his decision."""
        address = submission.message.sender
        return Credentials(
            sender=address.address if address else "",
            recognised=recognised,
            checked=False,
            letters=letters.answered(self.ledger, thread_of(submission)),
            vouched=cache(self.vouched),  # asked of the sender's address several times
            roster=self.register.roster,
            shared=submission.message.authors != "one",
        )

    def vouched(self, address: str) -> frozenset[str]:
        """lgcodes of the bodies for which officials or the contacts file vouched for an address."""
        return letters.vouched(self.ledger, address) | self.contacts.get(address.lower(), frozenset())

    def _is_colleague(self, submission: Submission) -> bool:
        """Whether the sender is somebody of the ministry: what he sends on is somebody else's, and nothing is sent to
        him."""
        address = submission.message.sender
        return address is not None and (
            address.domain in self.register.own_domains
            or address.address.lower() == self.settings.operators.lower()
        )

    def _answered_by(self, submission: Submission) -> str:
        """The mailbox that answers where a mail is addressed to several of ours: the one whose program its subject
        names, else the first, so that what concerns the mail as a whole is said once. Empty where it is addressed to
        one."""
        survey, message = self.register.survey, submission.message
        ids = {m.address.lower(): m.id for m in survey.mailboxes if m.id in self.settings.mailboxes}
        addressed = [ids[a.address.lower()] for a in (*message.to, *message.cc) if a.address.lower() in ids]
        if len(set(addressed)) < 2:
            return ""
        named = [survey.program(p).mailbox for p in submission.claim.programs]
        return next((m for m in named if m in addressed), addressed[0])

    def _parts(self, arrival: Arrival, submission: Submission) -> MailSet | None:
        """The set that this mail is a part of. An answer to one of our mails is a new version, so it belongs to no set."""
        if submission.part is None or submission.part[1] == 1:
            return None
        number, total = submission.part
        others = pending_queue.other_parts(self.ledger, arrival, whose_set(submission), total)
        all_of_them = (arrival.id, *(o.arrival_id for o in others))
        over = any(pending_queue.noted(self.ledger, id, "parts_over") for id in all_of_them)
        return gather((number, total, arrival.receipt), others, arrival.id, over)


def _unnumbered(filename: str) -> str:
    """A file's name without its digits: names that a machine makes are alike but for a number, a time or a day."""
    return re.sub(r"[\W\d_]+", "", filename).lower()


def thread_of(submission: Submission) -> set[str]:
    """The Message-IDs that a mail answers (RFC 5322 §3.6.4)."""
    message = submission.message
    return {message.in_reply_to, *message.references} - {""}


def whose_set(submission: Submission) -> tuple[str, str]:
    """(sender, stem): what the parts of one submission share."""
    sender = submission.message.sender
    return sender.address.lower() if sender else "", stem(submission.message.subject)
