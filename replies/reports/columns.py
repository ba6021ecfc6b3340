"""The columns of a prefecture's report: heading, width and value, once for its workbook and its page.

How a kind of value looks is told in `style.put_row` and in templates/report/prefecture.j2.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Literal, TypeVar

from config.frozen import frozen
from replies.reports.data import MunicipalityCell, OpenCorrection, PrefectureReport, ProgramLine
from replies.reports.words import ToMend, remaining, remarks_of_cell, remarks_of_line, requests_of
from replies.wording import Wording

# `head`: what the row is about; `state`: a State, shown with its sign and colour, or a text where there is none;
# `tags`: remarks, which the page shows within the column before; `sentences`: one below the other; `request`: those
# that are to be seen first.
ColumnKind = Literal["head", "state", "figure", "moment", "tags", "sentences", "request", "text"]
ColumnValue = str | datetime | None | tuple[str, ...]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ReportColumn(Generic[T]):
    """`key`: of the heading in wording.toml's [report]; `width`: in the workbook, in characters."""

    key: str
    width: float
    kind: ColumnKind
    value: Callable[[T], ColumnValue]


@frozen
class ProgramRow:
    """One program in words."""

    line: ProgramLine
    collected: str
    remarks: tuple[str, ...]
    left: tuple[str, ...] | str
    asked: tuple[str, ...]


@frozen
class CellRow:
    """One municipality × program in words."""

    cell: MunicipalityCell
    remarks: tuple[str, ...]


PROGRAM: tuple[ReportColumn[ProgramRow], ...] = (
    ReportColumn("program", 13.0, "head", lambda row: row.line.name),
    ReportColumn("state", 16.0, "state", lambda row: row.line.shown),
    ReportColumn("collected", 13.0, "figure", lambda row: row.collected),
    ReportColumn("received", 14.0, "moment", lambda row: row.line.received_at),
    ReportColumn("remarks", 13.0, "tags", lambda row: row.remarks),
    ReportColumn("remaining", 38.0, "sentences", lambda row: row.left),
    ReportColumn("request", 46.0, "request", lambda row: row.asked),
)
CELL: tuple[ReportColumn[CellRow], ...] = (
    ReportColumn("state", 17.0, "state", lambda row: row.cell.shown),
    ReportColumn("received", 13.0, "moment", lambda row: row.cell.received_at),
    ReportColumn("remarks", 24.0, "tags", lambda row: row.remarks),
)
CORRECTION: tuple[ReportColumn[OpenCorrection], ...] = (
    ReportColumn("body", 16.0, "head", lambda correction: correction.body),
    ReportColumn("program", 11.0, "text", lambda correction: correction.program_name),
    ReportColumn("since", 12.0, "moment", lambda correction: correction.since),
    ReportColumn("receipt", 16.0, "text", lambda correction: correction.receipt),
    ReportColumn("filename", 22.0, "text", lambda correction: correction.filename),
)
POINT: tuple[ReportColumn[ToMend], ...] = (
    ReportColumn("place", 24.0, "text", lambda asked: asked.place),
    ReportColumn("point", 30.0, "text", lambda asked: asked.point),
    ReportColumn("found", 18.0, "text", lambda asked: asked.found),
    ReportColumn("expected", 20.0, "text", lambda asked: asked.expected),
    ReportColumn("mend", 34.0, "text", lambda asked: asked.mend),
)


def values(columns: Sequence[ReportColumn[T]], row: T) -> list[tuple[ReportColumn[T], ColumnValue]]:
    """Each column with its value in this row."""
    return [(column, column.value(row)) for column in columns]


def none_of(column: ReportColumn[T], wording: Wording) -> ColumnValue:
    """What stands in a column of something that is not owed."""
    return wording.report["none"] if column.kind == "state" else None if column.kind == "moment" else ""


def headings(columns: Sequence[ReportColumn[T]], wording: Wording) -> list[tuple[str, float]]:
    """(heading, width) of each column."""
    return [(wording.report[column.key], column.width) for column in columns]


def program_row(line: ProgramLine, report: PrefectureReport, wording: Wording) -> ProgramRow:
    """A program's line in words."""
    words, tally = wording.report, line.collected
    return ProgramRow(
        line=line,
        collected=words["bodies_of"].format(done=tally.accepted, total=tally.total)
        if tally
        else words["none"],
        remarks=remarks_of_line(line, wording),
        left=remaining(line, report, wording) or words["nothing_remaining"],
        asked=requests_of(line, report, wording),
    )


def cell_rows(cells: Sequence[MunicipalityCell], wording: Wording) -> dict[str, CellRow]:
    """A municipality's cells in words, by program."""
    return {cell.program: CellRow(cell, remarks_of_cell(cell, wording)) for cell in cells}
