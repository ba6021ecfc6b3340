"""Tables taken apart into their cells, each a question of its own; and open ones with as many lines as are filled in."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from config.asks import Question
from config.frozen import replace
from config.kinds.table import Table, TablePart
from config.patterns import pattern

_LINE = pattern(r"([^.]+)\.([1-9][0-9]{0,5})\.([A-Za-z0-9_]+)")


def in_cells(questions: tuple[Question, ...]) -> tuple[Question, ...]:
    """The questions with each table taken apart into its cells; who is led to a table is led to its first one."""
    tables = {question.key: question.kind for question in questions if isinstance(question.kind, Table)}
    first = {key: f"{key}.{'.'.join(table.cell_keys[0])}" for key, table in tables.items() if table.cell_keys}
    made: list[Question] = []
    for question in questions:
        kind = question.kind
        if isinstance(kind, Table):
            made += _cells(question, kind)
        else:
            led = kind.leading(first)
            made.append(question if led is kind else question.changed({"kind": led}))
    return tuple(made)


def _cells(question: Question, table: Table) -> Iterator[Question]:
    """The cells of a table as questions. Of an open table only the first line may be demanded."""
    for row, column in table.cell_keys:
        demanded = question.required and not (table.open and row != "1")
        yield question.in_table(TablePart(question.key, table, row, column, demanded))


def with_lines(
    blocks: Sequence[tuple[Question, ...]], rows: Mapping[str, Collection[int]]
) -> tuple[Question, ...]:
    """The questions of these blocks, with just these lines in open tables."""
    made: list[Question] = []
    for block in blocks:
        first = block[0].part
        if first is None or not first.table.open:
            made += block
            continue
        columns = block[: len(first.table.heads)]
        lines = sorted(rows.get(first.key, ()))
        made += (at_line(cell, row) for row in lines for cell in columns) if lines else columns
    return tuple(made)


def at_line(cell: Question, row: int) -> Question:
    """A table's cell moved to another line, which counts as begun."""
    assert cell.part
    return cell.in_table(replace(cell.part, row=str(row), begun=True))


def line_of(key: str) -> tuple[str, int, str] | None:
    """(table, line, column) of the key of a cell of an open table, 5.12.capacity; None of another's."""
    hit = _LINE.fullmatch(key)
    return (hit[1], int(hit[2]), hit[3]) if hit else None
