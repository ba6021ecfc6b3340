"""Which column of a given form's print stands where on a sheet that came back, once its rows are known: by the vote of the
words that both print, and where nothing is printed by what is merged and filled in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from config.given import Place
from intake.sheets.printed import Printed, PrintedRow, There, around


def columns_of(
    printed: Printed,
    pairs: Mapping[int, int],
    sheet: Mapping[int, PrintedRow],
    there: There,
) -> dict[int, int]:
    """The place of each column, by the vote of the printed words in it. A column without words: by what is merged
    before it, or as far behind the nearest column before, or before the nearest behind, as in the print, wherever
    more of its cells are filled."""
    votes = _counted((*_votes(printed, pairs, sheet), *_votes_against(printed, pairs, sheet)))
    known = _ascending(votes)
    behind = _counted(_votes_behind(printed, pairs, sheet, there.merged))
    for column in sorted(behind.keys() - known.keys()):
        at, (before, after) = _most(behind[column], column), around(column, known)
        against = votes.get(column, {}).get(at, 0) < 0
        if not against and known.get(before, 0) < at and (not after or at < known[after]):
            known[column] = at
    return known | _without_print(printed, pairs, known, there)


def _ascending(votes: Mapping[int, Mapping[int, float]]) -> dict[int, int]:
    """The places of columns that most votes are for, so that none stands before one that was printed left of it."""
    best: list[tuple[float, int, dict[int, int]]] = [(0, 0, {})]  # votes, the last place, all of them
    for column in sorted(votes):
        at = _most(votes[column], column)
        if votes[column][at] <= 0:
            continue
        said, _, before = max((one for one in best if one[1] < at), key=lambda one: one[0])
        best.append((said + votes[column][at], at, {**before, column: at}))
    return max(best, key=lambda one: one[0])[2]


def _most(votes: Mapping[int, float], column: int) -> int:
    return max(votes.items(), key=lambda vote: (vote[1], -abs(vote[0] - column)))[0]


def _without_print(
    printed: Printed, pairs: Mapping[int, int], known: Mapping[int, int], there: There
) -> dict[int, int]:
    """The columns that nothing tells but where they stood, and what was filled in."""
    inputs: dict[int, list[int]] = {}
    for row, column in printed.made.inputs.values():
        inputs.setdefault(column, []).append(pairs.get(row, 0))
    columns = {}
    for column in range(1, printed.last_column + 1):
        if column not in known and (places := _between(column, known)):
            filled = {at: sum((row, at) in there.keys for row in inputs.get(column, ())) for at in places}
            columns[column] = max(places, key=lambda at: filled[at])  # of several the likeliest, which comes first
    return columns


def merged_away(
    printed: Printed, rows: Mapping[int, int], columns: Mapping[int, int], there: There
) -> Iterator[tuple[Place, Place]]:
    """The cells of a column that was taken out: they are still there where they were merged over the next one, or had
    their label merged over it. Told by what was filled in, where that can be nothing else."""
    gone = [place for place in printed.made.inputs.values() if place[1] not in columns and place[0] in rows]
    others = (*(place for place in printed.made.inputs.values() if place[1] in columns), *printed.made.formulas)
    taken = {(rows.get(row, 0), columns.get(column, 0)) for row, column in others}
    words = (((rows.get(row, 0), columns.get(column, 0)), key) for (row, column), key in printed.keys.items())
    taken |= {at for at, key in words if there.keys.get(at) == key}
    beside = Counter((row, around(column, columns)) for row, column in gone)
    for row, column in gone:
        before, behind = around(column, columns)
        between = range(columns.get(before, 1), columns.get(behind, columns.get(before, 0) + 1) + 1)
        filled = [at for c in between if (at := (rows[row], c)) in there.keys and at not in taken]
        if len(filled) == 1 and beside[row, (before, behind)] == 1:
            yield (row, column), filled[0]


Vote = tuple[int, int, float]  # column of the print, column of the sheet, weight


def _counted(votes: Iterable[Vote]) -> dict[int, dict[int, float]]:
    counted: dict[int, dict[int, float]] = {}
    for column, found, weight in votes:
        own = counted.setdefault(column, {})
        own[found] = own.get(found, 0) + weight
    return counted


def _votes(printed: Printed, pairs: Mapping[int, int], sheet: Mapping[int, PrintedRow]) -> Iterator[Vote]:
    """One vote for each word that both of two rows have equally often, in the order of a row: where a word was
    rewritten or put in once, nobody knows which is which."""
    for row, other in pairs.items():
        there: dict[str, list[int]] = {}
        for column, key in sheet[other]:
            there.setdefault(key, []).append(column)
        own: dict[str, list[int]] = {}
        for column, key in printed.rows[row]:
            own.setdefault(key, []).append(column)
        for key, columns in own.items():
            if len(columns) == len(there.get(key, ())):
                both = zip(columns, there[key], strict=True)
                yield from ((column, found, printed.in_column[row, column]) for column, found in both)


def _votes_against(printed: Printed, pairs: Mapping[int, int], sheet: Mapping[int, PrintedRow]) -> Iterator[Vote]:
    """One vote against each place where the head of another column stands instead: 女 where 男 was printed."""
    for row, other in pairs.items():
        words = dict(printed.rows[row])
        for found, key in sheet[other]:
            if key in words.values():
                yield from (
                    (column, found, -printed.in_column[row, column]) for column, word in words.items() if word != key
                )


def _votes_behind(
    printed: Printed, pairs: Mapping[int, int], sheet: Mapping[int, PrintedRow], merged: Mapping[Place, Place]
) -> Iterator[Vote]:
    """The columns behind merged areas, which may have grown, for where nothing is printed."""
    for row, other in pairs.items():
        for column, found, weight in _votes(printed, {row: other}, sheet):
            end, now = printed.made.merged.get((row, column)), merged.get((other, found))
            if end and now:
                yield end[1] + 1, now[1] + 1, weight


def _between(column: int, known: Mapping[int, int]) -> list[int]:
    """Where a column may stand that nothing is printed in, the likeliest first."""
    before, behind = around(column, known)
    first = known[before] + column - before if before else known[behind] - (behind - column) if behind else column
    last = known[behind] - (behind - column) if behind else first
    if behind and last < first:
        return []  # a column was taken out
    return [at for at in range(first, max(first, last) + 1) if at > 0]


