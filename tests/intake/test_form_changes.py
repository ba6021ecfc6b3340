"""What was changed in the form itself. 「既に組み込んでいる関数などは編集しないようご注意ください」 (the Digital
Agency's letter): each change is told with its place, and nearly all of them prevent nothing.

The form as sent out: labels in B2 to B11, flags in D12 and E12, questions in C15 to C36, answers in E and F."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from openpyxl import Workbook as Book
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from intake.answers import read_sheets
from intake.sheets.grid import Workbook
from intake.sheets.workbook import open_workbook
from intake.submission import FileReading
from tests.workbooks.forms_at_hand import (
    COMPLETE_2,
    edited,
    filled,
    only,
    reading,
    the_roster,
    the_sheet,
    the_survey,
    told,
    unmerge,
)


def changed(edit: Callable[[Book], None], id: str = "form1") -> FileReading:
    """The reading of a complete form after `edit` has changed its workbook."""
    base = filled({}) if id == "form1" else filled({}, COMPLETE_2, id)
    book = load_workbook(io.BytesIO(base))
    edit(book)
    out = io.BytesIO()
    book.save(out)
    return reading(out.getvalue())


def of_file(read: FileReading) -> list[tuple[str, str, str, str]]:
    return [(f.code, f.sheet, f.cell, f.found) for f in read.findings]


@pytest.mark.parametrize("id", ["form1", "form2"])
def test_a_form_that_was_only_filled_in_has_no_alteration(id: str) -> None:
    read = changed(lambda book: None, id)
    assert (of_file(read), read.sheets[0].findings) == ([], ())


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([15], "15行目"),
        ([20, 20], "20行目、21行目"),
        ([30], "30行目"),  # among the circle lines of Q7-4
        ([2], "2行目"),
        ([36, 17, 4], "4行目、18行目、38行目"),
        ([35] * 8, "35行目、36行目、37行目、38行目、39行目、40行目ほか（計8か所）"),
    ],
)
def test_rows_put_in_are_one_note_that_names_them(rows: list[int], found: str) -> None:
    def insert(sheet: Worksheet) -> None:
        unmerge(sheet)
        for row in rows:
            sheet.insert_rows(row)

    (finding,) = the_sheet(edited(filled({}), insert)).findings
    assert (finding.code, finding.severity, finding.found) == ("rows_inserted", "note", found)
    assert finding.cell == "A" + found.split("行目")[0]


@pytest.mark.parametrize(("columns", "found"), [([1], "A列"), ([5], "E列"), ([3, 1], "A列、D列")])
def test_columns_put_in_are_one_note(columns: list[int], found: str) -> None:
    def insert(sheet: Worksheet) -> None:
        unmerge(sheet)
        for column in columns:
            sheet.insert_cols(column)

    (finding,) = the_sheet(edited(filled({}), insert)).findings
    assert (finding.code, finding.severity, finding.found) == ("columns_inserted", "note", found)


def test_a_row_taken_out_is_told_by_what_is_missing_and_not_as_one_put_in() -> None:
    def delete(sheet: Worksheet) -> None:
        unmerge(sheet)
        sheet.delete_rows(35)

    assert told(edited(filled({}), delete)) == [("label_missing", "9", "")]


def test_an_edited_label_is_told_with_what_it_was() -> None:
    def edit(sheet: Worksheet) -> None:
        sheet["B5"] = "組織名（正式名称）"
        sheet["C20"] = "本人以外（事業主など）からマイナンバーを得ている場合、どのように確認していますか。"

    findings = the_sheet(edited(filled({}), edit)).findings
    assert [(f.code, f.severity, f.cell, f.question) for f in findings] == [
        ("label_edited", "warning", "B5", ""),
        ("label_edited", "warning", "C20", "4"),
    ]
    assert (findings[0].found, findings[0].expected) == ("組織名（正式名称）", "組織名")
    assert findings[1].expected.startswith("本人以外（事業主等）からマイナンバーを得ている場合")


def test_a_question_that_became_another_one_is_an_error() -> None:
    """Its number is still there, but nobody can say what the ① below it answers."""

    def edit(sheet: Worksheet) -> None:
        sheet["C24"] = "貴団体では、申請書の保存期間を定めていますか。"

    (finding,) = the_sheet(edited(filled({}), edit)).findings
    assert (finding.code, finding.severity) == ("question_replaced", "error")
    assert (finding.question, finding.cell) == ("7-1", "C24")
    assert finding.found == "貴団体では、申請書の保存期間を定めていますか。"


def test_many_edited_labels_are_one_line() -> None:
    def edit(sheet: Worksheet) -> None:
        for row in range(2, 12):
            sheet[f"B{row}"] = f"{sheet[f'B{row}'].value}（必須）"

    finding = only(the_sheet(edited(filled({}), edit)).findings, "label_edited")
    assert (finding.cell, finding.found) == ("B2", "B2、B3、B4、B5、B6、B7ほか（計10か所）")


@pytest.mark.parametrize(("cell", "typed"), [("D12", "情報未入力あり"), ("E12", "未回答あり"), ("E12", None)])
def test_a_flag_that_is_no_formula_any_more_is_noted_for_operators(cell: str, typed: str | None) -> None:
    def edit(sheet: Worksheet) -> None:
        sheet[cell] = typed

    (finding,) = the_sheet(edited(filled({}), edit)).findings
    assert (finding.code, finding.severity, finding.cell) == ("flag_altered", "note", cell if typed else "")


def test_a_renamed_sheet_is_told_with_its_name() -> None:
    def edit(book: Book) -> None:
        book["様式"].title = "横浜市"
        book["一覧用"].title = "提出用"

    read = changed(edit)
    assert of_file(read) == [("sheet_renamed", "", "", "横浜市"), ("sheet_renamed", "", "", "提出用")]
    assert [f.expected for f in read.findings] == ["様式", "一覧用"]


def test_of_several_answer_sheets_one_may_bear_the_forms_name() -> None:
    def edit(book: Book) -> None:
        book.copy_worksheet(book["様式"]).title = "小慢"

    assert of_file(changed(edit)) == []


def test_a_missing_list_sheet_is_a_note() -> None:
    def edit(book: Book) -> None:
        del book["一覧用"]

    read = changed(edit)
    (finding,) = read.findings
    assert (finding.code, finding.severity, finding.label) == ("list_sheet_missing", "note", "一覧用")
    assert read.sheets[0].findings == ()


def test_overwritten_formulas_of_the_list_are_told_by_cell() -> None:
    def edit(book: Book) -> None:
        book["一覧用"]["D2"] = "14神奈川県横浜市"
        book["一覧用"]["K2"] = None
        book["一覧用"]["M2"] = "#REF!"

    assert of_file(changed(edit)) == [("list_formulas_altered", "一覧用", "D2", "D2、K2、M2")]


def test_a_whole_row_of_values_is_one_note() -> None:
    def edit(book: Book) -> None:
        for cell in book["一覧用"][2]:
            cell.value = "14神奈川県横浜市" if cell.coordinate == "D2" else None

    assert of_file(changed(edit)) == [
        ("list_formulas_altered", "一覧用", "A2", "A2、B2、C2、D2、E2、F2ほか（計33か所）")
    ]


def test_formulas_taken_out_everywhere_by_a_gateway_are_one_note() -> None:
    def edit(book: Book) -> None:
        for sheet in book:
            for row in sheet.iter_rows():
                for cell in row:
                    if isinstance(cell.value, str) and cell.value.startswith("="):
                        cell.value = None

    read = changed(edit)
    assert of_file(read) == [("formulas_stripped", "", "", "")]
    assert read.findings[0].severity == "note"
    assert read.sheets[0].findings == ()


def test_protection_taken_off_is_nothing() -> None:
    def edit(book: Book) -> None:
        for sheet in book:
            sheet.protection.sheet = False

    assert of_file(changed(edit)) == []


def test_without_a_grid_in_its_data_nothing_is_said_about_rows() -> None:
    survey = the_survey()
    loose = survey.changed({"forms": tuple(form.changed({"grid": None}) for form in survey.forms)}
    )

    def insert(sheet: Worksheet) -> None:
        unmerge(sheet)
        sheet.insert_rows(15)

    book = open_workbook(edited(filled({}), insert))
    assert isinstance(book, Workbook)
    (sheet,) = read_sheets(book, loose, the_roster())
    assert sheet.findings == ()
