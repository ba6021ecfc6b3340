"""What a draft makes of what in a ministry's workbook was made for people alone: lines, lists, hidden columns."""

from __future__ import annotations

import io
import tomllib
import zipfile
from datetime import date
from typing import Any

from openpyxl import Workbook
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from routing.authoring.draft import FormDraft, draft
from tests.workbooks.given_forms import framed, put, saved

LATER = (
    '<extLst><ext xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main" '
    'uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}"><x14:dataValidations '
    'xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main" count="1">'
    '<x14:dataValidation type="list" allowBlank="1"><x14:formula1><xm:f>リスト!$A$1:$A$2</xm:f></x14:formula1>'
    "<xm:sqref>B3</xm:sqref></x14:dataValidation></x14:dataValidations></ext></extLst></worksheet>"
)


def the_sheet() -> tuple[Workbook, Worksheet]:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "様式"
    put(sheet, {"A1:F1": "施設の一覧", "A2": "市町村名"})
    framed(sheet, "B2:B2")
    return book, sheet


def drafted(data: bytes) -> dict[str, Any]:
    made = draft(data, "様式.xlsx", 1, date(2025, 5, 30))
    assert isinstance(made, FormDraft)
    return tomllib.loads(made.text)


def test_lines_under_heads_are_one_table_and_what_is_hidden_is_no_part_of_it() -> None:
    """The numbers are formulas; column C, which nobody sees, holds a code; E is computed in each line."""
    book, sheet = the_sheet()
    put(sheet, {"A4": "番号", "B4": "施設名", "C4": "管理用", "D4": "定員（人）", "E4": "割合", "F4": "開設年月日"})
    for row in range(5, 12):
        sheet[f"A{row}"], sheet[f"C{row}"], sheet[f"E{row}"] = "=ROW()-4", f"K{row:03}", f"=100/D{row}"
    put(sheet, {"A12:B12": "合計", "D12": "=SUM(D5:D11)"})  # beside it nothing is asked
    sheet.column_dimensions["C"].hidden = True
    framed(sheet, "A4:F12")
    (table,) = drafted(saved(book))["questions"]
    assert (table["text"], table["kind"], table["lines"]) == ("施設の一覧", "table", 7)
    assert table["at"] == "B5:B11, D5:D11, F5:F11"
    assert table["columns"] == {
        "b": "施設名",
        "d": {"label": "定員（人）", "kind": "number", "unit": "人"},
        "f": {"label": "開設年月日", "kind": "date"},
    }


def test_tables_beside_each_other_are_two_and_an_example_is_no_head() -> None:
    book, sheet = the_sheet()
    put(sheet, {"A4": "No.", "B4": "施設名", "C4": "定員（人）", "A5": "（例）", "B5": "○○園", "C5": "60"})
    put(sheet, {"E4": "職名", "F4": "備考"})
    for row in range(6, 10):
        sheet[f"A{row}"] = row - 5
    framed(sheet, "A4:C9", "E4:F9")
    right, left = drafted(saved(book))["questions"]  # the right one begins a row higher
    assert (left["at"], left["columns"]["b"], left["columns"]["c"]["label"]) == ("B6:C9", "施設名", "定員（人）")
    assert (right["at"], right["lines"], right["columns"]["f"]["required"]) == ("E5:F9", 5, False)


def test_a_list_whose_entries_stand_on_another_sheet_is_known() -> None:
    """Excel keeps it in an extension, which openpyxl leaves out."""
    book, sheet = the_sheet()
    put(sheet, {"A3": "種別"})
    framed(sheet, "B3:B3")
    entries = book.create_sheet("リスト")
    entries["A1"], entries["A2"] = "公立", "民間"
    with zipfile.ZipFile(io.BytesIO(saved(book))) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    name = "xl/worksheets/sheet1.xml"
    parts[name] = parts[name].replace(b"</worksheet>", LATER.encode())
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as new:
        for part, data in parts.items():
            new.writestr(part, data)
    (question,) = drafted(out.getvalue())["questions"]
    assert (question["text"], question["choices"]) == ("種別", ["公立", "民間"])


def test_a_date_in_three_cells_is_three_numbers_of_one_name() -> None:
    book, sheet = the_sheet()
    put(sheet, {"A3": "報告年月日", "C3": "年", "E3": "月", "G3": "日"})
    framed(sheet, "B3:B3", "D3:D3", "F3:F3")
    names = [question["text"] for question in drafted(saved(book))["questions"]]
    assert names == ["報告年月日（年）", "報告年月日（月）", "報告年月日（日）"]


def test_cells_for_one_sign_are_called_by_the_words_behind_them() -> None:
    """Three in a row, of which the label stands before the first; and one that has its own label before it."""
    book, sheet = the_sheet()
    put(sheet, {"A3": "実施しているもの", "C3": "健診", "E3": "相談", "G3": "訪問", "A4": "該当なし"})
    framed(sheet, "A3:G3", "A4:B4")
    sign = DataValidation(type="list", formula1='"Y"', allow_blank=True)
    sheet.add_data_validation(sign)
    for cell in ("B3", "D3", "F3", "B4"):
        sign.add(cell)
    found = [(q["text"], q["choices"], q["required"], q["at"]) for q in drafted(saved(book))["questions"]]
    assert found == [
        ("健診", ["Y"], False, "B3"),
        ("相談", ["Y"], False, "D3"),
        ("訪問", ["Y"], False, "F3"),
        ("該当なし", ["Y"], False, "B4"),
    ]


def test_blocks_of_lines_with_a_sum_between_them_are_two_tables_with_the_same_heads() -> None:
    """Each is called by the words that stand beside all of its lines."""
    book, sheet = the_sheet()
    put(sheet, {"A4": "区分", "B4": "事業名", "C4": "金額（千円）", "A5:A8": "国庫", "A9:B9": "小計", "A10:A13": "単独"})
    put(sheet, {"A14:B14": "小計", "C9": "=SUM(C5:C8)", "C14": "=SUM(C10:C13)"})
    framed(sheet, "A4:C14")
    found = [(q["text"], q["at"], q["columns"]["b"]) for q in drafted(saved(book))["questions"]]
    assert found == [
        ("施設の一覧／国庫", "B5:C8", "事業名"),
        ("施設の一覧／単独", "B10:C13", "事業名"),
    ]
