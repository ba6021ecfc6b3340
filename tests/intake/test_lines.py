"""A table with a line for each club, from the blank form to the export: read however a list got into it, told by line.

Its cells, counted by hand in the form of tests/fixtures/surveys/gakudo2024: heads in F17:J17, forty lines in F18:J57, the
next question in row 58. The answer has two clubs with 70 children.
"""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from config.errors import SurveyError
from config.form import Form
from config.kinds.date import DateKind
from config.load import load_survey
from config.roster import load_roster
from config.survey import Survey
from intake.amendment import AmendmentRefused, amend_sheet
from intake.answers import AttachedFile, read_file
from intake.sheets.columns import list_columns
from intake.submission import AnswerSheet
from replies.points import requests
from replies.wording import load_wording
from replies.workbooks.export import values_of
from replies.workbooks.export_lines import lines_of
from replies.workbooks.form import blank
from routing.authoring.trial import read as read_as_desk
from tests.config.surveys_at_hand import TINY
from tests.replies.office import convert
from tests.replies.rows_at_hand import exported, one

GAKUDO = TINY.parent / "gakudo2024"
ROSTER = load_roster()
HEAD = {
    "D2": "13東京都千代田区", "D3": "子育て支援課", "D4": "kodomo@city.chiyoda.lg.jp", "E8": 8, "E9": "有",
    "F11": 1, "G11": 0, "H11": 0, "I11": 1, "F12": 0, "G12": 1, "H12": 0, "I12": 1,
    "F13": 0, "G13": 0, "H13": 0, "I13": 0, "F14": 1, "G14": 1, "H14": 0, "I14": 2, "E15": 70,
}  # fmt: skip
FIRST, SECOND = ("ひまわり", "児童館", 40, 30, date(2008, 4, 1)), ("すみれ", "余裕教室", "45人", "４０", None)
Change = Callable[[Any], None]


@cache
def the_survey() -> Survey:
    return load_survey(GAKUDO)


def the_form() -> Form:
    return the_survey().form("yoshiki1")


def put(page: Any, row: int, *values: object) -> None:
    for column, value in enumerate(values, 6):
        page.cell(row, column).value = value


def two(page: Any) -> None:
    put(page, 18, *FIRST)
    put(page, 19, *SECOND)


def data_with(*changes: Change) -> bytes:
    book = load_workbook(io.BytesIO(blank(the_form(), the_survey())))
    page = book["様式1"]
    for cell, value in HEAD.items():
        page[cell] = value
    for change in changes:
        change(page)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def sheet_with(*changes: Change) -> AnswerSheet:
    (sheet,) = read_as_desk(data_with(*changes), the_survey(), ROSTER).sheets
    return sheet


def lines(sheet: AnswerSheet) -> list[tuple[str, ...]]:
    """The values of each line as they go into the export."""
    return [line[1:] for line in lines_of(sheet, the_form()).get("5", ())]


def told(sheet: AnswerSheet) -> list[tuple[str, str, str]]:
    return [(f.code, f.question, f.cell) for f in sheet.findings]


def errors(sheet: AnswerSheet) -> list[tuple[str, str, str]]:
    return [(f.code, f.question, f.cell) for f in sheet.findings if f.severity == "error"]


CLUBS = "問５のクラブの数（3）が、問３の合計（2）と合いません。"
CHILDREN = "問５の登録児童の計（76人）が、問４（70人）と合いません。"
TWO = [("ひまわり", "児童館", "40", "30", "2008-04-01"), ("すみれ", "余裕教室", "45", "40", "")]


def test_its_lines_are_printed_and_may_be_filled_in_and_added_to() -> None:
    page = load_workbook(io.BytesIO(blank(the_form(), the_survey())))["様式1"]
    assert [cell.value for cell in page[17][5:10]] == ["クラブの名称", "実施場所", "定員", "登録児童", "開設日"]
    assert [page.cell(row, 5).value for row in (18, 19, 57)] == ["1", "2", "40"]
    assert not page["F18"].protection.locked and not page["J57"].protection.locked
    assert (page["H57"].number_format, page["J18"].number_format) == ('#,##0"人"', DateKind().format)
    assert {"G18:G57", "H18:H57"} <= {str(v.sqref) for v in page.data_validations.dataValidation}
    assert page.protection.sheet and not page.protection.insertRows
    assert str(page["E58"].value or "") == ""


def test_what_is_filled_in_rightly_is_read_and_nothing_noticed() -> None:
    sheet = sheet_with(two)
    assert told(sheet) == []
    assert lines(sheet) == TWO
    assert [a.question for a in sheet.answers if a.question.startswith("5.")][:6] == [
        "5.1.name", "5.1.place", "5.1.capacity", "5.1.children", "5.1.opened", "5.2.name",
    ]  # fmt: skip


def apart(page: Any) -> None:
    """Blank rows between, strokes, and zeros of cells that are linked to blank ones."""
    put(page, 22, *FIRST)
    put(page, 30, *SECOND)
    put(page, 25, "－", "－", "－", "－", "－")
    put(page, 26, 0, 0, 0, 0, 0)


def rows_above(page: Any) -> None:
    two(page)
    unmerged(page)
    page.insert_rows(7, 3)
    page.insert_cols(1)


def unmerged(page: Any) -> None:
    for area in list(page.merged_cells.ranges):  # openpyxl leaves them behind
        page.unmerge_cells(str(area))


def with_the_own_head(page: Any) -> None:
    put(page, 18, "クラブの名称", "実施場所", "定員", "登録児童", "開設日")
    put(page, 19, *FIRST)
    put(page, 20, *SECOND)


@pytest.mark.parametrize("change", [apart, rows_above, with_the_own_head])
def test_blank_rows_and_a_head_are_no_lines(change: Change) -> None:
    sheet = sheet_with(change)
    assert lines(sheet) == TWO
    assert errors(sheet) == []


@pytest.mark.parametrize(
    ("row", "column", "word"),
    [(20, 6, "合計"), (20, 5, "計"), (21, 6, "小 計"), (57, 6, "総計"), (20, 6, "合計　"), (20, 5, "ＴＯＴＡＬ")],
)
def test_a_sum_below_the_lines_is_none_of_them_and_told(row: int, column: int, word: str) -> None:
    def change(page: Any) -> None:
        two(page)
        put(page, row, None, None, 85, 70)
        page.cell(row, column).value = word

    sheet = sheet_with(change)
    assert lines(sheet) == TWO
    assert told(sheet) == [("lines_set_aside", "5.1.name", f"F{row}")]


def test_a_remark_below_the_lines_is_none_of_them() -> None:
    def change(page: Any) -> None:
        two(page)
        put(page, 20, "※ 定員は令和６年４月１日現在")
        put(page, 21, "以下余白")

    sheet = sheet_with(change)
    assert lines(sheet) == TWO
    assert [(f.code, f.found) for f in sheet.findings] == [("lines_set_aside", "F20、F21")]


def test_a_club_whose_name_begins_like_a_sum_is_a_club() -> None:
    def change(page: Any) -> None:
        two(page)
        put(page, 18, "計量広場クラブ", *FIRST[1:])

    assert [line[0] for line in lines(sheet_with(change))] == ["計量広場クラブ", "すみれ"]


@pytest.mark.parametrize("word", ["同上", "〃", "々", "″"])
def test_the_same_as_above_is_what_stands_above(word: str) -> None:
    def change(page: Any) -> None:
        put(page, 18, *FIRST)
        put(page, 19, "すみれ", word, word, "40", None)
        put(page, 20, "つくし", word, 10, 0, word)

    sheet = sheet_with(change)
    assert [line[1:3] for line in lines(sheet)] == [("児童館", "40"), ("児童館", "40"), ("児童館", "10")]
    assert ("lines_repeated", "5.1.name", "G19") in told(sheet)
    assert lines(sheet)[2][4] == ""  # above it nothing was written


def test_a_cell_merged_over_several_lines_holds_for_each_but_no_number_does() -> None:
    def change(page: Any) -> None:
        two(page)
        for area in ("G18:G19", "H18:H19"):
            page.merge_cells(area)

    sheet = sheet_with(change)
    assert [line[:3] for line in lines(sheet)] == [("ひまわり", "児童館", "40"), ("すみれ", "児童館", "")]
    assert errors(sheet) == [("number_missing", "5.2.capacity", "H19")]


def sixty(page: Any) -> None:
    """Twenty rows put in within the table, and sixty clubs pasted."""
    unmerged(page)
    page.insert_rows(30, 20)
    for number in range(60):
        put(page, 18 + number, f"第{number + 1}クラブ", "その他", 10, 2, None)
    page["F13"], page["I13"], page["F14"], page["I14"], page["E15"] = 58, 58, 59, 60, 120


def test_more_lines_than_are_printed_are_read_where_rows_were_put_in() -> None:
    sheet = sheet_with(sixty)
    assert errors(sheet) == []
    assert (lines(sheet)[-1][0], len(lines(sheet))) == ("第60クラブ", 60)


def test_a_list_pasted_over_the_next_question_is_told_and_not_cut_in_silence() -> None:
    def change(page: Any) -> None:
        unmerged(page)
        for number in range(45):
            put(page, 18 + number, f"第{number + 1}クラブ", "その他", 10, 2, None)

    sheet = sheet_with(change)
    assert len(lines(sheet)) == 40
    assert [(f.cell, f.found) for f in sheet.findings if f.code == "lines_beyond"] == [("F58", "F58、F59、F60、F61、F62")]


@pytest.mark.long
def test_no_more_lines_are_read_than_a_reading_may_hold_and_the_rest_is_told() -> None:
    def change(page: Any) -> None:
        unmerged(page)
        page.insert_rows(30, 1_200)
        for number in range(1_100):
            put(page, 18 + number, f"第{number + 1}クラブ", "その他", 1, 1, None)

    sheet = sheet_with(change)
    assert len(lines(sheet)) == 1_000
    assert ("lines_beyond", "5.1.name", "F1018") in told(sheet)


@pytest.mark.parametrize(
    ("place", "value", "code", "question"),
    [
        ("F19", None, "value_missing", "5.2.name"),
        ("G19", None, "answer_missing", "5.2.place"),
        ("G19", "公民館", "answer_not_a_choice", "5.2.place"),
        ("H19", "多数", "number_unreadable", "5.2.capacity"),
        ("H19", -1, "number_out_of_range", "5.2.capacity"),
        ("I19", None, "number_missing", "5.2.children"),
        ("J19", "6.4.1", "value_unreadable", "5.2.opened"),
    ],
)
def test_what_is_wrong_in_a_line_is_told_at_its_cell(place: str, value: object, code: str, question: str) -> None:
    def change(page: Any) -> None:
        two(page)
        page[place] = value

    assert [found for found in errors(sheet_with(change)) if found[0] != "rule_broken"] == [(code, question, place)]


def test_the_letter_names_cell_line_and_heading() -> None:
    def change(page: Any) -> None:
        two(page)
        page["H19"], page["I19"] = "多数", None

    points = requests(sheet_with(change).findings, the_survey(), load_wording())
    assert [place.where for point in points for place in point.places] == [
        "セル H19　Q5　「2行目・定員」", "セル I19　Q5　「2行目・登録児童」",
    ]  # fmt: skip


def test_one_that_is_blank_is_asked_for_once_and_one_that_is_not_asked_has_to_be_blank() -> None:
    assert errors(sheet_with(lambda page: None)) == [("value_missing", "5.1.name", "F18")]

    def none(page: Any) -> None:
        for row in range(11, 15):
            put(page, row, None, None, None, None)
        page["E9"], page["E15"] = "無（問６へ）", None

    assert errors(sheet_with(none)) == []

    def but_for_a_club(page: Any) -> None:
        none(page)
        put(page, 18, *FIRST)
        put(page, 19, *SECOND)

    assert told(sheet_with(but_for_a_club)) == [("should_be_blank", "5.1.name", "F18")]


def test_its_columns_are_summed_and_counted_by_rules() -> None:
    def change(page: Any) -> None:
        two(page)
        put(page, 20, "つくし", "その他", 5, 6, None)

    broken = [(f.cell, f.question, f.expected) for f in sheet_with(change).findings if f.code == "rule_broken"]
    assert broken == [
        ("F18", "5.1.name", CLUBS),
        ("I18", "5.1.children", CHILDREN),
    ]


def test_a_rule_over_a_column_with_a_value_that_is_none_says_nothing() -> None:
    def change(page: Any) -> None:
        two(page)
        page["I19"] = "多数"

    assert errors(sheet_with(change)) == [("number_unreadable", "5.2.children", "I19")]


def test_an_official_enters_adds_and_clears_lines() -> None:
    def change(page: Any) -> None:
        two(page)
        page["H19"] = "多数"

    sheet = sheet_with(change)
    mended = amend_sheet(sheet, {"5.2.capacity": "45人"}, the_survey(), ROSTER)
    assert (told(mended), lines(mended)) == ([], TWO)
    third = {"5.3.name": "つくし", "5.3.place": "その他", "5.3.capacity": "1", "5.3.children": "0"}
    added = amend_sheet(mended, third, the_survey(), ROSTER)
    assert lines(added) == [*TWO, ("つくし", "その他", "1", "0", "")]
    assert [f.code for f in added.findings] == ["rule_broken"]  # three clubs, and two in all
    cleared = amend_sheet(added, dict.fromkeys(third, ""), the_survey(), ROSTER)
    assert (told(cleared), lines(cleared)) == ([], TWO)
    with pytest.raises(AmendmentRefused, match="0以上の整数（人）"):
        amend_sheet(sheet, {"5.2.capacity": "多数"}, the_survey(), ROSTER)
    with pytest.raises(AmendmentRefused, match=r"Q5\.2\.owner という問はありません"):
        amend_sheet(sheet, {"5.2.owner": "市"}, the_survey(), ROSTER)


def test_the_export_has_a_sheet_with_a_row_for_each_line() -> None:
    sheets = [sheet_with(two), sheet_with(sixty)]
    rows = [
        one(
            the_survey(), form="yoshiki1", version="2024-05-31", program="gakudo", state="accepted", receipt=f"G{n}",
            values=values_of(sheet, the_form()), lines=lines_of(sheet, the_form()),
        )
        for n, sheet in enumerate(sheets)
    ]  # fmt: skip
    book = load_workbook(io.BytesIO(exported(the_survey(), rows)))
    heads, *found = book["別紙様式１_Q5"].iter_rows(values_only=True)
    assert heads[-6:] == ("行", "クラブの名称", "実施場所", "定員", "登録児童", "開設日")
    assert len(found) == 62
    assert found[1][-6:] == (2, "すみれ", "余裕教室", 45, 40, None)
    assert sum(line[heads.index("登録児童")] for line in found) == 70 + 120
    assert str(found[0][-1])[:10] == "2008-04-01"
    assert "Q5" not in " ".join(str(cell.value) for cell in book["別紙様式１"][1])


def test_a_row_of_the_list_alone_lacks_the_table_where_it_is_asked_and_only_there() -> None:
    heads = [column.heading for column in list_columns(the_form())]
    found = []
    for said in ("有", "無"):
        book = Workbook()
        page = book.worksheets[0]
        page.append(heads)
        numbers = [HEAD[f"{column}{row}"] if said == "有" else None for row in range(11, 15) for column in "FGHI"]
        page.append([HEAD["D2"], HEAD["D3"], HEAD["D4"], 8, said, *numbers, 70 if said == "有" else None])
        out = io.BytesIO()
        book.save(out)
        (sheet,) = read_as_desk(out.getvalue(), the_survey(), ROSTER).sheets
        found.append(errors(sheet))
    assert found == [[("label_missing", "5.1.name", "")], []]


@pytest.mark.long
@pytest.mark.parametrize(("name", "filter_"), [("xls", 'xls:MS Excel 97'), ("ods", "ods:calc8")])
def test_other_formats_are_read_the_same(tmp_path: Path, name: str, filter_: str) -> None:
    def change(page: Any) -> None:
        two(page)
        put(page, 20, "合計", None, 85, 70)

    (tmp_path / "a.xlsx").write_bytes(data_with(change))
    data = convert(tmp_path / "a.xlsx", filter_, tmp_path / name)[0].read_bytes()
    (sheet,) = read_file(AttachedFile(f"a.{name}", data), the_survey(), ROSTER).sheets
    assert lines(sheet) == TWO
    assert errors(sheet) == []


@pytest.mark.long
def test_the_form_tells_the_same_as_libreoffice_computes_it(tmp_path: Path) -> None:
    def wrong(page: Any) -> None:
        two(page)
        put(page, 19, "すみれ", "余裕教室", 45, 40)
        put(page, 20, "つくし", None, 5, 6, None)

    def right(page: Any) -> None:
        two(page)
        put(page, 19, "すみれ", "余裕教室", 45, 40)

    said = []
    for name, change in (("wrong", wrong), ("right", right)):
        (tmp_path / f"{name}.xlsx").write_bytes(data_with(change))
        (made,) = convert(tmp_path / f"{name}.xlsx", "xlsx", tmp_path / name)
        page = load_workbook(made, data_only=True)["様式1"]
        said.append((page["K18"].value or "", page["K15"].value or "", page["E5"].value or ""))
    assert said == [
        (f"※ {CLUBS}※ {CHILDREN}", "", "未回答あり"),
        ("", "", ""),
    ]


OPEN = '''
[[questions]]
key = "9"
item = "９"
text = "施設ごとの状況"
kind = "table"
'''


@pytest.mark.parametrize(
    ("rest", "key"),
    [
        ('lines = 0\ncolumns = { name = "名称" }', "lines"),
        ('lines = 5000\ncolumns = { name = "名称" }', "lines"),
        ("lines = 5\ncolumns = {}", "columns"),
        ('lines = 5\ncolumns = { "名" = "名称" }', "columns"),
        ('lines = 5\ncolumns = { a = "名称", b = "名称" }', "columns"),
        ('lines = 5\ncolumns = { a = { label = "名称", required = false } }', "columns"),
        ('lines = 5\ncolumns = { a = { label = "数", kind = "number", places = 9 } }', "columns.a.places"),
        ('lines = 5\ncolumns = { a = { label = "数", kind = "table" } }', "columns.a.kind"),
        ('lines = 5\ncolumns = { a = { label = "数", unit = "人" } }', "columns.a.unit"),
        ('lines = 5\nrows = { a = "あ" }\ncolumns = { a = "名称" }', "rows"),
    ],
)
def test_a_table_that_makes_no_sense_is_refused(tmp_path: Path, rest: str, key: str) -> None:
    shutil.copytree(TINY, tmp_path / "s")
    with (tmp_path / "s" / "form1.toml").open("a", encoding="utf-8") as file:
        file.write(OPEN + rest + "\n")
    with pytest.raises(SurveyError) as told:
        load_survey(tmp_path / "s")
    assert f"questions.4.{key}" in [mistake.key for mistake in told.value.mistakes]


def test_what_a_prefecture_collects_in_a_list_has_no_such_table(tmp_path: Path) -> None:
    shutil.copytree(GAKUDO, tmp_path / "s")
    head = tmp_path / "s" / "survey.toml"
    text = head.read_text(encoding="utf-8")
    duty = '[[duties]]\nprogram = "gakudo"\nrespondents = ["prefecture"]\nown = "none"\ncollected = "municipalities"'
    head.write_text(f"{text}\n{duty}\n", encoding="utf-8")
    with pytest.raises(SurveyError, match="質問「5」の行ごとの表（lines）は、一覧表の一行に入りません") as told:
        load_survey(tmp_path / "s")
    assert "duties.3.collected" in [mistake.key for mistake in told.value.mistakes]
