"""The cells of a workbook that wait to be filled in, and the words that stand for each: what a person sees who looks at a
ministry's form. Proposes; whoever writes the survey decides.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from config.given import Place, cells_of, texts_of
from config.spelling import fold, is_blank
from intake.sheets.boxes import EMPTY

ITEM = re.compile(r"[(]?(?:問|Q|設問)?[0-9]{1,3}(?:[-.][0-9]{1,3})*[).]?")  # （１）, 問３
MOST_CELLS = 200_000  # that are looked at
_WAITS = re.compile(r"[\s　()（）年月日人円％%件時分：:/／～〜□☐・]*")  # what may be printed where somebody is to write
_BOXES = re.compile(rf"[{EMPTY}][^{EMPTY}]+")


@dataclass(frozen=True, slots=True)
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


class Page:
    """One worksheet, with its merged areas as the one cell that a person sees."""

    def __init__(self, sheet: Worksheet) -> None:
        self.sheet = sheet
        self.texts, self.formulas = texts_of(sheet)
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
            for rule in sheet.data_validations.dataValidation
            for row, column in _cells_of(rule)
        }

    def whole(self, place: Place) -> Place:
        """The top left cell of the area that this cell belongs to."""
        return self._first.get(place, place)

    def end(self, place: Place) -> Place:
        """The bottom right cell of the area that begins here."""
        return self._last.get(place, place)

    @cached_property
    def blanks(self) -> tuple[Blank, ...]:
        """Every cell that waits, from the top."""
        waiting = [place for place in self._places() if self._waits(place)]
        taken = frozenset(waiting)
        made = (self._blank(place, taken) for place in waiting)
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
        text = self.texts.get(place, "")
        if place in self.formulas or not (_WAITS.fullmatch(text) or len(_BOXES.findall(text)) > 1):
            return False
        if place in self._ruled:
            return True
        if self.sheet.protection.sheet:
            return not self.sheet.cell(*place).protection.locked and (self._framed(place) or self._filled(place))
        return self._framed(place) and not self._is_corner(place)

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
        """Whether it is the empty corner of a table: heads begin right of it and below it, and none before."""
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
        at = self._before(place, across)
        while at and (at in taken or at in self.formulas or (at not in self.texts and (across or self._framed(at)))):
            at = self._before(at, across)
        while at and at in self.texts and at not in taken:
            if not is_blank(self.texts[at]):
                found.insert(0, _one_line(self.texts[at]))
            at = self._before(at, across)
        return tuple(found)

    def section(self, place: Place) -> str:
        """The nearest words above that stand alone in their row: 「２　クラブ数」."""
        alone = Counter(row for row, _ in self.texts)
        above = [(r, c) for r, c in self.texts if r < place[0] and c <= place[1] and alone[r] == 1]
        return _one_line(self.texts[max(above)]) if above else ""

    def _before(self, place: Place, across: bool) -> Place | None:
        row, column = (place[0], place[1] - 1) if across else (place[0] - 1, place[1])
        return self.whole((row, column)) if row > 0 and column > 0 else None


def _cells_of(rule: DataValidation) -> Iterator[Place]:
    for area in rule.sqref.ranges:
        if area.size["rows"] * area.size["columns"] <= MOST_CELLS:
            rows, columns = range(area.min_row, area.max_row + 1), range(area.min_col, area.max_col + 1)
            yield from ((row, column) for row in rows for column in columns)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def options_in(text: str) -> tuple[str, ...]:
    """The words behind the boxes of a cell."""
    return tuple(hit[1:].strip() for hit in _BOXES.findall(text)) if len(_BOXES.findall(text)) > 1 else ()


def names_of(page: Page) -> list[str]:
    """What each cell is called: by the words left of it, else above it; by both where one does not tell it apart; then
    with the heading of its part of the sheet."""
    blanks = page.blanks
    rows = [" ".join(head for head in b.rows if not ITEM.fullmatch(fold(head))) for b in blanks]
    columns = [" ".join(b.columns) for b in blanks]
    names = [row or column for row, column in zip(rows, columns, strict=True)]
    both = ["／".join(part for part in pair if part) for pair in zip(rows, columns, strict=True)]
    names = _told_apart(names, both)
    return _told_apart(names, [f"{page.section(b.place)}／{n}".lstrip("／") for b, n in zip(blanks, names, strict=True)])


def _told_apart(names: Sequence[str], longer: Sequence[str]) -> list[str]:
    times = Counter(names)
    return [more if times[name] > 1 else name for name, more in zip(names, longer, strict=True)]
