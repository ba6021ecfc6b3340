"""A given form's print beside a sheet that came back: which of its rows and columns stand where.

By the printed words in their order, so that rows and columns that were put in, words that repeat (「合計」) and words that
were rewritten do not lead astray. What is printed once counts most. Reads no answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import takewhile

from config.frozen import frozen
from config.given import Place
from config.spelling import alike
from intake.sheets.aligned_columns import columns_of, merged_away
from intake.sheets.printed import Keys, Printed, PrintedRow, There, around, by_rows

MOST_ROWS = 2_000  # with printed words, of the sheet: comparing takes rows × rows
_LEAST_ALIKE = 0.6  # of the words of a row that somebody rewrote
_SAME_COLUMN = 0.1  # what a word counts more that stands in its own column
_FAR = 500  # rows that are looked at behind what is printed above, and as many before what is below
_NEAR = 5  # rows further on at most, where nothing is printed behind
_MERGED = 0.5  # what an area that is merged as it was printed tells, as against a filled cell


@frozen
class Aligned:
    """Row of the print → row of the sheet, and likewise for columns; without those that the sheet no longer has.
    `cells`: the new place of a cell to be filled that was merged over a column which was taken out."""

    rows: Mapping[int, int]
    columns: Mapping[int, int]
    cells: Mapping[Place, Place]

    def place(self, place: Place) -> Place | None:
        """Where a cell of the print stands on the sheet."""
        row, column = self.rows.get(place[0]), self.columns.get(place[1])
        return (row, column) if row and column else self.cells.get(place)


def align(printed: Printed, keys: Keys, merged: Mapping[Place, Place]) -> Aligned:
    """The print beside the sheet. `keys`: the label key of each cell of the sheet with text; `merged` as in Sheet."""
    own = {place: key for place, key in keys.items() if key in printed.telling}
    sheet = dict(list(by_rows(own).items())[:MOST_ROWS])
    pairs = _in_order(printed, sheet)
    there = There(keys, by_rows(keys), merged)
    columns = columns_of(printed, pairs, sheet, there)
    rows = _rows(printed, pairs, there, columns)
    return Aligned(rows, columns, dict(merged_away(printed, rows, columns, there)))


def _in_order(printed: Printed, sheet: Mapping[int, PrintedRow]) -> dict[int, int]:
    """The rows of the print beside those of the sheet that share most words with them, both from the top (the longest
    common subsequence, weighted)."""
    upper, lower = list(printed.rows), list(sheet)
    best = [[0.0] * (len(lower) + 1) for _ in range(len(upper) + 1)]
    shared: dict[tuple[int, int], float] = {}
    for n, row in enumerate(upper, 1):
        for m, other in enumerate(lower, 1):
            both = _shared(printed, row, sheet[other])
            if both:
                shared[n, m] = both
            best[n][m] = max(best[n - 1][m], best[n][m - 1], best[n - 1][m - 1] + both)
    pairs: dict[int, int] = {}
    n, m = len(upper), len(lower)
    while n and m:
        if (n, m) in shared and best[n][m] == best[n - 1][m - 1] + shared[n, m]:
            pairs[upper[n - 1]] = lower[m - 1]
            n, m = n - 1, m - 1
        elif best[n][m] == best[n - 1][m]:
            n -= 1
        else:
            m -= 1
    return dict(sorted(pairs.items()))


def _shared(printed: Printed, row: int, other: PrintedRow) -> float:
    words = {key for _, key in other}
    places = {*other}
    own = ((column, key) for column, key in printed.rows[row] if key in words)
    return sum(printed.in_row[row, column] * (1 + _SAME_COLUMN * ((column, key) in places)) for column, key in own)


def _rows(printed: Printed, pairs: Mapping[int, int], there: There, columns: Mapping[int, int]) -> dict[int, int]:
    """Every row of the print: those in order, then what was rewritten, then what has no words of its own."""
    known = dict(pairs)
    for run, gap in _gaps(printed, pairs):
        known |= _rewritten(printed, run, (gap, pairs), (there.rows, columns))
    rows = dict(known)
    last = max((*printed.rows, *(row for row, _ in printed.made.inputs.values())), default=0)
    for row in range(1, last + 1):
        if row not in rows and (places := _row_places(printed, row, rows, known)):
            rows[row] = _likeliest(printed, row, places, (there, columns))
    return dict(sorted(rows.items()))


def _row_places(printed: Printed, row: int, rows: Mapping[int, int], known: Mapping[int, int]) -> Sequence[int]:
    """Where a row may stand, the likeliest first: as far behind the nearest before as in the print, or further on behind
    rows that were put in; nearer where printed rows right above it were taken out."""
    above, below = around(row, rows)
    at = rows[above] + row - above if above else rows[below] - (below - row) if below else row
    shrunk = _is_shrunk((above, below), rows)
    if row in printed.rows:
        return [at] if at > 0 and not shrunk and (not below or at < rows[below]) else []
    lost = takewhile(lambda r: r in printed.rows and r not in known, range(row - 1, 0, -1)) if shrunk or not below else ()
    first = at - len([*lost])
    end = max(first, rows[below] - (below - row)) if below else at + _NEAR
    between = range(first, end + 1)
    ends = between if len(between) <= 2 * _FAR else (*between[:_FAR], *between[-_FAR:])
    places = (here for here in ends if here > 0 and (not below or here < rows[below]))
    return sorted(places, key=lambda here: abs(here - at))


def _is_shrunk(gap: tuple[int, int], rows: Mapping[int, int]) -> bool:
    """Whether rows between two rows of the print were taken out."""
    above, below = gap
    return bool(above and below) and rows[below] - rows[above] < below - above


def _likeliest(printed: Printed, row: int, places: Sequence[int], sheet: tuple[There, Mapping[int, int]]) -> int:
    """The one of these places where most cells of a row without words are filled, or merged as they were printed;
    below all that is printed, merging alone tells."""
    there, columns = sheet
    own = [column for r, column in printed.made.inputs.values() if r == row] if len(places) > 1 else []
    sizes = {c: last for c in own if (last := printed.made.merged.get((row, c)))}
    below = row < max(printed.rows, default=0)

    def told(here: int) -> float:
        filled = sum((here, columns.get(c, 0)) in there.keys for c in own) if below else 0
        areas = ((last, there.merged.get((here, columns.get(c, 0)))) for c, last in sizes.items())
        return filled + _MERGED * sum(a is not None and a[0] - here == last[0] - row for last, a in areas)

    return max(places, key=told)  # of several the likeliest, which comes first


def _gaps(printed: Printed, pairs: Mapping[int, int]) -> Iterable[tuple[list[int], tuple[int, int]]]:
    """The printed rows that no row of the sheet shares a word with, in runs, with the rows around each run (0: none)."""
    run: list[int] = []
    before = 0
    for row in (*printed.rows, 0):
        if row and row not in pairs:
            run.append(row)
            continue
        if run:
            yield run, (before, row)
        run, before = [], row


def _rewritten(
    printed: Printed,
    run: list[int],
    pairs: tuple[tuple[int, int], Mapping[int, int]],
    sheet: tuple[Mapping[int, PrintedRow], Mapping[int, int]],
) -> dict[int, int]:
    """Rows whose words were rewritten: by likeness, or where as many rows as are missed have words in their column, and
    none was taken out."""
    cells, columns = sheet
    gap, known = pairs
    between = (known.get(gap[0], 0), known.get(gap[1], 0))
    free = [row for row in cells if between[0] < row and (not between[1] or row < between[1])][: 4 * len(run) + 40]
    found: dict[int, int] = {}
    for row in run:
        words = "".join(key for _, key in printed.rows[row])
        left = (other for other in free if other > max(found.values(), default=0))
        if hit := next((o for o in left if alike("".join(key for _, key in cells[o]), words, _LEAST_ALIKE)), 0):
            found[row] = hit
    first = columns.get(printed.rows[run[0]][0][0], 0)
    headed = [row for row in free if any(column == first for column, _ in cells[row])]
    if not found and len(headed) == len(run) and between[1] and not _is_shrunk(gap, known):
        return dict(zip(run, headed, strict=True))
    return found
