"""How a blank form looks: fonts, fills, borders, widths, heights, print set-up.

Only appearance; no text and no formula. Heights are set by hand because merged cells get none by
themselves; they are estimated for a wide Japanese font, so that nothing is cut off in another one.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.utils.indexed_list import IndexedList
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.worksheet import Worksheet

from replies.cells import FONT

WIDTHS = (5.0, 6.0, 8.0, 40.0, 27.0, 33.0)  # columns A to F, in digits of the standard font
_TABLE_WIDTH = 16.0
LINE_HEIGHT = 15.0  # points, for 10 points of text
LEAST_HEIGHT = 22.0
PAGE_POINTS = 1020.0  # that an A4 page holds at the scale at which columns A to F fill its width

_THIN = Side(style="thin", color="FF7F7F7F")
_BOX = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_LABEL = PatternFill("solid", fgColor="FFEDEDED")
_INPUT = PatternFill("solid", fgColor="FFFFFBE6")
_BAND = PatternFill("solid", fgColor="FFD9E2EC")


def _font(size: float = 10, **more: Any) -> Font:
    return Font(name=FONT, size=size, **more)


# kind of cell → font, fill, horizontal and vertical alignment, border
_STYLES: dict[str, tuple[Font, PatternFill | None, str, str, Border | None]] = {
    "title": (_font(14, bold=True), None, "center", "center", None),
    "band": (_font(11, bold=True), _BAND, "left", "center", _BOX),
    "side": (_font(10, bold=True), _BAND, "center", "center", _BOX),
    "label": (_font(10, bold=True), _LABEL, "left", "center", _BOX),
    "header": (_font(10, bold=True), _BAND, "center", "center", _BOX),
    "item": (_font(10), _LABEL, "center", "center", _BOX),
    "text": (_font(10), None, "left", "center", _BOX),
    "line": (_font(10), _LABEL, "left", "center", _BOX),
    "hint": (_font(8, color="FF404040"), None, "left", "center", _BOX),
    "input": (_font(10), _INPUT, "left", "center", _BOX),
    "circle": (_font(12), _INPUT, "center", "center", _BOX),
    "flag": (_font(11, bold=True, color="FFC00000"), None, "center", "center", None),
    "list_header": (_font(9, bold=True), _LABEL, "center", "center", _BOX),
    "list": (_font(9), None, "left", "top", _BOX),
}


def add_styles(book: Workbook) -> None:
    """Give a new workbook its named styles, one for each kind of cell, and make FONT its standard font, in whose
    digits Excel and LibreOffice measure columns (openpyxl has no public way; a test looks at it)."""
    inner: Any = book
    inner._fonts = IndexedList([_font(11)])
    normal = inner._named_styles["Normal"]
    normal.font = _font(11)
    normal.bind(book)
    for kind, (font, fill, horizontal, vertical, border) in _STYLES.items():
        indent = 1 if horizontal == "left" else 0  # keeps the text off the border
        named = NamedStyle(
            name=_style_name(kind),
            font=font,
            alignment=Alignment(horizontal=horizontal, vertical=vertical, wrap_text=True, indent=indent),
            protection=Protection(locked=kind not in ("input", "circle")),
        )
        if fill:
            named.fill = fill
        if border:
            named.border = border
        book.add_named_style(named)


def style(sheet: Worksheet, area: str, kind: str) -> None:
    """Give every cell of an area ("A1", "A1:C3") the look of this kind; inputs are unlocked."""
    name = _style_name(kind)
    rows: Any = sheet[area] if ":" in area else ((sheet[area],),)
    for row in rows:
        for cell in row:
            cell.style = name


def _style_name(kind: str) -> str:
    return f"form {kind}"


def height(text: str, *columns: int, size: float = 10) -> float:
    """Points that a text needs in these columns (from 1) taken together."""
    room = sum(WIDTHS[column - 1] for column in columns) - 2.5
    wide = size * 0.17  # digits of the standard font that a full-width character takes
    lines = 0
    for line in text.split("\n"):
        units = sum(wide if unicodedata.east_asian_width(c) in "WFA" else wide * 0.6 for c in line)
        lines += max(1, math.ceil(units / room))
    return max(LEAST_HEIGHT, lines * LINE_HEIGHT * size / 10 + 6)


def set_up_form(sheet: Worksheet, header: int, last: tuple[int, int], header_text: str) -> None:
    """Set widths, protection, and A4 portrait one page wide, with row `header` on every page. `last`: row and
    column."""
    for letter, width in zip("ABCDEF", WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.sheet_view.showGridLines = False
    for column in range(len(WIDTHS) + 1, last[1] + 1):  # of tables
        sheet.column_dimensions[get_column_letter(column)].width = _TABLE_WIDTH
    sheet.print_area = f"A1:{get_column_letter(last[1])}{last[0]}"
    sheet.print_title_rows = f"{header}:{header}"
    _set_up_page(sheet, header_text, wide=False)
    _protect(sheet)


def break_pages(sheet: Worksheet, header: int, blocks: Iterable[tuple[int, int]]) -> None:
    """Put a page break before each block of rows (first, last) that would be cut by the end of a page."""

    def points(first: int, last: int) -> float:
        return sum(sheet.row_dimensions[row].height or 15.0 for row in range(first, last + 1))

    start, repeated = 1, 0.0
    for first, last in blocks:
        if repeated + points(start, last) > PAGE_POINTS:
            sheet.row_breaks.append(Break(id=first - 1))
            start, repeated = first, points(header, header)


def set_up_list(sheet: Worksheet, columns: int, header_text: str) -> None:
    """Set widths, protection, a frozen header, and A3 landscape two pages wide."""
    for place in range(1, columns + 1):
        sheet.column_dimensions[get_column_letter(place)].width = 14
    sheet.row_dimensions[1].height = 32
    sheet.freeze_panes = "A2"
    _set_up_page(sheet, header_text, wide=True)
    _protect(sheet)


def _set_up_page(sheet: Any, header_text: str, wide: bool) -> None:
    sheet.page_setup.orientation = "landscape" if wide else "portrait"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A3 if wide else sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth = 2 if wide else 1
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_options.horizontalCentered = not wide
    margins = sheet.page_margins
    margins.left = margins.right = 0.4
    margins.top, margins.bottom, margins.header, margins.footer = 0.65, 0.6, 0.3, 0.3
    sheet.oddHeader.right.text = header_text
    sheet.oddFooter.center.text = "&P / &N"


def _protect(sheet: Worksheet) -> None:
    """Protect a sheet, without a password: that keeps labels and formulas from slips, not from people. Rows and
    columns may be made higher and wider."""
    sheet.protection.sheet = True
    sheet.protection.formatRows = False
    sheet.protection.formatColumns = False
