"""Answer sheets held side by side: two of one body in one mail, an original and its row in a list.

Pure. Tells differences as findings; which of two counts is for the tables.
"""

from __future__ import annotations

from config.frozen import frozen
from config.survey import Survey
from intake.finding import Finding, quote, severity_of
from intake.submission import Answer, AnswerSheet
from routing.standing import overlap


@frozen
class Told:
    """An answer sheet of a mail, with what the whole mail tells of it: the lgcode of its body and its program (ids,
    or empty). What a sheet says of itself is only one piece of evidence for that, and may be misspelt or left blank."""

    sheet: AnswerSheet
    body: str
    program: str


def same_body_twice(told: Told, beside: tuple[Told, ...], survey: Survey) -> list[Finding]:
    """A finding where one mail has two different sheets of the same body on the same subject: we cannot tell which
    one is meant. Where 属性 divides a form, two sheets conflict only if they share a screening."""
    sheet = told.sheet
    if sheet.row or not told.body:
        return []
    divided = sheet.form == survey.attributes_form
    for other in (one.sheet for one in beside if not one.sheet.row and _same_subject(told, one)):
        if _values(other) == _values(sheet) or not overlap(other.attributes, sheet.attributes):
            continue
        code = "attribute_overlap" if divided else "answered_twice"
        both = set(sheet.attributes) & set(other.attributes) or set(sheet.attributes) or set(other.attributes)
        names = "、".join(a.name for a in survey.attributes if a.number in both)
        return [Finding(code, severity_of(code, survey), sheet=sheet.sheet, found=names)]
    return []


def _same_subject(one: Told, other: Told) -> bool:
    return (one.body, one.program, one.sheet.form) == (other.body, other.program, other.sheet.form)


def _values(sheet: AnswerSheet) -> dict[str, tuple[object, ...]]:
    return {a.question: _value(a) for a in sheet.answers}


def _value(answer: Answer) -> tuple[object, ...]:
    texts = tuple(sorted((t.key, " ".join(t.value.split())) for t in answer.texts if t.value))
    return (answer.understood, texts)


def listed_in(told: Told, beside: tuple[Told, ...]) -> AnswerSheet | None:
    """The row of a list in the same mail that answers for the same body and form."""
    for other in beside:
        programs = {other.program, told.program} - {""}
        same = other.sheet.row and other.sheet.form == told.sheet.form and other.body == told.body
        if same and told.body and len(programs) <= 1 and overlap(other.sheet.attributes, told.sheet.attributes):
            return other.sheet
    return None


def differences(original: AnswerSheet, row: AnswerSheet, survey: Survey) -> tuple[Finding, ...]:
    """Every question that a municipality's own sheet answers otherwise than its row in the list. `found` is
    the original's answer, `expected` the list's; texts of a respondent's own are compared and never quoted."""
    form = survey.form(original.form, original.version)
    listed = {a.question: a for a in row.answers}
    severity = severity_of("original_differs", survey)
    found = []
    for answer in original.answers:
        other = listed.get(answer.question)
        if other is None or _value(answer) == _value(other):
            continue
        quoted = not form.question(answer.question).kind.free
        found.append(
            Finding(
                "original_differs",
                severity,
                sheet=original.sheet,
                cell=answer.cell,
                question=answer.question,
                about=original.body.lgcode,
                found=quote(answer.value) if quoted else "",
                expected=quote(other.value) if quoted else "",
            )
        )
    return tuple(found)
