"""A given form's print beside a sheet that came back: which of its rows and columns stand where.

By the printed words in their order, so that rows and columns that were put in, words that repeat (「合計」) and words that
were rewritten do not lead astray. What is printed once counts most. Reads no answer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from config.cache import cache_by_identity
from config.frozen import frozen
from config.given import Place, Print
from config.spelling import alike, label_key
from config.tables import line_of

MOST_ROWS = 2_000  # with printed words, of the sheet: comparing takes rows × rows
_LEAST_ALIKE = 0.6  # of the words of a row that somebody rewrote
_SAME_COLUMN = 0.1  # what a word counts more that stands in its own column
_NEAR = 5  # rows further on at most, where nothing is printed behind
_MERGED = 0.5  # what an area that is merged as it was printed tells, as against a filled cell

Keys = Mapping[Place, str]


class Printed:
    """A print by rows, and how much each of its words tells. The numbers beside the lines of an open table tell nothing:
    any answer may be such a number."""

    def __init__(self, made: Print) -> None:
        self.made = made
        self.keys = {place: label_key(text) for place, text in sorted(made.texts.items())}
        self.words = frozenset(self.keys.values())
        lines = {row for key, (row, _) in made.inputs.items() if line_of(key)}
        telling = {p: key for p, key in self.keys.items() if p[0] not in lines or not key.isdecimal()}
        self.rows = _by_rows(telling)
        self.telling = frozenset(telling.values())
        times = Counter(self.keys.values())
        self.weight = {key: 1 / times[key] for key in times}

    @cached_property
    def last_column(self) -> int:
        """The last column with print or with a cell to be filled."""
        return max(column for _, column in (*self.keys, *self.made.inputs.values()))


printed_of = cache_by_identity(Printed)

Row = tuple[tuple[int, str], ...]  # column and word, from the left


def _by_rows(keys: Keys) -> dict[int, Row]:
    rows: dict[int, list[tuple[int, str]]] = {}
    for (row, column), key in sorted(keys.items()):
        rows.setdefault(row, []).append((column, key))
    return {row: tuple(cells) for row, cells in rows.items()}


@frozen
class Aligned:
    """Row of the print → row of the sheet, and the same of columns; without those that the sheet no longer has."""

    rows: Mapping[int, int]
    columns: Mapping[int, int]

    def place(self, place: Place) -> Place | None:
        """Where a cell of the print stands on the sheet."""
        row, column = self.rows.get(place[0]), self.columns.get(place[1])
        return (row, column) if row and column else None


@frozen
class _There:
    """What the sheet holds."""

    rows: Mapping[int, Row]
    filled: frozenset[Place]
    merged: Mapping[Place, Place]


def align(printed: Printed, keys: Keys, merged: Mapping[Place, Place]) -> Aligned:
    """`keys`: the label key of each cell of the sheet with text; `merged` as in Sheet."""
    own = {place: key for place, key in keys.items() if key in printed.telling}
    sheet = dict(list(_by_rows(own).items())[:MOST_ROWS])
    pairs = _in_order(printed, sheet)
    there = _There(_by_rows(keys), frozenset(keys), merged)
    columns = _columns(printed, pairs, sheet, there)
    return Aligned(_rows(printed, pairs, there, columns), columns)


def _in_order(printed: Printed, sheet: Mapping[int, Row]) -> dict[int, int]:
    """The rows of the print beside those of the sheet that share most words with them, both from the top (the longest
    common subsequence, weighted)."""
    upper, lower = list(printed.rows), list(sheet)
    best = [[0.0] * (len(lower) + 1) for _ in range(len(upper) + 1)]
    shared: dict[tuple[int, int], float] = {}
    for n, row in enumerate(upper, 1):
        for m, other in enumerate(lower, 1):
            both = _shared(printed, printed.rows[row], sheet[other])
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


def _shared(printed: Printed, row: Row, other: Row) -> float:
    words = {key for _, key in other}
    places = {*other}
    return sum(
        printed.weight[key] * (1 + _SAME_COLUMN * ((column, key) in places)) for column, key in row if key in words
    )


def _columns(
    printed: Printed,
    pairs: Mapping[int, int],
    sheet: Mapping[int, Row],
    there: _There,
) -> dict[int, int]:
    """Each column by the vote of the printed words in it; one without stands as far behind the nearest before, or
    before the nearest behind, as in the print, wherever more of its cells are filled."""
    votes = _counted(_votes(printed, pairs, sheet))
    behind = _counted(_votes_behind(printed, pairs, sheet, there.merged))
    votes = {**behind, **votes}
    known: dict[int, int] = {}
    for column in sorted(votes):
        found = max(votes[column].items(), key=lambda vote: (vote[1], -abs(vote[0] - column)))[0]
        if found > max(known.values(), default=0):
            known[column] = found
    inputs: dict[int, list[int]] = {}
    for row, column in printed.made.inputs.values():
        inputs.setdefault(column, []).append(pairs.get(row, 0))
    columns = dict(known)
    for column in range(1, printed.last_column + 1):
        if column not in known and (places := _between(column, known)):
            filled = {at: sum((row, at) in there.filled for row in inputs.get(column, ())) for at in places}
            columns[column] = max(places, key=lambda at: (filled[at], -places.index(at)))
    return columns


Vote = tuple[int, int, float]  # column of the print, column of the sheet, weight


def _counted(votes: Iterable[Vote]) -> dict[int, dict[int, float]]:
    counted: dict[int, dict[int, float]] = {}
    for column, found, weight in votes:
        own = counted.setdefault(column, {})
        own[found] = own.get(found, 0) + weight
    return counted


def _votes(printed: Printed, pairs: Mapping[int, int], sheet: Mapping[int, Row]) -> Iterator[Vote]:
    """One for each word that both of two rows have equally often, in the order of a row: of a word that was rewritten or
    put in once, nobody knows which is which."""
    for row, other in pairs.items():
        there: dict[str, list[int]] = {}
        for column, key in sheet[other]:
            there.setdefault(key, []).append(column)
        own: dict[str, list[int]] = {}
        for column, key in printed.rows[row]:
            own.setdefault(key, []).append(column)
        for key, columns in own.items():
            if len(columns) == len(there.get(key, ())):
                yield from ((column, found, printed.weight[key]) for column, found in zip(columns, there[key], strict=True))


def _votes_behind(
    printed: Printed, pairs: Mapping[int, int], sheet: Mapping[int, Row], merged: Mapping[Place, Place]
) -> Iterator[Vote]:
    """The columns behind merged areas, which may have grown, for where nothing is printed."""
    for row, other in pairs.items():
        for column, found, weight in _votes(printed, {row: other}, sheet):
            end, now = printed.made.merged.get((row, column)), merged.get((other, found))
            if end and now:
                yield end[1] + 1, now[1] + 1, weight


def _between(column: int, known: Mapping[int, int]) -> list[int]:
    """Where a column may stand that nothing is printed in, the likeliest first."""
    before = max((c for c in known if c < column), default=0)
    behind = min((c for c in known if c > column), default=0)
    first = known[before] + column - before if before else known[behind] - (behind - column) if behind else column
    last = known[behind] - (behind - column) if behind else first
    if behind and last < first:
        return []  # a column was taken out
    return [at for at in range(first, max(first, last) + 1) if at > 0]


def _rows(printed: Printed, pairs: Mapping[int, int], there: _There, columns: Mapping[int, int]) -> dict[int, int]:
    """Every row of the print: those in order, then what was rewritten, then what has no words of its own, as far
    behind the nearest before as in the print, or further on where its cells are filled."""
    rows = dict(pairs)
    last = max((*printed.rows, *(row for row, _ in printed.made.inputs.values())), default=0)
    for run, (before, behind) in _gaps(printed, pairs):
        rows |= _rewritten(printed, run, (pairs.get(before, 0), pairs.get(behind, 0)), (there.rows, columns))
    for row in range(1, last + 1):
        if row in rows:
            continue
        above = max((r for r in rows if r < row), default=0)
        below = min((r for r in rows if r > row), default=0)
        at = rows[above] + row - above if above else rows[below] - (below - row) if below else row
        free = not below or at < rows[below]
        gone = row in printed.rows and above and below and rows[below] - rows[above] < below - above
        if at > 0 and free and not gone:
            end = rows[below] - (below - row) if below else 0
            rows[row] = at if row in printed.rows else _further_on(printed, row, (at, end), (there, columns))
    return dict(sorted(rows.items()))


def _further_on(
    printed: Printed, row: int, between: tuple[int, int], sheet: tuple[_There, Mapping[int, int]]
) -> int:
    """Where a row of cells without words stands, behind rows that were put in: where most of them are filled, or merged
    as they were printed; with nothing printed behind (0), merging alone tells."""
    at, end = between
    there, columns = sheet
    own = [column for r, column in printed.made.inputs.values() if r == row]
    sizes = {c: last for c in own if (last := printed.made.merged.get((row, c)))}

    def told(here: int) -> float:
        filled = sum((here, columns.get(c, 0)) in there.filled for c in own) if end else 0
        areas = ((last, there.merged.get((here, columns.get(c, 0)))) for c, last in sizes.items())
        return filled + _MERGED * sum(a is not None and a[0] - here == last[0] - row for last, a in areas)

    return max(range(at, max(at, end or at + _NEAR) + 1), key=lambda here: (told(here), -here))


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
    between: tuple[int, int],
    sheet: tuple[Mapping[int, Row], Mapping[int, int]],
) -> dict[int, int]:
    """Rows whose words were rewritten: by likeness, or where as many rows as are missed have words in their column."""
    cells, columns = sheet
    free = [row for row in cells if between[0] < row and (not between[1] or row < between[1])][: 4 * len(run) + 40]
    found: dict[int, int] = {}
    for row in run:
        words = "".join(key for _, key in printed.rows[row])
        left = (other for other in free if other > max(found.values(), default=0))
        if hit := next((o for o in left if alike("".join(key for _, key in cells[o]), words, _LEAST_ALIKE)), 0):
            found[row] = hit
    first = columns.get(printed.rows[run[0]][0][0], 0)
    headed = [row for row in free if any(column == first for column, _ in cells[row])]
    if not found and len(headed) == len(run) and between[1]:
        return dict(zip(run, headed, strict=True))
    return found
