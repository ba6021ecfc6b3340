"""The checks of one answer sheet: small pure functions in one tuple, all of which run.

Each looks at one thing and returns findings; none stops another, none changes a value. A finding names the
root only: what cannot be known because an earlier question is unanswered is not reported. Values of
personal fields are never quoted. The sentences are in `replies/wording.toml`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from config.roster import Match
from config.survey import FreeText, Survey
from intake.asked import Asked, Kinds, Standing
from intake.fields import find_attributes, find_field_choice, find_program
from intake.filled import Entry, Filled, FilledField, FilledQuestion
from intake.finding import Finding, quote, severity_of
from intake.ooxml import place_of
from intake.personal import mask
from intake.spellings import circled, find_month, is_circled, says_nothing


@dataclass(frozen=True, slots=True)
class Case:
    """What the checks look at: a sheet's values, what the roster says to its 組織名 (None: left blank),
    which kinds of body it may be, and which questions are asked of it."""

    survey: Survey
    filled: Filled
    match: Match | None
    kinds: Kinds
    asked: Mapping[str, Asked]


Check = Callable[[Case], Iterator[Finding]]


def check_sheet(case: Case) -> tuple[Finding, ...]:
    """Every finding about a sheet, from its top to its end; of a form that nobody filled, only that."""
    if is_unfilled(case.filled):
        return (Finding("sheet_blank", severity_of("sheet_blank", case.survey), case.filled.sheet),)
    found = [finding for check in CHECKS for finding in check(case)]
    return tuple(sorted(found, key=lambda finding: place_of(finding.cell) if finding.cell else (0, 0)))


def is_unfilled(filled: Filled) -> bool:
    """Whether no question is answered and none of the fields that a respondent must fill in."""
    required = any(f.entry and f.entry.state != "blank" for f in filled.fields if f.field.required)
    return not required and not any(question.filled for question in filled.questions)


def labels_are_there(case: Case) -> Iterator[Finding]:
    """Lines of the form that the sheet no longer has."""
    for line in case.filled.fields:
        if line.entry is None and line.field.required:
            yield _make(case, "label_missing", label=line.field.label)
    for question in _of(case, "asked"):
        if question.answer is None:
            yield _about(case, "label_missing", question, None)
            continue
        for mark in question.question.marks:
            if mark.number not in question.marks:
                yield replace(_about(case, "label_missing", question, None), label=quote(mark.text))


def flags_are_formulas(case: Case) -> Iterator[Finding]:
    """情報未入力あり and 未回答あり still are formulas. Only noted, since nobody here believes them."""
    if not case.filled.flags_kept:
        flags = case.filled.form.flags
        yield _make(case, "flag_altered", label=f"{flags.fields_missing}、{flags.answers_missing}")


def fields_are_filled(case: Case) -> Iterator[Finding]:
    for line in case.filled.fields:
        if line.field.required and line.entry and line.entry.state == "blank":
            yield _of_field(case, "field_missing", line, "、".join(line.field.choices))


def fields_are_choices(case: Case) -> Iterator[Finding]:
    """Fields with a list hold one of its entries; 制度等 may also have another usual name of a program."""
    for line in case.filled.fields:
        if line.field.kind != "choice" or not line.value or find_field_choice(line.field, line.value):
            continue
        if line.field.key != "program" or not find_program(line.value, case.survey, case.filled.form.id):
            yield _of_field(case, "field_not_a_choice", line, "、".join(line.field.choices))


def attributes_are_known(case: Case) -> Iterator[Finding]:
    """属性 names entries of the survey's list, on the form where it means something (notice 記４③)."""
    if case.filled.form.id != case.survey.attributes_form:
        return
    for line in case.filled.fields:
        if line.field.kind == "attributes" and find_attributes(line.value, case.survey.attributes) is None:
            names = "、".join(f"{a.number} {a.name}" for a in case.survey.attributes)
            yield _of_field(case, "field_not_a_choice", line, names)


def kind_fits_body(case: Case) -> Iterator[Finding]:
    """組織区分 is one that the body of 組織名 may take."""
    if not case.match or case.match.status != "found":
        return
    kind = case.match.bodies[0].kind
    for line in case.filled.fields:
        choice = find_field_choice(line.field, line.value)
        if choice and kind not in line.field.kinds.get(choice, (kind,)):
            fitting = [name for name, kinds in line.field.kinds.items() if kind in kinds]
            yield _of_field(case, "field_not_a_choice", line, "、".join(fitting))


def body_is_known(case: Case) -> Iterator[Finding]:
    """組織名 is one body of the roster."""
    if not case.match or case.match.status == "found":
        return
    code = "body_unknown" if case.match.status == "unknown" else "body_ambiguous"
    bodies = case.match.near if case.match.status == "unknown" else case.match.bodies
    names = "、".join(body.lgcode[:2] + body.full_name for body in bodies)
    for line in case.filled.fields:
        if line.field.kind == "organisation":
            yield _of_field(case, code, line, f"もしかして：{names}" if names else "")


def questions_are_answered(case: Case) -> Iterator[Finding]:
    for question in _of(case, "asked"):
        if question.question.choices and question.answer and question.answer.state == "blank":
            yield _about(case, "answer_missing", question, question.answer, _range(question))


def one_of_either_is_answered(case: Case) -> Iterator[Finding]:
    """Of the questions to different kinds of bodies one is answered, where this body's kind is not known."""
    either = [question for question in _of(case, "either") if question.answer]
    if either and not any(question.filled for question in either):
        yield _about(case, "answer_missing", either[0], either[0].answer, _range(either[0]))


def answers_are_choices(case: Case) -> Iterator[Finding]:
    for question in _of(case, "asked", "open", "either"):
        answer = question.answer
        if question.question.choices and answer and answer.state == "value" and question.number is None:
            yield _about(case, "answer_not_a_choice", question, answer, _range(question))


def marks_are_circles(case: Case) -> Iterator[Finding]:
    for question in _of(case, "asked", "open", "either"):
        for mark in question.question.marks:
            entry = question.marks.get(mark.number)
            if entry and entry.state == "value" and is_circled(entry.value, mark.number) is None:
                finding = _about(case, "mark_unreadable", question, entry, "〇")
                yield replace(finding, label=quote(mark.text))


def something_is_circled(case: Case) -> Iterator[Finding]:
    """At least one circle, as far as the question's data asks for one; its severity is the question's."""
    for question in _of(case, "asked"):
        severity = question.question.none_marked
        blank = all(is_circled(entry.value, number) is False for number, entry in question.marks.items())
        errors = any(entry.state == "error" for entry in question.marks.values())
        if severity and question.marks and blank and not errors:
            yield replace(_about(case, "marks_none", question, question.answer, "〇"), severity=severity)


def texts_are_given(case: Case) -> Iterator[Finding]:
    """The text that a choice asks for. One that may come as a file is for routing, which knows the files."""
    for question, text, entry in _texts(case):
        if entry.state == "blank" and question.number in text.choices and text.where == "cell":
            yield _of_text(case, "text_missing", question, text)


def months_are_readable(case: Case) -> Iterator[Finding]:
    for question, text, entry in _texts(case):
        wanted = text.format == "year_month" and question.number in text.choices
        if wanted and entry.state == "value" and not find_month(entry.value):
            yield replace(_of_text(case, "text_unreadable", question, text), expected="令和５年９月")


def texts_are_needed(case: Case) -> Iterator[Finding]:
    for question, text, entry in _texts(case):
        superfluous = question.number is not None and question.number not in text.choices
        if superfluous and entry.state == "value" and not says_nothing(entry.value):
            yield replace(_of_text(case, "text_unneeded", question, text), expected="空欄")


def skipped_is_blank(case: Case) -> Iterator[Finding]:
    """Questions that an earlier choice, or the kind of body, leaves out."""
    for question in _of(case, "not_asked"):
        filled = [entry for entry in question.entries if entry.state != "blank"]
        if filled:
            root = case.asked[question.question.key].root
            expected = f"空欄（{root}）" if root else "空欄"
            yield replace(_about(case, "should_be_blank", question, filled[0], expected), found="")


def cells_hold_values(case: Case) -> Iterator[Finding]:
    """No error value (#REF!) and no formula without a stored result, which looks blank to a reader."""
    for line in case.filled.fields:
        if line.entry and line.entry.state == "error":
            yield replace(_of_field(case, "error_value", line, ""), found=quote(line.entry.value))
    for question in _of(case, "asked", "open", "either"):
        for entry in question.entries:
            if entry.state == "error":
                yield _about(case, "error_value", question, entry)


CHECKS: tuple[Check, ...] = (
    labels_are_there,
    flags_are_formulas,
    fields_are_filled,
    fields_are_choices,
    attributes_are_known,
    kind_fits_body,
    body_is_known,
    questions_are_answered,
    one_of_either_is_answered,
    answers_are_choices,
    marks_are_circles,
    something_is_circled,
    texts_are_given,
    months_are_readable,
    texts_are_needed,
    skipped_is_blank,
    cells_hold_values,
)


def _of(case: Case, *standings: Standing) -> Iterator[FilledQuestion]:
    """The questions with one of these standings, in the form's order."""
    for question in case.filled.questions:
        if case.asked[question.question.key].standing in standings:
            yield question


def _texts(case: Case) -> Iterator[tuple[FilledQuestion, FreeText, Entry]]:
    """Every free text of the questions that are, or may be, asked."""
    for question in _of(case, "asked", "open", "either"):
        for text in question.question.free_texts:
            if text.key in question.texts:
                yield question, text, question.texts[text.key]


def _range(question: FilledQuestion) -> str:
    choices = question.question.choices
    return f"{circled(choices[0].number)}～{circled(choices[-1].number)}のいずれか" if choices else ""


def _make(case: Case, code: str, cell: str = "", label: str = "") -> Finding:
    severity = severity_of(code, case.survey)
    return Finding(code, severity, sheet=case.filled.sheet, cell=cell, label=quote(label))


def _of_field(case: Case, code: str, line: FilledField, expected: str) -> Finding:
    """A finding about a field; a personal field's value stays out of it."""
    found = "" if line.field.personal else _quotable(line.value)
    made = _make(case, code, line.entry.cell if line.entry else "", line.field.label)
    return replace(made, found=found, expected=expected)


def _about(
    case: Case, code: str, question: FilledQuestion, entry: Entry | None, expected: str = ""
) -> Finding:
    """A finding about one cell of a question."""
    made = _make(case, code, entry.cell if entry else "", question.question.text)
    found = _quotable(entry.value) if entry else ""
    return replace(made, question=question.question.key, found=found, expected=expected)


def _of_text(case: Case, code: str, question: FilledQuestion, text: FreeText) -> Finding:
    """A finding about a free text, which is never quoted."""
    made = _about(case, code, question, question.texts[text.key])
    return replace(made, label=quote(text.label or question.question.text), found="")


def _quotable(value: str) -> str:
    """A value as a finding may quote it, without a My Number."""
    return quote(mask(value))
