"""Numbers in rows and columns that somebody added to a table of the form: nobody would count them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from config.form import Question
from config.given import Place
from config.kinds.table import TableKind
from intake.sheets.grid import Sheet
from intake.sheets.recognise import Located


def beyond_tables(sheet: Sheet, located: Located) -> Iterator[tuple[Question, list[Place]]]:
    """The first cell's question of each table that has some, and where they stand."""
    tables = [cells for cells in located.form.blocks if cells[0].part and not cells[0].in_open_table]
    if not tables:
        return
    inputs = {lines.answer for lines in located.questions.values()}
    written = {place: cell.value for place, cell in sheet.cells.items() if place not in located.printed}
    for cells in tables:
        lines = [located.questions[question.key] for question in cells if question.key in located.questions]
        part, own = cells[0].part, {line.answer for line in lines}
        if part and isinstance(part.table, TableKind) and own:
            others = {place: text for place, text in written.items() if place in own or place not in inputs}
            if found := _strangers(part.table, own, others, lines[0].end):
                yield cells[0], found


def _strangers(table: TableKind, own: Collection[Place], cells: Mapping[Place, str], end: int) -> list[Place]:
    """Numbers in a row or column that a table does not have: one put in, or written on below it up to a blank row or
    row `end`. `own`: its cells; `cells`: all that people wrote."""
    rows, columns = {row for row, _ in own}, {column for _, column in own}
    across = range(min(columns), max(columns) + 1)
    within = {p for p in cells if min(rows) <= p[0] < max(end, max(rows) + 1) and p[1] in across}
    numbers = {place for place in within if table.cell.read(cells[place])}
    filled = {row for row, _ in numbers}
    last = max(rows)
    while last + 1 in filled:
        last += 1
    return sorted(p for p in numbers if p[0] <= last and (p[0] not in rows or p[1] not in columns))
