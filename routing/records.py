"""The values that pass between decision and ledger: what came, who it is from, what was decided, what goes out.

Frozen; nothing here decides, remembers or speaks. Below both, so that neither need know the other.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from config.frozen import frozen
from routing.proof import Proof

if TYPE_CHECKING:  # every command loads this module, and few read mail
    from intake.finding import Finding
    from intake.submission import Address, AnswerSheet, FileReading, Submission
    from routing.standing import Booking
    from routing.versions import VersionChange

Outcome = Literal["accepted", "correction", "held", "ignored", "kept"]
MailOutcome = Literal["ignored", "held", "correction", "by_file"]
# How submitter and body stand to each other; "direct": a collected municipality writes itself.
Relation = Literal["own", "municipality", "city", "direct", "stranger", "none"]
EvidenceSource = Literal[
    "organisation", "approval", "sender_domain", "file_name", "subject", "operator", "authentication", "our_letter"
]


@frozen
class Arrival:
    """One mail in the ledger. `receipt` is its receipt number (受付番号), derived from mailbox and bytes."""

    id: int
    mailbox: str
    receipt: str
    received_at: datetime
    header_only: bool
    added_by: str


@frozen
class PartRow:
    """One part that arrived: which of how many (0: not said), and whether it brought a form."""

    arrival_id: int
    receipt: str
    number: int
    has_form: bool


@frozen
class Evidence:
    """One hint at a body: where it stands, its own words, and the bodies that it may mean."""

    source: EvidenceSource
    claim: str
    lgcodes: tuple[str, ...]


@frozen
class Identity:
    """提出者 and 回答団体. Empty strings where it cannot be told. `strong`: workbook, domain, approval or an
    operator tells the body. `disagree` names the sources that contradict each other."""

    submitter: str
    body: str
    evidence: tuple[Evidence, ...]
    strong: bool
    disagree: tuple[EvidenceSource, ...] = ()


@frozen
class KnownSender:
    """Who wrote: the address, whether its domain is a local government's or was approved, and what the
    domain or an operator tells of the body."""

    address: Address | None
    recognised: bool
    approved: str  # lgcode given by an operator's approval of this sender, or empty
    hint: tuple[str, ...]
    assigned: str = ""  # lgcode that an operator assigned to this very mail, or empty


@frozen
class MailDecision:
    """The row that decided over the mail; `remarks`: what its words say, for operators (wording.toml [says])."""

    outcome: MailOutcome
    rule: str
    remarks: tuple[str, ...] = ()


@frozen
class FileDecision:
    """The row that decided over one piece, and remarks: rules that hit without deciding."""

    outcome: Outcome
    rule: str
    remarks: tuple[str, ...]


NOBODY = Identity("", "", (), False)
_MOST_FIRST: tuple[Outcome, ...] = ("correction", "held", "accepted", "kept")


@frozen
class Piece:
    """One file, or one answer sheet in it, with what was decided. `id`: "2" or "2/1"; `part` of the
    obligation: own, collected, or empty where it belongs to none. `late`: received after its own deadline;
    `mends` what was handed in before it, and stays in time therefore. `proof`: what stood behind it; `displaced`:
    the accepted answers of other addresses whose place it took; `stood`: the newest accepted one before it; `since`:
    what it changes in the version before it, where the survey's letters tell that."""

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
    stood: Booking | None = None
    since: VersionChange | None = None


@frozen
class FinishedReply:
    """One finished reply, as the outbox keeps it. `key` is unique: a second reply of this kind to this
    arrival cannot exist. `recipient` is whom it is for, `rcpt_to` where it goes (rehearsal: the operators). `waits`:
    until an official releases it, or (`unless_approved`) where its `wording` (its hash) is not the approved one."""

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
    waits: bool = False
    rests: timedelta = timedelta()  # in the outbox, so long at least
    wording: str = ""
    unless_approved: bool = False


@frozen
class Note:
    """An event for the operators: its kind, body and program if any, and one line of detail."""

    kind: str
    detail: str = ""
    lgcode: str = ""
    program: str = ""


@frozen
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
    def waits_for_password(self) -> bool:
        """Whether something in it is locked, whose password may still come."""
        return "password_awaited" in (self.mail.rule, *(p.decision.rule for p in self.pieces))

    @property
    def outcome(self) -> MailOutcome | Outcome:
        """The mail's own outcome; where its files decide, that of the one that asks most of somebody."""
        if self.mail.outcome != "by_file":
            return self.mail.outcome
        outcomes = {p.decision.outcome for p in self.pieces}
        return next((o for o in _MOST_FIRST if o in outcomes), "ignored")
