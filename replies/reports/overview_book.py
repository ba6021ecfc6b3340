"""The national overview as a workbook for headquarters, marked 取扱注意: the map, tables to filter, native charts.

Writes what the overview holds and decides nothing; no cell can be a formula, and equal data gives equal bytes.
"""

from __future__ import annotations

from collections.abc import Sequence

from xlsxwriter.worksheet import Worksheet

from replies.cells import put
from replies.reports.data import CityLine, Overview, ProgramTotal
from replies.reports.overview_country import write_country
from replies.reports.overview_sheets import write_findings, write_receipts, write_waiting
from replies.reports.overview_words import kind_named, kinds_named, map_note, share
from replies.reports.style import (
    FIRST_ROW,
    CellStyles,
    Ink,
    add_table,
    colour_states,
    end_table,
    new_book,
    put_share,
)
from replies.reports.words import mark
from replies.wording import Wording

_BAR = "#92BCD9"


def overview_book(overview: Overview, wording: Wording) -> bytes:
    """The overview as .xlsx. KeyError for a finding or state without wording."""
    words = wording.report
    title = words["overview_title"]
    book, raw = new_book(title, overview.occasion.ministry)
    ink = Ink(book, CellStyles.of(book), overview.occasion, wording, title, marked=words["confidential"])
    write_country(ink, overview)
    _write_prefectures(ink, overview)
    if overview.cities:
        _write_cities(ink, overview.cities, overview.programs)
    write_receipts(ink, overview)
    write_waiting(ink, overview)
    write_findings(ink, overview)
    book.close()
    return raw.getvalue()


def _write_prefectures(ink: Ink, overview: Overview) -> None:
    """「都道府県別」: the map's figures, to be sorted."""
    words, state = ink.wording.report, ink.wording.state
    columns = [
        (words["code"], 9.0),
        (words["prefecture"], 14.0),
        (words["share"], 18.0),
        (words["all_answers"], 13.0),
        (words["accepted_answers"], 15.0),
        (state["correction"], 17.0),
        (state["held"], 12.0),
    ]
    sheet = add_table(ink, words["sheet_prefectures"], map_note(overview, ink.wording), columns, landscape=False)
    for row, tile in enumerate(overview.tiles, start=FIRST_ROW):
        put(sheet, (row, 0), tile.code, ink.looks.state)
        put(sheet, (row, 1), tile.name, ink.looks.text)
        put_share(sheet, (row, 2), share(tile.accepted, tile.total), ink.looks.share, ink)
        for column, count in enumerate((tile.total, tile.accepted, tile.correction, tile.held), start=3):
            sheet.write_number(row, column, count, ink.looks.number)
    _add_bars(sheet, len(overview.tiles))
    end_table(sheet, len(overview.tiles), len(columns))


def _add_bars(sheet: Worksheet, rows: int) -> None:
    """Put a bar behind each share; its figure stands on it."""
    bar = {"type": "data_bar", "bar_color": _BAR, "bar_solid": True, "min_type": "num", "max_type": "num"}
    last = FIRST_ROW + rows - 1
    sheet.conditional_format(FIRST_ROW, 2, last, 2, {**bar, "min_value": 0, "max_value": 1})


def _write_cities(ink: Ink, cities: Sequence[CityLine], programs: Sequence[ProgramTotal]) -> None:
    """「指定都市・中核市」, or whoever else answers by himself: the state of each program."""
    words = ink.wording.report
    columns = [(words["lgcode"], 11.0), (words["body"], 16.0), (words["prefecture"], 12.0)]
    columns += [(words["kind"], 11.0), *((program.name, 17.0) for program in programs)]
    sheet = add_table(ink, kinds_named(cities, ink.wording), words["note_filter"], columns, landscape=False)
    for row, city in enumerate(cities, start=FIRST_ROW):
        states = {cell.program: mark(cell.state, ink.wording) for cell in city.cells}
        texts = (city.lgcode, city.name, city.prefecture, kind_named(city.kind, ink.wording))
        for column, text in enumerate(texts):
            put(sheet, (row, column), text, ink.looks.text)
        for column, program in enumerate(programs, start=len(texts)):
            put(sheet, (row, column), states.get(program.program, words["none"]), ink.looks.state)
    last = FIRST_ROW + len(cities) - 1
    colour_states(sheet, (FIRST_ROW, 4, last, len(columns) - 1), ink)
    end_table(sheet, len(cities), len(columns))
