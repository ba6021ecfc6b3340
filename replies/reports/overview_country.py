"""「全国の状況」: the first sheet of the overview's workbook, with the tile map of Japan, on one A4 page.

The shades repeat what the figure in each tile says; nothing is told by colour alone.
"""

from __future__ import annotations

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from config.tiles import tile_positions
from replies.cells import put
from replies.japanese import era_date
from replies.reports.data import Overview, ProgramTotal
from replies.reports.overview_words import (
    beside_states,
    level,
    levels,
    map_note,
    share,
    share_said,
    short_name,
    totals,
)
from replies.reports.style import INK, Ink, add_sheet, put_share
from replies.reports.words import deadline_said, time_left

SHADES = ("#FFFFFF", "#E3EEF6", "#C2DBEC", "#92BCD9", "#2F6F9F", "#0F3F66")
_DARK = 4  # from this shade on, the text is white

_COLUMNS = 14  # of the map
_CARDS = ((0, 5), (6, 8), (9, 13))
_SPANS = ((0, 1), (2, 3), (4, 4), (5, 6), (7, 8), (9, 10), (11, 12), (13, 13))  # of the table's columns
_TABLE, _MAP_GAP = 7, 2


def write_country(ink: Ink, overview: Overview) -> None:
    """Write the figures, the programs and the map of the whole country."""
    words = ink.wording.report
    sheet = add_sheet(ink, words["sheet_country"], [8.0] * _COLUMNS)
    sheet.fit_to_pages(1, 1)
    put(sheet, (0, 0), overview.occasion.survey_title, ink.looks.eyebrow)
    put(sheet, (1, 0), f"{ink.about}　【{ink.marked}】", ink.looks.title)
    at = words["at"].format(instant=era_date(overview.occasion.at))
    put(sheet, (1, _COLUMNS - 1), at, ink.looks.instant)
    sheet.set_row(1, 30)
    _write_cards(sheet, ink, overview)
    row = _write_programs(sheet, ink, overview)
    sheet.merge_range(row, 0, row, _COLUMNS - 1, "", ink.looks.section)
    put(sheet, (row, 0), words["map"], ink.looks.section)
    sheet.set_row(row, 24)
    put(sheet, (row + 1, 0), map_note(overview, ink.wording), ink.looks.note)
    _write_map(sheet, row + _MAP_GAP, ink, overview)


def _write_cards(sheet: Worksheet, ink: Ink, overview: Overview) -> None:
    words = ink.wording.report
    done, owed = totals(overview)
    caption, left, remark = time_left(overview.occasion, ink.wording)
    cards = (
        deadline_said(overview.occasion, ink.wording),
        (caption, left, remark),
        (words["received_of"], share_said(done, owed, ink.wording), ""),
    )
    looks = (ink.looks.caption, ink.looks.figure, ink.looks.remark)
    for (first, last), card in zip(_CARDS, cards, strict=True):
        for row, (text, look) in enumerate(zip(card, looks, strict=True), start=3):
            sheet.merge_range(row, first, row, last, "", look)
            put(sheet, (row, first), text, look)
    for row, height in ((3, 20), (4, 28), (5, 18)):
        sheet.set_row(row, height)


def _write_programs(sheet: Worksheet, ink: Ink, overview: Overview) -> int:
    """How many obligations of each program are in which state; returns the row behind the table."""
    words, state = ink.wording.report, ink.wording.state
    states = ("accepted", "partial", "correction", "held", "outstanding")
    heads = [f"{words[f'symbol_{key}']} {state[key]}" for key in states]
    heads = [words["program"], heads[0], words["late_count"], *heads[1:], words["total"]]
    for (first, last), head in zip(_SPANS, heads, strict=True):
        _span(sheet, (_TABLE, first, last), head, ink.looks.heading)
    sheet.set_row(_TABLE, 32)
    for row, program in enumerate(overview.programs, start=_TABLE + 1):
        _span(sheet, (row, *_SPANS[0]), program.name, ink.looks.strong)
        for (first, last), count in zip(_SPANS[1:], _counts(program), strict=True):
            _span(sheet, (row, first, last), count, ink.looks.number)
        sheet.set_row(row, 19)
    behind = _TABLE + len(overview.programs) + 1
    put(sheet, (behind, 0), beside_states(overview, ink.wording), ink.looks.note)
    return behind + 1


def _counts(program: ProgramTotal) -> tuple[int, ...]:
    open_ones = (program.partial, program.correction, program.held, program.outstanding)
    return program.accepted, program.late, *open_ones, program.total - program.not_applicable


def _span(sheet: Worksheet, area: tuple[int, int, int], value: str | int, look: Format) -> None:
    """Write a text or number over the cells (row, first column, last column)."""
    row, first, last = area
    if last > first:
        sheet.merge_range(row, first, row, last, "", look)
    if isinstance(value, str):
        put(sheet, (row, first), value, look)
    else:
        sheet.write_number(row, first, value, look)


def _write_map(sheet: Worksheet, top: int, ink: Ink, overview: Overview) -> None:
    """Write each tile as two cells: the name, and below it the share of what was accepted."""
    names, shares = [_look(ink, n, False) for n in range(6)], [_look(ink, n, True) for n in range(6)]
    for tile in overview.tiles:
        place, shade = tile_positions()[tile.code], level(tile)
        row, column = top + 2 * (place.row - 1), place.column - 1
        put(sheet, (row, column), short_name(tile), names[shade])
        put_share(sheet, (row + 1, column), share(tile.accepted, tile.total), shares[shade], ink)
    for number, text in enumerate(levels(ink.wording)):
        put(sheet, (top + number, 0), "", shares[number])
        put(sheet, (top + number, 1), text, ink.looks.note)
    for row in range(top, top + 2 * 11, 2):
        sheet.set_row(row, 15)
        sheet.set_row(row + 1, 17)


def _look(ink: Ink, shade: int, number: bool) -> Format:
    """The upper or lower cell of a tile."""
    edge = {"left": 1, "right": 1, "border_color": INK, **({"bottom": 1} if number else {"top": 1})}
    text = {"align": "center", "valign": "vcenter", "font_color": "#FFFFFF" if shade >= _DARK else INK}
    shown = {"num_format": "0%", "bold": True, "font_size": 11} if number else {"font_size": 9}
    words = {} if number else {"quote_prefix": True}
    return ink.book.add_format({**edge, **text, **shown, **words, "bg_color": SHADES[shade]})
