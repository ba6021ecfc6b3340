"""The cells of a workbook that wait to be filled in, and the words that stand for each: what a person sees who looks at a
ministry's form. Proposes; whoever writes the survey decides.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cached_property

from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from config.frozen import frozen
from config.given import MOST_COLUMNS, Place, cells_of, texts_of
from config.spelling import fold, is_blank
from intake.sheets.boxes import EMPTY
from intake.sheets.given_tables import is_example
from intake.sheets.open_lines import TOTAL

ITEM = re.compile(r"[(]?(?:問|Q|設問)?[0-9]{1,3}(?:[-.][0-9]{1,3})*[).]?")  # （１）, 問３
MOST_CELLS = 200_000  # that are looked at
_WAITS = re.compile(r"[\s　()（）年月日人円％%件時分：:/／～〜□☐・]*")  # what may be printed where somebody is to write
UNITS: dict[str, str] = {
    fold(unit): unit.replace("%", "％")
    for unit in (
        *"人名校件円回日室台棟床戸園組歳隻本基枚点頭羽橋字泊％%㎡㎥",
        *("千円", "百万円", "億円", "か所", "箇所", "ヶ所", "カ所", "時間", "施設", "団体", "世帯", "事業", "学級", "回線"),
        *("路線", "km", "ha", "kg", "ｔ", "Ｌ", "食", "個", "箱", "着", "社", "機関"),
    )
}
SIGNS = "〇○◯□☐☑■✓レ"
COUNTERS = ("年", "月", "日", "時", "分")  # behind cells that make one date or time
_LONGEST = 60  # characters of a label as it is quoted
_ROOM = re.compile(r"[\s　()（）□☐]")  # 月 alone is a day of the week, 人 a unit
_BOXES = re.compile(rf"[{EMPTY}][^{EMPTY}]+")
_ASIDE = re.compile(r"\s*(?:[※＊*]|[(（]?注[)）：:\s]|[(（]?単位)")  # explains the cells around it, and heads none
_EITHER = re.compile("[・･/／]")  # between words of which one is to be circled
_TO_CIRCLE = frozenset(
    [
        *("有", "無", "あり", "なし", "有り", "無し", "はい", "いいえ", "可", "否", "要", "不要", "済", "未済", "未"),
        *("適", "不適", "該当", "非該当", "実施", "未実施", "する", "しない", "した", "していない", "している"),
        *("いる", "いない", "不明", "未定", "検討中", "予定", "男", "女", "○", "×", "良", "良い", "悪い", "増", "減"),
        *("同", "公立", "私立", "公設", "民設"),
    ]
)


@frozen
class Blank:
    """One cell to be filled. `rows` and `columns`: the printed words left of it and above it, from the outside in; `unit`:
    a short word right behind it; `printed`: what stands in it; `sure`: whether more than a frame tells it."""

    place: Place
    cell: Cell | MergedCell
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    unit: str
    printed: str
    rule: DataValidation | None
    sure: bool


    @property
    def is_tick(self) -> bool:
        """Whether all that may stand in it is one sign: Y, 〇."""
        source = str(self.rule.formula1 or "") if self.rule is not None and self.rule.type == "list" else ""
        options = {option.strip() for option in source.strip('"').split(",")} - {""} if source.startswith('"') else set()
        return len(options) == 1 or (bool(options) and options <= {*SIGNS})


class Page:
    """One worksheet, with its merged areas as the one cell that a person sees. `lists`: what openpyxl does not tell."""

    def __init__(self, sheet: Worksheet, lists: tuple[DataValidation, ...] = ()) -> None:
        self.sheet = sheet
        self._hidden = _hidden(sheet)
        texts, self.formulas = texts_of(sheet)
        self.texts = {place: text for place, text in texts.items() if not self._is_hidden(place)}
        self._first: dict[Place, Place] = {}
        self._last: dict[Place, Place] = {}
        for area in sheet.merged_cells.ranges:
            first = (area.min_row, area.min_col)
            self._last[first] = (area.max_row, area.max_col)
            if area.size["rows"] * area.size["columns"] <= MOST_CELLS:
                cells = ((r, c) for r in range(first[0], area.max_row + 1) for c in range(first[1], area.max_col + 1))
                self._first |= dict.fromkeys(cells, first)
        self._ruled = {
            (row, column): rule
            for rule in (*sheet.data_validations.dataValidation, *lists)
            for row, column in _cells_of(rule)
        }

    def whole(self, place: Place) -> Place:
        """The top left cell of the area that this cell belongs to."""
        return self._first.get(place, place)

    def end(self, place: Place) -> Place:
        """The bottom right cell of the area that begins here."""
        return self._last.get(place, place)

    @cached_property
    def waiting(self) -> frozenset[Place]:
        """The cells that wait, with words beside them or without."""
        return frozenset(place for place in self._places() if self._waits(place))

    @cached_property
    def blanks(self) -> tuple[Blank, ...]:
        """Every cell that waits, from the top."""
        made = (self._blank(place, self.waiting) for place in sorted(self.waiting))
        return tuple(blank for blank in made if blank.rows or blank.columns)

    def _places(self) -> Iterator[Place]:
        seen = 0
        for row in cells_of(self.sheet):
            for cell in row:
                seen += 1
                place = (int(cell.row or 0), int(cell.column or 0))
                if seen <= MOST_CELLS and self.whole(place) == place:
                    yield place

    def _waits(self, place: Place) -> bool:
        if self._is_hidden(place) or self._is_in_example(place):
            return False
        text = self.texts.get(place, "")
        waits = not text or (_WAITS.fullmatch(text) and _ROOM.search(text)) or len(options_in(text)) > 1
        if place in self.formulas or not waits:
            return False
        if place in self._ruled:
            return True
        if self.sheet.protection.sheet:
            return not self.sheet.cell(*place).protection.locked and (self._framed(place) or self._filled(place))
        return self._framed(place) and not self._is_corner(place)

    def _is_in_example(self, place: Place) -> bool:
        """Whether it stands in a row that shows how to fill in a line, in the same block of cells."""
        shown = [column for row, column in self._examples if row == place[0] and column < place[1]]
        between = (self.whole((place[0], column)) for column in range(max(shown, default=0), place[1]))
        return bool(shown) and all(at in self.texts or self._framed(at) for at in between)

    @cached_property
    def _examples(self) -> frozenset[Place]:
        return frozenset(place for place, text in self.texts.items() if is_example(text))

    def _is_hidden(self, place: Place) -> bool:
        return place[0] in self._hidden[0] or place[1] in self._hidden[1]

    def _filled(self, place: Place) -> bool:
        return bool(self.sheet.cell(*place).fill.fill_type == "solid")

    def _framed(self, place: Place) -> bool:
        """Whether a line goes around it on all sides, be it the neighbours'."""
        (top, left), (bottom, right) = place, self.end(place)
        sides = (
            all(self._line((top, c), "top", (top - 1, c), "bottom") for c in (left, right)),
            all(self._line((bottom, c), "bottom", (bottom + 1, c), "top") for c in (left, right)),
            all(self._line((r, left), "left", (r, left - 1), "right") for r in (top, bottom)),
            all(self._line((r, right), "right", (r, right + 1), "left") for r in (top, bottom)),
        )
        return all(sides)

    def _line(self, own: Place, side: str, other: Place, across: str) -> bool:
        for place, which in ((own, side), (other, across)):
            if min(place) > 0:
                line = getattr(self.sheet.cell(*place).border, which)
                if line is not None and line.style:
                    return True
        return False

    def _is_corner(self, place: Place) -> bool:
        """Whether a cell is the empty corner of a table: heads begin right of it and below it, and there are no heads
        before it."""
        bottom, right = self.end(place)
        behind, below = self.whole((place[0], right + 1)), self.whole((bottom + 1, place[1]))
        before = [(place[0], column) for column in range(1, place[1])]
        heads = behind in self.texts and below in self.texts
        return heads and not any(self.whole(at) in self.texts for at in before)

    def _blank(self, place: Place, taken: frozenset[Place]) -> Blank:
        cell = self.sheet.cell(*place)
        rule = self._ruled.get(place)
        rows = self._heads(place, taken, across=True)
        columns = self._heads(place, taken, across=False)
        printed = self.texts.get(place, "")
        sure = rule is not None or bool(printed) or self.sheet.protection.sheet is True
        return Blank(place, cell, rows, columns, self._unit(place), printed, rule, sure)

    def _unit(self, place: Place) -> str:
        text = self.texts.get(self.whole((place[0], self.end(place)[1] + 1)), "")
        return fold(text) if 0 < len(fold(text)) <= 4 else ""

    def _heads(self, place: Place, taken: frozenset[Place], across: bool) -> tuple[str, ...]:
        """The words left of a cell, or above it, from the outside in: past the other cells to be filled, then as long as
        one stands right beside the next."""
        found: list[str] = []
        at = self._nearest(place, taken, across)
        while at and at in self.texts and at not in taken and not (across and self._is_unit(at, taken)):
            if not is_blank(self.texts[at]) and (across or not _ASIDE.match(self.texts[at])):
                found.insert(0, as_quoted(self.texts[at]))
            at = self._before((at[0], at[1] if across else place[1]), across)
        return tuple(found)

    def _nearest(self, place: Place, taken: frozenset[Place], across: bool) -> Place | None:
        """The printed cell left of a cell, or above it, past the other cells to be filled; but not past a gap with another
        block of cells behind it."""
        at, gap = self._before(place, across), False
        while at:
            beside = self._is_unit(at, taken) if across else self._is_aside(at, place[1], taken)
            filled = at in taken or at in self.formulas or beside
            empty = not filled and at not in self.texts and (across or self._framed(at))
            if not (filled or empty) or (filled and gap):
                return at
            gap = gap or (across and empty and not self._framed(at))
            at = self._before((at[0], at[1] if across else place[1]), across)
        return None

    def _is_aside(self, place: Place, column: int, taken: frozenset[Place]) -> bool:
        """Whether it is a note, or the 小計 below other cells of this column."""
        if _ASIDE.match(self.texts.get(place, "")):
            return True
        above = self._before((place[0], column), across=False)
        return TOTAL.fullmatch(fold(self.texts.get(place, ""))) is not None and (above in taken or above in self.formulas)

    def _is_unit(self, place: Place, taken: frozenset[Place]) -> bool:
        """Whether it is the 人 behind another cell to be filled, or the 年 behind the one for the year."""
        said = fold(self.texts.get(place, ""))
        return (said in COUNTERS or said in UNITS) and self._before(place, across=True) in taken

    def side(self, place: Place) -> Place | None:
        """The printed cell left of a cell to be filled, in the same block of cells."""
        at = self._nearest(place, self.waiting, across=True)
        return at if at and at in self.texts and not self.apart(at, place) else None

    def apart(self, place: Place, other: Place) -> bool:
        """Whether a cell with nothing in it, and without lines, lies between two cells of a row: what stands beside it is
        another block."""
        between = {self.whole((other[0], column)) for column in range(self.end(place)[1] + 1, other[1])}
        nothing = between - self.waiting - self.formulas - self.texts.keys()
        return any(not self._framed(cell) for cell in nothing)

    @cached_property
    def _titles(self) -> list[Place]:
        """The words that stand alone in their row, without explanations and without labels of cells to be filled."""
        alone = Counter(row for row, _ in self.texts)
        found = [at for at, text in sorted(self.texts.items()) if alone[at[0]] == 1 and not TOTAL.fullmatch(fold(text))]
        short = [at for at in found if len(self.texts[at]) <= _LONGEST and self.texts[at][0] not in "※（("]
        labels = {self.side(place) for place in self.waiting | self.formulas}
        return [at for at in short if at not in labels] or short or found

    def section(self, place: Place) -> str:
        """The nearest such words above: 「２　クラブ数」."""
        above = [at for at in self._titles if at[0] < place[0] and at[1] <= place[1]]
        return as_quoted(self.texts[above[-1]]) if above else ""

    @cached_property
    def in_matrix(self) -> frozenset[Place]:
        """The cells of tables of rows by columns: others have the same words beside them, and others above."""
        rows: dict[tuple[str, ...], set[tuple[str, ...]]] = {}
        columns: dict[tuple[str, ...], set[tuple[str, ...]]] = {}
        for blank in self.blanks:
            rows.setdefault(blank.rows, set()).add(blank.columns)
            columns.setdefault(blank.columns, set()).add(blank.rows)
        both = (b for b in self.blanks if b.rows and b.columns)
        return frozenset(b.place for b in both if len(rows[b.rows]) > 1 and len(columns[b.columns]) > 1)

    def _before(self, place: Place, across: bool) -> Place | None:
        row, column = (place[0], place[1] - 1) if across else (place[0] - 1, place[1])
        return self.whole((row, column)) if row > 0 and column > 0 else None


def _cells_of(rule: DataValidation) -> Iterator[Place]:
    for area in rule.sqref.ranges:
        if area.size["rows"] * area.size["columns"] <= MOST_CELLS:
            rows, columns = range(area.min_row, area.max_row + 1), range(area.min_col, area.max_col + 1)
            yield from ((row, column) for row in rows for column in columns)


def _hidden(sheet: Worksheet) -> tuple[frozenset[int], frozenset[int]]:
    """The rows and the columns of a sheet that nobody sees."""
    rows = frozenset(row for row, shown in sheet.row_dimensions.items() if shown.hidden)
    columns = (range(one.min or 0, (one.max or 0) + 1) for one in sheet.column_dimensions.values() if one.hidden)
    return rows, frozenset(column for some in columns for column in some if column <= MOST_COLUMNS)


def as_quoted(text: str) -> str:
    """A text as it is quoted; of a long one with an explanation in lines of its own the first."""
    first = text.strip().splitlines()[0] if len(text) > _LONGEST and text.strip() else text
    said = " ".join(first.split())
    return said if len(said) <= _LONGEST else said[: _LONGEST - 1] + "…"


def options_in(text: str) -> tuple[str, ...]:
    """The words behind the boxes of a cell, or those of which one is to be circled."""
    if len(_BOXES.findall(text)) > 1:
        return tuple(hit[1:].strip() for hit in _BOXES.findall(text))
    words = tuple(word.strip() for word in _EITHER.split(text))
    return words if len(words) > 1 and _TO_CIRCLE.issuperset(words) else ()
