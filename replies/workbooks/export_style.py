"""How the export looks: fonts, borders, widths, print set-up. Appearance only, no figure and no word of its own."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from config.frozen import frozen
from replies.cells import FONT, put
from replies.wording import load_wording

LOOK = {"default_format_properties": {"font_name": FONT, "font_size": 10}}
LINE_POINTS = 13.5  # of one line of text

_BOX = {"border": 1, "border_color": "#7F7F7F", "valign": "vcenter"}
_LINE = {"valign": "top", "border": 1, "border_color": "#BFBFBF"}
_OPEN = {"italic": True, "bg_color": "#D9D9D9"}
_A4, _A3 = 9, 8  # ECMA-376 part 1 §18.3.1.63


@frozen
class Styles:
    """The cell styles of one workbook. Those for texts bear `quote_prefix`, as `cells.put` wants it."""

    text: Format
    open_text: Format  # of an answer that is not accepted yet: grey and italic, legible in black and white
    heading: Format
    title: Format
    note: Format
    question: Format
    label: Format
    circle: Format
    number: Format
    share: Format

    @classmethod
    def of(cls, book: Workbook) -> Styles:
        """Add the styles to a new workbook."""
        words = {"quote_prefix": True, "num_format": "@"}
        line = {**words, **_LINE, "text_wrap": True}
        head = {**_BOX, **words, "bold": True, "bg_color": "#E7E6E6", "text_wrap": True, "align": "center"}
        return cls(
            text=book.add_format(line),
            open_text=book.add_format({**line, **_OPEN}),
            heading=book.add_format(head),
            title=book.add_format({**words, "bold": True, "font_size": 14}),
            note=book.add_format(words),
            question=book.add_format({**head, "align": "left"}),
            label=book.add_format({**_BOX, **words, "text_wrap": True}),
            circle=book.add_format({**_BOX, **words, "align": "center"}),
            number=book.add_format({**_BOX, "num_format": "#,##0_ "}),
            share=book.add_format({**_BOX, "num_format": "0.0%_ "}),
        )


def figure_format(book: Workbook, number_format: str) -> Format:
    """A figure in a table of 「集計」."""
    return book.add_format({**_BOX, "num_format": number_format})


def cell_formats(book: Workbook, number_format: str) -> tuple[Format, Format]:
    """How numbers or dates stand among the texts: accepted, and not accepted yet."""
    plain = {**_LINE, "num_format": number_format}
    return book.add_format(plain), book.add_format({**plain, **_OPEN})


def set_up_rows(sheet: Worksheet, headings: Sequence[tuple[str, float]], title: str, styles: Styles) -> None:
    """Set up a sheet of rows: headings with their columns' widths, frozen with the first three columns; A3 landscape.
    Each row is one line high, so that a long text shows its beginning and does not run over its neighbours."""
    sheet.set_default_row(LINE_POINTS + 1.5)
    for column, (heading, width) in enumerate(headings):
        put(sheet, (0, column), heading, styles.heading)
        sheet.set_column(column, column, width)
    sheet.set_row(0, 2.4 * LINE_POINTS)
    sheet.freeze_panes(1, 3)
    sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{1 << 20}"})  # codes are texts
    sheet.repeat_rows(0)
    sheet.repeat_columns(0, 2)
    set_up_page(sheet, title, _A3)
    sheet.fit_to_pages(2, 0)


def set_up_page(sheet: Worksheet, title: str, paper: int = _A4, confidential: bool = True) -> None:
    """Landscape, with the title and, if need be, the mark of confidence above each page, its number below."""
    sheet.set_landscape()
    sheet.set_paper(paper)
    sheet.set_margins(left=0.4, right=0.4, top=0.7, bottom=0.6)
    mark = f"&R&B{load_wording().export['confidential']}" if confidential else ""
    sheet.set_header(f"&L{_literal(title)}{mark}", {"margin": 0.3})
    sheet.set_footer("&C&P / &N", {"margin": 0.3})


def _literal(text: str) -> str:
    """`text` within a header, where & begins a code (ECMA-376 part 1 §18.3.1.46)."""
    return text.replace("&", "&&")


def points(text: str, width: float, size: float = 10) -> float:
    """The height that a text needs in a column of that width, estimated for a wide Japanese font."""
    wide = size * 0.19  # digits of the standard font that a full-width character takes
    lines = 0
    for line in text.split("\n"):
        units = sum(wide if unicodedata.east_asian_width(c) in "WFA" else wide * 0.55 for c in line)
        lines += max(1, math.ceil(units / (width - 1)))
    return lines * LINE_POINTS * size / 10 + 4
