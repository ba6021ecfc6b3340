"""Where the cells of a table stand: in the row and the column that are labelled so, wherever these were moved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from config.form import Question
from config.given import Place
from config.kinds.table import Table
from config.spelling import alike, label_key

_LEAST_ALIKE = 0.5  # of a label at the edge of a table and one that was put in its place
LabelCells = Sequence[tuple[Place, str]]  # label keys, row by row from the left


def find_labels(table: Table, own: LabelCells) -> Mapping[str, Place]:
    """The cell of each label around the table, by its key (row.jidokan, column.koei). A label that was edited or
    cleared is where its neighbours leave it; empty where that cannot be told for certain of each."""
    heads, sides = ([label_key(label) for label in labels.values()] for labels in (table.heads, table.sides))
    row = _most(place[0] for place, key in own if key in heads)
    across = _places(heads, [(place[1], key) for place, key in own if place[0] == row])
    if table.open:
        return {f"column.{key}": (row, at) for key, at in zip(table.heads, across, strict=False)}
    left = min(across, default=0)
    below = [(place, key) for place, key in own if place[0] > row and place[1] < left]
    column = _most(place[1] for place, key in below if key in sides)
    down = _places(sides, [(place[0], key) for place, key in below if place[1] == column])
    if not across or not down:
        return {}
    columns = {f"column.{key}": (row, at) for key, at in zip(table.heads, across, strict=True)}
    return columns | {f"row.{key}": (at, column) for key, at in zip(table.sides, down, strict=True)}


def cells_of(questions: Sequence[Question], labels: Mapping[str, Place]) -> Mapping[str, Place]:
    """The place of each cell by its question's key; of an open table that of its first line, below the heads."""
    if labels and questions[0].in_open_table:
        first = questions[: len(labels)]
        return {cell.key: (row + 1, column) for cell, (row, column) in zip(first, labels.values(), strict=True)}
    parts = ((question.key, question.part) for question in questions)
    return {
        key: (labels[f"row.{part.row}"][0], labels[f"column.{part.column}"][1]) for key, part in parts if part and labels
    }


def _most(numbers: Iterable[int]) -> int:
    """The number that occurs most often; 0 without any."""
    counted = Counter(numbers).most_common(1)
    return counted[0][0] if counted else 0


def _places(wanted: Sequence[str], met: Sequence[tuple[int, str]]) -> list[int]:
    """The row or column of each label, at least half of them as they are printed; else none of all."""
    texts = dict(met)
    found: dict[int, int] = {}
    for number, key in enumerate(wanted):
        at = [p for p, other in met if other == key]
        behind = [p for p in at if p > found.get(number - 1, 0)]
        if at:
            found[number] = min(behind or at)
    if 2 * len(found) < len(wanted):
        return []
    for number, key in enumerate(wanted):
        if number not in found and (place := _between(number, found)):
            found[number] = place
            edges = number in (0, len(wanted) - 1)
            text = texts.get(place, "")
            if text in wanted or (edges and text and not (key in text or alike(text, key, _LEAST_ALIKE))):
                return []
    return [found[n] for n in range(len(wanted))] if len(set(found.values())) == len(wanted) else []


def _between(number: int, found: Mapping[int, int]) -> int:
    """Where a missing label stands: in a gap that is as wide as what is missing there; 0 if there is no such gap."""
    before = max((n for n in found if n < number), default=None)
    behind = min((n for n in found if n > number), default=None)
    if before is None:
        return found[behind] - (behind - number) if behind is not None else 0
    if behind is not None and found[behind] - found[before] != behind - before:
        return 0
    return found[before] + number - before
