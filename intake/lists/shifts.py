"""By how many columns a row of a list was pasted beside its place: whole rows, and rows cut in two.

Tries every offset and every place at which it may begin, and believes one only where the values then fit
their columns much better. Pure arithmetic over a plan's judgement of values; changes nothing, tells nobody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate

from config.frozen import frozen
from config.kinds.kind import STRONG
from intake.lists.plan import Columns, Plan
from intake.sheets.columns import Column

FARTHEST = 12  # columns that a row may have slipped
LEAST_GAIN = 4.0  # two values that fit for certain only when moved
LEAST_ODD = 2  # values that do not fit where they stand, before anything is tried
Texts = Mapping[int, str]  # the values of one row that are not blank, by column of the sheet


@frozen
class Shift:
    """How a row is displaced. `by`: columns to the right (negative: to the left); `first`: the first column that
    shows what belongs elsewhere, None where the whole row moved."""

    by: int
    first: Column | None = None


@frozen
class Fit:
    """How a row fits columns: the sum of its values' fits, how many fit for certain, how many not at all."""

    score: float
    strong: int
    odd: int
    judged: int


def fit_row(plan: Plan, columns: Columns, texts: Texts) -> Fit:
    """How the values of one row fit the columns in which they stand."""
    fits = [plan.fit(column, texts[place]) for column, place in columns.items() if place in texts]
    strong = sum(fit == STRONG for fit in fits)
    return Fit(sum(fits), strong, sum(fit < 0 for fit in fits), sum(fit != 0 for fit in fits))


def find_shift(plan: Plan, columns: Columns, texts: Texts) -> Shift | None:
    """How one row is displaced against the columns of its table; None where it stands as it should, or
    where nothing that was tried fits it clearly better."""
    stands = fit_row(plan, columns, texts)
    if stands.odd < LEAST_ODD:
        return None
    ordered = sorted(columns, key=lambda column: columns[column])
    here = _fits(plan, columns, ordered, texts, 0)
    kept = [0.0, *accumulate(here)]  # score of the columns before a place, where nothing is moved
    best = (stands.score + LEAST_GAIN, 0, 0)
    for by in sorted(range(-FARTHEST, FARTHEST + 1), key=abs):
        moved = _fits(plan, columns, ordered, texts, by)
        rest = sum(moved)
        for place in range(len(ordered)):  # the first column whose value stands elsewhere
            score = kept[max(place + min(by, 0), 0)] + rest
            if by and score >= best[0] and (score > best[0] or by == best[1]):
                best = (score, by, place)
            rest -= moved[place]
    _, by, place = best
    if not by:
        return None
    shown = max(place + min(by, 0), 0)
    return Shift(by, None if _is_whole(ordered, shown, columns, texts) else ordered[shown])


def _fits(plan: Plan, columns: Columns, ordered: Sequence[Column], texts: Texts, by: int) -> list[float]:
    return [plan.fit(c, texts[columns[c] + by]) if columns[c] + by in texts else 0.0 for c in ordered]


def _is_whole(ordered: Sequence[Column], place: int, columns: Columns, texts: Texts) -> bool:
    """Whether nothing stands before the displaced part, so that the row moved as a whole."""
    return not any(columns[column] in texts for column in ordered[:place])


def moved(columns: Columns, shift: Shift | None) -> Columns:
    """The columns of the sheet in which a displaced row really stands; those that were lost are left out."""
    if shift is None:
        return columns
    shown = columns[shift.first] if shift.first else min(columns.values(), default=1)
    start = shown - min(shift.by, 0) if shift.first else shown
    before = {c: place for c, place in columns.items() if place < shown}
    return before | {c: place + shift.by for c, place in columns.items() if place >= start}
