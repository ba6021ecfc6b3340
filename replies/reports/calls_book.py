"""「電話の名簿」: whom to telephone, as a workbook with columns for what was said. It holds how people are reached, and
goes to nobody by mail.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from replies.cells import put
from replies.reports.data import Occasion
from replies.reports.style import FIRST_ROW, CellStyles, Ink, add_table, end_table, new_book, row_height
from replies.wording import Wording

# (heading in wording.toml's [report], width); the last three are for whoever calls
_COLUMNS = (
    ("lgcode", 11.0), ("body", 20.0), ("section", 26.0), ("call_left", 28.0), ("call_reason", 26.0),
    ("call_telephone", 32.0), ("call_addresses", 30.0), ("call_done", 14.0), ("call_result", 26.0), ("memo", 20.0),
)  # fmt: skip


class Called(Protocol):
    """One respondent in one mailbox, as the list shows it."""

    @property
    def lgcode(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def section(self) -> str: ...
    @property
    def left(self) -> tuple[str, ...]: ...
    @property
    def said(self) -> str: ...
    @property
    def telephone(self) -> str: ...
    @property
    def addresses(self) -> tuple[str, ...]: ...


def calls_book(calls: Sequence[Called], occasion: Occasion, wording: Wording) -> bytes:
    """The list as .xlsx. Equal lists give equal bytes; no cell can be a formula."""
    words = wording.report
    book, raw = new_book(words["calls_title"], occasion.ministry)
    ink = Ink(book, CellStyles.of(book), occasion, wording, words["calls_title"], words["confidential"])
    columns = [(words[key], width) for key, width in _COLUMNS]
    sheet = add_table(ink, words["calls_sheet"], words["note_calls"], columns)
    for row, call in enumerate(calls, start=FIRST_ROW):
        told = (
            call.lgcode, call.name, call.section, "\n".join(call.left), call.said, call.telephone,
            "\n".join(call.addresses), "", "", "",
        )  # fmt: skip
        for column, text in enumerate(told):
            put(sheet, (row, column), text, ink.looks.small if column else ink.looks.state)
        sheet.set_row(row, row_height([width for _, width in columns], dict(enumerate(told))))
    end_table(sheet, max(1, len(calls)), len(columns))
    book.close()
    return raw.getvalue()
