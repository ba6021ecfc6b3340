"""Answer sheets held side by side: two of one body in one mail, an original and its row in a list.

Pure. Tells differences as findings; which of two counts is for the tables.
"""

from __future__ import annotations

from config.survey import Survey
from intake.finding import Finding, quote, severity_of
from intake.submission import Answer, AnswerSheet, Submission
from routing.standing import overlap


def same_body_twice(submission: Submission, sheet: AnswerSheet, survey: Survey) -> list[Finding]:
    """One mail with two different sheets of the same body on the same subject: we cannot tell which one is
    meant. Where 属性 divides a form, only sheets that share a screening are in each other's way."""
    if sheet.row or not sheet.body.lgcode:
        return []
    divided = sheet.form == survey.attributes_form
    for other in _sheets(submission):
        if other is sheet or other.row or not _same_subject(sheet, other):
            continue
        if _values(other) == _values(sheet) or not overlap(other.attributes, sheet.attributes):
            continue
        code = "attribute_overlap" if divided else "answered_twice"
        both = set(sheet.attributes) & set(other.attributes) or set(sheet.attributes) or set(other.attributes)
        names = "、".join(a.name for a in survey.attributes if a.number in both)
        return [Finding(code, severity_of(code, survey), sheet=sheet.sheet, found=names)]
    return []


def _sheets(submission: Submission) -> list[AnswerSheet]:
    return [s for f in submission.files if not f.returned for s in f.sheets]


def _same_subject(one: AnswerSheet, other: AnswerSheet) -> bool:
    return (one.body.lgcode, one.form, one.program) == (other.body.lgcode, other.form, other.program)


def _values(sheet: AnswerSheet) -> dict[str, tuple[object, ...]]:
    return {a.question: _value(a) for a in sheet.answers}


def _value(answer: Answer) -> tuple[object, ...]:
    texts = tuple(sorted((t.key, " ".join(t.value.split())) for t in answer.texts if t.value))
    return (answer.number, answer.marks, texts)


def listed_in(submission: Submission, sheet: AnswerSheet) -> AnswerSheet | None:
    """The row of a list in the same mail that answers for the same body and form."""
    for other in _sheets(submission):
        programs = {other.program, sheet.program} - {""}
        same = other.row and other.form == sheet.form and other.body.lgcode == sheet.body.lgcode
        if same and sheet.body.lgcode and len(programs) <= 1 and overlap(other.attributes, sheet.attributes):
            return other
    return None


def differences(original: AnswerSheet, row: AnswerSheet, survey: Survey) -> tuple[Finding, ...]:
    """Every question that a municipality's own sheet answers otherwise than its row in the list. `found` is
    the original's answer, `expected` the list's; free texts are compared and never quoted."""
    listed = {a.question: a for a in row.answers}
    severity = severity_of("original_differs", survey)
    found = []
    for answer in original.answers:
        other = listed.get(answer.question)
        if other is None or _value(answer) == _value(other):
            continue
        found.append(
            Finding(
                "original_differs",
                severity,
                sheet=original.sheet,
                cell=answer.cell,
                question=answer.question,
                about=original.body.lgcode,
                found=quote(answer.value),
                expected=quote(other.value),
            )
        )
    return tuple(found)
