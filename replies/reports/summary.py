"""「提出状況」: the first sheet of a prefecture's workbook, everything that a section chief asks first, on one A4 page.

Writes what the report holds in the words of `words.py`; counts and decides nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from replies.cells import put
from replies.japanese import era_date
from replies.reports.data import PrefectureReport, ProgramLine
from replies.reports.style import Ink, add_sheet, colour_states, put_headings, put_moment, row_height
from replies.reports.words import (
    STATES,
    done,
    mark,
    notice,
    remaining,
    remarks_of_line,
    requests_of,
    time_left,
)
from replies.wording import Wording

_WIDTHS = (13.0, 16.0, 13.0, 14.0, 13.0, 38.0, 46.0)
_CARDS = ((0, 2), (3, 5), (6, 6))  # first and last column of the three figures
_CONTACTS = ((0, 0), (1, 4), (5, 5), (6, 6))


def write_summary(ink: Ink, report: PrefectureReport) -> None:
    """「提出状況」: everything that a section chief asks first, on one A4 page."""
    words = ink.wording.report
    sheet = add_sheet(ink, words["sheet_summary"], _WIDTHS)
    sheet.fit_to_pages(1, 1)
    last = len(_WIDTHS) - 1
    put(sheet, (0, 0), report.occasion.survey_title, ink.looks.eyebrow)
    put(sheet, (1, 0), ink.about, ink.looks.title)
    put(sheet, (1, last), words["at"].format(instant=era_date(report.occasion.at)), ink.looks.instant)
    sheet.set_row(1, 30)
    _write_cards(sheet, ink, report)
    row = _write_notice(sheet, 7, ink, report)
    row = _write_programs(sheet, row, ink, report)
    row = _write_contacts(sheet, row + 1, ink, report.programs)
    legend = "　".join(mark(state, ink.wording) for state in STATES)
    put(sheet, (row + 1, 0), f"{words['legend']}　{legend}", ink.looks.note)
    if report.municipalities:
        put(sheet, (row + 2, 0), words["note_rows"], ink.looks.note)


def _write_cards(sheet: Worksheet, ink: Ink, report: PrefectureReport) -> None:
    """Three figures: the deadline, how long it is away, and how much is complete."""
    words = ink.wording.report
    finished, owed = done(report)
    caption, left, remark = time_left(report.occasion, ink.wording)
    cards = (
        (words["deadline"], era_date(report.occasion.deadline), ""),
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
    """A text over the cells (row, first column, last column)."""
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
    _put_wide(sheet, (row, 0, len(_WIDTHS) - 1), said, ink.looks.notice)
    sheet.set_row(row, 24)
    return row + 1


def _write_programs(sheet: Worksheet, row: int, ink: Ink, report: PrefectureReport) -> int:
    """A row for each program that the prefecture owes; returns the next free row."""
    words = ink.wording.report
    headings = ("program", "state", "collected", "received", "remarks", "remaining", "request")
    put_headings(sheet, row, [words[key] for key in headings], ink)
    for line in report.programs:
        row += 1
        left = _listed(remaining(line, report, ink.wording)) or words["nothing_remaining"]
        asked = _listed(requests_of(line, report, ink.wording))
        remarks = "\n".join(remarks_of_line(line, ink.wording))
        put(sheet, (row, 0), line.name, ink.looks.strong)
        put(sheet, (row, 1), mark(line.state, ink.wording), ink.looks.state)
        put(sheet, (row, 2), _collected(line, ink.wording), ink.looks.state)
        put_moment(sheet, (row, 3), line.received_at, ink)
        put(sheet, (row, 4), remarks, ink.looks.small)
        put(sheet, (row, 5), left, ink.looks.small)
        put(sheet, (row, 6), asked, ink.looks.text)
        sheet.set_row(row, max(40.0, row_height(_WIDTHS, {4: remarks, 5: left, 6: asked})))
    colour_states(sheet, (row - len(report.programs) + 1, 1, row, 1), ink)
    return row + 1


def _listed(sentences: Sequence[str]) -> str:
    """Several sentences one below the other, each behind a point."""
    return "\n".join(f"・{text}" if len(sentences) > 1 else text for text in sentences)


def _collected(line: ProgramLine, wording: Wording) -> str:
    if line.collected is None:
        return wording.report["none"]
    tally = line.collected
    return wording.report["bodies_of"].format(done=tally.accepted, total=tally.total - tally.not_applicable)


def _write_contacts(sheet: Worksheet, row: int, ink: Ink, programs: Sequence[ProgramLine]) -> int:
    """Whom to send to and whom to ask, per program; returns the next free row."""
    words = ink.wording.report
    last = len(_WIDTHS) - 1
    _put_wide(sheet, (row, 0, last), words["contact"], ink.looks.section)
    sheet.set_row(row, 26)
    table = [(words["program"], words["section"], words["telephone"], words["address"])]
    for line in programs:
        telephone = words["extension_of"].format(
            telephone=line.contact.telephone, extension=line.contact.extension
        )
        table.append((line.name, line.contact.section, telephone, line.contact.address))
    for number, texts in enumerate(table):
        look = ink.looks.text if number else ink.looks.heading
        for (first, end), text in zip(_CONTACTS, texts, strict=True):
            _put_wide(sheet, (row + 1 + number, first, end), text, look)
        sheet.set_row(row + 1 + number, 22)
    return row + 1 + len(table)
