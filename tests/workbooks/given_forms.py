"""Five workbooks as ministries hand them out, made by hand after published descriptions of theirs: merged cells, matrices,
doubled 「合計」, vertical text, graph-paper columns, boxes in cells, hidden sheets, protection. No wording of a real one.

Of each: the workbook, and what belongs into which cell, as somebody who looks at it would say.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, PatternFill, Protection, Side
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

_LINE = Side(style="thin")
BOX = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_YELLOW = PatternFill("solid", fgColor="FFFFCC")

Value = str | int | date


@dataclass(frozen=True, slots=True)
class GivenForm:
    """`values`: cell → what is written there, everything that the form asks; `computed`: cells that are none of it."""

    name: str
    sheet: str
    data: bytes
    values: Mapping[str, Value]
    computed: frozenset[str] = frozenset()


def put(sheet: Worksheet, texts: Mapping[str, str]) -> None:
    """Texts by cell, or by the area over which they are merged."""
    for area, text in texts.items():
        first, _, last = area.partition(":")
        sheet[first] = text
        if last:
            sheet.merge_cells(area)


def framed(sheet: Worksheet, *areas: str) -> None:
    for area in areas:
        for row in sheet[area]:
            for cell in row:
                cell.border = BOX


def _list(sheet: Worksheet, formula: str, *cells: str) -> None:
    rule = DataValidation(type="list", formula1=formula, allow_blank=True)
    sheet.add_data_validation(rule)
    for cell in cells:
        rule.add(cell)


def saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def clubs() -> GivenForm:
    """Clubs by place and by who runs them, twice with the same rows and 「合計」 both ways."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "様式1-1"
    put(
        sheet,
        {
            "A1:H1": "放課後児童クラブの実施状況について（市区町村用）",
            "B3": "市区町村名",
            "F3": "担当課",
            "B4": "担当者氏名",
            "F4": "電話番号",
            "A6": "１　小学校の数（５月１日現在）",
            "G6": "校",
            "A8": "２　実施場所別、設置・運営主体別のクラブ数",
            "A9:C10": "実施場所",
            "D9:F9": "設置・運営主体",
            "D10": "公立公営",
            "E10": "公立民営",
            "F10": "民立民営",
            "G9:G10": "合計",
            "A17": "３　実施場所別の登録児童数",
            "A18:C18": "実施場所",
            "D18": "１～３年生",
            "E18": "４～６年生",
            "F18": "その他",
            "G18": "合計",
        },
    )
    for top, unit in ((11, "か所"), (19, "人")):
        sheet.cell(top - 3 if unit == "か所" else top - 2, 7, f"（単位：{unit}）")
        for n, place in enumerate(("児童館", "余裕教室", "その他の場所")):
            put(sheet, {f"A{top + n}:C{top + n}": place})
            sheet[f"G{top + n}"] = f"=SUM(D{top + n}:F{top + n})"
        put(sheet, {f"A{top + 3}:C{top + 3}": "合計"})
        for column in "DEFG":
            sheet[f"{column}{top + 3}"] = f"=SUM({column}{top}:{column}{top + 2})"
    framed(sheet, "A9:G14", "A18:G22", "C3:E4", "G3:H4", "F6:F6")
    for area in ("C3:E3", "C4:E4", "G3:H3", "G4:H4"):
        sheet.merge_cells(area)
    values: dict[str, Value] = {
        "C3": "大鹿村",
        "G3": "健康福祉課",
        "C4": "大鹿　太郎",
        "G4": "0265-00-0000",
        "F6": 3,
    }
    values |= {
        f"{column}{row}": row * 10 + n for row in (11, 12, 13, 19, 20, 21) for n, column in enumerate("DEF")
    }
    computed = {f"{c}{r}" for r in (14, 22) for c in "DEFG"} | {f"G{r}" for r in (11, 12, 13, 19, 20, 21)}
    return GivenForm("clubs", "様式1-1", saved(book), values, frozenset(computed))


def children() -> GivenForm:
    """Vertical group labels, ages across, drop-down lists from a hidden sheet."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "調査票"
    lists = book.create_sheet("選択肢")
    for row, text in enumerate(("１　実施している", "２　実施していない", "３　検討中"), 1):
        lists.cell(row, 1, text)
    lists.sheet_state = "hidden"
    put(
        sheet,
        {
            "A1": "保育所等の利用状況に関する調査票",
            "A3:B3": "都道府県名",
            "A4:B4": "市区町村名",
            "E3:F3": "市町村コード",
            "A6": "問１　年齢別の児童数を記入してください。",
            "A7:B7": "区分",
            "C7": "０歳児",
            "D7": "１・２歳児",
            "E7": "３歳以上児",
            "A8:A10": "申込児童数",
            "B8": "保育所",
            "B9": "認定こども園",
            "B10": "地域型保育",
            "A11:A12": "待機児童数",
            "B11": "うち育休中",
            "B12": "うちその他",
            "A14": "問２　利用調整を実施していますか。",
            "A15": "回答（リストから選択）",
            "A17": "問３　今後の方針（自由記載）",
        },
    )
    for cell in ("A8", "A11"):
        sheet[cell].alignment = Alignment(textRotation=255)
    framed(sheet, "A7:E12", "C3:D4", "G3:G3", "B15:C15", "A18:G20")
    sheet.merge_cells("C3:D3")
    sheet.merge_cells("C4:D4")
    sheet.merge_cells("B15:C15")
    sheet.merge_cells("A18:G20")
    _list(sheet, "選択肢!$A$1:$A$3", "B15")
    for row in range(8, 13):
        for column in "CDE":
            sheet[f"{column}{row}"].number_format = '#,##0"人"'
    values: dict[str, Value] = {
        "C3": "長野県",
        "C4": "大鹿村",
        "G3": "204170",
        "B15": "２　実施していない",
        "A18": "小規模のため個別に対応する。",
    }
    values |= {f"{column}{row}": row * 10 + n for row in range(8, 13) for n, column in enumerate("CDE")}
    return GivenForm("children", "調査票", saved(book), values)


def schools() -> GivenForm:
    """Graph paper: narrow columns, everything merged; labels above their cells; boxes to be ticked."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "別紙２"
    for n in range(1, 41):
        sheet.column_dimensions[sheet.cell(1, n).column_letter].width = 2.5
    put(
        sheet,
        {
            "A1:AN1": "校舎の点検状況報告書",
            "B3:I3": "学校名",
            "J3:Q3": "記入者職名",
            "R3:Y3": "電話番号",
            "B7:I7": "点検を行いましたか",
            "B8:I8": "危険箇所の有無",
            "B9:I9": "点検した年月日",
            "B12:Y12": "危険箇所がある場合、その内容",
            "J7:U7": "□行った　□行っていない",
            "J8:U8": "□有　□無",
            "J9:U9": "　　　　年　　月　　日",
        },
    )
    for area in ("B4:I5", "J4:Q5", "R4:Y5", "B13:Y16"):
        sheet.merge_cells(area)
    framed(sheet, "B3:Y5", "B7:U9", "B12:Y16")
    values: dict[str, Value] = {
        "B4": "大鹿村",
        "J4": "教頭",
        "R4": "0265-00-0000",
        "J7": "■行った　□行っていない",
        "J8": "□有　☑無",
        "J9": "令和６年５月７日",
        "B13": "渡り廊下の屋根の一部。",
    }
    return GivenForm("schools", "別紙２", saved(book), values)


def hospitals() -> GivenForm:
    """A protected sheet with open cells in yellow, lists within the rule itself, numbers with bounds, a date, units."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "回答票"
    rows = (
        "施設名",
        "都道府県名",
        "担当部署",
        "メールアドレス",
        "病床数",
        "うち使用可能な病床数",
        "耐震診断の実施",
        "耐震化工事の完了予定日",
        "耐震化率",
        "備考",
    )
    sheet["A1"] = "病院の耐震化に関する状況調査　回答票"
    for row, label in enumerate(rows, 3):
        sheet.cell(row, 1, f"（{row - 2}）")
        sheet.cell(row, 2, label)
        cell = sheet.cell(row, 3)
        cell.fill, cell.protection = _YELLOW, Protection(locked=False)
    for cell, unit in {"D7": "床", "D8": "床", "D11": "％"}.items():
        sheet[cell] = unit
    sheet["E9"] = "※リストから選択してください。"
    _list(sheet, '"実施済み,未実施,一部実施"', "C9")
    whole = DataValidation(type="whole", operator="between", formula1="0", formula2="5000", allow_blank=True)
    sheet.add_data_validation(whole)
    whole.add("C7:C8")
    part = DataValidation(type="decimal", operator="between", formula1="0", formula2="100", allow_blank=True)
    sheet.add_data_validation(part)
    part.add("C11")
    sheet["C10"].number_format = "yyyy/m/d"
    sheet.protection.sheet = True
    values: dict[str, Value] = {
        "C3": "大鹿村",
        "C4": "長野県",
        "C5": "総務課",
        "C6": "tanto@example.lg.jp",
        "C7": 120,
        "C8": 98,
        "C9": "一部実施",
        "C10": date(2025, 3, 31),
        "C11": 87,
        "C12": "なし",
    }
    return GivenForm("hospitals", "回答票", saved(book), values)


def costs() -> GivenForm:
    """Amounts in thousands of yen in two blocks with the same labels, a subtotal in each, a total, and a filled sample."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "所要額調書"
    sample = book.create_sheet("記入例")
    for one in (sheet, sample):
        put(
            one,
            {
                "A1": "別紙様式３",
                "A2:F2": "所要額調書",
                "E3": "（単位：千円）",
                "A4": "団体名",
                "A6:B6": "区分",
                "C6": "人件費",
                "D6": "事業費",
                "E6": "小計",
                "A7:A9": "国庫補助",
                "A10:A12": "地方単独",
                "A13:B13": "合計",
            },
        )
        for top in (7, 10):
            for n, label in enumerate(("当初予算", "補正予算", "小計")):
                one.cell(top + n, 2, label)
                one[f"E{top + n}"] = f"=C{top + n}+D{top + n}"
            for column in "CD":
                one[f"{column}{top + 2}"] = f"=SUM({column}{top}:{column}{top + 1})"
        for column in "CDE":
            one[f"{column}13"] = f"={column}9+{column}12"
        framed(one, "A6:E13", "B4:C4")
        one.merge_cells("B4:C4")
    put(sheet, {"A15": "（注）補正予算がない場合は０を記入すること。"})
    for cell, value in {"B4": "○○県", "C7": 1000, "D7": 2000, "C8": 0, "D8": 0}.items():
        sample[cell] = value
    values: dict[str, Value] = {"B4": "大鹿村"}
    values |= {f"{column}{row}": row * 100 + n for row in (7, 8, 10, 11) for n, column in enumerate("CD")}
    computed = {f"{c}{r}" for c in "CD" for r in (9, 12, 13)} | {f"E{r}" for r in range(7, 14)}
    return GivenForm("costs", "所要額調書", saved(book), values, frozenset(computed))


MAKERS: Mapping[str, Callable[[], GivenForm]] = {
    "clubs": clubs,
    "children": children,
    "schools": schools,
    "hospitals": hospitals,
    "costs": costs,
}
