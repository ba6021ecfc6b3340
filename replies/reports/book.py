"""The workbook of one prefecture's report: one page to read, and behind it everything by municipality.

To prefectures goes this file alone. It writes what the report holds and counts nothing; no cell can be a
formula, and the same report gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence

from xlsxwriter.worksheet import Worksheet

from config.survey import Survey
from replies.cells import put
from replies.reports.columns import CELL, CORRECTION, POINT, cell_rows, headings, none_of, values
from replies.reports.data import MunicipalityLine, OpenCorrection, PrefectureReport, ProgramLine
from replies.reports.style import (
    FIRST_ROW,
    CellStyles,
    Ink,
    add_table,
    colour_states,
    end_table,
    new_book,
    put_row,
    row_height,
)
from replies.reports.summary import write_summary
from replies.reports.today import TownText, town_texts
from replies.reports.words import ToMend, asked_by, collected_programs
from replies.wording import Wording

_BEHIND = (("town_contact", 24.0), ("memo_called", 11.0), ("memo_due", 13.0), ("memo", 24.0))  # hers, but for the first
_UNSAID = ToMend("", "", "", "", "")  # a correction whose findings concern the ministry's people only


def prefecture_book(report: PrefectureReport, survey: Survey, wording: Wording) -> bytes:
    """The report as .xlsx: the one-page summary, municipalities and open corrections. How the cities
    stand that answer by themselves is their own affair. KeyError for a finding without wording."""
    about = f"{report.name}　{wording.report['title']}"
    book, raw = new_book(about, report.occasion.ministry)
    ink = Ink(book, CellStyles.of(book), report.occasion, wording, about)
    write_summary(ink, report)
    _write_municipalities(ink, report)
    _write_corrections(ink, report.corrections, survey)
    _write_texts(ink, town_texts(report, survey, wording))
    book.close()
    return raw.getvalue()


def _write_municipalities(ink: Ink, report: PrefectureReport) -> None:
    """「市区町村別」: every collected body × program, to be filtered and sorted."""
    words = ink.wording.report
    programs = collected_programs(report)
    if not programs:
        add_table(ink, words["sheet_municipalities"], words["no_municipalities"], ())
        return
    heads = headings(CELL, ink.wording)
    parts = [(f"{line.name}\n{heading}", width) for line in programs for heading, width in heads]
    behind = [(words[key], width) for key, width in _BEHIND]
    columns = [(words["lgcode"], 11.0), (words["body"], 18.0), *parts, *behind]
    direct = any(cell.direct for line in report.municipalities for cell in line.cells)
    note = words["note_keys"] + words["note_filter"] + (words["note_direct"] if direct else "")
    sheet = add_table(ink, words["sheet_municipalities"], note, columns)
    for row, line in enumerate(report.municipalities, start=FIRST_ROW):
        _write_municipality(sheet, row, line, programs, ink)
    last = FIRST_ROW + len(report.municipalities) - 1
    for place, column in enumerate(CELL * len(programs), start=2):
        if column.kind == "state":
            colour_states(sheet, (FIRST_ROW, place, last, place), ink)
    end_table(sheet, len(report.municipalities), len(columns))


def _write_municipality(
    sheet: Worksheet, row: int, line: MunicipalityLine, programs: Sequence[ProgramLine], ink: Ink
) -> None:
    put(sheet, (row, 0), line.lgcode, ink.looks.state)
    put(sheet, (row, 1), line.name, ink.looks.text)
    rows = cell_rows(line.cells, ink.wording)
    for number, program in enumerate(programs):
        row_of = rows.get(program.program)
        told = values(CELL, row_of) if row_of else [(column, none_of(column, ink.wording)) for column in CELL]
        put_row(sheet, (row, 2 + number * len(CELL)), told, ink, between="、")
    for place, text in enumerate((line.contact, "", "", ""), start=2 + len(programs) * len(CELL)):
        put(sheet, (row, place), text, ink.looks.small)


def _write_texts(ink: Ink, texts: Sequence[TownText]) -> None:
    """「市区町村あての文例」: one text for each municipality that has something to do."""
    if not texts:
        return
    words = ink.wording.report
    columns = [(words["lgcode"], 11.0), (words["body"], 16.0), (words["town_contact"], 26.0), (words["text"], 96.0)]
    sheet = add_table(ink, words["sheet_texts"], words["note_texts"], columns)
    for row, town in enumerate(texts, start=FIRST_ROW):
        put(sheet, (row, 0), town.lgcode, ink.looks.state)
        for column, text in enumerate((town.name, town.contact, town.text), start=1):
            put(sheet, (row, column), text, ink.looks.small)
        sheet.set_row(row, row_height([width for _, width in columns], {3: town.text, 2: town.contact}))
    end_table(sheet, len(texts), len(columns))


def _write_corrections(ink: Ink, corrections: Sequence[OpenCorrection], survey: Survey) -> None:
    """「ご確認いただきたい点」: one row for each thing to be mended."""
    words = ink.wording.report
    if not corrections:
        add_table(ink, words["sheet_corrections"], words["no_corrections"], ())
        return
    columns = headings(CORRECTION, ink.wording) + headings(POINT, ink.wording)
    sheet = add_table(ink, words["sheet_corrections"], words["note_filter"], columns)
    rows = [
        (correction, asked)
        for correction in corrections
        for asked in asked_by(correction.findings, survey, ink.wording) or (_UNSAID,)
    ]
    for row, (correction, asked) in enumerate(rows, start=FIRST_ROW):
        texts = put_row(sheet, (row, 0), [*values(CORRECTION, correction), *values(POINT, asked)], ink)
        sheet.set_row(row, row_height([width for _, width in columns], texts))
    end_table(sheet, len(rows), len(columns))
