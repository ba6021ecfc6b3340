"""The overview's sheets with native charts: receipts against the deadline, what stands still, what was corrected.

The tables hold what the charts show; axes bear titles and units; series differ by dash or pattern too.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from xlsxwriter.chart import Chart
from xlsxwriter.worksheet import Worksheet

from config.jst import JST, in_jst
from replies.cells import put
from replies.reports.data import Mends, Overview, Receipts
from replies.reports.overview_charts import COLOURS
from replies.reports.overview_words import (
    SHOWN,
    ages,
    by_age,
    finding_label,
    first_day,
    held_rows,
    question_label,
    queue_name,
    share,
    split,
)
from replies.reports.style import (
    FIRST_ROW,
    INK,
    RULE,
    Ink,
    add_sheet,
    add_table,
    end_table,
    put_headings,
    put_moment,
    put_share,
)
from replies.reports.words import span

_DASHES = ("solid", "dash", "round_dot", "long_dash_dot", "square_dot", "long_dash")
_FONT = {"size": 9, "color": INK}
_GRID: dict[str, Any] = {"visible": True, "line": {"color": RULE}}
_NO_GRID: dict[str, Any] = {"visible": False}
_CALM = {"fill": {"color": "#9FC3DE"}, "border": {"color": INK}}
_HATCHED = {
    "pattern": {"pattern": "wide_upward_diagonal", "fg_color": "#A86A00", "bg_color": "#F3C77D"},
    "border": {"color": INK},
}
_CHART = 17  # rows that a chart takes
_ROW = 18  # pixels of a row, at least


def write_receipts(ink: Ink, overview: Overview) -> None:
    """「受付の推移」: the counts after each receipt, and their lines up to the deadline."""
    words = ink.wording.report
    columns = [(words["received"], 15.0), *((line.name, 14.0) for line in overview.receipts)]
    sheet = add_table(ink, words["sheet_receipts"], words["receipts_note"], columns)
    moments = _moments(overview)
    for row, moment in enumerate(moments, start=FIRST_ROW):
        put_moment(sheet, (row, 0), moment, ink)
        for column, line in enumerate(overview.receipts, start=1):
            sheet.write_number(row, column, _count_at(line, moment), ink.looks.number)
    end_table(sheet, len(moments), len(columns))
    beside = len(columns) + 1
    top = max((line.total for line in overview.receipts), default=1)
    for row, height in ((FIRST_ROW, 0), (FIRST_ROW + 1, top)):  # the upright line of the last deadline
        put_moment(sheet, (row, beside + 9), overview.occasion.deadlines[-1], ink)
        sheet.write_number(row, beside + 10, height, ink.looks.number)
    chart = _receipts_chart(ink, sheet, overview, len(moments))
    sheet.insert_chart(FIRST_ROW, beside, chart, {"description": words["receipts"]})


def _moments(overview: Overview) -> list[datetime]:
    """Every instant at which a count changes, with the first day's midnight and the present."""
    found = {moment for line in overview.receipts for moment, _ in line.points}
    return sorted({first_day(overview.receipts, overview.occasion), *found, overview.occasion.at})


def _count_at(line: Receipts, moment: datetime) -> int:
    place = bisect_right([at for at, _ in line.points], moment)
    return line.points[place - 1][1] if place else 0


def _receipts_chart(ink: Ink, sheet: Worksheet, overview: Overview, rows: int) -> Chart:
    words, name = ink.wording.report, sheet.get_name()
    last, beside = FIRST_ROW + rows - 1, len(overview.receipts) + 2
    chart = ink.book.add_chart({"type": "scatter", "subtype": "straight"})
    for column, (line, dash) in enumerate(zip(overview.receipts, _DASHES, strict=False), start=1):
        chart.add_series(
            {
                "name": line.name,
                "categories": [name, FIRST_ROW, 0, last, 0],
                "values": [name, FIRST_ROW, column, last, column],
                "line": {"color": COLOURS[column - 1], "width": 2.25, "dash_type": dash},
            }
        )
    chart.add_series(
        {
            "name": words["deadline"],
            "categories": [name, FIRST_ROW, beside + 9, FIRST_ROW + 1, beside + 9],
            "values": [name, FIRST_ROW, beside + 10, FIRST_ROW + 1, beside + 10],
            "line": {"color": INK, "width": 1.5, "dash_type": "square_dot"},
        }
    )
    begin = _serial(first_day(overview.receipts, overview.occasion))
    end = _serial(max(overview.occasion.deadlines[-1], overview.occasion.at)) + 0.5
    days = {"min": begin, "max": end, "major_unit": 1, "num_format": "m/d"}
    _set_axes(chart, (words["axis_day"], days), (words["axis_accepted"], {"min": 0}))
    chart.set_title({"name": words["receipts"], "name_font": {**_FONT, "size": 12}})
    chart.set_legend({"position": "bottom", "font": _FONT})
    chart.set_size({"width": 760, "height": 400})
    return chart


def _serial(moment: datetime) -> float:
    """An instant as Excel counts days (ECMA-376 part 1 §18.17.4.1), in JST."""
    return (in_jst(moment) - datetime(1899, 12, 30, tzinfo=JST)) / timedelta(days=1)


def _set_axes(chart: Chart, x: tuple[str, dict[str, Any]], y: tuple[str, dict[str, Any]]) -> None:
    """Set titles, and faint lines at the figures of the y axis; each axis as (title, further properties)."""
    looks = {"name_font": {**_FONT, "bold": False}, "num_font": _FONT}
    chart.set_x_axis({"name": x[0], **looks, "major_gridlines": _NO_GRID, **x[1]})
    chart.set_y_axis({"name": y[0], **looks, "major_gridlines": _GRID, **y[1]})


def write_waiting(ink: Ink, overview: Overview) -> None:
    """「止まっているもの」: by age, by queue, and every single one, the oldest first."""
    words = ink.wording.report
    names = ages(ink.wording)
    sheet = add_sheet(ink, words["sheet_waiting"], [22.0, *([15.0] * len(names)), 8.0, 16.0])
    put(sheet, (0, 0), f"{ink.about}（{words['sheet_waiting']}）", ink.looks.topic)
    sheet.set_row(0, 26)
    put(
        sheet, (1, 0), words["waiting_note"] if overview.waiting else words["nothing_waiting"], ink.looks.note
    )
    put_headings(sheet, 2, [words["queue"], *names, words["total"], words["oldest"]], ink)
    for row, (name, counts, oldest) in enumerate(_queues(ink, overview), start=FIRST_ROW):
        put(sheet, (row, 0), name, ink.looks.strong)
        for column, count in enumerate((*counts, sum(counts)), start=1):
            sheet.write_number(row, column, count, ink.looks.number)
        put_moment(sheet, (row, len(names) + 2), oldest, ink)
    row = FIRST_ROW + len(_queues(ink, overview)) + 1
    if overview.waiting:
        row = _chart_ages(sheet, row, ink, overview)
        _list_waiting(sheet, row, ink, overview)


def _queues(ink: Ink, overview: Overview) -> list[tuple[str, tuple[int, ...], datetime | None]]:
    """The ministry's queues, and below them what waits for the respondents."""
    at = overview.occasion.at
    _, theirs = split(overview.waiting)
    oldest = min((w.since for w in theirs), default=None)
    return [*held_rows(overview, ink.wording), (queue_name(None, ink.wording), by_age(theirs, at), oldest)]


def _chart_ages(sheet: Worksheet, row: int, ink: Ink, overview: Overview) -> int:
    """The ages as a chart, with the figures that it shows; returns the next free row."""
    words, name = ink.wording.report, sheet.get_name()
    names = ages(ink.wording)
    chart = ink.book.add_chart({"type": "column"})
    ours, theirs = split(overview.waiting)
    for items, caption, look in (
        (ours, words["waits_for_us"], _CALM),
        (theirs, words["waits_for_them"], _HATCHED),
    ):
        put(sheet, (row, 0), caption, ink.looks.text)
        for column, count in enumerate(by_age(items, overview.occasion.at), start=1):
            sheet.write_number(row, column, count, ink.looks.number)
        chart.add_series(
            {
                "name": caption,
                "categories": [name, FIRST_ROW - 1, 1, FIRST_ROW - 1, len(names)],
                "values": [name, row, 1, row, len(names)],
                "data_labels": {"value": True, "font": _FONT},
                **look,
            }
        )
        row += 1
    whole = {"min": 0, "num_format": "0"}
    _set_axes(chart, (words["axis_age"], {}), (words["axis_items"], whole))
    chart.set_title({"name": words["waiting"], "name_font": {**_FONT, "size": 12}})
    chart.set_legend({"position": "bottom", "font": _FONT})
    chart.set_size({"width": 860, "height": 320})
    sheet.insert_chart(row + 1, 0, chart, {"description": words["waiting"]})
    return row + 2 + _CHART


def _list_waiting(sheet: Worksheet, row: int, ink: Ink, overview: Overview) -> None:
    words, at = ink.wording.report, overview.occasion.at
    keys = ("queue", "age", "since", "body", "program", "receipt")
    put_headings(sheet, row, [words[key] for key in keys], ink)
    for line, item in enumerate(sorted(overview.waiting, key=lambda w: w.since), start=row + 1):
        put(sheet, (line, 0), queue_name(item.queue, ink.wording), ink.looks.strong)
        put(sheet, (line, 1), span(at - item.since), ink.looks.text)
        put_moment(sheet, (line, 2), item.since, ink)
        for column, text in enumerate((item.body, item.program_name, item.receipt), start=3):
            put(sheet, (line, column), text, ink.looks.small)
    sheet.autofilter(row, 0, row + len(overview.waiting), len(keys) - 1)


def write_findings(ink: Ink, overview: Overview) -> None:
    """「確認のお願い」: which findings and which questions asked for correction most, as tables and bars."""
    words = ink.wording.report
    sheet = add_sheet(ink, words["sheet_findings"], [64.0, 11.0, 11.0, 24.0, *([11.0] * 4)], landscape=False)
    put(sheet, (0, 0), f"{ink.about}（{words['sheet_findings']}）", ink.looks.topic)
    sheet.set_row(0, 26)
    put(sheet, (1, 0), words["findings_note"] if overview.findings else words["no_findings"], ink.looks.note)
    found = [(finding_label(f, ink.wording), f.times, f.bodies, f.code, f.mends) for f in overview.findings]
    row = _bars(sheet, 2, ink, found, words["axis_findings"])
    sheet.set_h_pagebreaks([row])
    asked = [(question_label(q), q.times, q.bodies, "", q.mends) for q in overview.questions]
    _bars(sheet, row, ink, asked, words["axis_questions"])


def _bars(
    sheet: Worksheet, row: int, ink: Ink, lines: Sequence[tuple[str, int, int, str, Mends | None]], caption: str
) -> int:
    """A table of (label, times, bodies, code, what became of it) with its chart below; returns the next free row."""
    words = ink.wording.report
    if not lines:
        return row
    code_head = words["code"] if any(code for *_, code, _ in lines) else ""
    told = [words[key] for key in ("mends_mended", "mends_at_once", "mends_rounds", "mends_waived")]
    put_headings(sheet, row, [caption, words["times"], words["bodies"], code_head, *told], ink)
    for line, (label, times, bodies, code, mends) in enumerate(lines, start=row + 1):
        put(sheet, (line, 0), label, ink.looks.small)
        sheet.write_number(line, 1, times, ink.looks.number)
        sheet.write_number(line, 2, bodies, ink.looks.number)
        put(sheet, (line, 3), code, ink.looks.small)
        _put_mends(sheet, line, mends, ink)
    last = row + len(lines)
    chart, height = _bars_chart(sheet, (row + 1, min(last, row + SHOWN)), ink, caption)
    sheet.insert_chart(last + 2, 0, chart, {"description": caption})
    return last + 3 + height // _ROW


def _put_mends(sheet: Worksheet, line: int, mends: Mends | None, ink: Ink) -> None:
    """Write how many were mended, what share of them at the first try, in how many versions, and how many were
    waived."""
    if mends is None or not mends.asked:
        return
    sheet.write_number(line, 4, mends.mended, ink.looks.number)
    if mends.mended:
        put_share(sheet, (line, 5), share(mends.at_once, mends.mended), ink.looks.share, ink)
        sheet.write_number(line, 6, round(mends.rounds, 1), ink.looks.number)
    sheet.write_number(line, 7, mends.waived, ink.looks.number)


def _bars_chart(sheet: Worksheet, rows: tuple[int, int], ink: Ink, caption: str) -> tuple[Chart, int]:
    """The bars of the table's rows (first, last), and how many pixels they are high."""
    words, name = ink.wording.report, sheet.get_name()
    first, last = rows
    chart = ink.book.add_chart({"type": "bar"})
    chart.add_series(
        {
            "name": words["axis_times"],
            "categories": [name, first, 0, last, 0],
            "values": [name, first, 1, last, 1],
            "data_labels": {"value": True, "font": _FONT},
            "gap": 60,
            **_CALM,
        }
    )
    # The first row's bar on top, and the figures below it all the same.
    down = {"reverse": True, "crossing": "max", "major_gridlines": _NO_GRID}
    across = {"min": 0, "num_format": "0", "major_gridlines": _GRID}
    _set_axes(chart, (words["axis_times"], across), (caption, down))
    chart.set_legend({"none": True})
    chart.set_title({"name": caption, "name_font": {**_FONT, "size": 12}})
    height = 130 + 26 * (last - first + 1)
    chart.set_size({"width": 800, "height": height})
    return chart, height
