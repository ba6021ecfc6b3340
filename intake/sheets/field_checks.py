"""The checks of 回答者情報, the head of an answer sheet, each by itself and against the roster.

Each looks at one thing and returns findings; none changes a value. What a title or a choice must be stands
in the form's data. Values of personal fields are never quoted.
"""

from __future__ import annotations

from collections.abc import Iterator

from config.frozen import replace
from config.kinds.kind import Around
from config.kinds.organisation import OrganisationKind
from config.programs import find_program
from config.roster import Body, Roster
from config.spelling import says_nothing
from intake.finding import Finding, quote
from intake.sheets.case import Case, Check, of_field
from intake.sheets.filled import FilledField
from intake.submission import AnswerSheet, Claim

SAMPLE = "organisation_sample"


def fields_are_filled(case: Case) -> Iterator[Finding]:
    for line in case.filled.fields:
        if line.field.required and line.entry and line.entry.state == "blank":
            yield of_field(case, "field_missing", line, line.field.kind.offered)
        elif _says_nothing(line):
            finding = of_field(case, "field_says_nothing", line, line.field.kind.offered)
            yield replace(finding, found=quote(line.value))


def _says_nothing(line: FilledField) -> bool:
    """Whether a required field holds a word or stroke for "nothing"; a text that is no person's name may say so."""
    nothing = says_nothing if line.field.personal else line.field.kind.says_nothing
    return line.field.required and bool(line.value) and nothing(line.value)


def fields_are_of_their_kind(case: Case) -> Iterator[Finding]:
    """Each value is what belongs there; 制度等 may also have another usual name of a program. Where the body tells its
    kind for certain, another spelling of it is a friendly line at most."""
    screenings = case.survey.attributes if case.filled.form.id == case.survey.attributes_form else ()
    around = Around(case.match, screenings)
    for line in case.filled.fields:
        if not line.value or _says_nothing(line) or _is_program(line, case):
            continue
        for fault in line.field.kind.faults(line.value, around):
            finding = of_field(case, fault.code, line, fault.expected)
            finding = finding if fault.found is None else replace(finding, found=quote(fault.found))
            settled = bool(line.field.kind.settled_by_body) and _body(case) and finding.severity == "error"
            yield replace(finding, severity="warning") if settled else finding


def _is_program(line: FilledField, case: Case) -> bool:
    form = case.filled.form.id
    return line.field.key == "program" and bool(find_program(line.value, case.survey, form))


def kind_fits_body(case: Case) -> Iterator[Finding]:
    """組織区分 is one that the body of 組織名 may take; the form's sample left in is told as that."""
    body = _body(case)
    if body and not any(map(_is_sample, case.filled.fields)):
        for line in _kinds_against(case, body):
            yield of_field(case, "kind_disagrees", line, next(iter(line.field.kind.open_to(body)), ""))


def sample_is_replaced(case: Case) -> Iterator[Finding]:
    """The form's own example stands in 組織名. The body that it names writes just the same, so this is a note
    for operators, and an error only where 組織区分 says that it is somebody else."""
    body = _body(case)
    for line in case.filled.fields:
        if body and _is_sample(line):
            finding = of_field(case, SAMPLE, line)
            contradicted = any(True for _ in _kinds_against(case, body))
            yield replace(finding, severity="error") if contradicted else finding


FIELD_CHECKS: tuple[Check, ...] = (
    fields_are_filled,
    fields_are_of_their_kind,
    kind_fits_body,
    sample_is_replaced,
)


def raise_samples(sheets: tuple[AnswerSheet, ...], claim: Claim, roster: Roster) -> tuple[AnswerSheet, ...]:
    """The sheets, with the form's sample told as an error where the file's name claims another body; a
    prefecture may send what another body answers."""
    claimed = roster.by_code(claim.match.lgcode)
    if claimed is None or claimed.kind == "prefecture":
        return sheets
    return tuple(
        sheet if sheet.body.lgcode == claimed.lgcode else replace(sheet, findings=_raised(sheet))
        for sheet in sheets
    )


def _raised(sheet: AnswerSheet) -> tuple[Finding, ...]:
    return tuple(replace(f, severity="error") if f.code == SAMPLE else f for f in sheet.findings)


def _body(case: Case) -> Body | None:
    """The one body that 組織名 names."""
    return case.match.bodies[0] if case.match and case.match.status == "found" else None


def _is_sample(line: FilledField) -> bool:
    return isinstance(line.field.kind, OrganisationKind) and line.field.kind.is_sample(line.value)


def _kinds_against(case: Case, body: Body) -> Iterator[FilledField]:
    """The fields whose choice this body cannot have."""
    for line in case.filled.fields:
        kinds = line.field.kind.bodies(line.value)
        if kinds and body.kind not in kinds:
            yield line
