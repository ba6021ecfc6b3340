"""What belongs into a cell of a workbook, as far as the workbook tells: by its rule, the boxes in it, its format, its unit,
and what adds it up. As keys of a survey's file, written as TOML.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from openpyxl import Workbook
from openpyxl.styles.numbers import is_date_format
from openpyxl.worksheet.datavalidation import DataValidation

from config.given import area_of
from config.kinds.any_kind import KINDS
from config.spelling import fold, nfkc
from routing.authoring.blanks import COUNTERS, SIGNS, UNITS, Blank, Page, options_in

_CIRCLES = '〇を付けるセルです。一つの質問にまとめるときは marks と at = "C6:C9" の形で書いてください。'
_MOST_OPTIONS = 300
_UNIT_ABOVE = re.compile(r"単位[:：\s]*([^)）\s]{1,6})")
_UNIT_IN = re.compile(r"[(（]([^()（）]{1,4})[)）]\s*$")
_MAY_BE_BLANK = re.compile(r"備考|特記|自由記載|自由記述|任意|場合")
_COUNTS = re.compile(r"数|率|定員|年|番号|コード")
_DAY = re.compile(r"年月日$")  # a label
_REMARKS = re.compile(r"備考|特記事項|摘要")
_QUOTED = re.compile(r'"([^"]+)"')


def kind_of(book: Workbook, page: Page, blank: Blank, about: tuple[str, bool]) -> tuple[dict[str, str], list[str]]:
    """What belongs into a cell, by its rule, the boxes in it, its format, its unit, and what adds it up."""
    name, summed = about
    rule = blank.rule
    if options := options_in(blank.printed):
        return {"choices": _choices(options)}, []
    if rule is not None and rule.type == "list":
        options = tuple(_options(book, page, rule))
        if not options:
            return {"kind": quoted("text")}, ["リストの中身が見つかりません。choices に書いてください。"]
        if set(options) <= set(SIGNS):
            return {"kind": quoted("text"), "required": "false"}, [_CIRCLES]
        alone = {"required": "false"} if len({*options}) == 1 else {}
        return {"choices": _choices(options), **alone}, []
    unit = _unit(page, blank, name)
    if rule is not None and rule.type in ("whole", "decimal"):
        return {"kind": quoted("number"), **_unit_key(unit), **_bounds(rule)}, []
    if _is_date(blank):
        return _date(), []
    if any(_REMARKS.search(head) for head in (*blank.rows[-1:], *blank.columns[-1:])) and not _is_number(blank):
        return {"kind": quoted("text"), "required": "false"}, []
    if unit or summed or _is_number(blank):
        unit = unit or _unit_above(page, blank)
        return {"kind": quoted("number"), **_unit_key(unit)}, [] if unit or summed else ["数か。単位は何か。"]
    if blank.rows and blank.place in page.in_matrix and not blank.sure:
        return {"kind": quoted("number")}, ["表の中のセルなので、数としました。言葉なら kind を text に。単位は何か。"]
    free = {"required": "false"} if _MAY_BE_BLANK.search(nfkc(name)) else {}
    return {"kind": quoted("text"), **free}, [] if blank.sure else ["言葉でよいか。空欄でもよければ required = false"]


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
    """The choices as they are printed, in TOML; with their numbers where they begin with them."""
    own = tuple(dict.fromkeys(options))
    numbers = [re.match(r"\d+", nfkc(option)) for option in own]
    if own and all(numbers) and len({int(n[0]) for n in numbers if n}) == len(own):
        told = (f"{{ number = {int(n[0])}, text = {quoted(o)} }}" for n, o in zip(numbers, own, strict=True) if n)
        return "[\n    " + ",\n    ".join(told) + ",\n]"
    return "[" + ", ".join(map(quoted, own)) + "]"


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
    """The unit: behind the cell, in it, in its format, at the end of its label, or over its table."""
    quoted = "".join(_QUOTED.findall(blank.cell.number_format or ""))
    in_cell = fold(blank.printed).strip("()")
    labels = (hit[1] for label in (*blank.rows[::-1], *blank.columns[::-1], name) if (hit := _UNIT_IN.search(label)))
    for said in (blank.unit, quoted, in_cell, *labels, *(["%"] if "%" in (blank.cell.number_format or "") else [])):
        if fold(said) in UNITS:
            return UNITS[fold(said)]
    return _unit_above(page, blank) if blank.rows and blank.columns else ""


def _unit_above(page: Page, blank: Blank) -> str:
    """Over the table; of a column that counts things it is not."""
    if blank.columns and not blank.rows and _COUNTS.search(blank.columns[-1]):
        return ""
    above = [place for place, text in page.texts.items() if place[0] < blank.place[0] and _UNIT_ABOVE.search(text)]
    hit = _UNIT_ABOVE.search(page.texts[max(above)]) if above else None
    return hit[1] if hit else ""


def _unit_key(unit: str) -> dict[str, str]:
    return {"unit": quoted(unit)} if unit else {}


def _is_number(blank: Blank) -> bool:
    shown = _QUOTED.sub("", blank.cell.number_format or "")
    return shown not in ("General", "@") and bool(re.search(r"[0#]", shown))


def _is_date(blank: Blank) -> bool:
    label = (blank.rows or blank.columns or ("",))[-1]
    if re.fullmatch(r"年月日?", fold(blank.printed)) or (_DAY.search(fold(label)) and blank.unit not in COUNTERS):
        return True
    return is_date_format(blank.cell.number_format) or (blank.rule is not None and blank.rule.type == "date")


def _date() -> dict[str, str]:
    return {"kind": quoted("date" if "date" in KINDS else "text")}


def quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
