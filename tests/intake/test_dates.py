"""A question for a date, from the blank form to the export: cells as Excel stores them, lists, rules, letters."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import date
from functools import cache

import pytest
from openpyxl import Workbook, load_workbook

from config.check_form import check_form
from config.form import Form
from config.shape import keys_of
from config.survey import Survey
from config.toml_values import made
from intake.amendment import AmendmentRefused, amend_sheet
from intake.answers import AttachedFile, read_file
from intake.sheets.columns import list_columns
from intake.submission import AnswerSheet
from replies.points import requests
from replies.wording import load_wording
from replies.workbooks.export import values_of
from replies.workbooks.form import blank, fill, layout
from tests.replies.rows_at_hand import exported, one
from tests.workbooks.forms_at_hand import COMPLETE, the_roster, the_survey

OPENED, CLOSED, SIGNED = "E37", "E38", "F40"  # by hand: the ten questions of 別添１ end in row 36
ANSWERED = {OPENED: date(2008, 4, 1), CLOSED: "令和６年３月31日", "E39": "① ある。", SIGNED: "R6.4.1"}


@cache
def the_form() -> Form:
    """別添１ with two dates, and one beside a choice."""
    base = the_survey().form("form1")
    data = {key: getattr(base, key) for key in keys_of(Form) if key != "grid"}
    signed = {"key": "13-d", "label": "その締結の日", "kind": "date", "choices": [1]}
    asked = [
        {"key": "11", "item": "11", "text": "開設の日", "kind": "date"},
        {"key": "12", "item": "12", "text": "閉じた日", "kind": "date", "max": date(2024, 5, 31)},
        {"key": "13", "item": "13", "text": "協定があるか。", "free_texts": [signed], "choices": ["① ある。", "② ない。"]},
    ]
    rule = {"check": "Q11 <= Q12", "say": "閉じた日（{Q12}）が、開設の日（{Q11}）より前です。"}
    return made(Form, {**data, "questions": [*base.questions, *asked], "rules": [rule]})


@cache
def survey() -> Survey:
    return the_survey().changed({"forms": (the_form(), *the_survey().forms[1:])})


def with_cells(cells: Mapping[str, object], formats: Mapping[str, str] | None = None) -> AnswerSheet:
    book = load_workbook(io.BytesIO(fill(the_form(), survey(), COMPLETE)))
    for cell, value in {**ANSWERED, **cells}.items():
        book[the_form().sheet][cell] = value  # type: ignore[index]
        book[the_form().sheet][cell].number_format = (formats or {}).get(cell, "General")
    out = io.BytesIO()
    book.save(out)
    (sheet,) = read_file(AttachedFile("回答.xlsx", out.getvalue()), survey(), the_roster()).sheets
    return sheet


def told(sheet: AnswerSheet) -> list[tuple[str, str, str]]:
    return [(f.code, f.question, f.cell) for f in sheet.findings]


def understood(sheet: AnswerSheet, key: str) -> str:
    return next(answer.understood for answer in sheet.answers if answer.question == key)


def test_the_form_is_one_that_a_survey_may_have() -> None:
    assert check_form(the_form(), "form1.toml") == ()
    assert [layout(the_form()).cell(key) for key in ("11", "12", "13-d")] == [OPENED, CLOSED, SIGNED]


ERA = '[$-ja-JP]ggge"年"m"月"d"日"'


@pytest.mark.parametrize(
    ("value", "format"),
    [
        (39539, ERA),
        (39539, '[$-411]gge"."m"."d'),
        (39539, "yyyy/mm/dd"),
        (39539, "m/d"),
        (39539, "General"),
        ("39539", "@"),
        (39539.5625, "yyyy/m/d h:mm"),
        ("平成２０年４月１日", "General"),
        ("H20.4.1", "@"),
        (20080401, "General"),
    ],
)
def test_a_day_is_the_same_however_it_was_typed_and_shown(value: object, format: str) -> None:
    sheet = with_cells({OPENED: value}, {OPENED: format})
    assert told(sheet) == []
    assert understood(sheet, "11") == "2008-04-01"


@pytest.mark.parametrize(
    ("cell", "value", "code", "question"),
    [
        (OPENED, None, "value_missing", "11"),
        (OPENED, "不明", "value_unreadable", "11"),
        (OPENED, "－", "answer_says_nothing", "11"),
        (OPENED, 20, "value_unreadable", "11"),
        (OPENED, "20.4.1", "value_unreadable", "11"),
        (OPENED, "平成20年4月", "value_unreadable", "11"),
        (CLOSED, date(2024, 6, 1), "value_out_of_range", "12"),
        (CLOSED, date(2006, 3, 31), "rule_broken", "11"),
        (SIGNED, None, "text_missing", "13"),
        (SIGNED, "昨年", "value_unreadable", "13"),
    ],
)
def test_what_is_wrong_is_told_where_it_stands(cell: str, value: object, code: str, question: str) -> None:
    at = OPENED if code == "rule_broken" else cell
    assert told(with_cells({cell: value})) == [(code, question, at)]


def test_the_letter_says_what_is_wanted_and_quotes_days_as_people_write_them() -> None:
    (point,) = requests(with_cells({OPENED: "20.4.1"}).findings, survey(), load_wording())
    assert point.places[0].found == "20.4.1"
    assert point.places[0].expected == "「令和20年4月1日」か「2020年4月1日」"
    (finding,) = with_cells({CLOSED: "2006/3/31"}).findings
    assert finding.expected == "閉じた日（2006年3月31日）が、開設の日（2008年4月1日）より前です。"


def test_the_blank_form_helps_to_type_it() -> None:
    page = load_workbook(io.BytesIO(blank(the_form(), survey())))[the_form().sheet]
    rules = {str(v.sqref): v for v in page.data_validations.dataValidation if v.type == "date"}
    assert {cell: (v.operator, v.formula1, v.formula2) for cell, v in rules.items()} == {
        OPENED: ("greaterThanOrEqual", "1", None),
        CLOSED: ("between", "1", "45443"),
        SIGNED: ("greaterThanOrEqual", "1", None),
    }
    assert page[OPENED].number_format == ERA
    formula = next(str(c.value) for c in page["G"] if c.value and str(c.value).startswith("="))
    assert f'TEXT({CLOSED},"yyyy年m月d日")' in formula


def test_an_official_enters_it_by_hand() -> None:
    sheet = with_cells({OPENED: None})
    assert told(amend_sheet(sheet, {"11": "平成20年4月1日"}, survey(), the_roster())) == []
    with pytest.raises(AmendmentRefused, match="年月日（例：令和６年５月31日） を入力してください"):
        amend_sheet(sheet, {"11": "20.4.1"}, survey(), the_roster())


def test_it_is_exported_as_a_day_and_lists_are_read() -> None:
    sheet = with_cells({})
    rows = [
        one(survey(), form="form1", program="nanbyo", values=values_of(made, the_form()))
        for made in (sheet, with_cells({OPENED: "不明", CLOSED: "R6.3.31"}))
    ]
    page = load_workbook(io.BytesIO(exported(survey(), rows, personal=True)))["別添１"]
    heads = [cell.value for cell in page[1]]
    cells = [[page.cell(row, heads.index(f"Q{key}") + 1) for key in (11, 12)] for row in (2, 3)]
    assert [[str(cell.value) for cell in row] for row in cells] == [
        ["2008-04-01 00:00:00", "2024-03-31 00:00:00"],
        ["不明", "2024-03-31 00:00:00"],
    ]
    assert [cell.is_date for row in cells for cell in row] == [True, True, False, True]
    columns = list_columns(the_form())
    values = dict(zip((c.heading for c in columns), values_of(sheet, the_form()), strict=True))
    book = Workbook()
    book.worksheets[0].append([c.heading for c in columns])
    for name, day in (("14神奈川県横浜市", date(2008, 4, 1)), ("14神奈川県川崎市", "20.4.1")):
        changed: dict[str, object] = {**values, "組織名": name, "Q11": day}
        book.worksheets[0].append([changed[c.heading] or None for c in columns])
    out = io.BytesIO()
    book.save(out)
    reading = read_file(AttachedFile("一覧.xlsx", out.getvalue()), survey(), the_roster())
    found = {s.row: [f.code for f in s.findings if f.question == "11"] for s in reading.sheets}
    assert found == {2: [], 3: ["value_unreadable"]}
