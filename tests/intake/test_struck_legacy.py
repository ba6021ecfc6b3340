"""What is struck out in .xls and .ods does not count either. Saved by LibreOffice from books made with openpyxl."""

from __future__ import annotations

import io
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

from config.load import default_survey
from intake.sheets.struck_legacy import struck_in
from intake.submission import AnswerSheet
from routing.reading.reader import Reader
from tests.intake.test_beyond_values import OTHER, STRUCK, codes, number
from tests.replies.office import convert
from tests.workbooks.forms_at_hand import edited, filled, the_sheet

KINDS = ["xls", "ods"]
NEW = TextBlock(OTHER, "② 定めていない。")


def corrections(sheet: Worksheet) -> None:
    sheet["E17"] = CellRichText(TextBlock(STRUCK, "① 定めている。"), NEW)  # Q2, old first
    sheet["E24"] = CellRichText(TextBlock(OTHER, "② 取得していない。"), TextBlock(STRUCK, "① 取得している。"))  # Q7-1
    sheet["E35"].font = Font(strike=True)  # Q9, as a whole
    sheet["C17"].font = Font(strike=True)  # the form's own text
    sheet["D6"] = CellRichText("健康", TextBlock(OTHER, "課"))  # runs, and nothing struck out


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("legacy")
    made = edited(filled({}), corrections)
    for name, data in (("a", made), ("plain", filled({}))):
        (folder / f"{name}.xlsx").write_bytes(data)
        for kind in KINDS:
            convert(folder / f"{name}.xlsx", kind, folder)
    return folder


def read(saved: Path, name: str) -> AnswerSheet:
    return the_sheet((saved / name).read_bytes())


@pytest.mark.parametrize("kind", ["xlsx", *KINDS])
def test_a_struck_answer_gives_way_and_a_struck_cell_is_blank(saved: Path, kind: str) -> None:
    sheet = read(saved, f"a.{kind}")
    assert number(sheet, "2") == 2
    assert number(sheet, "7-1") == 2
    assert number(sheet, "9") is None
    assert ("answer_missing", "E35") in codes(sheet)
    (line,) = [f for f in sheet.findings if f.code == "struck_out"]
    assert line.found == "E17、E24、E35"
    assert "健康課" in sheet.field("department")


@pytest.mark.parametrize("kind", KINDS)
def test_a_book_without_any_is_read_as_before(saved: Path, kind: str) -> None:
    plain = read(saved, f"plain.{kind}")
    assert plain.findings == read(saved, "plain.xlsx").findings
    assert number(plain, "9") == number(read(saved, "plain.xlsx"), "9")


@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_book_ends_no_reader(saved: Path, kind: str) -> None:
    """In the child, whose memory has a ceiling: a length that is none may ask for all there is."""
    data = (saved / f"a.{kind}").read_bytes()
    with closing(Reader(default_survey())) as child:
        for cut in range(0, len(data), max(1, len(data) // 20)):
            for damaged in (data[:cut], data[:cut] + b"\xff" * 64 + data[cut + 64 :]):
                assert child.read_file(f"a.{kind}", damaged).kind in ("other", "answer_sheet")


def test_cells_and_rows_that_stand_for_several_keep_their_places(tmp_path: Path) -> None:
    """An .ods tells equal cells and rows once, with how often; struck ones behind them lie where they are seen."""
    book = load_workbook(io.BytesIO(filled({})))
    sheet = book.create_sheet("places")
    for _ in range(7):
        sheet.append(["同じ"] * 5 + ["x"])
    for place in ("C4", "F9", "B12"):
        sheet[place] = "消す"
        sheet[place].font = Font(strike=True)
    book.save(tmp_path / "b.xlsx")
    for kind in KINDS:
        (made,) = convert(tmp_path / "b.xlsx", kind, tmp_path)
        assert set(struck_in(made.read_bytes(), kind, book.sheetnames)["places"]) == {(4, 3), (9, 6), (12, 2)}


def test_a_small_file_repeats_a_struck_cell_as_often_as_it_likes() -> None:
    """4 KB that stand for twenty million cells: the first of them are noted, in their places."""
    cell = '<b:table-cell b:style-name="c" b:number-columns-repeated="1000000"><t:p>あ</t:p></b:table-cell>'
    content = (
        '<o:document-content xmlns:o="o" xmlns:s="s" xmlns:t="t" xmlns:b="b"><s:style s:name="c">'
        '<s:text-properties s:text-line-through-style="solid"/></s:style><b:table b:name="x">'
        f"{f'<b:table-row>{cell * 20}</b:table-row>' * 1_000}</b:table></o:document-content>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("content.xml", content)
    found = struck_in(out.getvalue(), "ods", ["x"])["x"]
    assert (1, 1) in found and (20, 1_000) in found
    assert len(found) == 20_000
