"""A workbook that the ministry already has, as a form: what it prints, and in which of its cells the answers belong.

The places stand in the survey's file (`at`); the print is what the workbook holds everywhere else. Looks for no place
by itself: `routing.authoring.draft` proposes them.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any
from warnings import catch_warnings

from config.frozen import frozen
from config.names import perhaps
from config.patterns import pattern
from config.spelling import label_key, nfkc

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.cell.cell import Cell, MergedCell
    from openpyxl.worksheet.worksheet import Worksheet

Place = tuple[int, int]  # of a cell: row and column, from 1

LEAST_PRINT = 3  # different texts of a sheet, below which nothing tells it from any other
MOST_CELLS = 5_000  # of one answer
MOST_MERGED = 200_000  # cells of a workbook
_OLE = bytes.fromhex("D0CF11E0A1B11AE1")  # with which files of old programs begin, and encrypted ones
_MERGED = pattern(rb"<(?:\w+:)?mergeCell\b[^>]*?\bref=[\"']([^\"']{1,40})[\"']")
MOST_ROWS, MOST_COLUMNS = 3_000, 200  # of a sheet that are looked at: a stray format may lie in its very last cell
_AREA = pattern(r"\$?([A-Z]{1,3})\$?([1-9][0-9]{0,6})(?::\$?([A-Z]{1,3})\$?([1-9][0-9]{0,6}))?")
NOT_PRINTED: Mapping[str, Any] = {  # what a form of our own prints at its own places
    **dict.fromkeys(("heading", "fields_heading", "questions_heading", "answer_heading", "list_sheet"), ""),
    "flags": {"fields_missing": "", "answers_missing": ""},
}


@frozen
class Print:
    """One sheet of a workbook as it is handed out. `texts`: what it prints, by place; `merged`: top left cell of a merged
    area → its bottom right cell; `inputs`: where each answer belongs, by key (7-4#3 for the third line of question
    7-4); `blanks`: what stands in such a cell before anybody wrote into it (「　　人」, 「□有　□無」), by key;
    `formulas`: cells that are computed. `others`: the texts and the computed cells of the workbook's
    other sheets, by name."""

    data: bytes
    texts: Mapping[Place, str]
    merged: Mapping[Place, Place]
    inputs: Mapping[str, Place]
    blanks: Mapping[str, str]
    formulas: frozenset[Place]
    others: Mapping[str, tuple[Mapping[Place, str], frozenset[Place]]]


@frozen
class AnswerCells:
    """What the survey's file says of one answer: the `path` of its `at` there, the keys of its cells, its label. Of a
    table `width` is the number of its columns, and its cells go row by row."""

    path: str
    at: str
    keys: tuple[str, ...]
    label: str
    width: int = 0


ReasonList = list[tuple[str, str]]


def read_print(data: bytes, sheet: str, answers: tuple[AnswerCells, ...]) -> tuple[Print | None, ReasonList]:
    """The print of one sheet of a workbook, and what is wrong with it or with the places (key in the file, reason)."""
    book = _open(data, sheet)
    if isinstance(book, tuple):
        return None, [book]
    own = book[sheet]
    others = {one.title: texts_of(one) for one in book.worksheets if one.title != sheet}
    merged = {(a.min_row, a.min_col): (a.max_row, a.max_col) for a in own.merged_cells.ranges}
    covered = {place for first, last in merged.items() for place in _cells(first, last) if place != first}
    texts, formulas = texts_of(own)
    inputs, wrong = _places(answers, covered)
    wrong += _misplaced(answers, inputs, texts, sheet)
    blanks = {key: texts[place] for key, place in inputs.items() if place in texts}
    taken = {*inputs.values()}
    printed = {place: text for place, text in texts.items() if place not in taken and label_key(text)}
    if len({*map(label_key, printed.values())}) < LEAST_PRINT:
        wrong.append(("given", f"シート「{sheet}」の印字が少なく、届いたファイルを見分けられません。"))
    return Print(data, printed, merged, inputs, blanks, formulas, others), wrong


def opened(data: bytes) -> Workbook | None:
    """The workbook; None if the file is no workbook, or has macros, with which no .xlsx can be handed out."""
    from openpyxl import load_workbook  # heavy, and most surveys have no workbook of their own

    if has_macros(data):
        return None
    try:
        with catch_warnings(record=True):  # it tells in English what it leaves out
            return load_workbook(io.BytesIO(data))
    except Exception:  # noqa: BLE001 - openpyxl raises whatever the file's parts make it stumble over
        return None


def has_macros(data: bytes) -> bool:
    """Whether it is an .xlsm, however it is called."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            return any(name.lower().endswith("vbaproject.bin") for name in parts.namelist())
    except (zipfile.BadZipFile, ValueError, OSError):
        return False


def why_not_opened(data: bytes) -> str:
    """What to do with a file that is no workbook that can be read, in Japanese."""
    if has_macros(data):
        return "マクロが付いています（.xlsm）。Excel の「名前を付けて保存」で、.xlsx として保存し直してください。"
    if data.startswith(_OLE):
        return "パスワードが付いているか、古い形式（.xls）です。パスワードを外し、.xlsx として保存し直してください。"
    return "Excel のブック（.xlsx）として開けません。Excel で .xlsx として保存し直してください。"


def _open(data: bytes, sheet: str) -> Workbook | tuple[str, str]:
    if area := merged_too_widely(data):
        return "given", f"結合されたセル {area} が広すぎます。Excel で結合を解除し、様式の範囲だけを結合し直してください。"
    if (book := opened(data)) is None:
        return "given", why_not_opened(data)
    sheets = [one.title for one in book.worksheets]
    if sheet not in sheets:
        near = perhaps(sheet, sheets) or f"あるのは「{'」「'.join(sheets[:6])}」です。"
        return "sheet", f"given のブックに、シート「{sheet}」はありません。{near}"
    return book


def merged_too_widely(data: bytes) -> str:
    """The largest merged area of a workbook, where merging takes in more cells than forms have: openpyxl would make an
    object of each. Empty: it does not."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            names = [name for name in parts.namelist() if name.lower().startswith("xl/worksheets/")]
            areas = [hit[1].decode("ascii", "replace") for name in names for hit in _MERGED.finditer(parts.read(name))]
    except Exception:  # noqa: BLE001 - whoever opens it tells that it is no workbook
        return ""
    return max(areas, key=_size) if sum(map(_size, areas)) > MOST_MERGED else ""


def _size(area: str) -> int:
    from openpyxl.utils import range_boundaries

    try:
        left, top, right, bottom = range_boundaries(area)
    except ValueError:
        return 0
    return ((bottom or 1_048_576) - (top or 1) + 1) * ((right or 16_384) - (left or 1) + 1)


def cells_of(sheet: Worksheet) -> Iterator[tuple[Cell | MergedCell, ...]]:
    """The rows of a sheet, as far as forms go."""
    last = (min(sheet.max_row, MOST_ROWS), min(sheet.max_column, MOST_COLUMNS))
    return sheet.iter_rows(1, last[0], 1, last[1])


def texts_of(sheet: Worksheet) -> tuple[dict[Place, str], frozenset[Place]]:
    """What stands in the cells of a sheet as a reader of workbooks gives it, and which of them are computed."""
    texts: dict[Place, str] = {}
    formulas: set[Place] = set()
    for row in cells_of(sheet):
        for cell in row:
            place = (int(cell.row or 0), int(cell.column or 0))
            if cell.data_type == "f":
                formulas.add(place)
            elif cell.value is not None and str(cell.value).strip():
                texts[place] = _shown(cell.value)
    return texts, frozenset(formulas)


def _shown(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()[:10]
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _cells(first: Place, last: Place) -> Iterator[Place]:
    """The cells of an area, row by row."""
    return ((row, column) for row in range(first[0], last[0] + 1) for column in range(first[1], last[1] + 1))


def area_of(text: str) -> tuple[Place, Place] | None:
    """C6 or C6:F9 (also $C$6) → its first and its last cell; None if it is neither."""
    from openpyxl.utils import column_index_from_string

    hit = _AREA.fullmatch(nfkc(text).strip().upper())
    if not hit:
        return None
    first = (int(hit[2]), column_index_from_string(hit[1]))
    last = (int(hit[4]), column_index_from_string(hit[3])) if hit[3] else first
    size = (last[0] - first[0] + 1) * (last[1] - first[1] + 1)
    return (first, last) if first[0] <= last[0] and first[1] <= last[1] and size <= MOST_CELLS else None


def _places(answers: tuple[AnswerCells, ...], covered: set[Place]) -> tuple[dict[str, Place], ReasonList]:
    """The cell of each key; of an area that is merged, the top left one."""
    inputs: dict[str, Place] = {}
    wrong: ReasonList = []
    for answer in answers:
        parts = [part for part in re.split(r"[,、，]", answer.at) if part.strip()]
        areas = [area_of(part) for part in parts]
        if not answer.at.strip():
            wrong.append((answer.path, "given の様式では、答えのセルを書いてください（例：C6）。"))
            continue
        if None in areas or not areas:
            wrong.append((answer.path, f"「{answer.at}」はセルではありません（例：C6、C6:C9）。"))
            continue
        named = [place for area in areas if area for place in _cells(*area)]
        cells = [place for place in named if place not in covered]
        if not cells:
            wrong.append((answer.path, f"{answer.at} は結合されたセルの途中です。左上のセルを書いてください。"))
        elif len(cells) != len(answer.keys):
            wrong.append((answer.path, f"{answer.at} は{len(cells)}セルですが、答えは{len(answer.keys)}セルです。"))
        else:
            ordered = sorted(cells) if answer.width else cells
            if uneven := _uneven(ordered, answer.width):
                wrong.append((answer.path, f"{answer.at} の{uneven}行目は、欄がほかの行と同じ列に並んでいません。"))
            inputs |= dict(zip(answer.keys, ordered, strict=True))
    return inputs, wrong


def _uneven(cells: list[Place], width: int) -> int:
    """The first line of a table of which the cells stand in several rows or under other columns than the first line's;
    0: there is none."""
    lines = [cells[n : n + width] for n in range(0, len(cells), width)] if width else []
    columns = [[column for _, column in line] for line in lines]
    tiers = [len({row for row, _ in line}) for line in lines]
    return next((n for n, own in enumerate(columns, 1) if own != columns[0] or tiers[n - 1] > 1), 0)


def _misplaced(
    answers: tuple[AnswerCells, ...], inputs: Mapping[str, Place], texts: Mapping[Place, str], sheet: str
) -> ReasonList:
    """The places that two answers share, or that hold the label itself."""
    from openpyxl.utils import get_column_letter

    wrong: ReasonList = []
    taken: dict[Place, str] = {}
    for answer in answers:
        for key in answer.keys:
            place = inputs.get(key)
            if place is None:
                continue
            name = f"{get_column_letter(place[1])}{place[0]}"
            if place in taken:
                wrong.append((answer.path, f"{name} は「{taken[place]}」の答えのセルでもあります。"))
            elif label_key(texts.get(place, "")) == label_key(answer.label) != "":
                wrong.append((answer.path, f"シート「{sheet}」の {name} には「{texts[place]}」と印字されています。"))
            taken.setdefault(place, key)
    return wrong
