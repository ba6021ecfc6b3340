"""「提出状況」: the first sheet of a prefecture's workbook, everything that a section chief asks first, on one A4 page.

Writes what the report holds in the words of `words.py`; counts and decides nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from replies.cells import put
from replies.japanese import era_date
from replies.reports.columns import PROGRAM, headings, program_row, values
from replies.reports.data import PrefectureReport, ProgramLine
from replies.reports.style import Ink, add_sheet, colour_states, put_headings, put_row, row_height
from replies.reports.today import calls, changes
from replies.reports.words import (
    SHOWN,
    deadline_said,
    done,
    mark,
    notice,
    time_left,
)

_WIDTHS = tuple(column.width for column in PROGRAM)
_LAST = len(PROGRAM) - 1
_CARDS = ((0, 2), (3, _LAST - 1), (_LAST, _LAST))  # first and last column of the three figures
_CONTACTS = ((0, 0), (1, _LAST - 2), (_LAST - 1, _LAST - 1), (_LAST, _LAST))


def write_summary(ink: Ink, report: PrefectureReport) -> None:
    """「提出状況」: everything that a section chief asks first, on one A4 page."""
    words = ink.wording.report
    sheet = add_sheet(ink, words["sheet_summary"], _WIDTHS)
    sheet.fit_to_pages(1, 1)
    put(sheet, (0, 0), report.occasion.survey_title, ink.looks.eyebrow)
    put(sheet, (1, 0), ink.about, ink.looks.title)
    put(sheet, (1, _LAST), words["at"].format(instant=era_date(report.occasion.at)), ink.looks.instant)
    sheet.set_row(1, 30)
    _write_cards(sheet, ink, report)
    row = _write_notice(sheet, 7, ink, report)
    row = _write_today(sheet, row, ink, report)
    row = _write_programs(sheet, row, ink, report)
    row = _write_contacts(sheet, row + 1, ink, report.programs)
    legend = "　".join(mark(state, ink.wording) for state in SHOWN)
    notes = [f"{words['legend']}　{legend}", words["note_unbooked"]]
    notes += [words["note_rows"], words["note_contact"]] if report.municipalities else []
    for place, note in enumerate(notes, start=row + 1):
        put(sheet, (place, 0), note, ink.looks.note)


def _write_cards(sheet: Worksheet, ink: Ink, report: PrefectureReport) -> None:
    """Three figures: the deadline, how long it is away, and how much is complete."""
    words = ink.wording.report
    finished, owed = done(report)
    caption, left, remark = time_left(report.occasion, ink.wording)
    cards = (
        deadline_said(report.occasion, ink.wording),
        (caption, left, remark),
        (words["done"], words["done_of"].format(done=finished, total=owed), words["done_unit"]),
    )
    looks = (ink.looks.caption, ink.looks.figure, ink.looks.remark)
    for (first, last), card in zip(_CARDS, cards, strict=True):
        for row, (text, look) in enumerate(zip(card, looks, strict=True), start=3):
            _put_wide(sheet, (row, first, last), text, look)
    for row, height in ((3, 20), (4, 28), (5, 18)):
        sheet.set_row(row, height)


def _put_wide(sheet: Worksheet, area: tuple[int, int, int], text: str, look: Format) -> None:
    """Write a text over the cells (row, first column, last column)."""
    row, first, last = area
    if last > first:
        sheet.merge_range(row, first, row, last, "", look)
    put(sheet, (row, first), text, look)


def _write_notice(sheet: Worksheet, row: int, ink: Ink, report: PrefectureReport) -> int:
    """Thanks, or what holds after the deadline; returns the next free row."""
    finished, owed = done(report)
    said = notice(report.occasion, finished == owed, ink.wording)
    if not said:
        return row
    _put_wide(sheet, (row, 0, _LAST), said, ink.looks.notice)
    sheet.set_row(row, 24)
    return row + 1


def _write_today(sheet: Worksheet, row: int, ink: Ink, report: PrefectureReport) -> int:
    """Whom to call today, and what has changed; returns the next free row."""
    if report.municipalities or report.corrections:
        _put_wide(sheet, (row, 0, _LAST), ink.wording.report["today"], ink.looks.section)
        sheet.set_row(row, 26)
        for said in (*calls(report, ink.wording), *changes(report, ink.wording)):
            row += 1
            _put_wide(sheet, (row, 0, _LAST), said, ink.looks.line)
            sheet.set_row(row, row_height([sum(_WIDTHS)], {0: said}))
        row += 2
    return row


def _write_programs(sheet: Worksheet, row: int, ink: Ink, report: PrefectureReport) -> int:
    """A row for each program that the prefecture owes; returns the next free row."""
    put_headings(sheet, row, [heading for heading, _ in headings(PROGRAM, ink.wording)], ink)
    for line in report.programs:
        row += 1
        texts = put_row(sheet, (row, 0), values(PROGRAM, program_row(line, report, ink.wording)), ink)
        sheet.set_row(row, max(40.0, row_height(_WIDTHS, texts)))
    for place, column in enumerate(PROGRAM):
        if column.kind == "state":
            colour_states(sheet, (row - len(report.programs) + 1, place, row, place), ink)
    return row + 1


def _write_contacts(sheet: Worksheet, row: int, ink: Ink, programs: Sequence[ProgramLine]) -> int:
    """Whom to send to and whom to ask, per program; returns the next free row."""
    words = ink.wording.report
    _put_wide(sheet, (row, 0, _LAST), words["contact"], ink.looks.section)
    sheet.set_row(row, 26)
    table = [(words["program"], words["section"], words["telephone"], words["address"])]
    for line in programs:
        contact = line.contact
        telephone = words["extension_of"].format(telephone=contact.telephone, extension=contact.extension)
        telephone = telephone if contact.extension else contact.telephone
        table.append((line.name, line.contact.section, telephone, line.contact.address))
    for number, texts in enumerate(table):
        look = ink.looks.text if number else ink.looks.heading
        for (first, end), text in zip(_CONTACTS, texts, strict=True):
            _put_wide(sheet, (row + 1 + number, first, end), text, look)
        sheet.set_row(row + 1 + number, 22)
    return row + 1 + len(table)
