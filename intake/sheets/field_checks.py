"""The checks of 回答者情報, the head of an answer sheet, each by itself and against the roster.

Each looks at one thing and returns findings; none changes a value. What a title or a choice must be stands
in the form's data. Values of personal fields are never quoted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from config.kinds.attributes import read_attributes
from config.kinds.email import plausible_email
from config.kinds.listed import find_listed, find_program
from config.kinds.organisation import deviations, prescribed
from config.kinds.position import is_below
from config.kinds.telephone import plausible_telephone
from config.roster import Body, Roster
from config.spelling import fold, says_nothing
from intake.finding import Finding, quote
from intake.sheets.case import Case, Check, of_field
from intake.sheets.filled import FilledField
from intake.submission import AnswerSheet, Claim

SAMPLE = "organisation_sample"


def fields_are_filled(case: Case) -> Iterator[Finding]:
    for line in case.filled.fields:
        if line.field.required and line.entry and line.entry.state == "blank":
            yield of_field(case, "field_missing", line, "、".join(line.field.choices))
        elif _says_nothing(line):
            finding = of_field(case, "field_says_nothing", line, "、".join(line.field.choices))
            yield replace(finding, found=quote(line.value))


def _says_nothing(line: FilledField) -> bool:
    """Whether a required field holds a word or stroke for "nothing"; a text that is nobody's name may say so."""
    free = line.field.kind == "text" and not line.field.personal
    return line.field.required and not free and bool(line.value) and says_nothing(line.value)


def fields_are_choices(case: Case) -> Iterator[Finding]:
    """Fields with a list hold one of its entries; 制度等 may also have another usual name of a program. Where the body
    tells its kind for certain, another spelling of it is a friendly line at most."""
    for line in case.filled.fields:
        if line.field.kind != "choice" or says_nothing(line.value) or find_listed(line.field, line.value):
            continue
        if line.field.key == "program" and find_program(line.value, case.survey, case.filled.form.id):
            continue
        finding = of_field(case, "field_not_a_choice", line, "、".join(line.field.choices))
        settled = bool(line.field.kinds) and _body(case) is not None and finding.severity == "error"
        yield replace(finding, severity="warning") if settled else finding


def attributes_are_known(case: Case) -> Iterator[Finding]:
    """属性 names entries of the survey's list, on the form where it means something (notice 記４③)."""
    if case.filled.form.id != case.survey.attributes_form:
        return
    names = "、".join(f"{a.number} {a.name}" for a in case.survey.attributes)
    for line in _of_kind(case, "attributes"):
        unknown = read_attributes(line.value, case.survey.attributes).unknown
        if unknown:
            yield replace(of_field(case, "attribute_unknown", line, names), found=quote("、".join(unknown)))


def kind_fits_body(case: Case) -> Iterator[Finding]:
    """組織区分 is one that the body of 組織名 may take; the form's sample left in is told as that."""
    body = _body(case)
    if body and not any(_is_sample(line) for line in _of_kind(case, "organisation")):
        for line, fitting in _kinds_against(case, body):
            yield of_field(case, "kind_disagrees", line, "、".join(fitting))


def body_is_known(case: Case) -> Iterator[Finding]:
    """組織名 is one body of the roster."""
    if not case.match or case.match.status == "found":
        return
    code = "body_unknown" if case.match.status == "unknown" else "body_ambiguous"
    bodies = case.match.near if case.match.status == "unknown" else case.match.bodies
    names = "、".join(map(prescribed, bodies))
    for line in _of_kind(case, "organisation"):
        yield of_field(case, code, line, f"もしかして：{names}" if names else "")


def body_is_as_prescribed(case: Case) -> Iterator[Finding]:
    """組織名 is written as the sheet's hint asks; each deviation is told with the spelling that is wanted."""
    body = _body(case)
    for line in _of_kind(case, "organisation"):
        if body and line.value:
            for code in deviations(line.value, body):
                yield of_field(case, code, line, prescribed(body))


def sample_is_replaced(case: Case) -> Iterator[Finding]:
    """The form's own example stands in 組織名. The body that it names writes just the same, so this is a note
    for operators, and an error only where 組織区分 says that it is somebody else."""
    body = _body(case)
    for line in _of_kind(case, "organisation"):
        if body and _is_sample(line):
            finding = of_field(case, SAMPLE, line)
            contradicted = any(True for _ in _kinds_against(case, body))
            yield replace(finding, severity="error") if contradicted else finding


def positions_are_high_enough(case: Case) -> Iterator[Finding]:
    for line in _of_kind(case, "position"):
        if line.value and is_below(line.value, line.field):
            yield of_field(case, "position_below", line, line.field.wanted)


def contacts_are_plausible(case: Case) -> Iterator[Finding]:
    for line in _of_kind(case, "email"):
        if line.value and not _says_nothing(line) and not plausible_email(line.value):
            yield of_field(case, "email_unlikely", line)
    for line in _of_kind(case, "telephone"):
        if line.value and not _says_nothing(line) and not plausible_telephone(line.value):
            yield of_field(case, "telephone_unlikely", line)


FIELD_CHECKS: tuple[Check, ...] = (
    fields_are_filled,
    fields_are_choices,
    attributes_are_known,
    kind_fits_body,
    body_is_known,
    body_is_as_prescribed,
    sample_is_replaced,
    positions_are_high_enough,
    contacts_are_plausible,
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


def _of_kind(case: Case, kind: str) -> Iterator[FilledField]:
    return (line for line in case.filled.fields if line.field.kind == kind)


def _body(case: Case) -> Body | None:
    """The one body that 組織名 names."""
    return case.match.bodies[0] if case.match and case.match.status == "found" else None


def _is_sample(line: FilledField) -> bool:
    return bool(line.field.sample) and fold(line.value) == fold(line.field.sample)


def _kinds_against(case: Case, body: Body) -> Iterator[tuple[FilledField, tuple[str, ...]]]:
    """Fields whose choice this body cannot take, with those that it can."""
    for line in case.filled.fields:
        choice = find_listed(line.field, line.value)
        if choice and body.kind not in line.field.kinds.get(choice, (body.kind,)):
            yield line, tuple(name for name, kinds in line.field.kinds.items() if body.kind in kinds)
