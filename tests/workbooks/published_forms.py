"""Five forms that ministries and the Fire and Disaster Management Agency have published, laid out anew after what was
published: labels, units, merged areas, doubled totals, tables with a line for each thing. The files themselves are not ours
to pass on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from openpyxl import Workbook
from openpyxl.styles import Protection
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from tests.workbooks.given_forms import GivenForm, Value, framed, put, saved


def _sheet(title: str) -> tuple[Workbook, Worksheet]:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = title
    return book, sheet


def _numbers(cells: Iterator[str] | list[str], first: int = 101) -> dict[str, Value]:
    """A number of its own for each cell."""
    return {cell: number for number, cell in enumerate(cells, first)}


_PEOPLE = ("死者", "行方不明者", "重傷", "軽傷")
_HOUSES = ("全壊", "半壊", "一部破損", "床上浸水", "床下浸水")
_PLACES = (
    ("文教施設", "箇所"), ("病院", "箇所"), ("道路", "箇所"), ("橋りょう", "箇所"), ("河川", "箇所"), ("港湾", "箇所"),
    ("砂防", "箇所"), ("清掃施設", "箇所"), ("崖くずれ", "箇所"), ("鉄道不通", "箇所"), ("被害船舶", "隻"), ("水道", "戸"),
    ("電話", "回線"), ("電気", "戸"), ("ガス", "戸"), ("ブロック塀等", "箇所"), ("り災世帯数", "世帯"),
)  # fmt: skip


def damage() -> GivenForm:
    """消防庁「火災・災害等即報要領」（昭和59年10月15日付け消防災第267号、平成29年2月7日付け消防応第11号による改正後）
    第４号様式（その２）被害状況即報: two blocks side by side, each number with its unit behind it, houses counted in 棟,
    世帯 and 人 under one label, 冠水 twice."""
    book, sheet = _sheet("第４号様式（その２）")
    put(
        sheet,
        {
            "A1:J1": "第４号様式（その２）　（被害状況即報）",
            "A3:B3": "都道府県名", "F3": "災害名", "A4:B4": "報告者名", "F4": "報告番号",
            "A6:D6": "区　　分", "E6:F6": "被害", "G6:H6": "区　　分", "I6:J6": "被害",
            "A7:A10": "人的被害", "A11:A25": "住家被害", "A26:A27": "非住家", "B9:B10": "負傷者",
            "B26:D26": "公共建物", "B27:D27": "その他", "F26": "棟", "F27": "棟",
            "G7:G8": "田", "H7": "流失・埋没", "H8": "冠水", "G9:G10": "畑", "H9": "流失・埋没", "H10": "冠水",
            "A29:D33": "災害対策本部等の設置状況",
        },
    )  # fmt: skip
    for row, label in enumerate(_PEOPLE, 7):
        put(sheet, {f"{'C' if row > 8 else 'B'}{row}:D{row}": label, f"F{row}": "人"})
    for top, label in zip(range(11, 26, 3), _HOUSES, strict=True):
        put(sheet, {f"B{top}:D{top + 2}": label, f"F{top}": "棟", f"F{top + 1}": "世帯", f"F{top + 2}": "人"})
    put(sheet, {f"J{row}": "ha" for row in range(7, 11)})
    for row, (label, unit) in enumerate(_PLACES, 11):
        put(sheet, {f"G{row}:H{row}": label, f"J{row}": unit})
    framed(sheet, "C3:E3", "G3:J3", "C4:E4", "G4:J4", "A6:J27", "A29:J33")
    for area in ("C3:E3", "G3:J3", "C4:E4", "G4:J4", "E29:J33"):
        sheet.merge_cells(area)
    values: dict[str, Value] = {
        "C3": "長野県", "G3": "台風第10号", "C4": "信濃　花子", "G4": "第３報", "E29": "県：８月29日10時設置",
    }  # fmt: skip
    values |= _numbers([*(f"E{row}" for row in range(7, 28)), *(f"I{row}" for row in range(7, 28))])
    return GivenForm("damage", "第４号様式（その２）", saved(book), values)


def care() -> GivenForm:
    """厚生労働省「認可外保育施設に対する指導監督の実施について」の報告様式（児童福祉法第６条の３第11項の業務を目的とする施設用）
    : capacity by age in one row, children by hours and age with 計 on both sides, boxes, the date in one cell."""
    book, sheet = _sheet("報告様式")
    ages = ("０歳児", "１歳児", "２歳児", "３歳児", "４歳～就学前", "学童", "計")
    hours = ("２時間以下", "２時間～４時間以下", "４時間～６時間以下", "６時間～８時間以下", "８時間～", "計")
    put(
        sheet,
        {
            "A1:I1": "運営状況報告（法第６条の３第11項の規定による業務を目的とする施設用）",
            "A3:B3": "①事業所の名称", "A4:B4": "②事業所の所在地", "A5:B5": "③設置者名", "A6:B6": "④管理者名",
            "A7:B7": "⑧事業開始年月日", "A8:B8": "⑨系列事業所", "C7:I7": "　　　年　　月　　日", "C8:I8": "□有　□無",
            "A10:B11": "⑬定員", "A13:I13": "⑭届出年月日の前日において保育している児童の人数", "A14:B14": "保育提供時間",
        },
    )  # fmt: skip
    for column, age in zip("CDEFGHI", ages, strict=True):
        sheet[f"{column}10"], sheet[f"{column}14"] = age, age
    for row, label in enumerate(hours, 15):
        put(sheet, {f"A{row}:B{row}": label})
        sheet[f"I{row}"] = f"=SUM(C{row}:H{row})"
    for column in "CDEFGHI":
        sheet[f"{column}20"] = f"=SUM({column}15:{column}19)"
    sheet["I11"] = "=SUM(C11:H11)"
    framed(sheet, "A3:I8", "A10:I11", "A14:I20")
    for row in (3, 4, 5, 6):
        sheet.merge_cells(f"C{row}:I{row}")
    values: dict[str, Value] = {
        "C3": "大鹿村", "C4": "長野県下伊那郡大鹿村", "C5": "大鹿村長", "C6": "大鹿　花子",
        "C7": "平成28年４月１日", "C8": "□有　■無",
    }  # fmt: skip
    values |= _numbers([*(f"{c}11" for c in "CDEFGH"), *(f"{c}{r}" for r in range(15, 20) for c in "CDEFGH")])
    computed = {f"I{r}" for r in (11, *range(15, 21))} | {f"{c}20" for c in "CDEFGHI"}
    return GivenForm("care", "報告様式", saved(book), values, frozenset(computed))


def settlement() -> GivenForm:
    """文化庁「文化芸術振興費補助金（文化遺産を活かした地域活性化事業）」実績報告書（様式第６）の収支精算書: two parts below
    each other, with 区分, 備考, 小計 and a sum in each; the expenses under two vertical labels, 賃金 and 旅費 twice."""
    book, sheet = _sheet("収支精算書")
    put(
        sheet,
        {
            "A1:F1": "＜収支精算書＞", "A2:B2": "補助事業者名", "F2": "（単位：円）", "A4:F4": "収入の部",
            "A5:B5": "区分", "C5": "交付決定額", "D5": "精算額", "E5:F5": "備考",
            "A13:F13": "支出の部", "A14:B14": "区分", "C14": "交付決定額", "D14": "精算額", "E14:F14": "備考",
            "A15:A20": "主たる事業費", "A21:A24": "その他経費（事務費）", "A25:B25": "支出合計",
        },
    )  # fmt: skip
    income = ("自己負担額", "都道府県補助額", "市町村補助額", "その他（自己収入等）", "小計", "国庫補助額", "合計")
    expenses = ("賃金", "共済費", "報償費", "旅費", "委託費", "小計", "賃金", "旅費", "需用費", "小計")
    for row, label in enumerate(income, 6):
        put(sheet, {f"A{row}:B{row}": label})
    for row, label in enumerate(expenses, 15):
        sheet[f"B{row}"] = label
    for column in "CD":
        sheet[f"{column}10"], sheet[f"{column}12"] = f"=SUM({column}6:{column}9)", f"={column}10+{column}11"
        sheet[f"{column}20"], sheet[f"{column}24"] = f"=SUM({column}15:{column}19)", f"=SUM({column}21:{column}23)"
        sheet[f"{column}25"] = f"={column}20+{column}24"
    framed(sheet, "C2:D2", "A5:F12", "A14:F25")
    for area in ("C2:D2", *(f"E{row}:F{row}" for row in (*range(6, 13), *range(15, 26)))):
        sheet.merge_cells(area)
    asked = (6, 7, 8, 9, 11, 15, 16, 17, 18, 19, 21, 22, 23)
    values: dict[str, Value] = {"C2": "大鹿村"}
    values |= _numbers([f"{column}{row}" for row in asked for column in "CD"], 10_001)
    values |= {f"E{row}": f"備考その{row}" for row in (*range(6, 13), *range(15, 26))}
    computed = {f"{c}{r}" for c in "CD" for r in (10, 12, 20, 24, 25)}
    return GivenForm("settlement", "収支精算書", saved(book), values, frozenset(computed))


def research() -> GivenForm:
    """文部科学省「AI for Science萌芽的挑戦研究創出事業（SPReAD）」第２回公募、研究計画調書（様式１）３枚目: a protected
    sheet with tables of numbered lines side by side, cells merged in each line, 総計 under them by formula."""
    book, sheet = _sheet("研究計画調書_3枚目")
    put(
        sheet,
        {
            "A1": "様式1", "B2:N2": "研究計画調書（研究経費とその必要性）", "B4": "所属機関名",
            "B7": "1", "C7:N7": "設備備品費、消耗品費", "C9:J9": "設備備品費の明細", "L9:N9": "消耗品費の明細",
            "C10": "#", "D10": "事項", "E10:F10": "設置機関", "G10:H10": "単価(千円)", "I10": "数量", "J10": "金額(千円)",
            "L10": "#", "M10": "事項", "N10": "金額(千円)",
            "C31:I31": "総計", "L31:M31": "総計", "C33:N33": "設備備品費、消耗品費の必要性",
            "B36": "2", "C36:N36": "謝金、旅費",
            "C38:E38": "謝金の明細", "G38:J38": "国内旅費の明細", "L38:N38": "外国旅費の明細",
            "C39": "#", "D39": "事項", "E39": "金額(千円)", "G39": "#", "H39:I39": "事項", "J39": "金額(千円)",
            "L39": "#", "M39": "事項", "N39": "金額(千円)", "C50:D50": "総計", "G50:I50": "総計", "L50:M50": "総計",
        },
    )  # fmt: skip
    tables = {"D": (11, 30, "DEGI"), "M": (11, 30, "MN"), "E": (40, 49, "DE"), "H": (40, 49, "HJ"), "N": (40, 49, "MN")}
    for name, (top, last, columns) in tables.items():
        number = {"D": "C", "M": "L", "E": "C", "H": "G", "N": "L"}[name]
        for row in range(top, last + 1):
            sheet[f"{number}{row}"] = row - top + 1
        if name != "D":
            sheet[f"{columns[-1]}{last + 1}"] = f"=SUM({columns[-1]}{top}:{columns[-1]}{last})"
    for row in range(11, 31):
        put(sheet, {f"E{row}:F{row}": "", f"G{row}:H{row}": ""})
        sheet[f"J{row}"] = f"=G{row}*I{row}"
    for row in range(40, 50):
        put(sheet, {f"H{row}:I{row}": ""})
    sheet["J31"] = "=SUM(J11:J30)"
    framed(sheet, "C4:F4", "C10:J31", "L10:N31", "C34:N34", "C39:E50", "G39:J50", "L39:N50")
    sheet.merge_cells("C4:F4")
    sheet.merge_cells("C34:N34")
    values: dict[str, Value] = {"C4": "大鹿村", "C34": "計算機が要る。"}
    values |= {f"{c}{r}": f"{r - 10}番目の{c}" for r in range(11, 31) for c in "DEM"}
    values |= _numbers([f"{c}{r}" for r in range(11, 31) for c in "GIN"])
    values |= {f"{c}{r}": f"{r - 39}回目の{c}" for r in range(40, 50) for c in "DHM"}
    values |= _numbers([f"{c}{r}" for r in range(40, 50) for c in "EJN"], 301)
    whole = DataValidation(type="whole", operator="between", formula1="0", formula2="5000", allow_blank=True)
    sheet.add_data_validation(whole)
    for cell, value in values.items():
        sheet[cell].protection = Protection(locked=False)
        if isinstance(value, int):
            whole.add(cell)
    sheet.protection.sheet = True
    computed = {f"J{r}" for r in range(11, 32)} | {"N31", "E50", "J50", "N50"}
    return GivenForm("research", "研究計画調書_3枚目", saved(book), values, frozenset(computed))


def duty() -> GivenForm:
    """厚生労働省「従業者の勤務の体制及び勤務形態一覧表」（標準様式１）: a line for each person without numbers, kinds from
    a drop-down list, 28 days as columns under three rows of heads, a sum at the end of each line and below."""
    book, sheet = _sheet("勤務形態一覧表")
    days = [get_column_letter(n) for n in range(5, 33)]  # E to AF
    put(
        sheet,
        {
            "A1:AG1": "従業者の勤務の体制及び勤務形態一覧表", "A3:B3": "サービス種類", "E3:H3": "事業所名",
            "A5:A7": "職種", "B5:B7": "勤務形態", "C5:C7": "資格", "D5:D7": "氏名", "AG5:AG7": "４週の合計",
            "A20:D20": "合計", "A22": "（注）勤務形態の区分　Ａ：常勤で専従　Ｂ：常勤で兼務　Ｃ：常勤以外で専従",
        },
    )  # fmt: skip
    for week in range(4):
        put(sheet, {f"{days[week * 7]}5:{days[week * 7 + 6]}5": f"第{week + 1}週"})
    for n, column in enumerate(days):
        sheet[f"{column}6"], sheet[f"{column}7"] = n + 1, "月火水木金土日"[n % 7]
    for row in range(8, 20):
        sheet[f"AG{row}"] = f"=SUM(E{row}:AF{row})"
    for column in (*days, "AG"):
        sheet[f"{column}20"] = f"=SUM({column}8:{column}19)"
    kinds = DataValidation(type="list", formula1='"Ａ,Ｂ,Ｃ,Ｄ"', allow_blank=True)
    sheet.add_data_validation(kinds)
    kinds.add("B8:B19")
    framed(sheet, "C3:D3", "I3:P3", "A5:AG20")
    sheet.merge_cells("C3:D3")
    sheet.merge_cells("I3:P3")
    values: dict[str, Value] = {"C3": "通所介護", "I3": "大鹿村"}
    for row in range(8, 20):
        values |= {f"{column}{row}": f"{word}{row}" for column, word in {"A": "職種", "C": "資格", "D": "職員"}.items()}
        values[f"B{row}"] = "ＡＢＣＤ"[row % 4]
    values |= _numbers([f"{column}{row}" for row in range(8, 20) for column in days])
    computed = {f"{column}20" for column in (*days, "AG")} | {f"AG{row}" for row in range(8, 20)}
    return GivenForm("duty", "勤務形態一覧表", saved(book), values, frozenset(computed))


PUBLISHED: Mapping[str, Callable[[], GivenForm]] = {
    "damage": damage,
    "care": care,
    "settlement": settlement,
    "research": research,
    "duty": duty,
}
