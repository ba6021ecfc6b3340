"""What a given form prints, as it is laid beside a sheet that came back (`aligned.py`): by rows, and how much each word
tells.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import cached_property

from config.cache import cache_by_identity
from config.frozen import frozen
from config.given import Place, Print
from config.spelling import label_key
from config.tables import line_of

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
        self.rows = by_rows(telling)
        self.telling = frozenset(telling.values())
        times = Counter(self.keys.values())
        sizes = {place: self._size(place) for place in self.keys}
        self.in_row = {place: 1 / times[key] / sizes[place][0] for place, key in self.keys.items()}
        self.in_column = {place: 1 / times[key] / sizes[place][1] for place, key in self.keys.items()}

    def _size(self, place: Place) -> tuple[int, int]:
        """The rows and columns over which a word is merged: it stays when one of them is taken out."""
        last = self.made.merged.get(place, place)
        return last[0] - place[0] + 1, last[1] - place[1] + 1

    @cached_property
    def last_column(self) -> int:
        """The last column with print or with a cell to be filled."""
        return max(column for _, column in (*self.keys, *self.made.inputs.values()))


printed_of = cache_by_identity(Printed)

PrintedRow = tuple[tuple[int, str], ...]  # column and word, from the left


def by_rows(keys: Keys) -> dict[int, PrintedRow]:
    rows: dict[int, list[tuple[int, str]]] = {}
    for (row, column), key in sorted(keys.items()):
        rows.setdefault(row, []).append((column, key))
    return {row: tuple(cells) for row, cells in rows.items()}



@frozen
class There:
    """What the sheet holds."""

    keys: Keys
    rows: Mapping[int, PrintedRow]
    merged: Mapping[Place, Place]


def around(number: int, known: Mapping[int, int]) -> tuple[int, int]:
    """The nearest of these rows, or columns, before one and behind it; 0: there is none."""
    return max((n for n in known if n < number), default=0), min((n for n in known if n > number), default=0)
