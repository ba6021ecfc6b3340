"""Tables: printed as one, and asked cell by cell (`config.tables` takes them apart). Here: what all of them have, and the
table of numbers, so many rows by so many columns; the one with a line for each thing is `lines.py`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from config.frozen import frozen
from config.kinds.kind import Kind
from config.kinds.number import NumberKind
from config.patterns import pattern
from config.shape import Reasons
from config.spelling import label_key

_KEY = pattern(r"[A-Za-z0-9_]+")
_MOST = 200  # cells: each is a term of one formula, of which Excel takes 255


CellKey = tuple[str, str]  # key of its row, key of its column


class Table(Kind):
    """A table: `heads` over its columns and `sides` beside its rows, by key; `open`: it has a row for each of
    as many things as there are, and what is left blank below them is none."""

    open: ClassVar[bool] = False

    @property
    def heads(self) -> Mapping[str, str]:
        raise NotImplementedError

    @property
    def sides(self) -> Mapping[str, str]:
        raise NotImplementedError

    @property
    def most(self) -> int:
        """How many rows are read."""
        return len(self.sides)

    def cell_at(self, column: str) -> Kind:
        """The kind of the cells of a column."""
        raise NotImplementedError

    def needs(self, column: str) -> bool:
        """Whether the cells of a column may not be blank where their row is asked for."""
        return True

    @cached_property
    def cell_keys(self) -> tuple[CellKey, ...]:
        """(row, column) of each cell, as they are read."""
        return tuple((row, column) for row in self.sides for column in self.heads)

    @cached_property
    def labels(self) -> Mapping[str, str]:
        """What is printed around the cells, and found again there: the columns' labels, then the rows' own."""
        sides = {} if self.open else {f"row.{key}": label for key, label in self.sides.items()}
        return {f"column.{key}": label for key, label in self.heads.items()} | sides

    def label(self, cell: CellKey) -> str:
        """The name of a cell by its row and column: 児童館・公立公営."""
        return f"{self.sides[cell[0]]}・{self.heads[cell[1]]}"

    def sums(self) -> Iterator[tuple[CellKey, tuple[CellKey, ...]]]:
        """Each cell that sums others, with those."""
        return iter(())

    def told_labels(self, name: str, labels: Mapping[str, str]) -> Reasons:
        """What is wrong with the keys and the prints of its rows or columns."""
        for key in (key for key in labels if not _KEY.fullmatch(key)):
            yield name, f"key「{key}」は使えません（半角の英数字と「_」だけにしてください）。"
        for key, times in Counter(map(label_key, labels.values())).items():
            if not key or times > 1:
                yield name, "印字は、空でない、互いに異なる言葉にしてください。"


class TableKind(Table):
    """`rows` and `columns`: key → what is printed there; `cell`: what stands in each; `totals`: the keys of those rows and
    columns that sum all the others."""

    kind: Literal["table"] = "table"
    rows: Annotated[dict[str, str], Meta(min_length=1)]
    columns: Annotated[dict[str, str], Meta(min_length=1)]
    cell: NumberKind = NumberKind()
    totals: tuple[str, ...] = ()

    @property
    def heads(self) -> Mapping[str, str]:
        return self.columns

    @property
    def sides(self) -> Mapping[str, str]:
        return self.rows

    def cell_at(self, column: str) -> Kind:
        return self.cell

    def sums(self) -> Iterator[tuple[CellKey, tuple[CellKey, ...]]]:
        """Each cell that sums others, with those. A cell that stands in a row and in a column of sums must keep
        both."""
        own_rows = [row for row in self.rows if row not in self.totals]
        own_columns = [column for column in self.columns if column not in self.totals]
        for row, column in self.cell_keys:
            if column in self.totals:
                yield (row, column), tuple((row, other) for other in own_columns)
            if row in self.totals:
                yield (row, column), tuple((other, column) for other in own_rows)

    def mistakes(self) -> Reasons:
        for name, labels in (("rows", self.rows), ("columns", self.columns)):
            yield from self.told_labels(name, labels)
            if not [key for key in labels if key not in self.totals]:
                yield name, "合計（totals）のほかに、1つ以上書いてください。"
        for key in self.totals:
            if key not in self.rows and key not in self.columns:
                yield "totals", f"「{key}」は、rows にも columns にもありません。"
        if len(self.cell_keys) > _MOST:
            yield "rows", f"表の欄は{_MOST}までにしてください（今は{len(self.cell_keys)}）。"
        yield from ((f"cell.{key}", reason) for key, reason in self.cell.mistakes())


@frozen
class TablePart:
    """The place of a question that is a cell of a table: the key of the table's question, and where in it.
    `demanded`: the table has to be filled in where it is asked; `begun`: something stands in this line of an open
    one."""

    key: str
    table: Table
    row: str
    column: str
    demanded: bool = True
    begun: bool = False

    @property
    def label(self) -> str:
        """The name of this cell by its row and column: 児童館・公立公営."""
        return self.table.label((self.row, self.column))

    @property
    def needed(self) -> bool:
        """Whether this cell may not be left blank."""
        return self.table.needs(self.column) and (self.demanded or self.begun)

    def of(self, cell: CellKey) -> str:
        """The key of a cell of the same table."""
        return f"{self.key}.{cell[0]}.{cell[1]}"
