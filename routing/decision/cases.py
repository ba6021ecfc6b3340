"""From a Submission to a decided mail: builds the frozen cases, asks the tables, gathers what they say.

Pure but for the look-ups handed in as `Facts`. All findings are gathered before anything is decided, so
that one reply tells everything.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from intake.finding import Finding, severity_of
from intake.submission import AnswerSheet, FileReading, Submission
from routing.decided import NOBODY, Decided, Note, Piece
from routing.decision.facts import Facts, tells_password_only
from routing.decision.findings import Piecework, piece_findings
from routing.decision.gaps import with_gaps
from routing.decision.gathered import alerts, handed_in_in_time, mail_late, question, receipt_doubt
from routing.decision.relation import relation_of
from routing.decision.verdict import (
    FileCase,
    FileDecision,
    MailCase,
    MailDecision,
    Outcome,
    Relation,
    decide_file,
    decide_mail,
    remarks,
)
from routing.identify import Identity, ProgramEvidence, Sender, identify, infer_program
from routing.ledger.arrivals import Arrival
from routing.register import Register
from routing.standing import Booking

WHY_NO_FILE = frozenset({"file_by_link", "file_removed", "mail_divided"})


@dataclass(frozen=True, slots=True)
class Override:
    """What an operator decided about one mail. `outcome` replaces the verdict on every piece that waits;
    `assigned` names the body and `program` the program (ids, empty: not named); `take_in` treats the mail
    as if a person had sent it to us; `notes` are events that are recorded with the decision, or not at all;
    `received_at`: when the mail was received, where its time of receipt in the mailbox is not to count."""

    outcome: Outcome | None = None
    assigned: str = ""
    program: str = ""
    take_in: bool = False
    by: str = "uketsuke"
    why: str = ""
    notes: tuple[Note, ...] = ()
    received_at: datetime | None = None


NO_OVERRIDE = Override()


class OverrideRefused(Exception):
    """What an operator decided cannot be carried out on this mail; the text says why and what can."""


def decide(
    arrival: Arrival,
    submission: Submission,
    facts: Facts,
    register: Register,
    override: Override = NO_OVERRIDE,
) -> Decided:
    """The whole decision about one mail, without its reply."""
    has_form = any(f.kind != "other" and not f.returned for f in submission.files)
    case = MailCase(
        submission=submission,
        sender=facts.sender,
        has_form=has_form,
        resend_of=facts.resend_of,
        from_ourselves=facts.from_ourselves,
        personal=submission.personal + tuple(p for f in submission.files for p in f.personal),
        trusted=override.take_in,
        answers_ours=facts.answers_ours,
        spoofed=facts.spoofed,
        first_set_aside=facts.first_set_aside,
        answered_elsewhere=facts.answered_by not in ("", arrival.mailbox),
        password_awaited=facts.password_awaited and any(f.locked for f in submission.files),
        password_told=tells_password_only(submission),
        parts=facts.parts,
    )
    mail = _override_mail(decide_mail(case), override)
    own = identify(submission, None, None, facts.sender, register.roster)
    pieces: tuple[Piece, ...] = ()
    if mail.outcome in ("by_file", "correction"):
        pieces = _decide_pieces(arrival, submission, facts, register, override)
    pieces, gaps = with_gaps(pieces, facts.history, register.survey)
    findings = submission.findings + _no_file(submission, mail, register)
    _refuse_empty(override, pieces, findings)
    whole = _of_the_mail(own, pieces)
    return Decided(
        arrival=arrival,
        submission=submission,
        mail=mail,
        identity=whole,
        findings=findings,
        pieces=pieces,
        late=mail_late(arrival.received_at, pieces, own, facts.deadlines),
        notes=override.notes
        + alerts(submission, pieces)
        + question(submission, mail, whole.submitter or whole.body)
        + receipt_doubt(submission, pieces, own, facts, arrival.received_at)
        + gaps,
        decided_by=override.by,
        why=override.why,
    )


def _refuse_empty(override: Override, pieces: tuple[Piece, ...], findings: tuple[Finding, ...]) -> None:
    """An operator's word that would come to nothing is refused. Raises OverrideRefused."""
    if override.outcome == "accepted" and not any(p.decision.outcome == "accepted" for p in pieces):
        raise OverrideRefused(
            "受理できる調査票がありません。団体が分からないときは、先に assign で団体コードを指定してください。"
        )
    asked = [f for p in pieces if p.decision.outcome == "correction" for f in p.findings] + list(findings)
    if override.outcome == "correction" and not any(f.severity == "error" for f in asked):
        raise OverrideRefused("修正をお願いする指摘がないため、確認のお願いは送れません。")


def _of_the_mail(own: Identity, pieces: tuple[Piece, ...]) -> Identity:
    """Who sent the mail: what its sheets say where they agree, since a subject may name somebody else. The
    letter goes by it, and no body's standing may be told to another."""
    told = [p.identity for p in pieces if p.sheet is not None and p.identity.body]
    if len({i.submitter for i in told}) != 1:
        return own
    bodies = {i.body for i in told}
    return replace(own, submitter=told[0].submitter, body=told[0].body if len(bodies) == 1 else "")


def unread(arrival: Arrival, decision: MailDecision, override: Override, register: Register) -> Decided:
    """The decision about a mail that could not be read; what happened stands in the override's notes."""
    late = arrival.received_at > register.survey.deadline
    return Decided(arrival, None, decision, NOBODY, (), (), late, override.notes, override.by, override.why)


def _override_mail(decision: MailDecision, override: Override) -> MailDecision:
    """An operator's word on a mail that its row held as a whole."""
    if override.outcome == "ignored":
        return MailDecision("ignored", "operator")
    if override.outcome is not None and decision.outcome == "held":
        return MailDecision("by_file", "operator")
    return decision


def _no_file(submission: Submission, mail: MailDecision, register: Register) -> tuple[Finding, ...]:
    """A submission without any attachment has one finding of its own, unless the mail tells why."""
    told = any(f.code in WHY_NO_FILE for f in submission.findings)
    if told or mail.rule != "no_form" or any(f.attached for f in submission.files):
        return ()
    return (Finding("no_file", severity_of("no_file", register.survey)),)


def _decide_pieces(
    arrival: Arrival, submission: Submission, facts: Facts, register: Register, override: Override
) -> tuple[Piece, ...]:
    """Each file, and each answer sheet in it, decided; earlier pieces of this mail are no history."""
    builder = _CaseBuilder(arrival, submission, facts, register, override)
    pieces = []
    for file in submission.files:
        if file.returned or not file.attached:
            continue
        for number, sheet in _units(file):
            piece_id = f"{file.position}/{number}" if sheet else str(file.position)
            case = builder.case(file, sheet)
            decision = _override_file(decide_file(case), case, override)
            part = _PART.get(case.relation, "") if case.owes else ""
            late = facts.deadlines.late(arrival.received_at, case.identity.body, case.program)
            mends = late and handed_in_in_time(case.identity.body, case.program, facts)
            pieces.append(
                Piece(
                    piece_id,
                    file,
                    sheet,
                    case.identity,
                    case.program,
                    part,
                    decision,
                    case.findings,
                    late,
                    mends,
                )
            )
    return tuple(pieces)


def _units(file: FileReading) -> Iterator[tuple[int, AnswerSheet | None]]:
    """What is decided one by one: each answer sheet, or the file where it has none; of a collated list the
    list as a whole, and then each row."""
    if not file.sheets or file.kind == "collated_list":
        yield 0, None
    yield from enumerate(file.sheets, 1)


_PART = {"own": "own", "city": "own", "municipality": "collected", "direct": "collected"}


def _override_file(decision: FileDecision, case: FileCase, override: Override) -> FileDecision:
    """An operator's outcome replaces a verdict that waited for one, or a request for correction."""
    if override.outcome is None or decision.outcome in ("kept", "ignored"):
        return decision
    if override.outcome == "accepted" and not (case.identity.body and case.program):
        return decision
    return FileDecision(override.outcome, "operator", remarks(case, override.outcome, "operator"))


@dataclass(frozen=True, slots=True)
class _CaseBuilder:
    """Builds the FileCases of one mail."""

    arrival: Arrival
    submission: Submission
    facts: Facts
    register: Register
    override: Override

    def case(self, file: FileReading, sheet: AnswerSheet | None) -> FileCase:
        """The case of one piece."""
        identity = identify(self.submission, file, sheet, self._sender(sheet), self.register.roster)
        program = self._program(file, sheet, identity)
        assigned = bool(self.override.assigned) and not (sheet is not None and sheet.row)
        relation = relation_of(identity, assigned, self.register)
        if relation == "stranger" and self.override.outcome == "accepted" and not (sheet and sheet.row):
            relation = relation_of(identity, True, self.register)  # the official believes the workbook
        history = self.facts.history(identity.body, program) if identity.body and program else ()
        return FileCase(
            survey=self.register.survey,
            file=file,
            sheet=sheet,
            identity=identity,
            mailbox=self.arrival.mailbox,
            program=program,
            relation=relation,
            owes=self._owes(identity.body, program, relation),
            right_mailbox_addressed=self._right_mailbox_addressed(program),
            findings=piece_findings(
                Piecework(self.submission, file, sheet, identity, program), self.register, self.facts.listed
            )
            + self._sent_directly(relation),
            history=history,
            forms_in_mail=any(f.kind != "other" for f in self.submission.files)
            or (self.facts.parts is not None and self.facts.parts.form_elsewhere),
            password_awaited=self.facts.password_awaited,
            same_sender=self._same_sender(file, history),
            direct_allowed=self.override.outcome == "accepted",
            list_known=any(f.kind == "collated_list" for f in self.submission.files)
            or any(b.outcome == "accepted" and b.part == "collected" for b in history),
        )

    def _sent_directly(self, relation: Relation) -> tuple[Finding, ...]:
        """What an official asks of a municipality that wrote directly (row 9): its prefecture collects."""
        if relation != "direct" or self.override.outcome != "correction":
            return ()
        return (Finding("sent_directly", severity_of("sent_directly", self.register.survey)),)

    def _sender(self, sheet: AnswerSheet | None) -> Sender:
        """The sender, with the body that an operator assigned; of a list's row it names who submits."""
        assigned = self.override.assigned
        if sheet is not None and sheet.row and assigned:
            return replace(self.facts.sender, approved=assigned)
        return replace(self.facts.sender, assigned=assigned)

    def _program(self, file: FileReading, sheet: AnswerSheet | None, identity: Identity) -> str:
        if sheet is None:
            return ""
        if self.override.program and not sheet.program:
            return self.override.program
        names = ProgramEvidence(file.claim.programs, self.submission.claim.programs, self.arrival.mailbox)
        return infer_program(sheet, names, self.register.programs_of(identity.body), self.register.survey)

    def _owes(self, body: str, program: str, relation: Relation) -> bool:
        if relation in ("municipality", "direct"):
            return (body, program) in self.register.collectors
        return (body, program) in self.register.by_key

    def _right_mailbox_addressed(self, program: str) -> bool:
        if not program:
            return False
        right = self.register.survey.mailbox(self.register.survey.program(program).mailbox)
        written_to = {a.address.lower() for a in (*self.submission.message.to, *self.submission.message.cc)}
        return right.address.lower() in written_to

    def _same_sender(self, file: FileReading, history: tuple[Booking, ...]) -> bool:
        """No sign of a second, competing answer: it came from the same address, answers one of our mails,
        says that it replaces, or an operator vouches for it."""
        sender = self.submission.message.sender
        known = {b.sender.lower() for b in history if b.outcome == "accepted"}
        return (
            (sender is not None and sender.address.lower() in known)
            or self.facts.answers_ours
            or self.submission.claim.replaces
            or file.claim.replaces
            or self.override.take_in
        )
