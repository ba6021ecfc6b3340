"""One mail, and one piece of it, as the tables of `verdict.py` see them. Frozen; decides nothing."""

from __future__ import annotations

from config.frozen import frozen
from config.services import Service
from config.survey import Survey
from intake.finding import Finding
from intake.submission import AnswerSheet, FileReading, Submission
from routing.decision.facts import Facts
from routing.decision.replacing import Newcomer, standing_ones
from routing.records import Identity, Relation
from routing.standing import Booking


@frozen
class MailCase:
    """One mail as its table sees it. `mailbox`: id; `trusted`: an official recorded it or took it in by decision."""

    submission: Submission
    facts: Facts
    mailbox: str
    trusted: bool
    last_day: bool = False  # it came on the day of its deadline
    asks_for: Service = ""  # what its subject asks for, sooner than to be taken in
    vouched: bool = False  # its sender's address is that of the body that sends it, by domain or by somebody's word

    @property
    def has_form(self) -> bool:
        """Whether a form stands in the mail, outside any returned part."""
        return self.submission.has_form

    @property
    def answered_elsewhere(self) -> bool:
        """Whether another of the mailboxes that the mail is addressed to answers for it."""
        return self.facts.answered_by not in ("", self.mailbox)

    @property
    def password_awaited(self) -> bool:
        """Whether something in the mail is locked, and the password may still come."""
        return self.facts.password_awaited and any(f.locked for f in self.submission.files)

    @property
    def recognised(self) -> bool:
        """Whether the mail is from a local government's address, or from one that was approved."""
        return self.facts.sender.recognised

    @property
    def rest_awaited(self) -> bool:
        """Whether the mail is a part of a set whose other parts may still come."""
        return self.facts.parts is not None and self.facts.parts.open

    @property
    def rest_holds_form(self) -> bool:
        """Whether another part of the mail's set holds a form."""
        return self.facts.parts is not None and self.facts.parts.form_elsewhere


@frozen
class FileCase:
    """What is known of one piece: a file, or one answer sheet in it. `findings` is everything found, with
    the severity that this survey gives; `history` the earlier bookings of that body and program."""

    survey: Survey
    file: FileReading
    sheet: AnswerSheet | None
    identity: Identity
    mailbox: str
    program: str  # id, or empty where it cannot be told
    relation: Relation
    owes: bool  # the body, or its prefecture for it, owes this program
    right_mailbox_addressed: bool  # the program's own mailbox stands in To or Cc as well
    findings: tuple[Finding, ...]
    history: tuple[Booking, ...]
    forms_in_mail: bool
    newcomer: Newcomer  # it, as it comes to the answers that stand
    password_awaited: bool = False  # a password for what is locked may still come
    direct_allowed: bool = False  # an operator accepts this municipality's direct answer
    stands_for_another: bool = False  # its name is an answer's, of a program of which no sheet in the mail is

    @property
    def errors(self) -> tuple[Finding, ...]:
        """Findings that only the sender can mend."""
        return tuple(f for f in self.findings if f.severity == "error")

    @property
    def in_list(self) -> bool:
        """Whether the piece is a row of a collated list."""
        return self.sheet is not None and self.sheet.row > 0

    @property
    def whole_list(self) -> bool:
        """Whether the piece is a collated list as a whole; its rows are pieces of their own."""
        return self.sheet is None and self.file.kind == "collated_list"

    @property
    def beside(self) -> tuple[Booking, ...]:
        """The accepted answers of the same body and program that stand for some of the same screenings."""
        return standing_ones(self.history, self.sheet.attributes if self.sheet else ())

    @property
    def wrong_mailbox(self) -> bool:
        """Whether the program belongs to another mailbox."""
        return bool(self.program) and self.survey.program(self.program).mailbox != self.mailbox
