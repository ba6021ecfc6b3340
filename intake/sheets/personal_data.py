"""Personal data that came by mistake: where in a file a My Number or a list of residents seems to stand.

Returns places only, never what stands there. Looks into every sheet, hidden or not, and at the text beside
the cells. A place is for operators, who are alarmed; nobody else is told.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping

from config.cache import cache_short
from config.given import Place
from config.spelling import fold, is_blank, label_key, stream_safe
from intake.personal import SHORTEST_NUMBER, holds_my_number, mask
from intake.sheets.grid import Cell, Sheet, Workbook
from intake.sheets.hidden_text import STRINGS
from intake.sheets.ooxml import name_of

REGISTER_ROWS = 10  # filled rows below the headings that make a table a register
OFFICES_SHARE = 0.8  # of the rows, each of which names an office of its own, in a list of offices
REGISTER_KINDS = 2  # kinds of personal columns that it has at least
LONGEST_HEADING = 16  # characters; a longer text is a sentence
MOST_PLACES = 20
LONGEST_NAME = 31  # characters of a sheet's name, as Excel allows
MOST_TEXT = 5_000_000  # bytes of a text file that are looked through
MOST_ROWS = 50_000  # of it in which the headings of a register are looked for

# Usual headings of registers, by what their column holds; each matches at the end of a heading.
_HEADINGS: Mapping[str, tuple[str, ...]] = {
    "name": ("氏名", "名前", "漢字氏名", "カナ氏名", "氏名カナ", "フリガナ", "ふりがな"),
    "birth": ("生年月日", "誕生日", "出生年月日"),
    "address": ("住所", "現住所", "住民登録地", "居住地"),
    "number": (
        "宛名番号",
        "住民番号",
        "住民票コード",
        "個人番号",
        "マイナンバー",
        "被保険者番号",
        "受給者番号",
    ),
}
_LIKELY = re.compile(r"[名日所地号ナなーﾅｰ]")  # one of the last characters of those, before anything slower
# Whose names stand in a list of offices, not of residents.
_OFFICIALS = ("責任者", "担当者", "連絡先", "職員", "作成者", "記入者")

_OF_OFFICES = frozenset({"name", "address"})
# How the column of a list of offices is headed, how an office is called, and what stands in no such list.
_OFFICES = (
    "所属", "所属名", "部署", "部署名", "課名", "施設名", "機関名", "事業所名", "窓口名",
    "組織名", "保健所", "保健所名", "センター名",
)  # fmt: skip
_OFFICE_NAME = re.compile(f"(?:[局部課室係班所]|役場|{fold('センター')})$")
_RESIDENTS = (
    "性別", "年齢", "続柄", "世帯", "生年", "本人", "患者", "受給", "被保険", "申請", "対象", "住民", "病名", "疾病",
    "接種", "受診",
    "検診", "健診", "入所", "利用者", "保護者", "児童",
)  # fmt: skip


def personal_places(workbook: Workbook) -> tuple[str, ...]:
    """「様式!E5」 for each cell with a My Number, 「名簿!A1」 for the heading of each register, the place of a
    text beside the cells; of more than MOST_PLACES, how many others there are."""
    cells = [place for sheet in workbook.sheets for place in _in_sheet(sheet)]
    beside = [mask(place) for place, text in workbook.asides.items() if _in_lines(text)]
    if cells:
        beside = [place for place in beside if place != STRINGS]  # the same cells once more
    return _listed([*cells, *beside])


def personal_in_text(data: bytes) -> tuple[str, ...]:
    """「12行目」 for each line with a My Number, or with the heading of a register, in a text file (CSV, HTML) that
    somebody may have renamed."""
    text = _decoded(data[:MOST_TEXT])
    lines = text.splitlines()
    found = [f"{place}行目" for place, line in enumerate(lines, 1) if holds_my_number(line)]
    found += [f"{place[0]}行目" for place in _registers(_as_sheet(lines[:MOST_ROWS]))]
    return _listed(found)


def _listed(places: list[str]) -> tuple[str, ...]:
    """The first places, and the number of the others: an official who says that they hold no My Number says it of
    all."""
    more = len(places) - MOST_PLACES
    return tuple(places[:MOST_PLACES]) + ((f"ほか{more}か所",) if more > 0 else ())


def _as_sheet(lines: list[str]) -> Sheet:
    """The cells of a CSV or TSV file, as far as it is one."""
    commas, tabs = (sum(line.count(mark) for line in lines) for mark in ",\t")
    cells: dict[Place, Cell] = {}
    try:
        for row, values in enumerate(csv.reader(lines, delimiter="\t" if tabs > commas else ","), 1):
            cells.update({(row, column): Cell(value) for column, value in enumerate(values, 1) if value})
    except csv.Error:  # a line that no CSV has
        return Sheet("", "", cells)
    return Sheet("", "", cells)


def _decoded(data: bytes) -> str:
    """The bytes as text: UTF-8 if they are that, else Windows-31J; a character that is neither does not matter here."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp932", errors="replace")


def _in_sheet(sheet: Sheet) -> Iterator[str]:
    name = stream_safe(mask(sheet.name)[:LONGEST_NAME])
    if holds_my_number(sheet.name):
        yield name
    for place, cell in sheet.cells.items():
        if len(cell.value) >= SHORTEST_NUMBER and _holds_number(cell.value):
            yield f"{name}!{name_of(place)}"
    for place in _registers(sheet):
        yield f"{name}!{name_of(place)}"


_holds_number = cache_short(2048, 300)(holds_my_number)  # most of it is print, the same in every answer


def _in_lines(text: str) -> bool:
    return any(len(line) >= SHORTEST_NUMBER and holds_my_number(line) for line in text.splitlines())


def _registers(sheet: Sheet) -> Iterator[Place]:
    """The first heading of each row of headings with enough filled rows below."""
    rows: dict[int, dict[str, int]] = {}
    for (row, column), cell in sheet.cells.items():
        kind = _kind(cell.value) if len(cell.value) <= LONGEST_HEADING else ""
        if kind:
            rows.setdefault(row, {}).setdefault(kind, column)
    for row, columns in sorted(rows.items()):
        if len(columns) < REGISTER_KINDS or _persons(sheet, row, set(columns.values())) < REGISTER_ROWS:
            continue
        if columns.keys() <= _OF_OFFICES and _lists_offices(sheet, row):
            continue
        yield row, min(columns.values())
        return


def _lists_offices(sheet: Sheet, heading: int) -> bool:
    """Whether the rows below are offices with whom to ask there: a column with such a heading names another office in
    nearly each row, and no heading is about something that only residents have."""
    titles = {column: label_key(cell.value) for (row, column), cell in sheet.cells.items() if row == heading}
    if any(label_key(word) in title for title in titles.values() for word in _RESIDENTS):
        return False
    for column in (column for column, title in titles.items() if title in map(label_key, _OFFICES)):
        named = [
            fold(cell.value)
            for (row, place), cell in sheet.cells.items()
            if row > heading and place == column and not is_blank(cell.value)
        ]
        offices = {name for name in named if _OFFICE_NAME.search(name)}
        if len(named) >= REGISTER_ROWS and len(offices) >= OFFICES_SHARE * len(named):
            return True
    return False


@cache_short(4096, LONGEST_HEADING)  # the same form has the same labels, thousands of times
def _kind(value: str) -> str:
    """What a column with this heading holds; empty if nothing about a person."""
    if len(value) < 2 or not _LIKELY.search(value):
        return ""
    key = label_key(value)
    if any(label_key(word) in key for word in _OFFICIALS):
        return ""
    return next((k for k, ends in _HEADINGS.items() if any(key.endswith(label_key(e)) for e in ends)), "")


def _persons(sheet: Sheet, heading: int, columns: set[int]) -> int:
    """Rows below the headings in which at least two of these columns are filled."""
    filled: dict[int, int] = {}
    for (row, column), cell in sheet.cells.items():
        if row > heading and column in columns and not is_blank(cell.value):
            filled[row] = filled.get(row, 0) + 1
    return sum(number >= REGISTER_KINDS for number in filled.values())
