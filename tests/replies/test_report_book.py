"""A prefecture's workbook: its figures are the report's, nothing in it is a formula, its first sheet is one page."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from config.roster import Roster, load_roster
from config.survey import Survey
from replies.reports.book import prefecture_book
from replies.reports.data import MunicipalityLine, PrefectureReport
from replies.wording import load_wording
from tests.replies.letters_at_hand import the_survey
from tests.replies.office import convert, pages_of
from tests.replies.reports_at_hand import (
    ANSWER,
    INSTANTS,
    POSITION,
    TEXT,
    MunicipalityCell,
    OpenCorrection,
    at,
    prefecture_report,
    tally,
)

HOSTILE = (
    "=1+1",
    "@SUM(A1)",
    "+81",
    "-1",
    "<r>x</r>",
    "a\x00b",
    "{=1}",
    "https://example.com/",
    "0123",
    "#REF!",
)


@pytest.fixture(scope="module")
def survey() -> Survey:
    return the_survey()


@pytest.fixture(scope="module")
def roster() -> Roster:
    return load_roster()


def opened(report: PrefectureReport, survey: Survey) -> Workbook:
    return load_workbook(io.BytesIO(prefecture_book(report, survey, load_wording())))


def texts(sheet: Worksheet) -> list[str]:
    return [cell.value for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)]


def headings_of(sheet: Worksheet, first: str) -> list[str]:
    """The headings of the table whose first one this is."""
    row = next(row for row in sheet.iter_rows(values_only=True) if row[0] == first)
    return [str(heading) for heading in row if heading is not None]


def table(sheet: Worksheet, first: str) -> list[dict[str, object]]:
    """The rows below those headings, up to the first empty one, each cell by its heading. A program's column is called
    by both of its lines: 難病 状況."""
    heads = [heading.replace("\n", " ") for heading in headings_of(sheet, first)]
    rows = list(sheet.iter_rows(values_only=True))
    start = next(n for n, row in enumerate(rows) if row[0] == first) + 1
    end = next((n for n, row in enumerate(rows[start:], start) if row[0] is None), len(rows))
    return [dict(zip(heads, row, strict=False)) for row in rows[start:end]]


def coloured(sheet: Worksheet, first: str, heading: str) -> list[str]:
    """The areas of the columns whose heading ends so, from the first row of the table to its last one."""
    row = next(row[0].row for row in sheet.iter_rows() if row[0].value == first)
    last = row + len(table(sheet, first))
    letters = [get_column_letter(n) for n, h in enumerate(headings_of(sheet, first), 1) if h.endswith(heading)]
    return [f"{letter}{row + 1}:{letter}{last}" for letter in letters]


# Of the last two some are accepted, one is held and something is still to come: not 確認中, which asks for nothing.
SHOWN = {
    "start": ["未提出"] * 4,
    "middle": ["受付済み", "確認のお願い中", "一部受付", "一部受付"],
    "hour": ["受付済み", "未提出", "一部受付", "一部受付"],
    "after": ["受付済み", "受付済み", "一部受付", "一部受付"],
}


@pytest.mark.parametrize("when", INSTANTS)
def test_the_first_sheet_tells_the_reports_figures(when: str, survey: Survey, roster: Roster) -> None:
    report = prefecture_report(when, survey, roster)
    rows = table(opened(report, survey)["提出状況"], "制度等")
    assert [row["制度等"] for row in rows] == ["難病", "小慢", "予防接種", "自治体検診"]
    assert [str(row["状況"])[2:] for row in rows] == SHOWN[when]
    counted = tally(report.municipalities, "kenshin")
    assert rows[3]["取りまとめ分"] == f"{counted.accepted}／{counted.total}団体"
    assert rows[0]["取りまとめ分"] == "―"
    accepted = report.programs[0].received_at
    assert rows[0]["受信日時"] == (accepted.replace(tzinfo=None) if accepted else None)


def test_the_three_figures_at_the_top(survey: Survey, roster: Roster) -> None:
    said = texts(opened(prefecture_report("middle", survey, roster), survey)["提出状況"])
    for text in (
        "令和５年７月21日（金）17時",
        "提出期限まで",
        "２日４時間",
        "開庁日で数えて、本日を除き残り２日です",
        "28／60 件",  # 難病, 小慢 of its own and 29 municipalities × 2; accepted: 1 + 15 + 12
    ):
        assert text in said
    assert "令和５年７月19日（水）12時30分現在" in said


@pytest.mark.parametrize("when", INSTANTS)
def test_every_municipality_stands_on_the_second_sheet(when: str, survey: Survey, roster: Roster) -> None:
    report = prefecture_report(when, survey, roster)
    rows = table(opened(report, survey)["市区町村別"], "団体コード")
    assert [(row["団体コード"], row["団体名"]) for row in rows] == [(m.lgcode, m.name) for m in report.municipalities]
    for heading, program in (("予防接種 状況", "yobosesshu"), ("自治体検診 状況", "kenshin")):
        counted = tally(report.municipalities, program)
        shown = [row[heading] for row in rows]
        assert shown.count("○ 受付済み") == counted.accepted
        assert shown.count("□ 未提出") == counted.outstanding
        assert shown.count("◆ 確認のお願い中") == counted.correction
        assert shown.count("◇ 確認中") == counted.held


def test_a_time_of_receipt_is_a_date_that_excel_sorts(survey: Survey, roster: Roster) -> None:
    rows = table(opened(prefecture_report("middle", survey, roster), survey)["市区町村別"], "団体コード")
    assert rows[1]["予防接種 受信日時"] == at("12 14:00:00").replace(tzinfo=None)
    assert rows[-1]["予防接種 受信日時"] is None


def test_what_came_directly_late_or_with_an_extension_is_marked(survey: Survey, roster: Roster) -> None:
    rows = table(opened(prefecture_report("after", survey, roster), survey)["市区町村別"], "団体コード")
    assert rows[2]["予防接種 備考"] == "差替え分に確認のお願いあり"
    assert rows[4]["予防接種 備考"] == "直接送付あり"
    assert rows[7]["予防接種 備考"] == "期限後に受領"
    assert rows[28]["予防接種 備考"] == "期限を7/25 12:00まで延長"


def test_a_body_that_owes_one_program_only_has_a_dash_for_the_other(survey: Survey, roster: Roster) -> None:
    """As in Tokyo, where seven of the wards answer one program more."""
    report = prefecture_report("middle", survey, roster)
    extra = (*report.municipalities[0].cells, MunicipalityCell("shoman", "accepted", at("18 09:00:00")))
    lines = (replace(report.municipalities[0], cells=extra), *report.municipalities[1:])
    rows = table(opened(replace(report, municipalities=lines), survey)["市区町村別"], "団体コード")
    assert [row["小慢 状況"] for row in rows[:2]] == ["○ 受付済み", "―"]
    programs = [heading.partition(" ")[0] for heading in rows[0] if heading.endswith(" 状況")]
    assert programs == ["小慢", "予防接種", "自治体検診"]


def test_the_open_corrections_tell_place_and_mend(survey: Survey, roster: Roster) -> None:
    report = prefecture_report("middle", survey, roster)
    rows = table(opened(report, survey)["ご確認いただきたい点"], "団体名")
    assert len(rows) == sum(len(c.findings) for c in report.corrections) == 6
    asked = rows[1]
    assert [asked[head] for head in ("団体名", "制度等", "受付番号")] == ["座間市", "自治体検診", "Y-0123"]
    assert asked["受信日時"] == at("18 11:20:05").replace(tzinfo=None)
    assert asked["場所"] == "「様式」シート　セル E25　Q7-1"
    assert asked["確認した点"] == load_wording().sentence(ANSWER)
    assert (asked["現在の内容"], asked["ご対応のお願い"]) == ("一部取得している", load_wording().mend(ANSWER))


def test_without_corrections_the_workbook_says_so(survey: Survey, roster: Roster) -> None:
    book = opened(prefecture_report("start", survey, roster, "41"), survey)
    assert book.sheetnames == ["提出状況", "市区町村別", "ご確認いただきたい点", "市区町村あての文例"]
    assert "現在、ご確認・修正をお願いしている点はございません。" in texts(book["ご確認いただきたい点"])


def test_how_other_cities_stand_is_in_no_prefectures_workbook(survey: Survey, roster: Roster) -> None:
    """The notice gives no reason to show one government the delays of another."""
    book = opened(prefecture_report("after", survey, roster), survey)
    shown = [text for sheet in book for text in texts(sheet)]
    assert not [text for text in shown if re.search("横浜市|川崎市|相模原市|横須賀市", text)]


def test_no_cell_is_a_formula_and_no_hostile_name_is_changed(survey: Survey, roster: Roster) -> None:
    report = prefecture_report("middle", survey, roster)
    lines = tuple(
        MunicipalityLine(m.lgcode, name, m.cells)
        for m, name in zip(report.municipalities[: len(HOSTILE)], HOSTILE, strict=True)
    )
    correction = replace(report.corrections[0], body="=cmd|' /C calc'!A0", filename="=HYPERLINK(1)")
    data = prefecture_book(
        replace(report, municipalities=lines, corrections=(correction,), name="=県"), survey, load_wording()
    )
    book = load_workbook(io.BytesIO(data))
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
    assert kinds <= {"s", "n", "d"}  # no "f", no "e"
    shown = [row["団体名"] for row in table(book["市区町村別"], "団体コード")]
    assert shown == [name.replace("\x00", "〓") for name in HOSTILE]
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        sheets = [parts.read(n) for n in parts.namelist() if n.startswith("xl/worksheets/sheet")]
        assert not any(b"<f>" in part or b"<hyperlink" in part for part in sheets)
        assert not any("externalLink" in n for n in parts.namelist())


def test_colour_is_never_the_only_carrier(survey: Survey, roster: Roster) -> None:
    """A rule colours by the sign with which the text begins, so every coloured cell says its state in words."""
    book = opened(prefecture_report("middle", survey, roster), survey)
    for name, first in (("提出状況", "制度等"), ("市区町村別", "団体コード")):
        sheet = book[name]
        rules = {str(r.sqref): r.rules for r in sheet.conditional_formatting}
        areas = coloured(sheet, first, "状況")
        assert set(areas) == set(rules)
        for area in areas:
            assert sorted(rule.text for rule in rules[area]) == sorted("○△◆◇□－")
            cells = [cell for row in sheet[area] for cell in row]
            assert {cell.fill.fgColor.rgb for cell in cells if cell.fill.fill_type} == set()  # the cells bear no colour
            values = [cell.value for cell in cells if cell.value != "―"]
            assert all(text[0] in "○△◆◇□－" and len(text) > 3 for text in values)


def test_tables_are_set_up_for_screen_and_paper(survey: Survey, roster: Roster) -> None:
    book = opened(prefecture_report("middle", survey, roster), survey)
    sheet = book["市区町村別"]
    assert (sheet.freeze_panes, sheet.print_title_rows) == ("C4", "$3:$3")
    headings = headings_of(sheet, "団体コード")
    assert headings[-4:] == ["担当・電話", "連絡済み", "回答予定日", "メモ"]
    assert sheet.auto_filter.ref == f"A3:{get_column_letter(len(headings))}32"
    for page in book:
        assert page.page_setup.paperSize == "9" or page.page_setup.paperSize == 9
        assert page.oddHeader.left.text == "神奈川県　提出状況一覧"
        assert page.oddHeader.right.text == "令和５年７月19日（水）12時30分現在"
        assert page.oddFooter.center.text == "&P / &N"
        assert page.page_setup.fitToWidth in (None, 1)
    assert book["提出状況"].page_setup.fitToHeight in (None, 1)
    assert sheet.page_setup.fitToHeight == 0


def test_an_ampersand_in_a_name_is_no_code_of_the_header(survey: Survey, roster: Roster) -> None:
    data = prefecture_book(
        replace(prefecture_report("start", survey, roster), name="A&P県"), survey, load_wording()
    )
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        assert "A&amp;&amp;P県".encode() in parts.read("xl/worksheets/sheet1.xml")


def test_equal_reports_give_equal_bytes(survey: Survey, roster: Roster) -> None:
    books = [
        prefecture_book(prefecture_report("after", survey, roster), survey, load_wording()) for _ in "12"
    ]
    assert books[0] == books[1]


def heavy(survey: Survey, roster: Roster, code: str, bodies: int) -> PrefectureReport:
    """So many bodies, each with an open correction of three findings."""
    report = prefecture_report("middle", survey, roster, code)
    lines = report.municipalities[:bodies]
    corrections = tuple(
        OpenCorrection(
            m.lgcode,
            m.name,
            "kenshin",
            "自治体検診",
            f"S-{n:04}",
            at("18 11:20:05"),
            f"【{m.name}】回答{n}.xlsx",
            (POSITION, ANSWER, TEXT),
        )
        for n, m in enumerate(lines)
    )
    return replace(report, municipalities=lines, corrections=corrections)


def test_sixty_municipalities_with_corrections_stay_small(survey: Survey, roster: Roster) -> None:
    report = heavy(survey, roster, "20", 60)
    assert len(report.municipalities) == 60
    assert len(prefecture_book(report, survey, load_wording())) < 60_000


@pytest.mark.long
def test_the_first_sheet_is_one_page_in_the_largest_prefecture(
    survey: Survey, roster: Roster, tmp_path: Path
) -> None:
    """北海道 with its 176 collected bodies, of each of which something is missing."""
    report = heavy(survey, roster, "01", 176)
    book = tmp_path / "report.xlsx"
    few = replace(report, corrections=report.corrections[:5])
    book.write_bytes(prefecture_book(few, survey, load_wording()))
    (pdf,) = convert(book, "pdf", tmp_path)
    printed = pages_of(pdf)
    sheets = [page.split()[-1] for page in printed]  # the footer ends with the sheet's name
    assert sheets.count("提出状況") == 1
    assert sheets[0] == "提出状況"
    assert "提出先・照会先" in printed[0]
    assert sheets[1] == "市区町村別"
    assert all(
        "団体コード" in page for page, name in zip(printed, sheets, strict=True) if name == "市区町村別"
    )
    assert sheets.count("市区町村別") > 1
