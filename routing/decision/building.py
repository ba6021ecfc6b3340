"""The frozen case of each piece of a mail, gathered from what was read, what the ledger knows and what officials said.

Pure except for the look-ups handed in as `Facts`; decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from config.frozen import frozen, replace
from intake.finding import Finding, quote, severity_of
from intake.samples import calls_itself_material
from intake.submission import AnswerSheet, FileReading, Submission
from routing.decision.case import FileCase
from routing.decision.compare import Told
from routing.decision.facts import Facts
from routing.decision.findings import Piecework, piece_findings, tell
from routing.decision.identify import ProgramEvidence, identify, infer_program
from routing.decision.override import Override
from routing.decision.relation import relation_of
from routing.decision.replacing import Newcomer
from routing.proof import LEAST, Credentials
from routing.records import Arrival, Evidence, Identity, KnownSender, Relation
from routing.register import Register


@frozen
class Unit:
    """One thing that is decided by itself: a file, or one answer sheet in it, with whose it is and of which program
    (an id, or empty). `piece`: its name within its mail ("2/1")."""

    piece: str
    file: FileReading
    sheet: AnswerSheet | None
    identity: Identity
    program: str


@frozen
class CaseBuilder:
    """A builder of the FileCases of one mail."""

    arrival: Arrival
    submission: Submission
    facts: Facts
    register: Register
    override: Override

    def units(self) -> tuple[Unit, ...]:
        """The pieces of the mail in their order, each told whose it is."""
        attached = (file for file in self.submission.files if file.attached and not file.returned)
        return tuple(self._unit(piece, file, sheet) for file in attached for piece, sheet in _within(file))

    def _unit(self, piece: str, file: FileReading, sheet: AnswerSheet | None) -> Unit:
        identity = identify(self.submission, file, sheet, self._sender(sheet), self.register.roster)
        program = self._program(file, sheet, identity)
        if self._only_collects(identity, program) and sheet is not None and sheet.body.status == "unknown":
            identity = replace(identity, body="")  # it names somebody, and the sender has no sheet of its own to send
        return Unit(piece, file, sheet, identity, program)

    def _only_collects(self, identity: Identity, program: str) -> bool:
        """Whether a sheet that was taken for the sender's own answer is about a program for which the sender only
        collects others' answers."""
        owed = self.register.by_key.get((identity.body, program))
        own = identity.body == identity.submitter and not self.override.assigned
        return own and owed is not None and owed.own == "none"

    def case(self, unit: Unit, beside: tuple[Told, ...]) -> FileCase:
        """The case of one piece. `beside`: what was told of every sheet of the mail."""
        file, sheet, identity, program = unit.file, unit.sheet, unit.identity, unit.program
        assigned = bool(self.override.assigned) and not (sheet is not None and sheet.row)
        relation = relation_of(identity, program, assigned, self.register)
        if relation == "stranger" and self.override.outcome == "accepted" and not (sheet and sheet.row):
            relation = relation_of(identity, program, True, self.register)  # the official believes the workbook
        history = self.facts.history(identity.body, program) if identity.body and program else ()
        credentials, whose = self._credentials(), identity.submitter or identity.body
        identity = replace(identity, evidence=identity.evidence + _proving(credentials, whose, program))
        proof = credentials.proof(whose, program)
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
                Piecework(self.submission, file, sheet, identity, program, beside),
                self.register,
                self.facts.listed if proof >= LEAST["standing"] else _nothing_listed,
            )
            + self._sent_directly(relation)
            + self._of_another(sheet, relation)
            + self._sent_elsewhere(program),
            history=history,
            forms_in_mail=any(f.kind != "other" for f in self.submission.files)
            or (self.facts.parts is not None and self.facts.parts.form_elsewhere),
            password_awaited=self.facts.password_awaited,
            newcomer=Newcomer(
                credentials.sender,
                proof,
                credentials.in_own_thread(whose, program),
            ),
            direct_allowed=self.override.outcome == "accepted",
            stands_for_another=sheet is None and self._stands_for_another(file, identity, beside),
        )

    def _stands_for_another(self, file: FileReading, identity: Identity, beside: tuple[Told, ...]) -> bool:
        """Whether a file without a sheet has a name like the answer of a program that its body answers, that no sheet
        of the mail is about, and whose own mailbox does not ask for it. If its name follows the convention but tells
        no program, the mailbox tells it, where only one program is left."""
        survey, answered = self.register.survey, {told.program for told in beside}
        if calls_itself_material(file.filename, survey) or "" in answered:
            return False
        here = {p.id for p in survey.programs if p.mailbox == self.arrival.mailbox}
        left = self.register.programs_of(identity.body) - answered
        if file.claim.programs:
            return any(p in here or not self._right_mailbox_addressed(p) for p in left.intersection(file.claim.programs))
        return file.claim.shape == "deviates" and len(left & here) == 1

    def _sent_directly(self, relation: Relation) -> tuple[Finding, ...]:
        """A finding for a municipality that wrote directly (rule `direct`), where an official asks it to mend that:
        its prefecture collects."""
        if relation != "direct" or self.override.outcome != "correction":
            return ()
        return (Finding("sent_directly", severity_of("sent_directly", self.register.survey)),)

    def _of_another(self, sheet: AnswerSheet | None, relation: Relation) -> tuple[Finding, ...]:
        """A finding about a list's row of a body that does not belong to the sender (rule `row_of_stranger`), unless
        the row's own findings tell so."""
        if relation != "stranger" or sheet is None or not sheet.row:
            return ()
        if any(finding.code == "row_other_prefecture" for finding in sheet.findings):
            return ()
        code, found, about = "row_of_another", quote(sheet.field("organisation")), sheet.body.lgcode
        severity = severity_of(code, self.register.survey)
        return (Finding(code, severity, sheet.sheet, found=found, about=about),)

    def _sent_elsewhere(self, program: str) -> tuple[Finding, ...]:
        """A finding that names the right mailbox, where a survey has what came to the wrong one sent again (rule
        `wrong_mailbox`)."""
        survey = self.register.survey
        if survey.wrong_mailbox != "resend" or not program or self.override.outcome == "accepted":
            return ()
        right = survey.mailbox(survey.program(program).mailbox)
        if right.id == self.arrival.mailbox or self._right_mailbox_addressed(program):
            return ()
        severity = severity_of("sent_elsewhere", survey)
        return (Finding("sent_elsewhere", severity, expected=f"{right.section}　{right.address}"),)

    def _credentials(self) -> Credentials:
        """What the mail brings, with what officials said of it: that it is to be taken in, or whose it is."""
        known, override = self.facts.credentials, self.override
        return replace(known, recognised=known.recognised or override.take_in, official=override.stands_for_it)

    def _sender(self, sheet: AnswerSheet | None) -> KnownSender:
        """The sender, with the body that an operator assigned; for a list's row, that body is the one who submits."""
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
        obligation = self.register.by_key.get((body, program))
        return obligation is not None and obligation.own != "none"

    def _right_mailbox_addressed(self, program: str) -> bool:
        if not program:
            return False
        right = self.register.survey.mailbox(self.register.survey.program(program).mailbox)
        written_to = {a.address.lower() for a in (*self.submission.message.to, *self.submission.message.cc)}
        return right.address.lower() in written_to


def told_sheets(units: tuple[Unit, ...], register: Register) -> tuple[Told, ...]:
    """What was told of every sheet of a mail."""
    return tuple(tell(unit.sheet, unit.identity.body, unit.program, register) for unit in units if unit.sheet)


def _within(file: FileReading) -> Iterator[tuple[str, AnswerSheet | None]]:
    """Each answer sheet, or the file where it has none, with its name within the mail. A collated list comes as a
    whole, and then row by row."""
    if not file.sheets or file.kind == "collated_list":
        yield str(file.position), None
    yield from ((f"{file.position}/{number}", sheet) for number, sheet in enumerate(file.sheets, 1))


def _nothing_listed(lgcode: str, program: str) -> None:
    """No row in any list: a sender whom nothing proves to be the body is not told how its answer differs from a
    list."""


def _proving(credentials: Credentials, lgcode: str, program: str) -> tuple[Evidence, ...]:
    """Why the proof is as high as it is, beside what tells the body; kept with the proof."""
    found = [Evidence("authentication", credentials.sender, (lgcode,))] if credentials.checked and lgcode else []
    found += [Evidence("our_letter", address, (lgcode,)) for address in credentials.bound_by(lgcode, program)]
    return tuple(found)
