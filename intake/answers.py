"""A workbook's grid → answer sheets, and an attachment's bytes → what that file is.

Joins the steps: open, recognise the form, read its values, check them. Judges nothing beyond the file: who
sent it, what is owed and what a supporting file may stand for is for routing.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace

from config.roster import Match, Roster
from config.survey import Form, Survey
from intake.asked import asked
from intake.checks import Case, check_sheet, is_unfilled
from intake.columns import list_columns
from intake.fields import find_program, name_match, possible_kinds
from intake.filled import Filled, FilledQuestion, read
from intake.finding import Finding, severity_of
from intake.ooxml import name_of
from intake.personal import SHORTEST_NUMBER, holds_my_number
from intake.recognise import recognise
from intake.sniff import looks_like_workbook, sniff
from intake.spellings import circled, find_choice, is_blank, label_key
from intake.submission import Answer, AnswerSheet, Claim, FieldValue, FileKind, FileReading
from intake.workbook import Sheet, Workbook, open_workbook

LIST_SHARE = 0.6  # of the columns of 「一覧用」 that a row must bear to be its header
FEWEST_LIST_ANSWERS = 5  # cells that must hold choices of their columns for a row without a header


def read_file(  # noqa: PLR0913 - one attachment and the two tables it is read against
    filename: str, data: bytes, position: int, survey: Survey, roster: Roster, claim: Claim
) -> FileReading:
    """What one attachment is, with the answer sheets in it. Never raises for anything in `data`."""
    opened = open_workbook(data)
    personal: tuple[str, ...] = ()
    if isinstance(opened, Finding):
        kind, sheets, findings = _other(opened)
    else:
        kind, sheets, findings = _read_workbook(opened, survey, roster)
        personal = _personal(opened)
    return FileReading(
        position=position,
        filename=filename,
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        kind=kind,
        claim=claim,
        sheets=sheets,
        findings=tuple(replace(f, severity=severity_of(f.code, survey)) for f in findings),
        looks_like_workbook=looks_like_workbook(filename, sniff(data)),
        personal=personal,
    )


def _personal(workbook: Workbook) -> tuple[str, ...]:
    """Cells in which a My Number seems to stand, as 「様式!E5」, wherever they are in the workbook."""
    return tuple(
        f"{sheet.name}!{name_of(place)}"
        for sheet in workbook.sheets
        for place, cell in sheet.cells.items()
        if len(cell.value) >= SHORTEST_NUMBER and holds_my_number(cell.value)
    )


Read = tuple[FileKind, tuple[AnswerSheet, ...], tuple[Finding, ...]]


def _other(finding: Finding) -> Read:
    return "other", (), (finding,)


def _read_workbook(workbook: Workbook, survey: Survey, roster: Roster) -> Read:
    sheets = read_sheets(workbook, survey, roster)
    if sheets and not all(map(_is_blank, sheets)):
        return "answer_sheet", sheets, workbook.findings
    if _has_list(workbook, survey):
        return "collated_list", (), (*workbook.findings, Finding("list_pending", "note"))
    if sheets:
        return "answer_sheet", sheets, workbook.findings
    return "other", (), (*workbook.findings, Finding("not_a_form", "error"))


def _is_blank(sheet: AnswerSheet) -> bool:
    return any(finding.code == "sheet_blank" for finding in sheet.findings)


def read_sheets(workbook: Workbook, survey: Survey, roster: Roster) -> tuple[AnswerSheet, ...]:
    """The answer sheets of a workbook. Blank copies beside filled ones, and hidden ones beside visible
    ones, are left out; of nothing but blank ones, the first is given."""
    recognised = [(sheet, located) for sheet in workbook.sheets if (located := recognise(sheet, survey))]
    filled = [(sheet.hidden, read(sheet, located)) for sheet, located in recognised]
    used = [(hidden, sheet) for hidden, sheet in filled if not is_unfilled(sheet)]
    chosen = [sheet for hidden, sheet in used if not hidden] or [sheet for _, sheet in used]
    return tuple(answer_sheet(sheet, survey, roster) for sheet in chosen or [s for _, s in filled[:1]])


def answer_sheet(filled: Filled, survey: Survey, roster: Roster) -> AnswerSheet:
    match = _find_body(filled, roster)
    kinds = possible_kinds(filled, match)
    case = Case(survey, filled, match, kinds, asked(filled, kinds))
    answers = [q for q in filled.questions if case.asked[q.question.key].standing != "not_asked"]
    return AnswerSheet(
        sheet=filled.sheet,
        form=filled.form.id,
        version=filled.form.version,
        program=find_program(filled.value("program"), survey, filled.form.id),
        body=name_match(match),
        fields=tuple(FieldValue(f.field.key, f.value, f.entry.cell) for f in filled.fields if f.entry),
        answers=tuple(_answer(question) for question in filled.questions if question.answer),
        findings=check_sheet(case),
        alerts=tuple(q.question.key for q in answers if _alerts(q)),
        outlines_wanted=tuple(q.question.key for q in answers if _wants_outline(q)),
    )


def _find_body(filled: Filled, roster: Roster) -> Match | None:
    """What the roster says to 組織名; None where it was left blank."""
    names = [f.value for f in filled.fields if f.field.kind == "organisation" and f.value]
    return roster.find(names[0]) if names else None


def _answer(question: FilledQuestion) -> Answer:
    assert question.answer
    value = question.answer.value
    if question.question.marks:
        value = "".join(map(circled, question.circled))
    return Answer(
        question=question.question.key,
        value=value,
        cell=question.answer.cell,
        number=question.number,
        marks=question.circled,
        texts=tuple(FieldValue(key, entry.value, entry.cell) for key, entry in question.texts.items()),
    )


def _alerts(question: FilledQuestion) -> bool:
    return any(text.alert and question.number in text.choices for text in question.question.free_texts)


def _wants_outline(question: FilledQuestion) -> bool:
    """Whether a text is asked for that may come as a supporting file, and its cell is blank."""
    return any(
        text.where == "cell_or_file"
        and question.number in text.choices
        and question.texts[text.key].state == "blank"
        for text in question.question.free_texts
    )


def _has_list(workbook: Workbook, survey: Survey) -> bool:
    """Whether a visible sheet has rows that look like row 2 of 「一覧用」."""
    visible = [sheet for sheet in workbook.sheets if not sheet.hidden]
    return any(_list_rows(sheet, form) for sheet in visible for form in survey.forms)


def _list_rows(sheet: Sheet, form: Form) -> list[int]:
    rows: dict[int, dict[int, str]] = {}
    for (row, column), cell in sheet.cells.items():
        if not is_blank(cell.value):
            rows.setdefault(row, {})[column] = cell.value
    headings = {label_key(column.heading) for column in list_columns(form)}
    header = next((r for r in sorted(rows)[:10] if _share(headings, rows[r]) >= LIST_SHARE), None)
    if header is not None:
        return [row for row in rows if row > header and len(rows[row]) >= FEWEST_LIST_ANSWERS]
    return [row for row in sorted(rows)[:50] if _is_list_row(rows[row], form)]


def _share(headings: set[str], row: dict[int, str]) -> float:
    return len(headings & {label_key(value) for value in row.values()}) / len(headings)


def _is_list_row(row: dict[int, str], form: Form) -> bool:
    """A row without header: its cells hold choices of the columns at their places, and hardly others."""
    questions = {question.key: question.choices for question in form.questions}
    answers = [
        find_choice(row[place], questions[column.key]) is not None
        for place, column in enumerate(list_columns(form), 1)
        if column.holds == "answer" and place in row
    ]
    return sum(answers) >= FEWEST_LIST_ANSWERS and sum(answers) >= 0.8 * len(answers)
