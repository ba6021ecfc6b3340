"""Recognising a form by its content and finding each answer by its label, whatever was done to the sheet."""

from __future__ import annotations

import io
from datetime import date

from openpyxl import Workbook as Book
from openpyxl.worksheet.worksheet import Worksheet

from tests.workbooks.forms_at_hand import (
    COMPLETE_2,
    edited,
    filled,
    reading,
    the_sheet,
    told,
    unmerge,
)


def saved(book: Book) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_sheet_is_read_into_fields_and_answers() -> None:
    sheet = the_sheet(filled({"program": "小慢", "2": 3, "2-text": "R5.9"}))
    assert (sheet.sheet, sheet.form, sheet.version, sheet.program) == (
        "様式",
        "form1",
        "2023-07-07",
        "shoman",
    )
    assert (sheet.body.status, sheet.body.lgcode) == ("found", "141003")
    assert sheet.field("responsible") == "山田　太郎"
    assert [(f.key, f.cell) for f in sheet.fields][:4] == [
        ("program", "D2"),
        ("kind", "D3"),
        ("attribute", "D4"),  # 記４③「４行目『属性』欄」
        ("organisation", "D5"),
    ]
    answers = {answer.question: answer for answer in sheet.answers}
    assert (answers["2"].number, answers["2"].cell) == (3, "E17")
    assert [(t.key, t.value, t.cell) for t in answers["2"].texts] == [("2-text", "R5.9", "F18")]
    assert (answers["7-4"].marks, answers["7-4"].value, answers["7-4"].cell) == ((1, 3), "①③", "F27")
    assert answers["1-2"].number is None


def test_the_form_is_told_by_its_questions() -> None:
    assert the_sheet(filled({})).form == "form1"
    assert the_sheet(filled({}, COMPLETE_2, "form2")).form == "form2"


def _insert_rows(sheet: Worksheet) -> None:
    unmerge(sheet)
    sheet.insert_rows(15)  # above Q1-1
    sheet.insert_rows(4, 2)  # above 属性


def _insert_columns(sheet: Worksheet) -> None:
    unmerge(sheet)
    sheet.insert_cols(5)  # between the texts and the answers
    sheet.insert_cols(1)


def test_rows_inserted_move_the_cells_and_nothing_else() -> None:
    data = edited(filled({"9": None, "department": None}), _insert_rows)
    assert told(data) == [
        ("rows_inserted", "", "A4"),
        ("field_missing", "", "D8"),
        ("answer_missing", "9", "E38"),
    ]
    assert the_sheet(data).body.lgcode == "141003"


def test_columns_inserted_move_the_cells_and_nothing_else() -> None:
    """The answers' column goes from E to G, the circles' from F to H."""
    data = edited(filled({"9": None, "7-4": None, "8-1-text": None}), _insert_columns)
    assert told(data) == [
        ("columns_inserted", "", "A1"),
        ("marks_none", "7-4", "H27"),
        ("text_missing", "8-1", "H33"),
        ("answer_missing", "9", "G35"),
    ]


def test_sheets_renamed_and_moved_are_found() -> None:
    def rename(sheet: Worksheet) -> None:
        sheet.title = "横浜市"
        sheet.parent.move_sheet(sheet, 2)

    sheet = the_sheet(edited(filled({"9": None}), rename))
    assert sheet.sheet == "横浜市"
    assert [(f.question, f.sheet) for f in sheet.findings] == [("9", "横浜市")]


def test_edited_wording_is_still_found() -> None:
    def edit(sheet: Worksheet) -> None:
        sheet["B6"] = "担当部署名（必須）"
        sheet["C19"] = "（３）各種の申請において、申請者よりマイナンバーの記載又は提示を求めていますか？"
        sheet["E14"] = "回答をリストから選択してください（一部自由記載）"
        sheet["E28"] = "② カナ氏名 "
        sheet["C35"] = "紐付けの手順を教えてください。"  # rewritten: only its number 9 is left

    changes = [("label_edited", "", "B6"), ("label_edited", "3", "C19"), ("question_replaced", "9", "C35")]
    assert told(edited(filled({}), edit)) == changes
    missing = told(edited(filled({"department": None, "3": None, "4": None, "9": None}), edit))
    assert [finding for finding in missing if finding not in changes] == [
        ("field_missing", "", "D6"),
        ("answer_missing", "3", "E19"),
        ("answer_missing", "9", "E35"),
    ]


def test_a_line_that_was_deleted_is_told_as_such() -> None:
    def delete(sheet: Worksheet) -> None:
        unmerge(sheet)
        sheet.delete_rows(35)  # Q9
        sheet.delete_rows(9)  # 連絡先氏名

    findings = the_sheet(edited(filled({}), delete)).findings
    assert [(f.code, f.question) for f in findings] == [("label_missing", ""), ("label_missing", "9")]
    assert findings[0].label == "連絡先氏名"


def test_without_the_heading_the_answers_stand_behind_the_texts() -> None:
    def edit(sheet: Worksheet) -> None:
        unmerge(sheet)
        sheet["E14"] = None
        sheet.delete_cols(4)  # the questions' second column

    findings = told(edited(filled({"9": None}), edit))
    assert ("answer_missing", "9", "D35") in findings
    assert not [f for f in findings if f[1] and f[1] != "9"]


def test_an_answer_typed_beside_its_cell_is_found() -> None:
    def edit(sheet: Worksheet) -> None:
        unmerge(sheet)
        sheet["F19"] = "①"
        sheet["E19"] = None
        sheet["G27"] = "○"
        sheet["F27"] = None

    assert told(edited(filled({}), edit)) == []


def test_the_flags_are_computed_anew_and_their_loss_is_only_noted() -> None:
    def edit(sheet: Worksheet) -> None:
        sheet["D12"] = None
        sheet["E12"] = "未回答あり"

    (finding,) = the_sheet(edited(filled({}), edit)).findings
    assert (finding.code, finding.severity) == ("flag_altered", "note")


def test_error_values_and_formulas_without_a_result_are_no_blanks() -> None:
    def edit(sheet: Worksheet) -> None:
        sheet["D6"] = "#REF!"
        sheet["E19"] = "#N/A"
        sheet["E35"] = "=別紙!A1"
        sheet["F27"] = "#VALUE!"
        sheet["F29"] = None

    data = edited(filled({}), edit)
    assert told(data) == [
        ("error_value", "", "D6"),
        ("error_value", "3", "E19"),
        ("error_value", "7-4", "F27"),
        ("error_value", "9", "E35"),
    ]
    assert [f.found for f in the_sheet(data).findings] == ["#REF!", "#N/A", "#VALUE!", ""]


def test_numbers_and_dates_that_excel_made_of_the_input_are_understood() -> None:
    def edit(sheet: Worksheet) -> None:
        sheet["E17"] = 3
        sheet["F18"] = date(2023, 9, 1)
        sheet["E19"] = 1.0
        sheet["F27"] = 1

    sheet = the_sheet(edited(filled({}), edit))
    assert sheet.findings == ()
    answers = {answer.question: answer for answer in sheet.answers}
    assert (answers["2"].number, answers["3"].value, answers["7-4"].marks) == (3, "1", (1, 3))


def test_a_blank_copy_and_a_hidden_old_answer_are_left_out() -> None:
    def copies(sheet: Worksheet) -> None:
        book = sheet.parent
        old = book.copy_worksheet(sheet)
        old.title = "旧"
        old.sheet_state = "hidden"
        empty = book.copy_worksheet(sheet)
        empty.title = "記入前"
        for row in (*range(2, 12), *range(15, 37)):
            for column in "DEF":
                if not sheet.protection.sheet or not empty[f"{column}{row}"].protection.locked:
                    empty[f"{column}{row}"] = None

    assert the_sheet(edited(filled({}), copies)).sheet == "様式"


def test_two_filled_sheets_in_one_workbook_are_two_answer_sheets() -> None:
    def copy(sheet: Worksheet) -> None:
        second = sheet.parent.copy_worksheet(sheet)
        second.title = "小慢"
        second["D2"] = "小慢"

    read = reading(edited(filled({"program": "難病"}), copy))
    assert [(s.sheet, s.program) for s in read.sheets] == [("様式", "nanbyo"), ("小慢", "shoman")]


def test_a_foreign_workbook_is_not_a_form() -> None:
    book = Book()
    book.worksheets[0].append(["組織名", "担当部署名", "回答"])
    read = reading(saved(book))
    assert (read.kind, [f.code for f in read.findings], read.looks_like_workbook) == (
        "other",
        ["not_a_form"],
        True,
    )
