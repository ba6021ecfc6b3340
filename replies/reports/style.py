"""How the reports' workbooks look: styles, colours of the states, header and footer, equal bytes.

Appearance only. Colour never stands alone: each state is a sign and a word, which a black and white print
tells apart.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from config.frozen import frozen
from config.jst import in_jst
from replies.cells import SAFE_OPTIONS, cell_text, put
from replies.japanese import era_date
from replies.reports.columns import ColumnKind, ColumnValue, ReportColumn
from replies.reports.data import Occasion
from replies.reports.words import is_state, mark
from replies.states import State
from replies.wording import Wording
from replies.workbooks.export_style import LOOK, points

INK = "#1F2D3D"
QUIET = "#5B6672"
RULE = "#C9D1D9"
BAND = "#E8EDF2"
ACCENT = "#1F5A8C"
LEAST_ROW = 21.0  # points
TALLEST_ROW = 409.0  # Excel specifications and limits

# state → (fill, ink)
STATE_COLOURS: dict[State, tuple[str, str]] = {
    "accepted": ("#CFE3F2", "#123E63"),
    "partial": ("#E6F1F8", "#123E63"),
    "correction": ("#F6D9A6", "#5C3A00"),
    "held": ("#E4DDF0", "#3F2E63"),
    "outstanding": ("#FBE9E4", "#7A2314"),
    "not_applicable": ("#F2F2F2", "#5B6672"),
}

_A4 = 9  # ECMA-376 part 1 §18.3.1.63
_CREATED = datetime(2023, 1, 1, tzinfo=UTC)  # of every report: no clock, so that equal data gives equal bytes
_HEADER_LIMIT = 200  # of the 255 characters that a header holds in all


@frozen
class CellStyles:
    """The cell styles of one workbook. Those for texts bear `quote_prefix`, as `cells.put` wants it."""

    title: Format
    eyebrow: Format
    instant: Format
    caption: Format
    figure: Format
    remark: Format
    notice: Format
    line: Format
    heading: Format
    topic: Format
    section: Format
    strong: Format
    text: Format
    small: Format
    state: Format
    number: Format
    share: Format
    moment: Format
    note: Format

    @classmethod
    def of(cls, book: Workbook) -> CellStyles:
        """Add the styles to a new workbook."""
        words = {"quote_prefix": True, "num_format": "@", "font_color": INK, "valign": "vcenter"}
        box = {"border": 1, "border_color": RULE, "valign": "vcenter", "font_color": INK}
        cell = {**words, **box, "text_wrap": True, "indent": 1}
        card = {**words, "align": "center", "bg_color": BAND}
        head = {**words, **box, "bold": True, "bg_color": BAND, "text_wrap": True, "align": "center"}
        return cls(
            title=book.add_format({**words, "bold": True, "font_size": 18}),
            eyebrow=book.add_format({**words, "font_color": QUIET}),
            instant=book.add_format({**words, "align": "right", "font_size": 11}),
            caption=book.add_format({**card, "font_color": QUIET}),
            figure=book.add_format({**card, "bold": True, "font_size": 16, "font_color": ACCENT}),
            remark=book.add_format({**card, "font_size": 9}),
            notice=book.add_format({**words, "bold": True, "text_wrap": True}),
            line=book.add_format({**words, "text_wrap": True, "indent": 1}),
            heading=book.add_format(head),
            topic=book.add_format({**words, "bold": True, "font_size": 13}),
            section=book.add_format(
                {**words, "bold": True, "font_size": 12, "bottom": 2, "bottom_color": ACCENT}
            ),
            strong=book.add_format({**cell, "bold": True}),
            text=book.add_format(cell),
            small=book.add_format({**cell, "font_size": 9}),
            state=book.add_format({**cell, "indent": 0, "align": "center"}),
            number=book.add_format({**box, "num_format": "#,##0", "align": "center"}),
            share=book.add_format({**box, "num_format": "0%", "align": "center"}),
            moment=book.add_format({**box, "num_format": "m/d hh:mm", "align": "center"}),
            note=book.add_format({**words, "font_size": 9, "font_color": QUIET}),
        )


@frozen
class Ink:
    """What every sheet of one workbook is written with."""

    book: Workbook
    looks: CellStyles
    occasion: Occasion
    wording: Wording
    about: str  # what stands in the header: 神奈川県　提出状況のご報告
    marked: str = ""  # 取扱注意, where it is


def new_book(title: str, author: str) -> tuple[Workbook, io.BytesIO]:
    """An empty workbook in memory, whose bytes depend on its content only; close it, then read."""
    raw = io.BytesIO()
    book = Workbook(raw, {**SAFE_OPTIONS, **LOOK, "in_memory": True})  # in memory: parts bear no time of day
    book.set_properties({"title": cell_text(title), "author": cell_text(author), "created": _CREATED})
    return book, raw


def add_sheet(ink: Ink, name: str, widths: Sequence[float], landscape: bool = True) -> Worksheet:
    """A sheet on A4, one page wide, with header and footer: what it is about, the instant, the page."""
    sheet = ink.book.add_worksheet(name)
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    sheet.hide_gridlines(2)
    sheet.set_paper(_A4)
    if landscape:
        sheet.set_landscape()
    sheet.set_margins(left=0.45, right=0.45, top=0.7, bottom=0.6)
    sheet.center_horizontally()
    sheet.fit_to_pages(1, 0)
    at = ink.wording.report["at"].format(instant=era_date(ink.occasion.at))
    marked = f"&B【{ink.marked}】&B　" if ink.marked else ""
    sheet.set_header(f"&L{marked}{_literal(ink.about)}&R{_literal(at)}", {"margin": 0.3})
    sheet.set_footer(f"&L{_literal(ink.occasion.survey_title)}&C&P / &N&R&A", {"margin": 0.3})
    return sheet


def _literal(text: str) -> str:
    """`text` within a header, where & begins a code (ECMA-376 part 1 §18.3.1.46)."""
    return text[:_HEADER_LIMIT].replace("&", "&&")


FIRST_ROW = 3  # of a table's body, from 0


def add_table(
    ink: Ink, name: str, note: str, columns: Sequence[tuple[str, float]], landscape: bool = True
) -> Worksheet:
    """A sheet with one table on it: title, a note, headings (text, width of the column), which stay in sight
    and stand on every page. The body begins in FIRST_ROW; `end_table` closes it."""
    sheet = add_sheet(ink, name, [width for _, width in columns], landscape)
    sheet.set_default_row(LEAST_ROW - 3)
    put(sheet, (0, 0), f"{ink.about}（{name}）", ink.looks.topic)
    sheet.set_row(0, 26)
    put(sheet, (1, 0), note, ink.looks.note)
    if columns:
        put_headings(sheet, FIRST_ROW - 1, [heading for heading, _ in columns], ink)
        sheet.repeat_rows(FIRST_ROW - 1)
        sheet.freeze_panes(FIRST_ROW, min(2, len(columns) - 1))
    return sheet


def end_table(sheet: Worksheet, rows: int, columns: int) -> None:
    """Put filters over the whole table; codes in its first column are texts and no mistake."""
    last = FIRST_ROW + rows - 1
    sheet.autofilter(FIRST_ROW - 1, 0, last, columns - 1)
    sheet.ignore_errors({"number_stored_as_text": f"A{FIRST_ROW + 1}:A{last + 1}"})


def put_headings(sheet: Worksheet, row: int, headings: Sequence[str], ink: Ink) -> None:
    """Write the headings of a table in one row."""
    for column, heading in enumerate(headings):
        put(sheet, (row, column), heading, ink.looks.heading)
    sheet.set_row(row, 32)


def put_moment(sheet: Worksheet, place: tuple[int, int], moment: datetime | None, ink: Ink) -> None:
    """Write an instant as a date that Excel can sort and filter, in JST; a blank cell for None."""
    if moment is None:
        sheet.write_blank(*place, None, ink.looks.moment)
    else:
        sheet.write_datetime(*place, in_jst(moment).replace(tzinfo=None, microsecond=0), ink.looks.moment)


def put_share(sheet: Worksheet, place: tuple[int, int], percent: int | None, look: Format, ink: Ink) -> None:
    """Write a share that Excel can sort; ― for None."""
    if percent is None:
        put(sheet, place, ink.wording.report["none"], look)
    else:
        sheet.write_number(*place, percent / 100, look)


def put_row(
    sheet: Worksheet,
    place: tuple[int, int],
    values: Iterable[tuple[ReportColumn[Any], ColumnValue]],
    ink: Ink,
    between: str = "\n",
) -> dict[int, str]:
    """Write these values from (row, column) on, each as its column wants it; what may need several lines comes back,
    by column. `between` stands between remarks."""
    row, first = place
    texts: dict[int, str] = {}
    for column, (what, value) in enumerate(values, start=first):
        if what.kind == "moment":
            put_moment(sheet, (row, column), value if isinstance(value, datetime) else None, ink)
            continue
        text = _text_of(what, value, ink.wording, between)
        put(sheet, (row, column), text, getattr(ink.looks, _LOOKS[what.kind]))
        if what.kind not in ("state", "figure"):
            texts[column] = text
    return texts


_LOOKS: dict[ColumnKind, str] = {
    "head": "strong",
    "state": "state",
    "figure": "state",
    "tags": "small",
    "sentences": "small",
    "request": "text",
    "text": "small",
}


def _text_of(column: ReportColumn[Any], value: ColumnValue, wording: Wording, between: str) -> str:
    if isinstance(value, tuple):
        listed = column.kind != "tags" and len(value) > 1
        return between.join(f"・{text}" if listed else text for text in value)
    return mark(value, wording) if column.kind == "state" and is_state(value) else str(value)


def colour_states(sheet: Worksheet, area: tuple[int, int, int, int], ink: Ink) -> None:
    """Fill by state in (first row, first column, last row, last column), by the sign a cell begins with."""
    first_row, first_column, last_row, last_column = area
    for state, (fill, colour) in STATE_COLOURS.items():
        look = {"bg_color": fill, "font_color": colour, "bold": state == "outstanding"}
        rule = {
            "type": "text",
            "criteria": "begins with",
            "value": ink.wording.report[f"symbol_{state}"],
            "format": ink.book.add_format(look),
        }
        sheet.conditional_format(first_row, first_column, last_row, last_column, rule)


def row_height(widths: Sequence[float], texts: Mapping[int, str]) -> float:
    """The height of a row that shows these texts whole; by column, in columns of these widths."""
    needed = max(points(text, widths[column] - 2) + 6 for column, text in texts.items())
    return min(max(LEAST_ROW, needed), TALLEST_ROW)
