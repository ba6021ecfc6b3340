"""A table with a line for each facility in a workbook that the ministry has: its place is told by its printed lines, and as
many are read as were filled in, whatever was done to the sheet.

Its cells, counted by hand: heads in A5:E5, five lines numbered 1 to 5 in rows 6 to 10 (B to E are to be filled in), 合計 in
row 11, a question below it in row 13. In row 4 an example stands beside the table.
"""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.datavalidation import DataValidation

from config.errors import ConfigError
from config.load import load_survey
from config.survey import Survey
from config.tables import line_of
from intake.answers import AttachedFile, read_file
from intake.submission import AnswerSheet
from tests.config.surveys_at_hand import TINY
from tests.intake.test_given import moved
from tests.workbooks.forms_at_hand import the_roster
from tests.workbooks.given_forms import framed, put, saved

FORM = """
id = "yoshiki1"
version = "1"
title = "別紙"
file_name = "別紙.xlsx"
sheet = "施設"
given = "form.xlsx"
fields = [{ key = "organisation", label = "市区町村名", kind = "organisation", at = "B2" }]
[[questions]]
key = "1"
item = "１"
text = "施設の一覧"
kind = "table"
lines = 5
at = "B6:E10"
[questions.columns]
name = "施設名"
kind = { label = "種別", choices = ["公立", "民間"] }
capacity = { label = "定員", kind = "number", unit = "人" }
note = { label = "備考", required = false }
[[questions]]
key = "2"
item = "２"
text = "その他の意見"
kind = "text"
required = false
at = "B13"
"""
FIRST, SECOND = ("みどり園", "公立", 30, None), ("あおば園", "民間", "４０人", "分園あり")
THIRD = ("つくし園", "公立", 0, None)
READ = [("みどり園", "公立", "30", ""), ("あおば園", "民間", "40", "分園あり"), ("つくし園", "公立", "0", "")]
Change = Callable[[Any], None]


def the_book() -> bytes:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "施設"
    put(sheet, {"A1:E1": "施設の状況に関する調査票", "A2": "市区町村名", "A4": "１　施設の一覧", "A11:C11": "合計"})
    put(sheet, {"A5": "番号", "B5": "施設名", "C5": "種別", "D5": "定員", "E5": "備考", "A13": "２　その他の意見"})
    for row in range(6, 11):
        sheet.cell(row, 1).value = row - 5
        sheet.cell(row, 4).value = "　　人"
    sheet["D11"] = "=SUM(D6:D10)"
    kinds = DataValidation(type="list", formula1='"公立,民間"', allow_blank=True)
    sheet.add_data_validation(kinds)
    kinds.add("C6:C10")
    framed(sheet, "B2:B2", "A5:E11", "B13:E13")
    sheet.merge_cells("B13:E13")
    return saved(book)


@pytest.fixture(scope="module")
def survey(tmp_path_factory: pytest.TempPathFactory) -> Survey:
    return load_survey(folder_of(tmp_path_factory.mktemp("lines")))


def folder_of(folder: Path, form: str = FORM) -> Path:
    made = shutil.copytree(TINY.parent / "gakudo", folder / "survey")
    (made / "form.xlsx").write_bytes(the_book())
    (made / "form1.toml").write_text(form, encoding="utf-8")
    return made


def line(page: Any, row: int, *values: object) -> None:
    for column, value in enumerate(values, 2):
        page.cell(row, column).value = value


def three(page: Any) -> None:
    for row, values in enumerate((FIRST, SECOND, THIRD), 6):
        line(page, row, *values)


def sheet_with(survey: Survey, *changes: Change) -> AnswerSheet:
    book = load_workbook(io.BytesIO(the_book()))
    page = book["施設"]
    page["B2"] = "大鹿村"
    for change in changes:
        change(page)
    (sheet,) = read_file(AttachedFile("a.xlsx", saved(book)), survey, the_roster()).sheets
    return sheet


def lines(sheet: AnswerSheet) -> list[tuple[str, ...]]:
    """What was understood, line by line; a text as it was read, the other kinds as they write it."""
    found: dict[int, list[str]] = {}
    for answer in sheet.answers:
        if own := line_of(answer.question):
            said = answer.value if own[2] != "capacity" else answer.canonical
            found.setdefault(own[1], []).append(said)
    return [tuple(own) for _, own in sorted(found.items()) if any(own)]


def errors(sheet: AnswerSheet) -> list[tuple[str, str, str]]:
    return [(f.code, f.question, f.cell) for f in sheet.findings if f.severity == "error"]


def apart(page: Any) -> None:
    for row, values in zip((6, 8, 10), (FIRST, SECOND, THIRD), strict=True):
        line(page, row, *values)


def rows_above(page: Any) -> None:
    three(page)
    moved(page, row=4, column=2)
    moved(page, row=2)


def rows_within(page: Any) -> None:
    """A row put in behind the first line takes the second thing, and has no number."""
    line(page, 6, *FIRST)
    line(page, 7, *THIRD)
    moved(page, row=7)
    line(page, 7, *SECOND)


def without_numbers(page: Any) -> None:
    three(page)
    for row in range(6, 11):
        page.cell(row, 1).value = None


def numbered_anew(page: Any) -> None:
    three(page)
    for row in range(6, 11):
        page.cell(row, 1).value = f"No.{row + 95}"


def headed_otherwise(page: Any) -> None:
    three(page)
    page["B5"], page["D5"] = "施設の正式な名称", "利用定員"


def with_a_sum_and_a_remark(page: Any) -> None:
    three(page)
    line(page, 9, "計", None, 70, None)
    line(page, 10, "※定員は４月１日現在")


def same_as_above(page: Any) -> None:
    three(page)
    line(page, 8, "つくし園", "公立", 0, None)
    page["C7"], page["C6"] = "民間", "公立"


def in_another_order(page: Any) -> None:
    three(page)
    for row in range(5, 11):
        page.cell(row, 2).value, page.cell(row, 4).value = page.cell(row, 4).value, page.cell(row, 2).value


CHANGES: tuple[Change, ...] = (
    three, apart, rows_above, rows_within, without_numbers, numbered_anew, headed_otherwise, with_a_sum_and_a_remark,
    same_as_above, in_another_order,
)  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_each_line_is_read_whatever_was_done(survey: Survey, change: Change) -> None:
    sheet = sheet_with(survey, change)
    assert lines(sheet) == READ
    assert errors(sheet) == []


def test_a_line_is_told_by_its_place_and_its_number(survey: Survey) -> None:
    def wrong(page: Any) -> None:
        apart(page)
        page["D8"], page["C10"] = "多数", None

    assert errors(sheet_with(survey, wrong)) == [
        ("number_unreadable", "1.3.capacity", "D8"),
        ("answer_missing", "1.5.kind", "C10"),
    ]


def test_as_it_was_handed_out_no_line_is_begun(survey: Survey) -> None:
    """「　　人」 stands in each line."""
    sheet = sheet_with(survey, lambda page: None)
    assert lines(sheet) == []
    assert errors(sheet) == [("value_missing", "1.1.name", "B6")]


def seven(page: Any) -> None:
    moved(page, row=8)
    moved(page, row=8)
    for row in range(6, 13):
        line(page, row, f"第{row - 5}園", "公立", row, None)


def test_more_lines_than_are_printed_are_read_where_rows_were_put_in(survey: Survey) -> None:
    sheet = sheet_with(survey, seven)
    assert [own[0] for own in lines(sheet)] == [f"第{n}園" for n in range(1, 8)]
    assert errors(sheet) == []


def test_what_is_written_over_the_sums_below_is_told_and_not_cut_in_silence(survey: Survey) -> None:
    def eight(page: Any) -> None:
        for area in list(page.merged_cells.ranges):
            page.unmerge_cells(str(area))
        for row in range(6, 13):
            page.cell(row, 1).value = row - 5
            line(page, row, f"第{row - 5}園", "公立", row, None)

    sheet = sheet_with(survey, eight)
    assert [own[0] for own in lines(sheet)][:5] == [f"第{n}園" for n in range(1, 6)]
    assert [(f.code, f.found) for f in sheet.findings if f.severity == "error"] == [("lines_beyond", "B11、B12")]


def test_what_stands_below_is_no_line(survey: Survey) -> None:
    def below(page: Any) -> None:
        three(page)
        page["B13"] = "特になし。"
        line(page, 15, "別の表", "民間", 5, None)

    sheet = sheet_with(survey, below)
    assert lines(sheet) == READ
    assert errors(sheet) == []


def test_a_cell_merged_over_lines_holds_for_each_and_a_number_for_none(survey: Survey) -> None:
    def merged(page: Any) -> None:
        three(page)
        page["C7"] = page["D7"] = None
        page.merge_cells("C6:C7")
        page.merge_cells("D6:D7")

    sheet = sheet_with(survey, merged)
    assert [own[:2] for own in lines(sheet)] == [("みどり園", "公立"), ("あおば園", "公立"), ("つくし園", "公立")]
    assert errors(sheet) == [("number_missing", "1.2.capacity", "D7")]


def with_an_example(data: bytes) -> bytes:
    """Row 6 shows how to fill a line in; the lines are rows 7 to 11."""
    book = load_workbook(io.BytesIO(data))
    moved(book["施設"], row=6)
    for column, text in zip("ABCDE", ("例", "○○園", "公立", "60人", "記入例"), strict=True):
        book["施設"][f"{column}6"] = text
    return saved(book)


def written_over(page: Any) -> None:
    page["A6"] = 1
    for row, values in enumerate((FIRST, SECOND, THIRD), 6):
        line(page, row, *values)


def taken_out(page: Any) -> None:
    for area in list(page.merged_cells.ranges):
        page.unmerge_cells(str(area))
    page.delete_rows(6)
    three(page)


def left(page: Any) -> None:
    for row, values in enumerate((FIRST, SECOND, THIRD), 7):
        line(page, row, *values)


@pytest.mark.parametrize("change", [left, written_over, taken_out])
def test_a_line_that_is_an_example_is_none_until_it_is_written_over(tmp_path: Path, change: Change) -> None:
    folder = folder_of(tmp_path, FORM.replace("B6:E10", "B7:E11").replace('"B13"', '"B14"'))
    (folder / "form.xlsx").write_bytes(with_an_example(the_book()))
    book = load_workbook(folder / "form.xlsx")
    book["施設"]["B2"] = "大鹿村"
    change(book["施設"])
    (sheet,) = read_file(AttachedFile("a.xlsx", saved(book)), load_survey(folder), the_roster()).sheets
    assert lines(sheet) == READ
    assert [f.code for f in sheet.findings if f.severity != "note"] == []


def test_answers_that_are_numbers_are_not_taken_for_the_numbers_beside_the_lines(tmp_path: Path) -> None:
    """Sixty lines numbered 1 to 60; whoever fills them in numbers his own way, and has 1, 2, 3 … places."""
    form = FORM.replace("lines = 5", "lines = 60").replace("B6:E10", "B6:E65").replace('"B13"', '"B68"')
    folder = folder_of(tmp_path, form)
    book = load_workbook(io.BytesIO(the_book()))
    page = book["施設"]
    for _ in range(55):
        moved(page, row=10)
    for row in range(6, 66):
        page.cell(row, 1).value = row - 5
    (folder / "form.xlsx").write_bytes(saved(book))
    page["B2"] = "大鹿村"
    for row in range(6, 66):
        page.cell(row, 1).value = 7 * row
        line(page, row, f"第{row}園", "公立", row - 5, None)
    (sheet,) = read_file(AttachedFile("a.xlsx", saved(book)), load_survey(folder), the_roster()).sheets
    assert [(own[0], own[2]) for own in lines(sheet)] == [(f"第{row}園", str(row - 5)) for row in range(6, 66)]
    assert errors(sheet) == []


TWO = """
[[questions]]
key = "1"
item = "１"
text = "施設"
kind = "table"
lines = 5
at = "A6:B10"
[questions.columns]
name = "施設名"
capacity = { label = "定員", kind = "number" }
[[questions]]
key = "2"
item = "２"
text = "職員"
kind = "table"
lines = 3
at = "D6:E8"
[questions.columns]
name = "職名"
capacity = { label = "人数", kind = "number" }
"""


def test_two_tables_side_by_side_go_on_below_each_as_far_as_nothing_is_printed_there(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, FORM[: FORM.index("[[questions]]")] + TWO)
    book = Workbook()
    page = book.worksheets[0]
    page.title = "施設"
    put(page, {"A1": "施設と職員に関する調査票", "A2": "市区町村名", "A4": "施設", "D4": "職員"})
    put(page, {"A5": "施設名", "B5": "定員", "D5": "職名", "E5": "人数"})
    (folder / "form.xlsx").write_bytes(saved(book))
    page["B2"] = "大鹿村"
    for row in range(6, 13):
        page[f"A{row}"], page[f"B{row}"], page[f"D{row}"], page[f"E{row}"] = f"園{row}", row, f"職{row}", row * 2
    (sheet,) = read_file(AttachedFile("a.xlsx", saved(book)), load_survey(folder), the_roster()).sheets
    told = {table: [a.value for a in sheet.answers if a.question.startswith(table)] for table in ("1.", "2.")}
    assert told["1."] == [said for row in range(6, 13) for said in (f"園{row}", str(row))]
    assert told["2."] == [said for row in range(6, 13) for said in (f"職{row}", str(row * 2))]
    assert errors(sheet) == []


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('at = "B6:E10"', 'at = "A6:E10"', "A6:E10 は25セルですが、答えは20セルです"),
        ('at = "B6:E10"', 'at = "B6:E9, B10:C10, D11:E11"', "の5行目は、欄がほかの行と同じ列に並んでいません"),
        ('at = "B6:E10"', "", "答えのセルを書いてください"),
    ],
)
def test_places_that_make_no_table_are_told(tmp_path: Path, old: str, new: str, told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        load_survey(folder_of(tmp_path, FORM.replace(old, new)))
