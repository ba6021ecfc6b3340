"""値だけの写し: the answers of an attachment as the reader child read them, in a new .xlsx of ours.

Text alone: no formula, macro, link, picture or comment of the file that came, and none of its bytes. Knows no ledger.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

from xlsxwriter import Workbook

from replies.cells import SAFE_OPTIONS, put

_WIDTHS = (30, 44, 44, 60)
_HEADINGS = ("項目", "設問", "回答", "指摘")


@dataclass(frozen=True, slots=True)
class CopiedSheet:
    """One sheet, or one row of a list: whose it is, and (label, question, answer, what was noticed) of each line."""

    title: str
    rows: Sequence[tuple[str, str, str, str]]


def values_copy(receipt: str, filename: str, sheets: Sequence[CopiedSheet]) -> bytes:
    """The workbook, a sheet of it for each that was read. `filename`: of the file that came."""
    out = io.BytesIO()
    book = Workbook(out, SAFE_OPTIONS)
    plain = book.add_format({"quote_prefix": True})
    head = book.add_format({"bold": True, "bg_color": "#EEF2F6", "border": 1, "quote_prefix": True})
    cell = book.add_format({"text_wrap": True, "valign": "top", "border": 1, "quote_prefix": True})
    for number, sheet in enumerate(sheets, 1):
        page = book.add_worksheet(f"{number}")
        note = f"受付番号 {receipt} の添付「{filename}」から読み取った値の写しです（元のファイルではありません）。"
        put(page, (0, 0), note, plain)
        put(page, (1, 0), sheet.title, plain)
        for column, (heading, width) in enumerate(zip(_HEADINGS, _WIDTHS, strict=True)):
            page.set_column(column, column, width)
            put(page, (2, column), heading, head)
        for row, values in enumerate(sheet.rows, 3):
            for column, value in enumerate(values):
                put(page, (row, column), value, cell)
        page.freeze_panes(3, 1)
    book.close()
    return out.getvalue()
