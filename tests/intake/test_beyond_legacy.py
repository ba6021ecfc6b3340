"""What is struck out in .xls and .ods does not count either, and what hangs on their cells is told. Saved by LibreOffice
from books made with openpyxl."""

from __future__ import annotations

import io
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.comments import Comment
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

from config.load import default_survey
from intake.sheets.beyond_legacy import beyond_legacy
from intake.submission import AnswerSheet
from routing.reading.reader import Reader
from tests.intake.test_beyond_values import OTHER, STRUCK, codes, number
from tests.replies.office import convert_all
from tests.workbooks.forms_at_hand import edited, filled, reading, the_sheet

KINDS = ["xls", "ods"]
LONG = "文字を統一してから照合し、二人で確認している。"
NEW = TextBlock(OTHER, "② 定めていない。")


def corrections(sheet: Worksheet) -> None:
    sheet["E17"] = CellRichText(TextBlock(STRUCK, "① 定めている。"), NEW)  # Q2, old first
    sheet["E24"] = CellRichText(TextBlock(OTHER, "② 取得していない。"), TextBlock(STRUCK, "① 取得している。"))  # Q7-1
    sheet["E35"].font = Font(strike=True)  # Q9, as a whole
    sheet["C17"].font = Font(strike=True)  # the form's own text
    sheet["D6"] = CellRichText("健康", TextBlock(OTHER, "課"))  # runs, and nothing struck out


def places() -> bytes:
    """A form with a sheet of equal cells and rows, before some that are struck out."""
    book = load_workbook(io.BytesIO(filled({})))
    sheet = book.create_sheet("places")
    for _ in range(7):
        sheet.append(["同じ"] * 5 + ["x"])
    for place in ("C4", "F9", "B12"):
        sheet[place] = "消す"
        sheet[place].font = Font(strike=True)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def said(sheet: Worksheet) -> None:
    """Answers in comments only: of a choice, of a mark, of a text, of a field; and what answers nothing."""
    for cell, text in (("E19", "①"), ("F22", "○"), ("F33", LONG), ("D10", "045-671-2454"), ("E35", "担当：鈴木")):
        sheet[cell].comment = Comment(text, "横浜市")


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("legacy")
    blank = {"3": None, "6": None, "8-1": 1, "8-1-text": None, "telephone": None}
    made = {
        "a": edited(filled({}), corrections),
        "plain": filled({}),
        "places": places(),
        "said": edited(filled(blank), said),
        "number": edited(filled({}), lambda sheet: setattr(sheet["E35"], "comment", Comment("1234 5678 9018", "山田"))),
    }
    books = [folder / f"{name}.xlsx" for name in made]
    for book, data in zip(books, made.values(), strict=True):
        book.write_bytes(data)
    for kind in KINDS:
        convert_all(books, kind, folder)
    return folder


def read(saved: Path, name: str) -> AnswerSheet:
    return the_sheet((saved / name).read_bytes())


@pytest.mark.long
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


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS)
def test_a_book_without_any_is_read_as_before(saved: Path, kind: str) -> None:
    plain = read(saved, f"plain.{kind}")
    assert plain.findings == read(saved, "plain.xlsx").findings
    assert number(plain, "9") == number(read(saved, "plain.xlsx"), "9")


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_book_ends_no_reader(saved: Path, kind: str) -> None:
    """In the child, whose memory has a ceiling: a length that is none may ask for all there is."""
    data = (saved / f"a.{kind}").read_bytes()
    with closing(Reader(default_survey())) as child:
        for cut in range(0, len(data), max(1, len(data) // 20)):
            for damaged in (data[:cut], data[:cut] + b"\xff" * 64 + data[cut + 64 :]):
                assert child.read_file(f"a.{kind}", damaged).kind in ("other", "answer_sheet")


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS)
def test_cells_and_rows_that_stand_for_several_keep_their_places(saved: Path, kind: str) -> None:
    """An .ods tells equal cells and rows once, with how often; struck ones behind them lie where they are seen."""
    names = load_workbook(saved / "places.xlsx", read_only=True).sheetnames
    struck = beyond_legacy((saved / f"places.{kind}").read_bytes(), kind, names)["places"].struck
    assert set(struck) == {(4, 3), (9, 6), (12, 2)}


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
    found = beyond_legacy(out.getvalue(), "ods", ["x"])["x"].struck
    assert (1, 1) in found and (20, 1_000) in found
    assert len(found) == 20_000


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS)
def test_what_hangs_on_a_cell_is_told_as_of_an_xlsx(saved: Path, kind: str) -> None:
    expected = [(f.code, f.cell, f.found) for f in read(saved, "said.xlsx").findings]
    assert ("answer_elsewhere", "E19", "コメント（E19）") in expected
    found = [(f.code, f.cell, f.found) for f in read(saved, f"said.{kind}").findings]
    assert [one for one in found if one[0] != "legacy_format"] == expected


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS)
def test_a_number_that_hangs_on_a_cell_raises_the_alarm(saved: Path, kind: str) -> None:
    assert reading((saved / f"number.{kind}").read_bytes(), f"number.{kind}").personal == ("コメント",)


CELL = '<b:table-cell b:style-name="c">{}<t:p>②</t:p></b:table-cell>'
PAGE = (
    '<o:document-content xmlns:o="o" xmlns:s="s" xmlns:t="t" xmlns:b="b" xmlns:draw="d"><s:style s:name="c">'
    '<s:text-properties s:text-line-through-style="solid"/></s:style><b:table b:name="x"><b:table-row>{}</b:table-row>'
    "</b:table></o:document-content>"
)


def page(*cells: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("content.xml", PAGE.format("".join(CELL.format(cell) for cell in cells)))
    return out.getvalue()


def test_what_hangs_on_a_struck_cell_is_none_of_what_is_left_of_it() -> None:
    """And shapes within shapes, a comment without words, what lies over three rows, are told once, in their places."""
    oval = '<draw:g b:end-cell-address="x.D3"><draw:ellipse><t:p>見て<t:span>ね</t:span></t:p></draw:ellipse></draw:g>'
    asides = "<o:annotation><t:p>①</t:p><t:p>横浜市</t:p></o:annotation>", oval, "<o:annotation><t:p/></o:annotation>"
    found = beyond_legacy(page(*asides), "ods", ["x"])["x"]
    assert found.struck == {(1, 1): "", (1, 2): "", (1, 3): ""}
    assert found.comments == {(1, 1): "①\n横浜市"} and found.words == ["見てね"]
    assert [(one.top, one.bottom, one.left) for one in found.drawn] == [(1, 3, 2)]


def test_a_small_file_hangs_as_many_comments_and_shapes_as_it_likes() -> None:
    many = "<o:annotation><t:p>①</t:p></o:annotation><draw:rect/>" * 20_000
    found = beyond_legacy(page(*([many] * 3)), "ods", ["x"])["x"]
    assert len(found.comments) == 3 and len(found.drawn) == 2_000
