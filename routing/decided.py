"""What was decided about one mail, whole: the frozen value that the ledger commits in one transaction."""

from __future__ import annotations

from dataclasses import dataclass

from intake.finding import Finding
from intake.submission import AnswerSheet, FileReading, Submission
from routing.decision.identify import Identity
from routing.decision.verdict import FileDecision, MailDecision, MailOutcome, Outcome
from routing.ledger.arrivals import Arrival
from routing.proof import Proof
from routing.standing import Booking

NOBODY = Identity("", "", (), False)
_MOST_FIRST: tuple[Outcome, ...] = ("correction", "held", "accepted", "kept")


@dataclass(frozen=True, slots=True)
class Piece:
    """One file, or one answer sheet in it, with what was decided. `id`: "2" or "2/1"; `part` of the
    obligation: own, collected, or empty where it belongs to none. `late`: received after its own deadline;
    `mends` what was handed in before it, and stays in time therefore. `proof`: what stood behind it; `displaced`:
    the accepted answers of other addresses whose place it took."""

    id: str
    file: FileReading
    sheet: AnswerSheet | None
    identity: Identity
    program: str
    part: str
    decision: FileDecision
    findings: tuple[Finding, ...]
    late: bool = False
    mends: bool = False
    proof: Proof = Proof.NOTHING
    displaced: tuple[Booking, ...] = ()


@dataclass(frozen=True, slots=True)
class Posted:
    """One finished reply, as the outbox keeps it. `key` is unique: a second reply of this kind to this
    arrival cannot exist. `recipient` is whom it is for, `rcpt_to` where it goes (rehearsal: the operators)."""

    key: str
    kind: str
    message_id: str
    mailbox: str
    mail_from: str
    recipient: str
    rcpt_to: str
    respondent: str
    subject: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Note:
    """An event for the operators: its kind, body and program if any, and one line of detail."""

    kind: str
    detail: str = ""
    lgcode: str = ""
    program: str = ""


@dataclass(frozen=True, slots=True)
class Decided:
    """One mail, decided. `submission` is None where it could not be read at all (poison, too large)."""

    arrival: Arrival
    submission: Submission | None
    mail: MailDecision
    identity: Identity
    findings: tuple[Finding, ...]
    pieces: tuple[Piece, ...]
    late: bool
    notes: tuple[Note, ...] = ()
    decided_by: str = "uketsuke"
    why: str = ""

    @property
    def outcome(self) -> MailOutcome | Outcome:
        """The mail's own outcome; where its files decide, that of the one that asks most of somebody."""
        if self.mail.outcome != "by_file":
            return self.mail.outcome
        outcomes = {p.decision.outcome for p in self.pieces}
        return next((o for o in _MOST_FIRST if o in outcomes), "ignored")
