"""Strangers' words in the workbooks that we make: text stays text, and no character is lost in silence.

No cell written here can be a formula, a link or markup, neither now nor after somebody has edited it. Knows
nothing of what the cells are about.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from intake.shown import UNREADABLE, unturned

FONT = "ＭＳ Ｐゴシック"  # of every workbook
TEXT_LIMIT = 32_767  # characters that a cell holds (Excel specifications and limits)

# Against cells that turn into formulas, numbers or links by themselves; `put` writes strings only, anyway.
SAFE_OPTIONS = {"strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}

_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # not in XML 1.0 §2.2
_CUT = "［以下略］"
_BREAKS = re.compile(r"\r\n?|[\v\f\u0085\u2028\u2029]")


def put(sheet: Worksheet, place: tuple[int, int], text: str, style: Format) -> None:
    """Write a text into the cell at (row, column), both from 0. `style` should bear `quote_prefix`, with which a text
    like 「=1+1」 stays one when its cell is edited (ECMA-376 part 1 §18.8.45)."""
    row, column = place
    value = cell_text(text)
    if value.startswith("<r>") and value.endswith("</r>"):
        # XlsxWriter takes such a text for finished markup; in two pieces it is escaped like any other.
        sheet.write_rich_string(row, column, value[:1], style, value[1:], style)
    elif value:
        sheet.write_string(row, column, value, style)
    else:
        sheet.write_blank(row, column, None, style)


def put_typed(sheet: Worksheet, place: tuple[int, int], value: str | Decimal | date, style: Format) -> None:
    """Write a number or a date as Excel's own, and a text as `put` does."""
    if isinstance(value, Decimal):
        sheet.write_number(*place, float(value), style)
    elif isinstance(value, date):
        sheet.write_datetime(*place, value, style)
    else:
        put(sheet, place, value, style)


def cell_text(text: str) -> str:
    """`text` as a cell can hold it: line breaks as LF, 〓 for each character that no workbook can hold, the code of
    each that turns the direction of writing, and ［以下略］ at the end of what is longer than a cell."""
    value = unturned(_UNWRITABLE.sub(UNREADABLE, _BREAKS.sub("\n", text)))
    return value if len(value) <= TEXT_LIMIT else value[: TEXT_LIMIT - len(_CUT)] + _CUT
