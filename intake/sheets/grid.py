"""A workbook as everything behind its opening sees it: sheets of cells, by place. Frozen; says nothing of files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from config.frozen import replace
from config.given import Place
from intake.finding import Finding
from intake.sheets.drawn import Drawing


class Cell(NamedTuple):  # made by the hundred for each file: a third of a dataclass's time
    """One cell. `value` as a person sees it, whole numbers without ".0", dates as YYYY-MM-DD; of an error
    cell its error text (#REF!). `uncached`: a formula whose result was not stored, so not a blank; `percent`: the cell
    shows its number as ％, a hundred times as large."""

    value: str
    error: bool = False
    formula: bool = False
    uncached: bool = False
    percent: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """One worksheet: only cells that hold something, by (row, column) from 1. `hidden`: "", "hidden" or
    "veryHidden". `merged`: top left cell of a merged area → its bottom right cell. `formulas_known`: whether
    this kind of file tells which cells are formulas; `struck`: cells with text that is struck out → what is left; `drawn`:
    what lies over the cells; `comments`: what hangs on them."""

    name: str
    hidden: str
    cells: Mapping[Place, Cell]
    merged: Mapping[Place, Place] = field(default_factory=dict)
    formulas_known: bool = True
    struck: Mapping[Place, str] = field(default_factory=dict)
    drawn: tuple[Drawing, ...] = ()
    comments: Mapping[Place, str] = field(default_factory=dict)

    def as_written(self, printed: frozenset[Place] = frozenset()) -> Sheet:
        """The sheet without what is struck out, but for `printed` cells, whose text is the form's."""
        struck = self.struck.keys() - printed
        if not struck:
            return self
        cells = {p: c._replace(value=self.struck[p]) if p in struck else c for p, c in self.cells.items()}
        return replace(self, cells={p: c for p, c in cells.items() if c.value or p not in struck})


@dataclass(frozen=True, slots=True)
class Beyond:
    """What lies beyond the values of one answer sheet, or of one row of a list: the cells with something struck out,
    what is drawn, and where a text stands that belongs to no question; `beside`: question, or cell of a field → where
    else what may be its answer stands (`elsewhere.py`)."""

    struck: frozenset[Place] = frozenset()
    drawn: tuple[Drawing, ...] = ()
    elsewhere: tuple[str, ...] = ()
    beside: Mapping[str, str] = field(default_factory=dict)


NOTHING_BEYOND = Beyond()


@dataclass(frozen=True, slots=True)
class Workbook:
    """All worksheets in the workbook's order; `findings` about the file that do not prevent reading it.
    `asides`: text that stands in no cell (comments, headers, properties), by where it stands."""

    sheets: tuple[Sheet, ...]
    findings: tuple[Finding, ...] = ()
    asides: Mapping[str, str] = field(default_factory=dict)


def after(merged: Mapping[Place, Place], place: Place) -> int:
    """The first column right of a cell and of the area merged with it (`merged` as in Sheet)."""
    return merged.get(place, place)[1] + 1
