"""値だけの写し: the answers of an attachment as the reader child read them, in a new .xlsx of ours.

Text alone: no formula, macro, link, picture or comment of the file that came, and none of its bytes. Knows no ledger.
"""

from __future__ import annotations

from collections.abc import Sequence

from config.frozen import frozen
from replies.workbooks.text_book import TextTable, text_book

_COLUMNS = (("項目", 30), ("設問", 44), ("回答", 44), ("指摘", 60))


@frozen
class CopiedSheet:
    """One sheet, or one row of a list: whose it is, and (label, question, answer, what was noticed) of each line."""

    title: str
    rows: Sequence[tuple[str, str, str, str]]


def values_copy(receipt: str, filename: str, sheets: Sequence[CopiedSheet]) -> bytes:
    """The workbook, a sheet of it for each that was read. `filename`: of the file that came."""
    note = f"受付番号 {receipt} の添付「{filename}」から読み取った値の写しです（元のファイルではありません）。"
    return text_book(
        [TextTable(f"{number}", (note, sheet.title), _COLUMNS, sheet.rows) for number, sheet in enumerate(sheets, 1)]
    )
