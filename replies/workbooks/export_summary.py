"""「集計」: for each question how many took which choice, as a table, and beside it as a chart.

Charts tell programs apart by pattern, so that a black and white print can be read. Writes figures that were
counted elsewhere; counts nothing itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from config.form import Question
from config.frozen import frozen
from config.survey import Program, Survey
from intake.finding import quote
from replies.cells import FONT, put, put_typed
from replies.japanese import era_instant
from replies.wording import load_wording
from replies.workbooks.export_counts import CountedLine, Counts, QuestionCounts
from replies.workbooks.export_figures import Figure, Figures
from replies.workbooks.export_style import LINE_POINTS, Styles, figure_format, points, set_up_page

T = TypeVar("T")

_MARK, _TEXT, _FIGURES = 0, 1, 2  # columns: ①, the choice's text, the figures
_MARK_WIDTH, _TEXT_WIDTH, _FIGURE_WIDTH = 7.0, 52.0, 9.5
_CHART_SIZE = {"width": 440, "height": 260}  # pixels
_CHART_POINTS = 260 * 0.75
_SCALE = 66  # per cent; with it table and chart fill the width of a page
_PAGE_POINTS = 740.0  # that a page then holds
_TITLE_LIMIT = 24
_LONGEST_MARK = 8
_LABELLED = 15  # columns of a chart that have room for their figures above them
_WHOLE = "#,##0"
_INK = "#404040"
_FILLS: tuple[dict[str, Any], ...] = (  # that stay apart without colour
    {"fill": {"color": _INK}},
    {"pattern": {"pattern": "wide_upward_diagonal", "fg_color": _INK, "bg_color": "#FFFFFF"}},
    {"fill": {"color": "#FFFFFF"}},
    {"pattern": {"pattern": "large_grid", "fg_color": _INK, "bg_color": "#FFFFFF"}},
    {"fill": {"color": "#A6A6A6"}},
    {"pattern": {"pattern": "wide_downward_diagonal", "fg_color": _INK, "bg_color": "#FFFFFF"}},
)


@frozen
class SummaryHead:
    """What stands above the figures: when they were made, and how many open answers are not among them."""

    made_at: datetime
    open_rows: int


def write_summary(
    book: Workbook, sheet: Worksheet, survey: Survey, counts: Sequence[Counts], facts: SummaryHead
) -> None:
    """Fill the sheet with the counts of every form."""
    words = load_wording().export
    page = _SummarySheet(book, sheet, Styles.of(book))
    _set_up(page, survey, counts)
    counted = sum(c.total for c in counts)
    page.line(f"{survey.title}　{words['summary']}", page.styles.title, 24)
    page.line(words["made_at"].format(at=era_instant(facts.made_at)), page.styles.note)
    page.line(words["counted"].format(counted=f"{counted:,}", open=f"{facts.open_rows:,}"), page.styles.note)
    page.line(words["as_written"], page.styles.note)
    for number, form in enumerate(counts):
        _write_form(page, form, _programs(form, survey), new_page=number > 0)
    sheet.set_h_pagebreaks(page.breaks)


def _set_up(page: _SummarySheet, survey: Survey, counts: Sequence[Counts]) -> None:
    sheet = page.sheet
    figures = max((len(_programs(c, survey)) for c in counts), default=0) + 2
    page.chart_column = _FIGURES + figures + 1
    sheet.set_column(_MARK, _MARK, _MARK_WIDTH)
    sheet.set_column(_TEXT, _TEXT, _TEXT_WIDTH)
    sheet.set_column(_FIGURES, _FIGURES + figures - 1, _FIGURE_WIDTH)
    sheet.set_column(page.chart_column - 1, page.chart_column - 1, 2)
    sheet.hide_gridlines(2)
    set_up_page(sheet, survey.title)
    sheet.set_print_scale(_SCALE)  # page breaks by hand hold only where the scale is given


def _programs(counts: Counts, survey: Survey) -> tuple[Program, ...]:
    """The programs that are answered on this form."""
    return tuple(p for p in survey.programs if p.form == counts.form.id)


class _SummarySheet:
    """The sheet as it is filled from the top: the next row, and where pages break."""

    def __init__(self, book: Workbook, sheet: Worksheet, styles: Styles) -> None:
        self.book = book
        self.sheet = sheet
        self.styles = styles
        self.row = 0
        self.chart_column = 0
        self.breaks: list[int] = []
        self._used = 0.0

    def line(self, text: str, style: Format, height: float = LINE_POINTS + 4) -> None:
        """Write one line of text."""
        put(self.sheet, (self.row, _MARK), text, style)
        self.next(height)

    def gap(self, height: float) -> None:
        """Write a blank row. It needs a cell, since rows without one lose their height when they are streamed."""
        put(self.sheet, (self.row, _MARK), "", self.styles.note)
        self.next(height)

    def next(self, height: float) -> None:
        """Give the row its height (points) and go on to the next one."""
        self.sheet.set_row(self.row, height)
        self.row += 1
        self._used += height

    def keep_together(self, height: float) -> None:
        """Begin a new page if no more than this height is left."""
        if self._used and self._used + height > _PAGE_POINTS:
            self.breaks.append(self.row)
            self._used = 0.0


def _write_form(page: _SummarySheet, form: Counts, programs: tuple[Program, ...], new_page: bool) -> None:
    words = load_wording().export
    if new_page:
        page.gap(LINE_POINTS)
        page.keep_together(_PAGE_POINTS)
    each = "、".join(f"{p.name} {form.answers[p.id]:,}" for p in programs)
    page.line(
        words["form_line"].format(form=form.form.title, total=f"{form.total:,}", each=each),
        page.styles.title,
        30,
    )
    tallies = {tally.question.key: tally for tally in form.tallies()}
    for key in ("", *(question.key for question in form.form.listed)):
        if key in tallies:
            _write_question(page, form, tallies[key], programs)
        for figures in form.figures:
            if figures.question == key:
                _write_numbers(page, form, figures, programs)


def _write_question(page: _SummarySheet, form: Counts, tally: QuestionCounts, programs: tuple[Program, ...]) -> None:
    """Write the table of one question, its chart beside it, and blank rows down to the chart's end."""
    labels = [_label(tally.question, line) for line in tally.lines]
    question = tally.question.text.strip()
    heights = [
        max(30.0, points(question, _TEXT_WIDTH)),
        *(points(text, _TEXT_WIDTH) for _, text in labels),
        18.0,
    ]
    spare = max(0.0, _CHART_POINTS - sum(heights)) + 2 * LINE_POINTS
    page.keep_together(sum(heights) + spare)
    top = page.row
    _write_head(page, form.form.question_name(tally.question.key), question, (programs, True))
    page.next(heights[0])
    for line, (mark, text), height in zip(tally.lines, labels, heights[1:], strict=False):
        _write_figures(page, (mark, text), _figures(tally.counts[line], programs), form.total)
        page.next(height)
    _write_figures(page, ("", load_wording().export["answers"]), _figures(form.answers, programs), form.total)
    page.next(heights[-1])
    _insert_chart(page, top, (form.form.question_name(tally.question.key), tally), programs)
    page.gap(spare)


def _write_numbers(page: _SummarySheet, form: Counts, figures: Figures, programs: tuple[Program, ...]) -> None:
    """Write the table of one number that was asked for: how many, and what they come to."""
    words, text = load_wording().export, figures.label.strip()
    lines = list(_number_lines(figures, _with_sum([figures.of(p.id) for p in programs], figures.whole)))
    heights = [max(30.0, points(text, _TEXT_WIDTH)), *[18.0] * len(lines)]
    page.keep_together(sum(heights))
    called = form.form.question_name(figures.question) if figures.question else ""
    _write_head(page, called, text, (programs, False))
    page.next(heights[0])
    for (name, shown, values), height in zip(lines, heights[1:], strict=True):
        put(page.sheet, (page.row, _MARK), "", page.styles.circle)
        put(page.sheet, (page.row, _TEXT), words[name], page.styles.label)
        style = figure_format(page.book, shown)
        for place, value in enumerate(values):
            put_typed(page.sheet, (page.row, _FIGURES + place), "" if value is None else Decimal(value), style)
        page.next(height)
    page.gap(2 * LINE_POINTS)


def _number_lines(
    figures: Figures, columns: Sequence[Figure]
) -> Iterator[tuple[str, str, Sequence[int | Decimal | None]]]:
    """(word, number format, a value for each column)."""
    kind = figures.ask.kind
    yield "number_count", _WHOLE, [f.count for f in columns]
    if kind.summed:
        yield "number_total", kind.format, [f.total for f in columns]
    yield "number_mean", "#,##0.0" if kind.summed else "0.0%", [f.mean for f in columns]
    yield "number_least", kind.format, [f.least for f in columns]
    yield "number_most", kind.format, [f.most for f in columns]
    if figures.whole.unread:
        yield "number_unread", _WHOLE, [f.unread for f in columns]


def _write_head(page: _SummarySheet, name: str, question: str, over: tuple[tuple[Program, ...], bool]) -> None:
    """Write the heading of one table: over the figures of these programs, and their shares."""
    words, styles = load_wording().export, page.styles
    programs, shares = over
    put(page.sheet, (page.row, _MARK), name, styles.heading)
    put(page.sheet, (page.row, _TEXT), question, styles.question)
    names = _with_sum([p.name for p in programs], words["sum"])
    for place, heading in enumerate([*names, *([words["share"]] if shares else [])]):
        put(page.sheet, (page.row, _FIGURES + place), heading, styles.heading)


def _figures(counts: Counter[str], programs: tuple[Program, ...]) -> list[int]:
    return [counts[p.id] for p in programs]


def _with_sum(values: list[T], total: T) -> list[T]:
    """The values and their sum; the one value alone, which is its own sum."""
    if len(values) < 2:
        return values
    return [*values, total]


def _write_figures(page: _SummarySheet, label: tuple[str, str], figures: list[int], total: int) -> None:
    """Write one line: its mark and text, a figure for each program, their sum, and its share of all answers."""
    styles = page.styles
    put(page.sheet, (page.row, _MARK), label[0], styles.circle)
    put(page.sheet, (page.row, _TEXT), label[1], styles.label)
    shown = _with_sum(figures, sum(figures))
    for place, figure in enumerate(shown):
        page.sheet.write_number(page.row, _FIGURES + place, figure, styles.number)
    share = sum(figures) / total if total else 0
    page.sheet.write_number(page.row, _FIGURES + len(shown), share, styles.share)


def _label(question: Question, line: CountedLine) -> tuple[str, str]:
    """How a line is marked in the table and below the chart (① なし), and its text."""
    words = load_wording().export
    if isinstance(line, str):
        return words[f"{line}_mark"], words[f"{line}_circled" if line == "none" and question.in_lines else line]
    return quote(question.by_number[line].head, _LONGEST_MARK), question.by_number[line].text


def _insert_chart(page: _SummarySheet, top: int, named: tuple[str, QuestionCounts], programs: tuple[Program, ...]) -> None:
    words, (name, tally) = load_wording().export, named
    chart = page.book.add_chart({"type": "column"})
    for series in _series(page.sheet.name, top, tally, programs):
        chart.add_series(series)
    title = f"{name}　{quote(tally.question.text, _TITLE_LIMIT)}"
    chart.set_title({"name": title, "name_font": _font(10, bold=True)})
    chart.set_x_axis({"name": words["axis_choices"], "name_font": _font(9), "num_font": _font(9)})
    chart.set_y_axis(
        {
            "name": words["axis_answers"],
            "name_font": _font(9),
            "num_font": _font(9),
            "num_format": "#,##0",
            "min": 0,
            "major_gridlines": {"visible": True, "line": {"color": "#BFBFBF", "width": 0.5}},
        }
    )
    chart.set_legend({"position": "bottom", "font": _font(9)} if len(programs) > 1 else {"none": True})
    chart.set_size(_CHART_SIZE)
    page.sheet.insert_chart(top, page.chart_column, chart, {"y_offset": 2, "object_position": 2})


def _series(sheet: str, top: int, tally: QuestionCounts, programs: tuple[Program, ...]) -> Iterator[dict[str, Any]]:
    """The columns of a chart, those of one program after the other."""
    first, last = top + 1, top + len(tally.lines)
    marks = [_label(tally.question, line)[0] for line in tally.lines]
    labelled = len(programs) * len(tally.lines) <= _LABELLED
    for place, program in enumerate(programs):
        column = _FIGURES + place
        yield {
            "name": program.name,
            "categories": [sheet, first, _MARK, last, _MARK],
            "values": [sheet, first, column, last, column],
            "categories_data": marks,  # what is shown before the cells are read
            "values_data": [tally.counts[line][program.id] for line in tally.lines],
            "border": {"color": _INK},
            "gap": 60,
            "data_labels": {"value": labelled, "num_format": "#,##0", "font": _font(8)},
            **_FILLS[place % len(_FILLS)],
        }


def _font(size: int, bold: bool = False) -> dict[str, Any]:
    return {"name": FONT, "size": size, "bold": bold}
