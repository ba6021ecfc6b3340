"""Where on a worksheet the tables of a collated list stand: headings, columns and rows, by content alone.

With or without heading, below titles, with blank rows and columns of the sender's own. Reads no answer and
judges none; where a row lies beside its columns is found here, what that means is for `row_errors.py`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from config.frozen import frozen
from config.spelling import is_blank, label_key
from intake.lists.plan import Columns, Plan
from intake.lists.shifts import Texts, fit_row
from intake.sheets.columns import Column
from intake.sheets.entries import LINKED_BLANKS
from intake.sheets.grid import Cell, Sheet

HEADING_SHARE = 0.6  # of a form's columns that a row must head to be taken for the heading of its list
OLDER_SHARE = 0.25  # … to be taken for the heading of a list of another version
MOST_ROWS = 2_000  # of a sheet: more than all municipalities of a prefecture, for each screening
ENOUGH_TRIED = 100  # rows that fit no form, after which a sheet without heading is no list
MOST_LACKING = 8  # columns that may lack on the left of a list without heading
MOST_OWN = 12  # columns of the sender's own, beside those of the form
FEWEST_CELLS = 5  # cells of a table's columns that make a row below a heading one of its rows
FEWEST_STRONG = 2  # values that must fit for certain, for a row without heading
ENOUGH_STRONG = 4  # … whatever else does not fit
ODD_SHARE = 0.3  # of the values judged that may fit ill, for a row without heading
FORMULA_SHARE = 0.5  # of a form's columns; so many cells without a result make a row of formulas
_LABEL, _AROUND = 12, "【】［］〔〕（）()[]<>＜＞「」→⇒：:※・ \u3000\n"  # a short text, and what may stand around it
_TOTALS = frozenset(map(label_key, ("計", "合計", "小計", "総計", "総合計", "件数", "団体数")))


@frozen
class TableRow:
    """One row with something in it: its cells by column; `titles`: texts that stand above it outside any
    table, the nearest first."""

    number: int
    cells: Mapping[int, Cell]
    titles: tuple[str, ...] = ()

    @property
    def texts(self) -> Texts:
        """The values to be judged, without error values and without formulas that lack a result."""
        return {c: cell.value for c, cell in self.cells.items() if cell.value and not cell.error}

    @property
    def is_linked(self) -> bool:
        """Whether its values are results of formulas, at least half of them."""
        return 2 * sum(cell.formula for cell in self.cells.values()) >= len(self.cells)

    @property
    def errors(self) -> int:
        """Cells that show an error value, or would show the result of a formula that was not stored."""
        return sum(cell.error or cell.uncached for cell in self.cells.values())

    def is_called(self, words: frozenset[str]) -> bool:
        """Whether a cell says one of these words (【記入例】) and nothing else."""
        return any(len(cell.value) < _LABEL and cell.value.strip(_AROUND) in words for cell in self.cells.values())

    def is_formulas(self, columns: int) -> bool:
        """Whether formulas without result stand in place of most values, where a form has so many columns."""
        return self.errors >= FORMULA_SHARE * columns


@dataclass(slots=True)
class ListTable:
    """Rows under one heading, or without any (`heading` is 0). `columns`: where the form's columns stand;
    `whole`: whether it has enough of them to be read; `repeats`: rows that repeat the heading."""

    plan: Plan
    columns: Columns
    heading: int = 0
    whole: bool = True
    rows: list[TableRow] = field(default_factory=list)
    repeats: list[TableRow] = field(default_factory=list)


def find_tables(sheet: Sheet, plans: Sequence[Plan], skip: Callable[[TableRow], bool]) -> list[ListTable]:
    """The tables on one sheet, from its top; a row that is to be skipped belongs to none. A sheet with more
    rows than any list can have holds none."""
    walk = _Sections(plans)
    rows = _rows(sheet, _asks_numbers(plans))
    for row in rows if len(rows) <= MOST_ROWS else ():
        if not skip(row):
            walk.step(row)
    return [*_bare(walk.loose, walk.loose_repeats, plans), *walk.tables]


def has_own_rows(sheet: Sheet) -> bool:
    """Whether two rows (such as a heading and one more) are no formulas. Quick."""
    typed = Counter(row for (row, _), cell in sheet.cells.items() if not cell.formula)
    return sum(count >= FEWEST_CELLS for count in typed.values()) > 1


def _asks_numbers(plans: Sequence[Plan]) -> bool:
    return any(ask.kind.numeric for plan in plans for ask in plan.form.asks)


def _rows(sheet: Sheet, numbers: bool) -> list[TableRow]:
    """The rows that hold something. `numbers`: a 0 may be an answer, in a row that holds more than zeros."""
    cells: dict[int, dict[int, Cell]] = {}
    zeros: dict[int, dict[int, Cell]] = {}
    for (row, column), cell in sheet.cells.items():
        blank = is_blank(cell.value) or cell.value in LINKED_BLANKS
        if cell.error or cell.uncached or not blank:
            cells.setdefault(row, {})[column] = cell
        elif numbers and cell.value in LINKED_BLANKS:
            zeros.setdefault(row, {})[column] = cell
    return [TableRow(number, cells[number] | zeros.get(number, {})) for number in sorted(cells)]


class _Sections:
    """A sheet from top to bottom: which row is a heading, which belongs to the table above, which to none."""

    def __init__(self, plans: Sequence[Plan]) -> None:
        self.tables: list[ListTable] = []
        self.loose: list[TableRow] = []  # rows that may belong to a table without heading
        self.loose_repeats: list[TableRow] = []
        self._plans = plans
        self._titles: tuple[str, ...] = ()
        self._last = 0  # number of the last row of a table, its heading included

    def step(self, row: TableRow) -> None:
        """Take the next row."""
        headed = _headed(row, self._plans)
        if headed and not self._is_amid(row, headed):
            self.tables.append(headed)
        elif headed:
            if _heads_alike(row, headed):
                (self.tables[-1].repeats if self.tables else self.loose_repeats).append(row)
        elif self._belongs(row):
            placed = TableRow(row.number, row.cells, self._titles)
            (self.tables[-1].rows if self.tables else self.loose).append(placed)
        else:
            self._titles = (" ".join(row.texts.values()), *self._titles)
            return
        self._last = row.number

    def _is_amid(self, row: TableRow, headed: ListTable) -> bool:
        """Whether a heading stands once more in the midst of its table: row 1 copied in place of row 2. Below a blank
        row or a title it begins a table of its own."""
        if row.number != self._last + 1:
            return False
        if self.tables:
            return self.tables[-1].columns == headed.columns
        return any(_offset(self.loose[-1], plan) for plan in self._plans) if self.loose else False

    def _belongs(self, row: TableRow) -> bool:
        if label_key(next(iter(row.texts.values()), "")) in _TOTALS:
            return False
        if not self.tables:
            return len(row.cells) >= FEWEST_CELLS
        table = self.tables[-1]
        inside = sum(place in row.cells for place in table.columns.values())
        return inside >= FEWEST_CELLS or _names_body(row, table)


def _names_body(row: TableRow, table: ListTable) -> bool:
    """Whether the row's 組織名 is a body, whatever else it lacks."""
    column = table.plan.organisation
    place = table.columns.get(column, 0) if column else 0
    return table.plan.is_body(row.texts.get(place, ""))


def _headed(row: TableRow, plans: Sequence[Plan]) -> ListTable | None:
    """The table that this row heads: that of the form with most of its columns here, and fewest missing."""
    best: tuple[int, float] = (0, 0.0)
    table: ListTable | None = None
    for plan in plans:
        columns = _columns_headed(row, plan)
        share = len(columns) / len(plan.columns)
        if share >= OLDER_SHARE and (len(columns), share) >= best:
            best = (len(columns), share)
            table = ListTable(plan, columns, row.number, whole=share >= HEADING_SHARE)
    return table


def _columns_headed(row: TableRow, plan: Plan) -> Columns:
    """Give up early on a row of answers, which hardly ever reads like a heading."""
    columns: dict[Column, int] = {}
    missed = 0
    for place in sorted(row.cells):
        column = plan.heading(row.cells[place].value)
        if column is not None and column not in columns:
            columns[column] = place
            continue
        missed += 1
        if missed > len(columns) + MOST_OWN:
            return {}
    return columns


def _heads_alike(row: TableRow, headed: ListTable) -> bool:
    """Whether these are the headings of row 1 themselves, not a second line below them."""
    keys = {label_key(text) for text in row.texts.values()}
    return sum(label_key(c.heading) in keys for c in headed.columns) >= HEADING_SHARE * len(headed.columns)


def _bare(rows: Sequence[TableRow], repeats: Sequence[TableRow], plans: Sequence[Plan]) -> list[ListTable]:
    """The table of rows without heading: the form and the offset that most of them fit."""
    votes: Counter[tuple[int, int]] = Counter()
    voters: set[int] = set()
    for tried, row in enumerate(rows):
        if tried >= ENOUGH_TRIED and not votes:
            break
        fits = [(fit[0], -len(p.columns), n, fit[1]) for n, p in enumerate(plans) if (fit := _offset(row, p))]
        if fits:
            *_, number, offset = max(fits)
            votes[number, offset] += 1
            voters.add(row.number)
    least = min(len(plan.columns) for plan in plans)
    if not votes:
        formulas = [row for row in rows if row.is_formulas(least)]
        return [ListTable(plans[0], {}, rows=formulas)] if formulas else []
    number, offset = votes.most_common(1)[0][0]
    plan, columns = plans[number], _columns_at(plans[number], offset)
    kept = [r for r in rows if r.number in voters or r.is_formulas(least) or _fits(r, plan, columns)]
    return [ListTable(plan, columns, rows=kept, repeats=list(repeats))]


def _offset(row: TableRow, plan: Plan) -> tuple[float, int] | None:
    """(score, columns before it) where a row without heading fits a form best; None if nowhere. Tried are
    the places to which the row's 組織名 and its choices among the fields point."""
    texts = row.texts
    places = {column: place for place, column in enumerate(plan.columns, 1)}
    found = {place - places[c] for place, text in texts.items() for c in plan.anchored(text)}
    offsets = [offset for offset in found if -MOST_LACKING <= offset <= MOST_OWN]
    best: tuple[float, int] | None = None
    for offset in sorted(offsets, key=abs):
        fit = fit_row(plan, _columns_at(plan, offset), texts)
        usable = fit.odd <= ODD_SHARE * fit.judged or fit.strong >= ENOUGH_STRONG
        if usable and fit.strong >= FEWEST_STRONG and fit.judged >= FEWEST_CELLS:
            best = max(best or (fit.score, offset), (fit.score, offset), key=lambda found: found[0])
    return best


def _columns_at(plan: Plan, offset: int) -> Columns:
    return {c: place + offset for place, c in enumerate(plan.columns, 1) if place + offset > 0}


def _fits(row: TableRow, plan: Plan, columns: Columns) -> bool:
    """Whether a row among others that fit is one of them, though its own 組織名 does not tell."""
    fit = fit_row(plan, columns, row.texts)
    return fit.judged >= FEWEST_CELLS and fit.odd <= fit.judged / 2
