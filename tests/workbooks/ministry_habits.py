"""Six forms with the habits of ministries and prefectures, made by hand: graph paper, vertical heads, 「有・無」 to be
circled in one cell, a box and its words in two cells, questions numbered in a column of their own, notes between, heads
in two tiers, hidden rows and columns, sums by formula, protection, a list and a sample on sheets of their own. None has the
wording of a real one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from openpyxl import Workbook
from openpyxl.styles import Alignment, Protection
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from tests.workbooks.given_forms import GivenForm, Value, framed, put, saved


def _sheet(title: str) -> tuple[Workbook, Worksheet]:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = title
    return book, sheet


def _listed(sheet: Worksheet, formula: str, *cells: str) -> None:
    rule = DataValidation(type="list", formula1=formula, allow_blank=True)
    sheet.add_data_validation(rule)
    for cell in cells:
        rule.add(cell)


def shelters() -> GivenForm:
    """Graph paper, each label and each cell merged over many columns; a vertical label over four rows; 「有・無」 to be
    circled; a unit behind each number, in its own merged cell; notes between the questions."""
    book, sheet = _sheet("様式第２号")
    for n in range(1, 37):
        sheet.column_dimensions[sheet.cell(1, n).column_letter].width = 2.4
    put(
        sheet,
        {
            "A1:AJ1": "（様式第２号）", "A2:AJ2": "指定避難所の備蓄状況調査票",
            "V4:Z4": "記入年月日", "A6:F6": "市町村名", "S6:X6": "担当課・係",
            "A7:F7": "担当者職・氏名", "S7:X7": "電話（内線）",
            "A9:AJ9": "※ 太枠内を記入すること。該当しない場合は「０」を記入すること。",
            "A10:B13": "避難所", "C10:D10": "(1)", "E10:R10": "指定避難所の数", "Y10:AA10": "か所",
            "C11:D11": "(2)", "E11:R11": "うち福祉避難所の数", "Y11:AA11": "か所",
            "C12:D12": "(3)", "E12:R12": "備蓄計画の策定", "S12:AA12": "有　・　無",
            "C13:D13": "(4)", "E13:R13": "発電機の有無", "S13:AA13": "有・無・不明",
            "A14:AJ14": "※ (2)は(1)の内数とすること。",
            "A15:B17": "備蓄", "C15:D15": "(5)", "E15:R15": "飲料水", "Y15:AA15": "Ｌ",
            "C16:D16": "(6)", "E16:R16": "アルファ米", "Y16:AA16": "食",
            "C17:D17": "(7)", "E17:R17": "毛布", "Y17:AA17": "枚",
            "A19:AJ19": "(8) 備蓄に関する課題（自由記載）",
        },
    )  # fmt: skip
    for cell in ("A10", "A15"):
        sheet[cell].alignment = Alignment(textRotation=255)
    blanks = ("AA4:AJ4", "G6:R6", "Y6:AJ6", "G7:R7", "Y7:AJ7", *(f"S{r}:X{r}" for r in (10, 11, 15, 16, 17)))
    for area in (*blanks, "A20:AJ24"):
        sheet.merge_cells(area)
    framed(sheet, "V4:AJ4", "A6:AJ7", "A10:AA13", "A15:AA17", "A20:AJ24")
    values: dict[str, Value] = {
        "AA4": date(2025, 6, 10), "G6": "大鹿村", "Y6": "総務課", "G7": "主任　大鹿　太郎",
        "Y7": "0265-00-0000", "S10": 12, "S11": 3, "S12": "有", "S13": "不明",
        "S15": 2400, "S16": 1800, "S17": 250, "A20": "保管場所が足りない。",
    }  # fmt: skip
    return GivenForm("shelters", "様式第２号", saved(book), values)


def vaccines() -> GivenForm:
    """A protected sheet with questions numbered in a column of their own; a list by name on a sheet リスト; a hidden row,
    a hidden column with codes; a sheet 記入例 of the same print; notes between; a total by formula."""
    book, sheet = _sheet("調査票")
    lists, sample = book.create_sheet("リスト"), book.create_sheet("記入例")
    for row, text in enumerate(("個別接種のみ", "集団接種のみ", "個別・集団の併用", "実施なし"), 2):
        lists.cell(row, 2, text)
    lists["B1"] = "実施方法"
    book.defined_names["実施方法"] = DefinedName("実施方法", attr_text="リスト!$B$2:$B$5")
    rows = {
        8: ("問１", "接種の実施方法", ""), 9: ("問２", "対象者数", "人"), 11: ("問３", "接種者数（１回目）", "人"),
        12: ("問４", "接種者数（２回目）", "人"), 14: ("問５", "接種率", "％"), 15: ("問６", "委託医療機関数", "機関"),
        16: ("問７", "委託料の単価", "円"), 18: ("問８", "意見・要望", ""),
    }  # fmt: skip
    for one in (sheet, sample):
        put(one, {"A1:F1": "予防接種の実施状況に関する調査", "A3:B3": "都道府県名", "A4:B4": "市区町村名"})
        put(one, {"A5:B5": "担当者メールアドレス"})
        put(one, {"A7": "番号", "B7:C7": "質問", "D7": "回答", "E7": "単位", "F7": "備考"})
        put(one, {"A10:F10": "※ 対象者数は令和７年４月１日現在の住民基本台帳人口によること。"})
        put(one, {"A13:F13": "※ 接種率は小数第１位まで記入すること。", "B17:C17": "接種者数の計"})
        for row, (number, text, unit) in rows.items():
            put(one, {f"A{row}": number, f"B{row}:C{row}": text, f"E{row}": unit or None})  # type: ignore[dict-item]
            one[f"H{row}"] = f"code{row}"
        one["D17"] = "=D11+D12"
        framed(one, "A3:D5", "A7:F18")
        for row in (3, 4, 5):
            one.merge_cells(f"C{row}:D{row}")
        one["A20"], one["B20"] = "処理用", "版数"
        one["C20"] = "2025.1"
        one.row_dimensions[20].hidden = True
        one.column_dimensions["H"].hidden = True
    _listed(sheet, "=実施方法", "D8")
    values: dict[str, Value] = {
        "C3": "長野県", "C4": "大鹿村", "C5": "tanto@vill.ooshika.example", "D8": "個別・集団の併用", "D9": 321, "D11": 210,
        "D12": 198, "D14": 65, "D15": 2, "D16": 5500, "D18": "特になし",
    }  # fmt: skip
    for cell in (*values, *(f"F{row}" for row in rows)):
        sheet[cell].protection = Protection(locked=False)
    sheet.protection.sheet = True
    values |= {f"F{row}": f"備考{row}" for row in rows}
    for cell, value in values.items():
        sample[cell] = "○○市" if cell == "C4" else value
    return GivenForm("vaccines", "調査票", saved(book), values, frozenset({"D17"}))


def staff() -> GivenForm:
    """A table of rows by columns with heads in two tiers, vertical groups with 小計 in each, 合計 both ways by formula; the
    same words in both groups; below it a second table with the heads of the first."""
    book, sheet = _sheet("別紙１")
    put(
        sheet,
        {
            "A1:J1": "別紙１　職員の配置状況", "I2:J2": "（単位：人）", "A3:B3": "団体名",
            "A5:C7": "区分", "D5:F5": "常勤", "G5:I5": "非常勤", "J5:J7": "合計",
            "D6:D7": "男", "E6:E7": "女", "F6:F7": "計", "G6:G7": "男", "H6:H7": "女", "I6:I7": "計",
            "A8:A11": "本庁", "B8:C8": "保健師", "B9:C9": "管理栄養士", "B10:C10": "事務職", "B11:C11": "小計",
            "A12:A15": "出先機関", "B12:C12": "保健師", "B13:C13": "管理栄養士", "B14:C14": "事務職", "B15:C15": "小計",
            "A16:C16": "合計", "A18:J18": "※ 育児休業中の職員を含み、派遣中の職員を除く。",
            "A20:C20": "前年度との増減の理由",
        },
    )  # fmt: skip
    for cell in ("A8", "A12"):
        sheet[cell].alignment = Alignment(textRotation=255)
    for row in (8, 9, 10, 12, 13, 14):
        sheet[f"F{row}"], sheet[f"I{row}"], sheet[f"J{row}"] = f"=D{row}+E{row}", f"=G{row}+H{row}", f"=F{row}+I{row}"
    for column in "DEFGHIJ":
        sheet[f"{column}11"], sheet[f"{column}15"] = f"=SUM({column}8:{column}10)", f"=SUM({column}12:{column}14)"
        sheet[f"{column}16"] = f"={column}11+{column}15"
    framed(sheet, "A3:E3", "A5:J16", "A20:J20")
    sheet.merge_cells("C3:E3")
    sheet.merge_cells("D20:J20")
    asked = [f"{c}{r}" for r in (8, 9, 10, 12, 13, 14) for c in "DEGH"]
    values: dict[str, Value] = {"C3": "大鹿村", "D20": "保健師を１名採用した。"}
    values |= {cell: number for number, cell in enumerate(asked, 201)}
    computed = {f"{c}{r}" for r in range(8, 17) for c in "DEFGHIJ"} - {*asked}
    return GivenForm("staff", "別紙１", saved(book), values, frozenset(computed))


def boxes() -> GivenForm:
    """Boxes to be ticked in cells of their own with the words behind them, several to a row; a box for each part of one
    cell; 年 月 日 behind three cells; a question with a text in brackets."""
    book, sheet = _sheet("回答様式")
    put(
        sheet,
        {
            "A1:L1": "災害時の応援協定に関する照会（回答様式）", "A3:C3": "地方公共団体名", "H3:I3": "所属",
            "A5:A7": "１", "B5:L5": "応援協定を締結している相手方（該当するもの全てにチェック）",
            "B6": "□", "C6:E6": "国の機関", "F6": "□", "G6:I6": "都道府県", "J6": "□", "K6:L6": "市町村",
            "B7": "□", "C7:E7": "民間企業", "F7": "□", "G7:I7": "社会福祉法人", "J7": "□", "K7:L7": "その他",
            "A9": "２", "B9:F9": "協定の見直しの予定", "G9:L9": "□あり　　□なし　　□検討中",
            "A10": "３", "B10:F10": "直近の締結日", "G10": "令和", "I10": "年", "K10": "月", "M10": "日",
            "A12": "４", "B12:F12": "協定の総数", "H12": "件",
        },
    )  # fmt: skip
    framed(sheet, "A3:L3", "A5:L7", "A9:L10", "M10:M10", "A12:H12")
    sheet.merge_cells("D3:G3")
    sheet.merge_cells("J3:L3")
    _listed(sheet, '"□,☑"', "B6", "F6", "J6", "B7", "F7", "J7")
    values: dict[str, Value] = {
        "D3": "大鹿村", "J3": "総務課", "B6": "☑", "F6": "レ", "J6": "■", "B7": "☑", "F7": "✓", "J7": "☑",
        "G9": "□あり　　☑なし　　□検討中", "H10": 6, "J10": 11, "L10": 30, "G12": 14,
    }  # fmt: skip
    return GivenForm("boxes", "回答様式", saved(book), values)


def equipment() -> GivenForm:
    """A line for each thing without numbers, under heads in two tiers, with a sum in each line and below; an example above
    the first line; a list in the sheet itself, far to the right in a hidden column."""
    book, sheet = _sheet("整備計画一覧")
    put(
        sheet,
        {
            "A1:H1": "施設整備計画一覧表（令和７年度）", "A2:B2": "市町村等名", "H3": "（単位：千円）",
            "A4:A5": "施設名", "B4:B5": "整備区分", "C4:C5": "着工予定年月日", "D4:G4": "事業費", "H4:H5": "備考",
            "D5": "国庫補助", "E5": "起債", "F5": "一般財源", "G5": "計",
            "A6": "（例）", "B6": "新設", "C6": "2025/7/1", "D6": "10,000", "E6": "5,000", "F6": "2,500", "G6": "17,500",
            "A22:C22": "合　計",
        },
    )  # fmt: skip
    for row, text in enumerate(("新設", "増築", "改築", "大規模修繕"), 1):
        sheet.cell(row, 27, text)
    sheet.column_dimensions["AA"].hidden = True
    _listed(sheet, "$AA$1:$AA$4", "B7:B21")
    for row in range(7, 22):
        sheet[f"G{row}"] = f"=SUM(D{row}:F{row})"
        sheet[f"C{row}"].number_format = "yyyy/m/d"
        for column in "DEF":
            sheet[f"{column}{row}"].number_format = "#,##0"
    for column in "DEFG":
        sheet[f"{column}22"] = f"=SUM({column}7:{column}21)"
    framed(sheet, "C2:E2", "A4:H22")
    sheet.merge_cells("C2:E2")
    values: dict[str, Value] = {"C2": "大鹿村"}
    kinds = ("新設", "増築", "改築", "大規模修繕")
    for row in range(7, 22):
        values |= {f"A{row}": f"第{row}施設", f"B{row}": kinds[row % 4], f"C{row}": date(2025, 7, row)}
        values |= {f"D{row}": row * 100, f"E{row}": row * 10, f"F{row}": row, f"H{row}": f"備考{row}"}
    computed = {f"G{r}" for r in range(7, 23)} | {f"{c}22" for c in "DEF"}
    return GivenForm("equipment", "整備計画一覧", saved(book), values, frozenset(computed))


def grants() -> GivenForm:
    """Two forms below each other on one sheet with the same labels: 申請額 of this year and 実績額 of the last; vertical
    heads before the labels; a rate by formula, amounts with 円 in the cell."""
    book, sheet = _sheet("交付金")
    put(sheet, {"A1:H1": "地域医療介護総合確保基金　事業費調", "A2:B2": "都道府県・市町村名"})
    for top, title in ((4, "１　令和７年度申請額"), (13, "２　令和６年度実績額")):
        put(
            sheet,
            {
                f"A{top}:H{top}": title, f"A{top + 1}:C{top + 1}": "事業名", f"D{top + 1}:E{top + 1}": "総事業費",
                f"F{top + 1}:G{top + 1}": "うち基金充当額", f"H{top + 1}": "充当率",
                f"A{top + 2}:A{top + 4}": "医療", f"A{top + 5}:A{top + 6}": "介護", f"A{top + 7}:C{top + 7}": "合計",
            },
        )  # fmt: skip
        for row, label in enumerate(("病床の機能分化", "在宅医療の推進", "人材の確保", "施設整備", "人材の確保"), top + 2):
            put(sheet, {f"B{row}:C{row}": label, f"D{row}:E{row}": "　　　　円", f"F{row}:G{row}": "　　　　円"})
            sheet[f"H{row}"] = f'=IF(N(D{row})=0,"",F{row}/D{row})'
        for column in "DF":
            sheet[f"H{top + 7}"] = f'=IF(N(D{top + 7})=0,"",F{top + 7}/D{top + 7})'
            sheet[f"{column}{top + 7}"] = f"=SUM({column}{top + 2}:{column}{top + 6})"
            sheet.merge_cells(f"{column}{top + 7}:{'E' if column == 'D' else 'G'}{top + 7}")
        for cell in (f"A{top + 2}", f"A{top + 5}"):
            sheet[cell].alignment = Alignment(textRotation=255)
        framed(sheet, f"A{top + 1}:H{top + 7}")
    framed(sheet, "A2:E2")
    sheet.merge_cells("C2:E2")
    asked = [f"{c}{r}" for top in (6, 15) for r in range(top, top + 5) for c in "DF"]
    values: dict[str, Value] = {"C2": "大鹿村", **{cell: n * 1000 for n, cell in enumerate(asked, 301)}}
    computed = {f"H{r}" for top in (6, 15) for r in range(top, top + 6)} | {f"{c}{r}" for c in "DF" for r in (11, 20)}
    return GivenForm("grants", "交付金", saved(book), values, frozenset(computed))


HABITS: Mapping[str, Callable[[], GivenForm]] = {
    "shelters": shelters,
    "vaccines": vaccines,
    "staff": staff,
    "boxes": boxes,
    "equipment": equipment,
    "grants": grants,
}
