"""The checks of one answer sheet: small pure functions in one tuple, all of which run. Here: its questions;
those of its head are in `field_checks.py`.

Each looks at one thing and returns findings; none stops another, none changes a value. A finding names the
root only: what cannot be known because an earlier question is unanswered is not reported. Values of
personal fields are never quoted. The sentences are in `replies/wording.toml`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date

from config.form import Question
from config.frozen import replace
from config.kinds.kind import Around
from config.obligations import deadline_of
from config.spelling import says_nothing
from intake.finding import Finding, quote, severity_of
from intake.sheets.case import (
    Case,
    Check,
    about,
    make,
    of_field,
    of_text,
    questions_of,
    texts_of,
)
from intake.sheets.field_checks import FIELD_CHECKS
from intake.sheets.filled import Filled
from intake.sheets.ooxml import place_of
from intake.sheets.rules import rules_are_kept
from intake.sheets.shifted import slipped

_MONTH = 20  # characters of a month, beyond which a text says more than one and is not quoted

__all__ = ["CHECKS", "Case", "check_sheet", "is_unfilled"]


def check_sheet(case: Case) -> tuple[Finding, ...]:
    """Every finding about a sheet, from its top to its end; of a form that nobody filled, only that."""
    if is_unfilled(case.filled):
        return (Finding("sheet_blank", severity_of("sheet_blank", case.survey), case.filled.sheet),)
    found = [finding for check in CHECKS for finding in _run(check, case)]
    if any(finding.code == "answers_shifted" for finding in found):
        found = [finding for finding in found if not finding.question]  # each of them would follow from the slip
    if any(finding.code == "head_shifted" for finding in found):
        head = {line.entry.cell for line in case.filled.fields if line.entry}
        found = [f for f in found if f.code == "head_shifted" or f.question or f.cell not in head]
    found = list(_once_a_table(found, case))
    return tuple(sorted(found, key=lambda finding: place_of(finding.cell) if finding.cell else (0, 0)))


def _once_a_table(found: list[Finding], case: Case) -> Iterator[Finding]:
    """A table of which nothing is filled in, or found again, or to be filled in, is told as one; so is a column of an open
    one that is not found again."""
    cells = {q.question.key: q.question for q in case.filled.questions if q.question.part} if found else {}
    if not cells:
        yield from found
        return
    every = Counter(cell.printed_key for cell in cells.values())
    needed = Counter(cell.printed_key for cell in cells.values() if cell.required)
    told = Counter((_of_table(f, cells[f.question]), cells[f.question].printed_key) for f in found if f.question in cells)
    first: set[tuple[str, str, str]] = set()
    for finding in found:
        cell = cells.get(finding.question)
        what, table = (_of_table(finding, cell), cell.printed_key) if cell else ("", "")
        least = {"should_be_blank": 0, "label_missing": every[table]}.get(what, needed[table])
        column = _column_of(cell) if what == "label_missing" and told[what, table] < least else ""
        if not cell or not what or (told[what, table] < least and not column):
            yield finding
        elif (what, table, column) not in first:
            first.add((what, table, column))
            yield replace(finding, label=quote(column))


def _column_of(cell: Question | None) -> str:
    """What stands over the column of a cell of an open table."""
    return cell.part.table.heads[cell.part.column] if cell and cell.part and cell.in_open_table else ""


def _of_table(finding: Finding, cell: Question) -> str:
    """The code of a cell's finding, if it may be true of the whole table; empty if not."""
    if finding.code in ("label_missing", "should_be_blank"):
        return finding.code
    return "missing" if finding.code == cell.kind.missing else ""


def _run(check: Check, case: Case) -> tuple[Finding, ...]:
    """The findings of one check. A check that raises is itself a finding, for the operators, and the others run: it
    tells the check's name and the kind of exception, never its text, which may quote a cell."""
    try:
        return tuple(check(case))
    except Exception as fault:  # noqa: BLE001 - whatever it was, the other checks and the mail go on
        return (replace(make(case, "check_failed", label=check.__name__), found=type(fault).__name__),)


def is_unfilled(filled: Filled) -> bool:
    """Whether no question is answered, and no field that a respondent must fill in is filled."""
    required = any(f.entry and f.entry.state != "blank" for f in filled.fields if f.field.required)
    return not required and not any(question.filled for question in filled.questions)


def labels_are_there(case: Case) -> Iterator[Finding]:
    """The lines of the form that the sheet no longer has."""
    for line in case.filled.fields:
        if line.entry is None and line.field.required:
            yield make(case, "label_missing", label=line.field.label)
    for question in questions_of(case, "asked"):
        if question.answer is None:
            yield about(case, "label_missing", question, None)
            continue
        for slot in question.question.kind.slots:
            if slot.label and slot.number not in question.lines:
                yield replace(about(case, "label_missing", question, None), label=quote(slot.label))


def form_is_unaltered(case: Case) -> Iterator[Finding]:
    """What was changed in the form itself, as `form_changes.py` saw it; nothing for rows of a list."""
    for change in case.filled.altered:
        made = make(case, change.code, change.cell, change.label)
        yield replace(
            made, question=change.question, found=quote(change.found), expected=quote(change.expected)
        )


def questions_are_answered(case: Case) -> Iterator[Finding]:
    """A question that is asked holds an answer; a word or stroke for "nothing" is no answer."""
    for question in questions_of(case, "asked"):
        answer = question.answer
        if question.question.in_lines or answer is None or question.answered or not question.question.required:
            continue
        kind = question.question.kind
        code = kind.missing if answer.state == "blank" else "answer_says_nothing"
        yield about(case, code, question, answer, kind.wanted())


def answers_stand_in_place(case: Case) -> Iterator[Finding]:
    """A whole paste that slipped by one question is told once."""
    if moved := slipped(case.filled):
        cells = [question.answer.cell for question in moved if question.answer]
        yield replace(make(case, "answers_shifted", cells[0]), found="、".join(cells))


def head_stands_in_place(case: Case) -> Iterator[Finding]:
    """A head (回答者情報) that slipped by a cell is told once."""
    if cells := case.filled.slipped:
        yield replace(make(case, "head_shifted", cells[0]), found="、".join(cells))


def one_of_either_is_answered(case: Case) -> Iterator[Finding]:
    """One of the questions to different kinds of bodies is answered, where this body's kind is not known."""
    either = [question for question in questions_of(case, "either") if question.answer and question.question.required]
    if either and not any(question.filled for question in either):
        kind = either[0].question.kind
        yield about(case, kind.missing, either[0], either[0].answer, kind.wanted())


def answers_are_understood(case: Case) -> Iterator[Finding]:
    """An answer is certainly one of its kind, and the kind finds no fault with it; else the sender is told what it
    may mean, or what is expected."""
    around = Around(case.match, case.survey.attributes)
    for question in questions_of(case, "asked", "open", "either"):
        answer, kind = question.answer, question.question.kind
        if question.question.in_lines or not answer or answer.state != "value" or not question.answered:
            continue
        if not question.question.required and says_nothing(answer.value) and not question.meaning.value:
            continue  # a stroke where nothing has to stand
        if not question.meaning.value:
            yield about(case, kind.unread, question, answer, kind.choosing(question.meaning) or kind.wanted())
        elif not question.question.by_number:  # a choice that was taken is right by itself
            faults = kind.faults(answer.value, around)
            for f in faults:
                made = about(case, f.code, question, answer, f.expected)
                yield made if f.found is None else replace(made, found=quote(f.found))


def marks_are_circles(case: Case) -> Iterator[Finding]:
    for question in questions_of(case, "asked", "open", "either"):
        for number, entry in question.lines.items():
            kind = question.question.kind
            if entry.state == "value" and (entry.doubtful or kind.mark(entry.value, number) is None):
                finding = about(case, kind.unread, question, entry, kind.wanted())
                yield replace(finding, label=quote(question.question.by_number[number].text))


def something_is_circled(case: Case) -> Iterator[Finding]:
    """At least one circle, as far as the question's data asks for one; its severity is the question's."""
    for question in questions_of(case, "asked"):
        kind = question.question.kind
        blank = all(kind.mark(e.value, number) is False and not e.doubtful for number, e in question.lines.items())
        errors = any(entry.state == "error" for entry in question.lines.values())
        if kind.none_taken and question.lines and blank and not errors:
            yield replace(about(case, "marks_none", question, question.answer, kind.wanted()), severity=kind.none_taken)


def texts_are_given(case: Case) -> Iterator[Finding]:
    """The text that a choice asks for is given. A text that may come as a file is for routing, which knows the
    files."""
    for question, text, entry in texts_of(case):
        if entry.state == "blank" and text.asked_by(question.number) and text.where == "cell":
            yield of_text(case, "text_missing", question, text)


def texts_are_understood(case: Case) -> Iterator[Finding]:
    """What is asked for beside a choice is certainly one of its kind. What speaks of a time but of no month (未定,
    令和５年度中, a date that may be 6/3) is asked for kindly, and what had to be worked out is told."""
    for question, text, entry in texts_of(case):
        if text.kind.free or not text.asked_by(question.number) or entry.state != "value":
            continue
        within = question.meaning.remark if question.answer and entry.cell == question.answer.cell else entry.value
        last = _due(case)
        meaning = text.kind.meaning(within, last)
        past = text.upcoming and "" < meaning.value < f"{last:%Y-%m}"
        if past or meaning.reckoned:
            code, found = "plan_past" if past else "read_as", quote(within) if len(within) <= _MONTH else ""
            yield replace(of_text(case, code, question, text), found=found, expected=text.kind.shown(meaning.value))
        elif not meaning.value:
            unsettled = text.kind.unsettled if meaning.said or says_nothing(within) else ""
            finding = of_text(case, unsettled or text.kind.unread, question, text)
            yield replace(finding, expected=text.kind.choosing(meaning) or text.kind.wanted())
        for fault in text.kind.faults(within, Around(case.match, case.survey.attributes)) if meaning.value else ():
            yield replace(of_text(case, fault.code, question, text), expected=fault.expected)


def _due(case: Case) -> date:
    """The deadline's day for the body whose sheet it is."""
    found = case.match.bodies if case.match and case.match.status == "found" else ()
    lgcode = found[0].lgcode if found else ""
    return deadline_of(case.survey, case.filled.form.id, case.kinds, lgcode).date()


def texts_are_needed(case: Case) -> Iterator[Finding]:
    for question, text, entry in texts_of(case):
        superfluous = question.number is not None and not text.asked_by(question.number)
        if superfluous and entry.state == "value" and not says_nothing(entry.value):
            yield replace(of_text(case, "text_unneeded", question, text), expected="空欄")


def skipped_is_blank(case: Case) -> Iterator[Finding]:
    """Questions that an earlier choice, or the kind of body, leaves out; a stroke through their cells leaves them so."""
    for question in questions_of(case, "not_asked"):
        uncircled = [
            e
            for n, e in question.lines.items()
            if question.question.kind.mark(e.value, n) is False and e.state != "error"
        ]
        filled = [entry for entry in question.entries if entry.says_something and entry not in uncircled]
        if filled:
            root = case.asked[question.question.key].root
            expected = f"空欄（{root}）" if root else "空欄"
            yield replace(about(case, "should_be_blank", question, filled[0], expected), found="")


def cells_hold_values(case: Case) -> Iterator[Finding]:
    """No error value (#REF!) and no formula without a stored result, which looks blank to a reader."""
    for line in case.filled.fields:
        if line.entry and line.entry.state == "error":
            yield replace(of_field(case, "error_value", line, ""), found=quote(line.entry.value))
    for question in questions_of(case, "asked", "open", "either"):
        for entry in question.entries:
            if entry.state == "error":
                yield about(case, "error_value", question, entry)


CHECKS: tuple[Check, ...] = (
    labels_are_there,
    form_is_unaltered,
    *FIELD_CHECKS,
    head_stands_in_place,
    answers_stand_in_place,
    questions_are_answered,
    one_of_either_is_answered,
    answers_are_understood,
    marks_are_circles,
    something_is_circled,
    texts_are_given,
    texts_are_understood,
    texts_are_needed,
    skipped_is_blank,
    cells_hold_values,
    rules_are_kept,
)
