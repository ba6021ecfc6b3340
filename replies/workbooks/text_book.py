"""A workbook of ours in which every cell is text: no formula, link, number or macro, whoever wrote the words.

Knows no ledger, and not what the tables are about.
"""

from __future__ import annotations

import io
from collections.abc import Sequence

from xlsxwriter import Workbook

from config.frozen import frozen
from replies.cells import SAFE_OPTIONS, put


@frozen
class TextTable:
    """One sheet: `name` of its tab, `notes` above the table, a line each; (heading, width in characters) of each column;
    the rows."""

    name: str
    notes: Sequence[str]
    columns: Sequence[tuple[str, int]]
    rows: Sequence[Sequence[str]]


def text_book(tables: Sequence[TextTable]) -> bytes:
    """The .xlsx, a sheet for each table."""
    out = io.BytesIO()
    book = Workbook(out, SAFE_OPTIONS)
    plain = book.add_format({"quote_prefix": True})
    head = book.add_format({"bold": True, "bg_color": "#EEF2F6", "border": 1, "quote_prefix": True})
    cell = book.add_format({"text_wrap": True, "valign": "top", "border": 1, "quote_prefix": True})
    for table in tables:
        page = book.add_worksheet(table.name)
        page.set_landscape()
        page.fit_to_pages(1, 0)
        for row, note in enumerate(table.notes):
            put(page, (row, 0), note, plain)
        for column, (heading, width) in enumerate(table.columns):
            page.set_column(column, column, width)
            put(page, (len(table.notes), column), heading, head)
        for row, values in enumerate(table.rows, len(table.notes) + 1):
            for column, value in enumerate(values):
                put(page, (row, column), value, cell)
        page.freeze_panes(len(table.notes) + 1, 1)
        page.repeat_rows(len(table.notes))
    book.close()
    return out.getvalue()
