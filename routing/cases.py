"""From a Submission to a decided mail: builds the frozen cases, asks the tables, gathers what they say.

Pure but for the look-ups handed in as `Facts`. All findings are gathered before anything is decided, so
that one reply tells everything.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from intake.finding import Finding, quote, severity_of
from intake.submission import AnswerSheet, FileReading, Submission
from routing.decided import NOBODY, Decided, Note, Piece
from routing.identify import Identity, ProgramEvidence, Sender, identify, infer_program
from routing.ledger.arrivals import Arrival
from routing.register import Register
from routing.standing import Booking
from routing.verdict import FileCase, FileDecision, MailCase, MailDecision, Outcome, decide_file, decide_mail

COLLECTED_KINDS = ("ward", "city", "town", "village")


@dataclass(frozen=True, slots=True)
class Override:
    """What an operator decided about one mail. `outcome` replaces the verdict on every piece that waits;
    `assigned` names the body; `take_in` treats the mail as if a person had sent it to us."""

    outcome: Outcome | None = None
    assigned: str = ""
    take_in: bool = False
    by: str = "uketsuke"
    why: str = ""


NO_OVERRIDE = Override()


class OverrideRefused(Exception):
    """What an operator decided cannot be carried out on this mail; the text says why and what can."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the ledger knows that bears on one mail."""

    sender: Sender
    resend_of: str
    answers_ours: bool
    from_ourselves: bool
    history: Callable[[str, str], tuple[Booking, ...]]  # (body, program) -> earlier bookings


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
    )
    mail = _override_mail(decide_mail(case), override)
    identity = identify(submission, None, None, facts.sender, register.roster)
    pieces: tuple[Piece, ...] = ()
    if mail.outcome in ("by_file", "correction"):
        pieces = _decide_pieces(arrival, submission, facts, register, override)
    if override.outcome == "accepted" and not any(p.decision.outcome == "accepted" for p in pieces):
        raise OverrideRefused(
            "受理できる調査票がありません。団体が分からないときは、先に assign で団体コードを指定してください。"
        )
    if pieces and not identity.body:
        identity = pieces[0].identity
    return Decided(
        arrival=arrival,
        submission=submission,
        mail=mail,
        identity=identity,
        findings=submission.findings + _no_file(submission, mail, register),
        pieces=pieces,
        late=arrival.received_at > register.survey.deadline,
        notes=_notes(submission, pieces),
        decided_by=override.by,
        why=override.why,
    )


def unreadable(arrival: Arrival, rule: str, late: bool, note: Note) -> Decided:
    """A mail that could not be read: held under this rule, with what happened as a note."""
    return Decided(arrival, None, MailDecision("held", rule), NOBODY, (), (), late, notes=(note,))


def _override_mail(decision: MailDecision, override: Override) -> MailDecision:
    """An operator's word on a mail that its row held as a whole."""
    if override.outcome == "ignored":
        return MailDecision("ignored", "operator")
    if override.outcome is not None and decision.outcome == "held":
        return MailDecision("by_file", "operator")
    return decision


def _no_file(submission: Submission, mail: MailDecision, register: Register) -> tuple[Finding, ...]:
    """A submission without any attachment has one finding of its own."""
    if mail.rule != "no_form" or any(f.attached for f in submission.files):
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
        for number, sheet in enumerate(file.sheets, 1) if file.sheets else [(0, None)]:
            piece_id = f"{file.position}/{number}" if sheet else str(file.position)
            case = builder.case(file, sheet)
            decision = _override_file(decide_file(case), case, override)
            part = _PART.get(case.relation, "") if case.owes else ""
            pieces.append(
                Piece(piece_id, file, sheet, case.identity, case.program, part, decision, case.findings)
            )
    return tuple(pieces)


_PART = {"own": "own", "city": "own", "municipality": "collected", "direct": "collected"}
Relation = Literal["own", "municipality", "city", "direct", "stranger", "none"]


def _override_file(decision: FileDecision, case: FileCase, override: Override) -> FileDecision:
    """An operator's outcome replaces a verdict that waited for one, or a request for correction."""
    if override.outcome is None or decision.outcome in ("kept", "ignored"):
        return decision
    if override.outcome == "accepted" and not (case.identity.body and case.program):
        return decision
    return FileDecision(override.outcome, "operator", ())


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
        sender = replace(self.facts.sender, assigned=self.override.assigned)
        identity = identify(self.submission, file, sheet, sender, self.register.roster)
        program = self._program(file, sheet, identity)
        relation = _relation(identity, bool(self.override.assigned), self.register)
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
            findings=self._findings(file, sheet, identity, program),
            history=history,
            forms_in_mail=any(f.kind != "other" for f in self.submission.files),
            same_sender=self._same_sender(file, history),
            direct_allowed=self.override.outcome == "accepted",
        )

    def _program(self, file: FileReading, sheet: AnswerSheet | None, identity: Identity) -> str:
        if sheet is None:
            return ""
        names = ProgramEvidence(file.claim.programs, self.submission.claim.programs, self.arrival.mailbox)
        return infer_program(sheet, names, self.register.owed_by(identity.body), self.register.survey)

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
        known = {b.sender for b in history if b.outcome == "accepted"}
        return (
            (sender is not None and sender.address in known)
            or self.facts.answers_ours
            or self.submission.claim.replaces
            or file.claim.replaces
            or self.override.take_in
        )

    def _findings(
        self, file: FileReading, sheet: AnswerSheet | None, identity: Identity, program: str
    ) -> tuple[Finding, ...]:
        found = list(file.findings)
        if "subject" in identity.disagree:
            found.append(self._contradiction("subject_contradicts", self.submission.claim.name, identity))
        if "file_name" in identity.disagree:
            found.append(self._contradiction("file_name_contradicts", file.claim.name, identity))
        if sheet is not None:
            found.extend(sheet.findings)
            found.extend(self._outlines(sheet))
            if not program:
                found.append(self._program_unclear(sheet))
        if sheet is not None and not identity.body and not any(f.code.startswith("body_") for f in found):
            found.append(Finding("body_unclear", severity_of("body_unclear", self.register.survey)))
        return tuple(found)

    def _contradiction(self, code: str, name: str, identity: Identity) -> Finding:
        expected = self.register.full_name(identity.body)
        return Finding(code, severity_of(code, self.register.survey), found=quote(name), expected=expected)

    def _program_unclear(self, sheet: AnswerSheet) -> Finding:
        form = self.register.survey.form(sheet.form, sheet.version)
        field = next(f for f in form.fields if f.key == "program")
        cell = next((f.cell for f in sheet.fields if f.key == "program"), "")
        return Finding(
            "program_unclear",
            severity_of("program_unclear", self.register.survey),
            sheet=sheet.sheet,
            cell=cell,
            label=field.label,
            expected="、".join(field.choices),
        )

    def _outlines(self, sheet: AnswerSheet) -> list[Finding]:
        """A text that may come as a supporting file, and came neither in the cell nor as a file."""
        if any(f.kind == "other" and f.attached and not f.returned for f in self.submission.files):
            return []
        found = []
        for key in sheet.outlines_wanted:
            answer = next(a for a in sheet.answers if a.question == key)
            code = "outline_missing"
            found.append(
                Finding(
                    code,
                    severity_of(code, self.register.survey),
                    sheet=sheet.sheet,
                    cell=answer.cell,
                    question=key,
                    found=quote(answer.value),
                )
            )
        return found


def _relation(identity: Identity, assigned: bool, register: Register) -> Relation:
    """How submitter and body stand to each other."""
    body = register.body(identity.body)
    if body is None:
        return "none"
    submitter = register.body(identity.submitter)
    same = submitter is None or submitter == body or assigned
    if same and "sender_domain" in identity.disagree and not assigned:
        return "stranger"
    if same:
        return "direct" if body.kind in COLLECTED_KINDS else "own"
    if submitter is not None and submitter.kind == "prefecture" and submitter.prefecture == body.prefecture:
        return "municipality" if body.kind in COLLECTED_KINDS else "city"
    return "stranger"


def _notes(submission: Submission, pieces: tuple[Piece, ...]) -> tuple[Note, ...]:
    """What operators must hear of: alarming choices in accepted answers, mail that may not be answered."""
    notes = [
        Note("alert", f"Q{key}", piece.identity.body, piece.program)
        for piece in pieces
        if piece.sheet is not None and piece.decision.outcome == "accepted"
        for key in piece.sheet.alerts
    ]
    if submission.no_reply:
        notes.append(Note("no_reply", "; ".join(submission.no_reply)))
    return tuple(notes)
