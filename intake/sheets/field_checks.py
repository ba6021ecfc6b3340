"""The checks of 回答者情報, the head of an answer sheet, each by itself and against the roster.

Each looks at one thing and returns findings; none changes a value. What a title or a choice must be stands
in the form's data. Values of personal fields are never quoted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from config.roster import Body, Roster
from config.spelling import fold
from config.survey import Field
from intake.finding import Finding, quote
from intake.sheets.attributes import read_attributes
from intake.sheets.case import Case, Check, of_field
from intake.sheets.contact import plausible_email, plausible_telephone
from intake.sheets.fields import find_field_choice, find_program
from intake.sheets.filled import FilledField
from intake.sheets.organisation import deviations, prescribed
from intake.sheets.spellings import label_key
from intake.submission import AnswerSheet, Claim

SAMPLE = "organisation_sample"
_SEVERAL_POSTS = re.compile(r"[兼\n/／・、,]")
_BRACKETED = re.compile(r"[(（\[［].*", re.DOTALL)


def fields_are_filled(case: Case) -> Iterator[Finding]:
    for line in case.filled.fields:
        if line.field.required and line.entry and line.entry.state == "blank":
            yield of_field(case, "field_missing", line, "、".join(line.field.choices))


def fields_are_choices(case: Case) -> Iterator[Finding]:
    """Fields with a list hold one of its entries; 制度等 may also have another usual name of a program."""
    for line in case.filled.fields:
        if line.field.kind != "choice" or not line.value or find_field_choice(line.field, line.value):
            continue
        if line.field.key != "program" or not find_program(line.value, case.survey, case.filled.form.id):
            yield of_field(case, "field_not_a_choice", line, "、".join(line.field.choices))


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
        if line.value and not plausible_email(line.value):
            yield of_field(case, "email_unlikely", line)
    for line in _of_kind(case, "telephone"):
        if line.value and not plausible_telephone(line.value):
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


def is_below(title: str, field: Field) -> bool:
    """Whether every post that a title names ends like one of `field.below`; an unknown one says nothing."""
    posts = [post for post in _SEVERAL_POSTS.split(title) if label_key(post)]
    return bool(posts) and all(_is_below(post, field) for post in posts)


def _is_below(post: str, field: Field) -> bool:
    """By the whole post (主幹（課長級）), else by what stands before its bracket (係長（総括））."""
    for text in (post, _BRACKETED.sub("", post)):
        ending = _longest_ending(label_key(text), (*field.fitting, *field.below))
        if ending:
            return ending in field.below
    return False


def _longest_ending(key: str, endings: tuple[str, ...]) -> str:
    return max((e for e in endings if key.endswith(label_key(e))), key=len, default="")


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
        choice = find_field_choice(line.field, line.value)
        if choice and body.kind not in line.field.kinds.get(choice, (body.kind,)):
            yield line, tuple(name for name, kinds in line.field.kinds.items() if body.kind in kinds)
