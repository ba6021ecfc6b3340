"""A proposal for a survey's file from a workbook that is handed out already: its labels, its cells, its lists.

It never decides: what a person has to look at is marked 要確認 in the file. The result can be loaded as it is.
"""

from __future__ import annotations

import io
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from openpyxl import Workbook, load_workbook
from openpyxl.styles.numbers import is_date_format
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from config.given import Place, area_of, merged_too_widely
from config.kinds.any_kind import KINDS
from config.spelling import fold, nfkc
from routing.authoring.blanks import ITEM, Blank, Page, names_of, options_in

LOOK = "# 要確認："
_CIRCLES = '〇を付けるセルです。一つの質問にまとめるときは marks と at = "C6:C9" の形で書いてください。'
_NO_BODY = '団体名の欄が見つかりません。団体名を書く欄に key = "organisation"、kind = "organisation" を付けてください。'
_MOST_OPTIONS = 300
_UNIT_ABOVE = re.compile(r"単位[:：\s]*([^)）\s]{1,6})")
_UNIT_IN = re.compile(r"[(（]([^()（）]{1,4})[)）]\s*$")
_UNITS = {
    *"人名校件円回日室台棟床戸園組歳％%㎡",
    *("千円", "百万円", "か所", "箇所", "ヶ所", "カ所", "時間", "施設", "団体", "世帯", "事業", "学級", "km", "ha"),
}  # fmt: skip
_MAY_BE_BLANK = re.compile(r"備考|特記|自由記載|自由記述|任意|場合")
_QUOTED = re.compile(r'"([^"]+)"')
_REFERENCE = re.compile(r"(?<![A-Za-z!'])\$?[A-Z]{1,3}\$?[0-9]+(?::\$?[A-Z]{1,3}\$?[0-9]+)?")
_SAMPLES = ("記入例", "記載例", "記入要領", "記載要領", "見本", "サンプル")

# Words of a label by which the head of a form is known, the more exact first: key, kind and whether it is of a person
_HEAD: tuple[tuple[str, str, str, bool], ...] = (
    (r"(市区?町村|団体|自治体|都道府県|地方公共団体|学校)(コード|番号)|コード番号", "code", "text", False),
    (r"メール|e-?mail|アドレス", "email", "email", True),
    (r"電話|tel|連絡先|内線", "telephone", "telephone", True),
    (r"fax|ファックス|ファクシミリ", "fax", "text", True),
    (r"職名|役職", "position", "position", True),
    (r"氏名|担当者|記入者|責任者", "person", "text", True),
    (r"担当(部|課|係)|所管|部署|部局|課室|所属", "department", "text", False),
    (r"(市区?町村|団体|自治体|学校|施設|法人|事業所|機関|病院|組織|回答者)名", "organisation", "organisation", False),
    (r"都道府県名|都道府県", "prefecture", "text", False),
)


@dataclass(slots=True)
class Draft:
    """`text`: the form's file; `sheet`: which of the workbook's; `fields`, `questions`: how many; `others`: what else in
    the workbook waits to be filled, sheet → cells; `notes`: what a person has to know, in Japanese."""

    text: str
    sheet: str
    fields: int
    questions: int
    others: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def doubts(self) -> int:
        """How often a person has to look."""
        return self.text.count(LOOK)


@dataclass(slots=True)
class _Said:
    """One table of the file: its keys as TOML writes them, and what is unsure about it."""

    keys: dict[str, str]
    doubts: list[str] = field(default_factory=list)

    def written(self, name: str) -> str:
        doubts = "".join(f"{LOOK}{doubt}\n" for doubt in self.doubts)
        return f"\n[[{name}]]\n{doubts}" + "".join(f"{key} = {value}\n" for key, value in self.keys.items())


def draft(data: bytes, file_name: str, number: int, day: date, sheet: str = "") -> Draft | str:
    """The proposal for one sheet, by default the one with most cells to be filled; or why there is none, in Japanese.
    `number`: of the form in its survey."""
    if area := merged_too_widely(data):
        return f"{file_name} の結合されたセル {area} が広すぎます。Excel で、様式の範囲だけを結合し直してください。"
    try:
        book = load_workbook(io.BytesIO(data))
    except Exception:  # noqa: BLE001 - openpyxl raises whatever the file's parts make it stumble over
        return f"{file_name} は、Excel のブック（.xlsx）として開けません。Excel で .xlsx として保存し直してください。"
    shown = [s for s in book.worksheets if s.sheet_state == "visible"]
    pages = {s.title: Page(s) for s in shown if not any(word in s.title for word in _SAMPLES)}
    if sheet and sheet not in pages:
        return f"シート「{sheet}」はありません。あるのは{'、'.join(f'「{name}」' for name in pages)}です。"
    waiting = {name: len(page.blanks) for name, page in pages.items() if page.blanks}
    chosen = sheet or max(waiting, key=lambda name: waiting[name], default="")
    if not waiting.get(chosen):
        return "記入するセル（罫線で囲まれた空欄、入力規則のあるセル、保護を外したセル）が見つかりません。"
    others = {name: count for name, count in waiting.items() if name != chosen}
    return _drafted(book, pages[chosen], (file_name, number, day), others)


def _drafted(book: Workbook, page: Page, about: tuple[str, int, date], others: Mapping[str, int]) -> Draft:
    file_name, number, day = about
    fields, questions = _asks(book, page)
    name = page.sheet.title
    title = page.texts[min(page.texts)] if page.texts else name
    notes = tuple(_notes(book, page, fields))
    head = _Said(
        {
            "id": _quoted(f"yoshiki{number}"),
            "version": _quoted(day.isoformat()),
            "title": _quoted(" ".join(title.split())[:40]),
            "file_name": _quoted(file_name),
            "given": _quoted(file_name),
            "sheet": _quoted(name),
        }
    )
    text = "#:schema ./form.schema.json\n# 様式のブックから作った案です。一つずつ確かめ、「要確認」の行を消してください。\n"
    text += "".join(f"{LOOK}{note}\n" for note in notes) + "\n"
    text += "".join(f"{key} = {value}\n" for key, value in head.keys.items())
    text += "".join(one.written("fields") for one in fields) + "".join(one.written("questions") for one in questions)
    return Draft(text, name, len(fields), len(questions), others, notes)


def _asks(book: Workbook, page: Page) -> tuple[list[_Said], list[_Said]]:
    """The fields of the head and the questions, in the order of the sheet."""
    summed = _summed(page)
    fields: list[_Said] = []
    questions: list[_Said] = []
    taken: Counter[str] = Counter()
    for blank, name in zip(page.blanks, names_of(page), strict=True):
        at = f"{get_column_letter(blank.place[1])}{blank.place[0]}"
        head = _head(name, blank) if not questions or len(blank.rows) + len(blank.columns) < 2 else None
        if head and not options_in(blank.printed):
            key, kind, personal = head
            taken[key] += 1
            again = taken[key] > 1
            own = {"key": _quoted(f"{key}{taken[key]}" if again else key), "label": _quoted(name), "kind": _quoted(kind)}
            if again and kind in ("organisation", "position"):
                own["kind"] = _quoted("text")
            own |= {"personal": "true"} if personal else {}
            fields.append(_Said({**own, "at": _quoted(at)}))
            continue
        kind_keys, doubts = _kind(book, page, blank, (name, blank.place in summed))
        number = str(len(questions) + 1)
        item = next((head for head in blank.rows if ITEM.fullmatch(fold(head))), number)
        keys = {"key": _quoted(number), "item": _quoted(item), "text": _quoted(name), **kind_keys, "at": _quoted(at)}
        questions.append(_Said(keys, doubts))
    return fields, questions


def _head(name: str, blank: Blank) -> tuple[str, str, bool] | None:
    label = nfkc(name).lower().replace(" ", "")
    if len(label) > 20 or (blank.rule is not None and blank.rule.type == "list"):
        return None
    return next(((key, kind, own) for words, key, kind, own in _HEAD if re.search(words, label)), None)


def _kind(book: Workbook, page: Page, blank: Blank, about: tuple[str, bool]) -> tuple[dict[str, str], list[str]]:
    """What belongs into a cell, by its rule, the boxes in it, its format, its unit, and what adds it up."""
    name, summed = about
    rule = blank.rule
    if options := options_in(blank.printed):
        return {"choices": _choices(options)}, []
    if rule is not None and rule.type == "list":
        options = tuple(_options(book, page, rule))
        if not options:
            return {"kind": _quoted("text")}, ["リストの中身が見つかりません。choices に書いてください。"]
        if set(options) <= set("〇○◯"):
            return {"kind": _quoted("text")}, [_CIRCLES]
        return {"choices": _choices(options)}, []
    unit = _unit(page, blank, name)
    if rule is not None and rule.type in ("whole", "decimal"):
        return {"kind": _quoted("number"), **_unit_key(unit), **_bounds(rule)}, []
    if _is_date(blank):
        return _date(), []
    if unit or summed or _is_number(blank):
        return {"kind": _quoted("number"), **_unit_key(unit)}, [] if unit or summed else ["数か。単位は何か。"]
    if len(blank.rows) and len(blank.columns) and not blank.sure:
        return {"kind": _quoted("number")}, ["表の中のセルなので、数としました。言葉なら kind を text に。単位は何か。"]
    free = {"required": "false"} if _MAY_BE_BLANK.search(nfkc(name)) else {}
    return {"kind": _quoted("text"), **free}, [] if blank.sure else ["言葉でよいか。空欄でもよければ required = false"]


def _options(book: Workbook, page: Page, rule: DataValidation) -> Iterator[str]:
    """The entries of a list, wherever they stand."""
    source = str(rule.formula1 or "")
    if source.startswith('"'):
        yield from (option.strip() for option in source.strip('"').split(",") if option.strip())
        return
    names = {**book.defined_names, **page.sheet.defined_names}
    source = str(names[source.lstrip("=")].value) if source.lstrip("=") in names else source
    sheet, _, area = source.lstrip("=").rpartition("!")
    place, title = area_of(area), sheet.strip("'").replace("''", "'")
    if place is None or (title and title not in book.sheetnames):
        return
    target = book[title] if title else page.sheet
    cells = target.iter_rows(place[0][0], place[1][0], place[0][1], place[1][1], values_only=True)
    yield from [str(value).strip() for row in cells for value in row if value is not None][:_MOST_OPTIONS]


def _choices(options: tuple[str, ...]) -> str:
    """As they are printed; with their numbers where they begin with them."""
    own = tuple(dict.fromkeys(options))
    numbers = [re.match(r"\d+", nfkc(option)) for option in own]
    if own and all(numbers) and len({int(n[0]) for n in numbers if n}) == len(own):
        told = (f"{{ number = {int(n[0])}, text = {_quoted(o)} }}" for n, o in zip(numbers, own, strict=True) if n)
        return "[\n    " + ",\n    ".join(told) + ",\n]"
    return "[" + ", ".join(map(_quoted, own)) + "]"


def _bounds(rule: DataValidation) -> dict[str, str]:
    """The range that a rule allows."""
    low, high = (_plain(value) for value in (rule.formula1, rule.formula2))
    keys = {"places": "1"} if rule.type == "decimal" else {}
    operator = rule.operator or "between"
    if low is not None and operator in ("between", "greaterThanOrEqual", "greaterThan") and low != "0":
        keys["min"] = low
    if high is not None and operator == "between":
        keys["max"] = high
    if low is not None and operator in ("lessThanOrEqual", "lessThan"):
        keys["max"] = low
    return keys


def _plain(value: object) -> str | None:
    return str(value) if re.fullmatch(r"-?\d+(\.\d+)?", str(value)) else None


def _unit(page: Page, blank: Blank, name: str) -> str:
    """Behind the cell, in it, in its format, at the end of its label, or over its table."""
    quoted = "".join(_QUOTED.findall(blank.cell.number_format or ""))
    in_cell = fold(blank.printed).strip("()")
    labels = (hit[1] for label in (*blank.rows[::-1], *blank.columns[::-1], name) if (hit := _UNIT_IN.search(label)))
    known: dict[str, str] = {fold(unit): unit.replace("%", "％") for unit in _UNITS}
    for said in (blank.unit, quoted, in_cell, *labels, *(["%"] if "%" in (blank.cell.number_format or "") else [])):
        if fold(said) in known:
            return known[fold(said)]
    if not (blank.rows and blank.columns):
        return ""
    above = [place for place, text in page.texts.items() if place[0] < blank.place[0] and _UNIT_ABOVE.search(text)]
    hit = _UNIT_ABOVE.search(page.texts[max(above)]) if above else None
    return hit[1] if hit else ""


def _unit_key(unit: str) -> dict[str, str]:
    return {"unit": _quoted(unit)} if unit else {}


def _is_number(blank: Blank) -> bool:
    shown = _QUOTED.sub("", blank.cell.number_format or "")
    return shown not in ("General", "@") and bool(re.search(r"[0#]", shown))


def _is_date(blank: Blank) -> bool:
    if re.fullmatch(r"年月日?", fold(blank.printed)):
        return True
    return is_date_format(blank.cell.number_format) or (blank.rule is not None and blank.rule.type == "date")


def _date() -> dict[str, str]:
    return {"kind": _quoted("date" if "date" in KINDS else "text")}


def _summed(page: Page) -> frozenset[Place]:
    """The cells that the sheet's own formulas add up, or look at."""
    found: set[Place] = set()
    for place in page.formulas:
        for reference in _REFERENCE.findall(str(page.sheet.cell(*place).value)):
            area = area_of(reference)
            if area:
                (top, left), (bottom, right) = area
                found |= {(r, c) for r in range(top, bottom + 1) for c in range(left, right + 1)}
    return frozenset(found)


def _notes(book: Workbook, page: Page, fields: list[_Said]) -> Iterator[str]:
    if not any(one.keys["key"] == _quoted("organisation") for one in fields):
        yield _NO_BODY
    hidden = [sheet.title for sheet in book.worksheets if sheet.sheet_state != "visible"]
    if hidden:
        yield f"非表示のシート（{'、'.join(hidden)}）は、見ていません。"
    if page.formulas:
        yield f"計算式のセルが{len(page.formulas)}か所あります。これらは答えとして読みません。"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
