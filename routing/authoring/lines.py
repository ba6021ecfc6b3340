"""The open tables of a workbook: a row of heads over lines that are all alike, numbered at the left or without a word.

Proposes; whoever writes the survey decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate, groupby, pairwise

from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from config.frozen import frozen, replace
from config.given import Place
from config.spelling import fold
from intake.sheets.given_tables import is_example
from intake.sheets.open_lines import TOTAL
from routing.authoring.blanks import Blank, Page, as_quoted
from routing.authoring.kind_of import kind_of, quoted

LEAST_LINES = 3
_LEAST_COLUMNS = 2  # of a table without numbers
_MOST_CELLS = 4_000
_NUMBER = re.compile(r"(?:no\.?)?[(]?([0-9]{1,4})[).]?")
_NO_MORE = "一行に一つを書く表としました。空欄でもよい列、又は一行もなくてよい表には required = false を。"


@frozen
class OpenTable:
    """`lines`: the cells of each line, from the left; `heads`: what stands over each column; `at`: D11:E30, G11:I30, where
    something else stands between."""

    lines: tuple[tuple[Blank, ...], ...]
    title: str
    heads: tuple[str, ...]
    at: str

    @property
    def cells(self) -> frozenset[Place]:
        return frozenset(blank.place for line in self.lines for blank in line)


@frozen
class _Run:
    """What stands in one row behind one printed cell. `number`: what that cell says, where it is a number."""

    row: int
    side: Place | None
    number: int | None
    blanks: tuple[Blank, ...]

    @property
    def columns(self) -> tuple[int, ...]:
        return tuple(blank.place[1] for blank in self.blanks)

    def goes_on(self, before: _Run, first: _Run) -> bool:
        """Whether it is the next line after `before`."""
        if (self.columns, self.side and self.side[1]) != (first.columns, first.side and first.side[1]):
            return False
        if self.number is None or before.number is None:
            return self.side == first.side and self.number == before.number
        return self.number == before.number + 1


def open_tables(page: Page) -> tuple[OpenTable, ...]:
    """The tables of a sheet that have a line for each of as many things as there are."""
    runs = sorted(_runs(page), key=lambda run: (run.columns, run.row))
    found: list[list[_Run]] = []
    for run in runs:
        lines = found[-1] if found else []
        even = len(lines) < 2 or run.row - lines[-1].row == lines[1].row - lines[0].row
        if lines and even and run.goes_on(lines[-1], lines[0]):
            lines.append(run)
        else:
            found.append([run])
    made = (_table(page, lines) for lines in found if _is_table(lines))
    return tuple(sorted((table for table in made if table), key=lambda table: table.lines[0][0].place))


def _runs(page: Page) -> Iterator[_Run]:
    sides = ((blank, page.side(blank.place)) for blank in page.blanks)
    breaks = accumulate(page.apart(a.place, b.place) for a, b in pairwise(page.blanks))
    parts = zip(sides, (0, *breaks), strict=False)
    for (row, side, _), own in groupby(parts, key=lambda one: (one[0][0].place[0], one[0][1], one[1])):
        said = _NUMBER.fullmatch(fold(page.texts[side]).lower()) if side else None
        yield _Run(row, side, int(said[1]) if said else None, tuple(blank for (blank, _), _ in own))


def _is_table(lines: Sequence[_Run]) -> bool:
    first = lines[0]
    headed = all(blank.columns for blank in first.blanks)
    wide = first.number is not None or len(first.blanks) >= _LEAST_COLUMNS
    return len(lines) >= LEAST_LINES and headed and wide and len(lines) * len(first.blanks) <= _MOST_CELLS


def _table(page: Page, lines: Sequence[_Run]) -> OpenTable | None:
    """The open table with its columns' own heads; what stands over all of them is its title."""
    heads = [_without_example(page, blank) for blank in lines[0].blanks]
    shared = 0
    while len(heads) > 1 and all(len(head) > shared + 1 and head[shared] == heads[0][shared] for head in heads):
        shared += 1
    first = lines[0]
    title = " ".join(heads[0][:shared]) or page.section(first.blanks[0].place) or "一覧"
    if first.side and first.number is None:
        title += f"／{as_quoted(page.texts[first.side])}"
    own = tuple(" ".join(head[shared:]) for head in heads)
    blanks = tuple(run.blanks for run in lines)
    return OpenTable(blanks, title, own, _area(page, blanks)) if len({*own}) == len(own) else None


def _area(page: Page, lines: Sequence[tuple[Blank, ...]]) -> str:
    """The ranges of columns that stand side by side."""
    parts: list[list[Place]] = []
    for n, blank in enumerate(lines[0]):
        beside = n > 0 and page.end(lines[0][n - 1].place)[1] + 1 == blank.place[1]
        if not beside:
            parts.append([blank.place])
        parts[-1].append(lines[-1][n].place)
    return ", ".join(f"{_name(part[0])}:{_name(part[-1])}" for part in parts)


def _without_example(page: Page, blank: Blank) -> tuple[str, ...]:
    """What stands over a column, without what a line above the first shows as an example."""
    row = blank.place[0] - 1
    shown = any(is_example(text) for (r, _), text in page.texts.items() if r == row)
    shown = shown and page.whole((row, blank.place[1])) in page.texts
    return blank.columns[:-1] if shown and len(blank.columns) > 1 else blank.columns


def columns_of(book: Workbook, page: Page, table: OpenTable) -> tuple[dict[str, str], list[str]]:
    """The columns of an open table as a survey's file has them, and what is unsure about them."""
    columns: dict[str, str] = {}
    doubts = [_NO_MORE]
    for blank, head in zip(table.lines[0], table.heads, strict=True):
        keys, unsure = kind_of(book, page, replace(blank, rows=()), (head, False))
        own = quoted(head) if keys == {"kind": quoted("text")} else _inline({"label": quoted(head), **keys})
        columns[get_column_letter(blank.place[1]).lower()] = own
        doubts += [f"「{head}」：{doubt}" for doubt in unsure if blank.rule is not None]
    return columns, doubts


def idle_below(page: Page, table: OpenTable, columns: Mapping[str, str]) -> frozenset[Place]:
    """The cells beside 合計 below a table that nobody fills in: under what is no number, or is computed."""
    row = table.lines[-1][0].place[0] + table.lines[1][0].place[0] - table.lines[0][0].place[0]
    below = (blank.place for blank in page.blanks if blank.place[0] == row)
    sums = (at for at in below if (side := page.side(at)) and TOTAL.fullmatch(fold(page.texts[side])))
    return frozenset(at for at in sums if '"number"' not in columns.get(get_column_letter(at[1]).lower(), ""))


def _inline(keys: dict[str, str]) -> str:
    return "{ " + ", ".join(f"{key} = {value}" for key, value in keys.items()) + " }"


def _name(place: Place) -> str:
    return f"{get_column_letter(place[1])}{place[0]}"
