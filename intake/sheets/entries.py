"""The cells to be filled of one sheet: what stands in each, and what is found in its row."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Literal

from config.frozen import frozen
from config.given import Place
from config.kinds.kind import Kind
from config.spelling import is_blank, says_nothing
from intake.sheets.grid import Cell, Sheet, after
from intake.sheets.ooxml import name_of

# What a cell shows that is linked to a blank one, also where it shows dates; an answer only where a number is asked for
LINKED_BLANKS = ("0", "00:00:00")
CellState = Literal["blank", "value", "error"]


@frozen
class Entry:
    """One cell to be filled, `cell` in A1 style. State "error": it shows an error value, or a formula
    without a stored result, which is not the same as blank. `doubtful`: it may say one thing or its opposite."""

    cell: str
    value: str = ""
    state: CellState = "blank"
    doubtful: bool = False

    @property
    def says_something(self) -> bool:
        """Whether the cell is neither blank nor a word or stroke for "nothing"."""
        return self.state != "blank" and not (self.state == "value" and says_nothing(self.value))


class Rows:
    """A sheet by rows, without what the form prints itself. Nothing that stands in an `added` column is an answer."""

    def __init__(self, sheet: Sheet, printed: frozenset[Place], added: frozenset[int] = frozenset()) -> None:
        self.sheet = sheet
        self.printed = printed
        self.added = added
        self._columns: dict[int, list[int]] = {}
        for row, column in sorted(sheet.cells):
            self._columns.setdefault(row, []).append(column)

    def entry(self, place: Place, kind: Kind | None = None) -> Entry:
        return entry_of(place, self.sheet.cells.get(place), kind)

    def right_of(self, place: Place, kind: Kind | None = None, added: bool = False) -> Iterator[Entry]:
        """The filled cells behind a cell in its row, from the left. `added`: those in added columns as well."""
        first = after(self.sheet.merged, place)
        for column in self._columns.get(place[0], ()):
            if column >= first and (place[0], column) not in self.printed and (added or column not in self.added):
                entry = self.entry((place[0], column), kind)
                if entry.state != "blank":
                    yield entry

    def filled_in(self, row: int, first: int, last: int) -> Iterator[int]:
        """The columns from `first` to `last` of a row in which something stands."""
        return (column for column in self._columns.get(row, ()) if first <= column <= last)

    def printed_right_of(self, place: Place) -> int | None:
        """The column of the form's next own cell behind a cell, such as a field's hint."""
        columns = self._columns.get(place[0], ())
        return next((c for c in columns if c > place[1] and (place[0], c) in self.printed), None)

    def text(self, place: Place) -> str:
        """What a cell shows, as it is; empty for one that shows an error."""
        cell = self.sheet.cells.get(place)
        return cell.value if cell and not cell.error else ""

    def beside(self, place: Place, kind: Kind | None = None) -> Entry:
        """What was filled in to the right of a label; else the blank cell next to it."""
        return next(self.right_of(place, kind), None) or self.entry((place[0], after(self.sheet.merged, place)))


def entry_of(place: Place, cell: Cell | None, kind: Kind | None = None) -> Entry:
    """What stands in one cell; for None, an empty entry. `kind`: of the answer that is looked for there, where it
    matters."""
    if cell is None:
        return _blank(place)
    name = name_of(place)
    if cell.error:
        return Entry(name, cell.value, "error")
    if cell.uncached:
        return Entry(name, "", "error")
    number = kind is not None and kind.numeric
    if is_blank(cell.value) or (cell.value in LINKED_BLANKS and not number):
        return _blank(place)
    return Entry(name, _in_percent(cell.value) if number and cell.percent else cell.value.strip(), "value")


def _in_percent(stored: str) -> str:
    """The number as its cell shows it in percent: 50% for 0.5; a text stays as it is."""
    try:
        return f"{Decimal(stored) * 100:f}%"
    except InvalidOperation:
        return stored.strip()


@lru_cache(maxsize=1 << 14)  # a form has a few dozen places to be filled, a long list thousands, most of them blank
def _blank(place: Place) -> Entry:
    return Entry(name_of(place))
