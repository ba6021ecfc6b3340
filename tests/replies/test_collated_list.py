"""The 一覧表 that we write: what was in the answer sheets stands in it, and is read from it again."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from config.load import load_survey
from intake.answers import AttachedFile, read_file
from intake.sheets.columns import list_columns
from intake.submission import AnswerSheet, Claim
from replies.form_layout import layout
from replies.workbooks.collated_list import write_list
from replies.workbooks.form import FillValue, blank
from tests.config.surveys_at_hand import TINY
from tests.workbooks.forms_at_hand import (
    COMPLETE,
    COMPLETE_2,
    choices_of,
    filled,
    form,
    marks_of,
    reading,
    the_roster,
    the_sheet,
    the_survey,
)

HOKAGO = TINY.parent / "hokago"
NO_CLAIM = Claim("", "absent")
HOSTILE = (
    "=1+1",
    "+81-45-000-0000",
    "-5",
    "@SUM(A1)",
    "＝1+1",
    "<r>赤</r>",
    'a"b',
    "一行目\n二行目",
    "=cmd|'/c calc'!A1",
)
Changes = Mapping[str, FillValue | None]

# Together they take every choice, circle and free text of 別添２ at least once
WAYS: tuple[Changes, ...] = (
    {},
    {"1-1": 2, "2": 2, "3": 2, "4": None, "5": None, "6": (1, 2), "7-4": (2, 4, 5), "8-1": 2, "8-2": None},
    {
        "2": 3,
        "2-text": "令和５年９月",
        "4": 2,
        "9": 2,
        "10": 2,
        "10-text": "概要は別紙のとおり",
        "b": 5,
        "b-text": "紙で連携",
    },
    {
        "2": 4,
        "4": 3,
        "8-1": 3,
        "8-2": None,
        "9": 3,
        "10": 3,
        "10-text": "改善中",
        "c": 5,
        "c-text": "手で入力",
    },
    {
        "5": 1,
        "6": None,
        "7-1": None,
        "7-2": None,
        "7-3": None,
        "7-4": None,
        "8-1": None,
        "8-2": None,
        "9": None,
    },
    {"6": (2,), "7-1": 2, "7-2": 2, "7-3": None, "7-4": None, "8-1": None, "8-2": None, "9": 4, "10": 4},
    {"7-3": 2, "7-4": None, "8-2": 2, "a": 2, "b": 2, "c": 2, "d": 2, "d-text": "本人確認のため"},
    {"kind": "都道府県", "organisation": "14神奈川県", "1-1": None, "1-2": 1, "a": 3, "b": 3, "c": 3},
    {
        "kind": "都道府県",
        "organisation": "16富山県",
        "1-1": None,
        "1-2": 2,
        "b": 4,
        "c": 4,
        "attribute": "３ 胃がん検診",
    },
)


def sheets_of(ways: tuple[Changes, ...], id: str) -> list[AnswerSheet]:
    base = COMPLETE_2 if id == "form2" else COMPLETE
    known = {q.key for q in form(id).questions} | {t.key for q in form(id).questions for t in q.free_texts}
    known |= {f.key for f in form(id).fields}
    return [the_sheet(filled({k: v for k, v in way.items() if k in known}, base, id)) for way in ways]


def written(rows: list[AnswerSheet], id: str = "form1") -> Worksheet:
    return load_workbook(io.BytesIO(write_list(rows, form(id), the_survey()))).worksheets[0]


def said(sheet: AnswerSheet) -> tuple[object, ...]:
    """Everything a sheet says, without its cells."""
    fields = {field.key: field.value for field in sheet.fields}
    answers = [
        (a.question, a.value, a.number, a.marks, [(t.key, t.value) for t in a.texts]) for a in sheet.answers
    ]
    return fields, answers, sheet.body, sheet.attributes, sheet.form, sheet.version


@pytest.mark.parametrize("id", ["form1", "form2"])
def test_what_was_written_is_read_again(id: str) -> None:
    sheets = sheets_of(WAYS, id)
    assert {a.number for s in sheets for a in s.answers if a.question == "9"} >= {1, 2, 3, 4}
    read = reading(write_list(sheets, form(id), the_survey()))
    assert read.kind == "collated_list"
    assert [row.row for row in read.sheets] == list(range(2, 2 + len(sheets)))
    assert [said(row) for row in read.sheets] == [said(sheet) for sheet in sheets]


def test_each_choice_and_circle_of_the_form_is_among_them() -> None:
    sheets = sheets_of(WAYS, "form2")
    taken = {(a.question, a.number) for s in sheets for a in s.answers if a.number}
    circled = {(a.question, number) for s in sheets for a in s.answers for number in a.marks}
    texts = {t.key for s in sheets for a in s.answers for t in a.texts if t.value}
    questions = form("form2").questions
    assert taken == {(q.key, c.number) for q in questions for c in choices_of(q)}
    assert circled == {(q.key, m.number) for q in questions for m in marks_of(q)}
    assert texts == {t.key for q in questions for t in q.free_texts}


def test_the_headings_are_those_of_the_forms_own_sheet() -> None:
    sheet = written(sheets_of(WAYS[:1], "form1"))
    assert sheet.title == "一覧用"
    headings = [cell.value for cell in sheet[1]]
    assert headings[:4] == ["制度等", "組織区分", "属性", "組織名"]
    assert headings[-6:] == ["Q8-1", "Q8-1（記載欄）", "Q8-2", "Q9", "Q10", "Q10（記載欄）"]
    assert len(headings) == 33


@pytest.mark.parametrize("text", HOSTILE)
def test_no_answer_becomes_a_formula(text: str) -> None:
    (sheet,) = sheets_of(WAYS[:1], "form1")
    fields = tuple(replace(f, value=text) if f.key == "department" else f for f in sheet.fields)
    answers = tuple(replace(a, texts=tuple(replace(t, value=text) for t in a.texts)) for a in sheet.answers)
    row = replace(sheet, fields=fields, answers=answers)
    made = written([row])
    for cell in (made["E2"], made["AC2"]):
        assert (cell.value, cell.data_type, cell.quotePrefix) == (text, "s", True)
    assert [c for line in made.iter_rows() for c in line if c.data_type == "f"] == []


def test_a_blank_program_is_filled_from_what_is_known() -> None:
    (sheet,) = sheets_of(WAYS[:1], "form1")
    assert sheet.field("program") == ""
    assert written([sheet])["A2"].value is None
    assert written([replace(sheet, program="yobosesshu")])["A2"].value == "予防接種"


def test_it_can_be_scrolled_filtered_and_printed() -> None:
    sheet: Any = written(sheets_of(WAYS[:3], "form1"))
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:AG4"
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)  # A4
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (3, 0)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage is True
    assert (sheet.print_title_rows, sheet.print_title_cols) == ("$1:$1", "$A:$D")  # to 組織名
    assert sheet.column_dimensions["D"].width > 10


def test_equal_rows_give_equal_bytes() -> None:
    rows = sheets_of(WAYS[:2], "form1")
    assert write_list(rows, form(), the_survey()) == write_list(rows, form(), the_survey())


def test_numbers_and_days_are_such_in_the_list_and_what_is_none_stays_as_written() -> None:
    """A prefecture looks at the sums of its list."""
    survey = load_survey(HOKAGO)
    (clubs,) = survey.forms
    places = layout(clubs).inputs
    cells = {
        "1": 12, "3.jidokan.koei": "３か所", "3.yoyu.koei": "数か所", "3.other.koei": "9" * 17, "4": "約120人",
        "4-d": "=1+1", "4-r": "50％", "5": "平成20年４月１日",
    }  # fmt: skip
    book = load_workbook(io.BytesIO(blank(clubs, survey)))
    for key, value in {**cells, "organisation": "14神奈川県藤沢市", "2": "有"}.items():
        book[clubs.sheet].cell(*places[key]).value = value
    book[clubs.sheet].cell(*places["4-d"]).data_type = "s"
    out = io.BytesIO()
    book.save(out)
    (sheet,) = read_file(AttachedFile("a.xlsx", out.getvalue()), survey, the_roster()).sheets
    data = write_list([sheet], clubs, survey)
    listed = load_workbook(io.BytesIO(data)).worksheets[0]
    found = dict(zip([c.key for c in list_columns(clubs)], [cell.value for cell in listed[2]], strict=True))
    assert {key: found[key] for key in cells} == {
        "1": 12, "3.jidokan.koei": 3, "3.yoyu.koei": "数か所", "3.other.koei": "9" * 17, "4": 120, "4-d": "=1+1",
        "4-r": 0.5, "5": datetime.fromisoformat("2008-04-01"),
    }  # fmt: skip
    (row,) = read_file(AttachedFile("b.xlsx", data), survey, the_roster()).sheets
    numbers = [(a.question, clubs.question(a.question).kind.read(a.value)) for a in sheet.answers]
    assert [(a.question, clubs.question(a.question).kind.read(a.value)) for a in row.answers] == numbers
