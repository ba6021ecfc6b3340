"""A table of numbers, so many rows by so many columns. It is printed as one, and asked cell by cell: each is a number like
any other (`config.form` takes it apart)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from pydantic import Field as Key

from config.kinds.kind import Kind
from config.kinds.number import NumberKind
from config.shape import Reasons
from config.spelling import label_key

_KEY = re.compile(r"[A-Za-z0-9_]+")
_MOST = 200  # cells: each is a term of one formula, of which Excel takes 255


class TableKind(Kind):
    """`rows` and `columns`: key → what is printed there; `cell`: what stands in each; `totals`: the keys of those rows and
    columns that sum all the others."""

    kind: Literal["table"] = "table"
    rows: dict[str, str] = Key(min_length=1)
    columns: dict[str, str] = Key(min_length=1)
    cell: NumberKind = NumberKind()
    totals: tuple[str, ...] = ()

    @cached_property
    def places(self) -> tuple[tuple[str, str], ...]:
        """(row, column) of each cell, as they are read."""
        return tuple((row, column) for row in self.rows for column in self.columns)

    @cached_property
    def labels(self) -> Mapping[str, str]:
        """What is printed around the cells: the columns' labels, then the rows'."""
        return {f"column.{key}": label for key, label in self.columns.items()} | {
            f"row.{key}": label for key, label in self.rows.items()
        }

    def label(self, place: tuple[str, str]) -> str:
        """児童館・公立公営."""
        return f"{self.rows[place[0]]}・{self.columns[place[1]]}"

    def sums(self) -> Iterator[tuple[tuple[str, str], tuple[tuple[str, str], ...]]]:
        """Each cell that sums others, with those. One that stands in a row and in a column of sums is asked of both."""
        own_rows = [row for row in self.rows if row not in self.totals]
        own_columns = [column for column in self.columns if column not in self.totals]
        for row, column in self.places:
            if column in self.totals:
                yield (row, column), tuple((row, other) for other in own_columns)
            if row in self.totals:
                yield (row, column), tuple((other, column) for other in own_rows)

    def mistakes(self) -> Reasons:
        for name, labels in (("rows", self.rows), ("columns", self.columns)):
            for key in (key for key in labels if not _KEY.fullmatch(key)):
                yield name, f"key「{key}」は使えません（半角の英数字と「_」だけにしてください）。"
            for key, times in Counter(map(label_key, labels.values())).items():
                if not key or times > 1:
                    yield name, "印字は、空でない、互いに異なる言葉にしてください。"
            if not [key for key in labels if key not in self.totals]:
                yield name, "合計（totals）のほかに、1つ以上書いてください。"
        for key in self.totals:
            if key not in self.rows and key not in self.columns:
                yield "totals", f"「{key}」は、rows にも columns にもありません。"
        if len(self.places) > _MOST:
            yield "rows", f"表の欄は{_MOST}までにしてください（今は{len(self.places)}）。"
        yield from ((f"cell.{key}", reason) for key, reason in self.cell.mistakes())


@dataclass(frozen=True, slots=True)
class Part:
    """Of which table a question is a cell: the key of its question, and where in it."""

    key: str
    table: TableKind
    row: str
    column: str

    @property
    def label(self) -> str:
        """児童館・公立公営."""
        return self.table.label((self.row, self.column))

    def of(self, place: tuple[str, str]) -> str:
        """The key of a cell of the same table."""
        return f"{self.key}.{place[0]}.{place[1]}"
