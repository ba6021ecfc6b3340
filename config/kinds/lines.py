"""A table with a line for each thing that there is (one club, one hospital): some lines are printed, and as many are read
as there are."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal, get_args

from msgspec import Meta, field

from config.kinds.choice import ChoiceKind
from config.kinds.date import DateKind
from config.kinds.kind import Kind, with_kind
from config.kinds.number import NumberKind
from config.kinds.table import CellKey, Table
from config.kinds.text import TextKind
from config.kinds.year_month import YearMonthKind
from config.shape import Reasons, Shape, keys_of

MOST_LINES = 1_000  # that are read of one table
MOST_CELLS = 8_000  # … all in all
_MOST_PRINTED = 4_000

CellKind = ChoiceKind | DateKind | NumberKind | TextKind | YearMonthKind
_CELLS: Mapping[str, type[Kind]] = {keys_of(kind)["kind"].default: kind for kind in get_args(CellKind)}


class LineColumn(Shape):
    """A column: what is printed over it, what stands in its cells (its keys beside these), and whether a line that is begun
    must have it. In the file a text alone is the label of a text."""

    label: str
    kind: CellKind
    required: bool = True
    short: ClassVar[bool] = True

    @classmethod
    def prepared(cls, data: Any) -> Any:
        data = {"label": data} if isinstance(data, str) else data
        return with_kind(data, _CELLS, keys_of(cls), lambda told: "choice" if "choices" in told else "text")


class LinesKind(Table):
    """`lines` in the file: how many are `printed`; `columns`: key → the column. In the file it is a table with `lines`."""

    kind: Literal["lines"] = "lines"
    printed: Annotated[int, Meta(ge=1, le=MOST_LINES)] = field(name="lines")
    columns: Annotated[dict[str, LineColumn], Meta(min_length=1)]
    open: ClassVar[bool] = True

    @cached_property
    def heads(self) -> Mapping[str, str]:
        return {key: column.label for key, column in self.columns.items()}

    @cached_property
    def sides(self) -> Mapping[str, str]:
        return {str(number): str(number) for number in range(1, self.printed + 1)}

    @property
    def most(self) -> int:
        return max(self.printed, min(MOST_LINES, MOST_CELLS // len(self.columns)))

    def cell_at(self, column: str) -> Kind:
        return self.columns[column].kind

    def needs(self, column: str) -> bool:
        return self.columns[column].required

    def label(self, cell: CellKey) -> str:
        return f"{cell[0]}行目・{self.columns[cell[1]].label}"

    def mistakes(self) -> Reasons:
        yield from self.told_labels("columns", self.heads)
        if self.printed * len(self.columns) > _MOST_PRINTED:
            yield "lines", f"欄（行×列）が{_MOST_PRINTED:,}までになる数にしてください。"
        if not any(column.required for column in self.columns.values()):
            yield "columns", "required = false でない列を、1つ以上書いてください。"
        for key, column in self.columns.items():
            yield from ((f"columns.{key}.{own}", reason) for own, reason in column.kind.mistakes())
            if any(line.skip_to for line in column.kind.lines):
                yield f"columns.{key}.choices", "表の列の選択肢に、skip_to は書けません。"
