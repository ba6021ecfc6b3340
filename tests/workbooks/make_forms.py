"""Workbooks that a person filled in or altered with a spreadsheet program, written with openpyxl.

Writes bytes only; what must be found in each stands in `expected.toml`, by hand. All persons are made up.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from datetime import date

from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from replies.workbooks.form import FillValue
from tests.workbooks.forms_at_hand import COMPLETE, COMPLETE_2, filled, unmerge

MY_NUMBER = "1234-5678-9018"  # valid check digit, nobody's
Changes = Mapping[str, FillValue | None]


def made(changes: Changes, edit: Callable[[Workbook], None] = lambda book: None, id: str = "form1") -> bytes:
    """A complete form with some values changed, after `edit`."""
    data = filled(changes, COMPLETE if id == "form1" else COMPLETE_2, id)
    book = load_workbook(io.BytesIO(data))
    edit(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _rows(book: Workbook) -> None:
    unmerge(book["様式"])
    book["様式"].insert_rows(20, 2)


def _columns(book: Workbook) -> None:
    unmerge(book["様式"])
    book["様式"].insert_cols(1)


def _renamed(book: Workbook) -> None:
    book["様式"].title = "回答"
    book["一覧用"].title = "Sheet2"


def _without_list(book: Workbook) -> None:
    del book["一覧用"]


def _stripped(book: Workbook) -> None:
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, str) and cell.value.startswith("="):
                    cell.value = None


def _overwritten(book: Workbook) -> None:
    book["一覧用"]["D2"] = "14神奈川県横浜市"
    book["一覧用"]["E2"] = "健康推進課"


def _replaced(book: Workbook) -> None:
    book["様式"]["C20"] = "貴団体の窓口では、来庁者に番号札を配っていますか。"


def _edited(book: Workbook) -> None:
    book["様式"]["B6"] = "担当部署名（課まで）"


def _deleted(book: Workbook) -> None:
    unmerge(book["様式"])
    book["様式"].delete_rows(35)
    book["様式"].delete_rows(9)


def _flag(book: Workbook) -> None:
    book["様式"]["E12"] = "未回答あり"


def _errors(book: Workbook) -> None:
    sheet = book["様式"]
    sheet["D6"] = "#REF!"
    sheet["E20"] = "#N/A"
    sheet["E35"] = "=別紙!A1"


def _two(book: Workbook) -> None:
    second = book.copy_worksheet(book["様式"])
    second.title = "小慢"
    second["D2"] = "小慢"
    second["E35"] = None


def _dates(book: Workbook) -> None:
    book["様式"]["F18"] = date(2023, 9, 1)


def _dates_1904(book: Workbook) -> None:
    book.epoch = CALENDAR_MAC_1904
    book["様式"]["F18"] = date(2023, 9, 1)


def _serial(book: Workbook) -> None:
    book["様式"]["F18"] = 45170  # 2023-09-01 without a date format


def _very_hidden(book: Workbook) -> None:
    old = book.copy_worksheet(book["様式"])
    old.title = "前回"
    old["E35"] = "検討中"
    old.sheet_state = "veryHidden"


def _widths(book: Workbook) -> None:
    sheet = book["様式"]
    sheet["E19"] = "１"
    sheet["E20"] = "1．"
    sheet["E21"] = "（2）"
    sheet["F22"] = "◯"
    sheet["F27"] = "●"
    sheet["F29"] = "1"
    sheet["D5"] = "１４神奈川県横浜市"


def _comment(book: Workbook) -> None:
    book["様式"]["F33"].comment = Comment(f"この方の番号は{MY_NUMBER}", "鈴木")


def _hidden_number(book: Workbook) -> None:
    sheet = book.create_sheet("作業用")
    sheet["C7"] = 123456789018
    sheet.sheet_state = "hidden"


def _footer(book: Workbook) -> None:
    book["様式"].oddFooter.left.text = MY_NUMBER


def _residents(book: Workbook) -> None:
    sheet = book.create_sheet("対象者")
    sheet.append(["予防接種対象者一覧"])
    sheet.append(["宛名番号", "氏名", "生年月日", "住所"])
    for number in range(12):
        sheet.append([1000 + number, "架空　太郎", date(1950 + number, 4, 1), f"架空町{number}番地"])


def _far(book: Workbook) -> None:
    book["様式"]["XFD1048576"] = "消し忘れ"


def _protected(book: Workbook) -> None:
    for sheet in book:
        sheet.protection.sheet = False


NOTHING = dict.fromkeys(COMPLETE)
FORMS: Mapping[str, Callable[[], bytes]] = {
    "complete_1.xlsx": lambda: made({}),
    "complete_2.xlsx": lambda: made({}, id="form2"),
    "nobody_filled_it.xlsx": lambda: made(NOTHING),
    "answers_missing.xlsx": lambda: made(
        {"2": 3, "5": None, "7-4": None, "8-1-text": None, "department": None}
    ),
    "not_choices.xlsx": lambda: made({"3": "①②", "7-2": "場合による", "7-4#3": "一部", "9": "⑦"}),
    "skipped_filled.xlsx": lambda: made({"3": 2, "7-3": 2, "10-text": "参考まで"}),
    "prefecture_answers_city_question.xlsx": lambda: made({"kind": "都道府県", "organisation": "14神奈川県"}),
    "head.xlsx": lambda: made(
        {
            "organisation": "神奈川県 横浜市",
            "position": "健康推進係長",
            "telephone": "671-2121",
            "email": "kenko@city",
            "kind": "中核市",
        }
    ),
    "county.xlsx": lambda: made({"organisation": "14神奈川県足柄上郡中井町", "kind": "市区町村"}),
    "six_digits.xlsx": lambda: made({"organisation": "141003神奈川県横浜市"}),
    "ward.xlsx": lambda: made({"organisation": "14神奈川県横浜市鶴見区"}),
    "sample_left_in.xlsx": lambda: made({"organisation": "14神奈川県相模原市", "kind": "中核市"}),
    "two_names_alike.xlsx": lambda: made({"organisation": "府中市", "kind": "市区町村"}),
    "screenings.xlsx": lambda: made(
        {"attribute": "３ 胃がん検診、４ 子宮頸がん検診、６ 肝炎ウイルス検診、８ 歯周疾患検診"}, id="form2"
    ),
    "screening_unknown.xlsx": lambda: made({"attribute": "眼科検診"}, id="form2"),
    "rows_inserted.xlsx": lambda: made({"9": None}, _rows),
    "columns_inserted.xlsx": lambda: made({"9": None}, _columns),
    "sheets_renamed.xlsx": lambda: made({}, _renamed),
    "list_sheet_missing.xlsx": lambda: made({}, _without_list),
    "formulas_stripped.xlsx": lambda: made({}, _stripped),
    "list_overwritten.xlsx": lambda: made({}, _overwritten),
    "question_replaced.xlsx": lambda: made({}, _replaced),
    "label_edited.xlsx": lambda: made({}, _edited),
    "lines_deleted.xlsx": lambda: made({}, _deleted),
    "flag_typed.xlsx": lambda: made({}, _flag),
    "error_values.xlsx": lambda: made({}, _errors),
    "two_programs.xlsx": lambda: made({"program": "難病"}, _two),
    "month_as_date.xlsx": lambda: made({"2": 3}, _dates),
    "month_in_1904.xlsx": lambda: made({"2": 3}, _dates_1904),
    "month_as_serial.xlsx": lambda: made({"2": 3}, _serial),
    "very_hidden.xlsx": lambda: made({}, _very_hidden),
    "widths.xlsx": lambda: made({"6": None, "7-4": None}, _widths),
    "far_cell_in_form.xlsx": lambda: made({"9": None}, _far),
    "protection_off.xlsx": lambda: made({}, _protected),
    "my_number.xlsx": lambda: made({"8-1-text": f"例えば{MY_NUMBER}のように"}),
    "my_number_comment.xlsx": lambda: made({}, _comment),
    "my_number_hidden.xlsx": lambda: made({}, _hidden_number),
    "my_number_footer.xlsx": lambda: made({}, _footer),
    "residents.xlsx": lambda: made({}, _residents),
}
