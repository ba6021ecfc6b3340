"""One prefecture's report as a single HTML page, for the ministry: no network, no script, fit for paper and phone.

It shows what the report holds in the words of `words.py`; every value is escaped by the templates.
Counts and decides nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from jinja2 import Environment
from markupsafe import Markup

from config.frozen import frozen
from config.survey import Survey
from intake.shown import one_line
from replies.japanese import era_date, full_width_number
from replies.reports.columns import (
    CELL,
    CORRECTION,
    POINT,
    PROGRAM,
    ColumnValue,
    ReportColumn,
    T,
    cell_rows,
    program_row,
    values,
)
from replies.reports.data import OpenCorrection, PrefectureReport, ProgramLine
from replies.reports.today import calls, changes
from replies.reports.words import (
    SHOWN,
    ToMend,
    asked_by,
    collected_programs,
    done,
    mark,
    notice,
    short_instant,
    time_left,
    units,
)
from replies.states import Shown, State
from replies.templating import environment_of
from replies.wording import Wording

_BAR = 480.0  # units of the picture that a whole bar takes
_LEAST = 24.0  # of a piece, so that even one body among many is seen, with its figure


@frozen
class Segment:
    """One piece of a bar: `x` and `width` in units of the picture."""

    state: State
    count: int
    x: float
    width: float
    said: str  # □ 未提出 12件


@frozen
class Bar:
    """The progress of one program."""

    name: str
    accepted: int
    total: int
    segments: tuple[Segment, ...]
    late: int = 0  # of the accepted ones


@frozen
class Correction:
    """One open correction in words."""

    about: OpenCorrection
    asked: tuple[ToMend, ...]


def prefecture_page(report: PrefectureReport, survey: Survey, wording: Wording) -> str:
    """The page, whole. KeyError for a finding without wording."""
    finished, owed = done(report)
    caption, left, remark = time_left(report.occasion, wording)
    return (
        environment()
        .get_template("prefecture.j2")
        .render(
            report=report,
            occasion=report.occasion,
            w=wording.report,
            states=state_marks(wording),
            finished=finished,
            owed=owed,
            left=(caption, left, remark),
            notice=notice(report.occasion, finished == owed, wording),
            calls=calls(report, wording) if report.municipalities or report.corrections else (),
            changes=changes(report, wording),
            bars=[_bar(line, wording) for line in report.programs if line.state != "not_applicable"],
            in_row=_told,
            program_columns=PROGRAM,
            rows=[program_row(line, report, wording) for line in report.programs],
            cell_columns=CELL,
            columns=collected_programs(report),
            lines=[(line, cell_rows(line.cells, wording)) for line in report.municipalities],
            contacts=any(line.contact for line in report.municipalities),
            direct=any(cell.direct for line in report.municipalities for cell in line.cells),
            correction_columns=CORRECTION,
            point_columns=POINT,
            corrections=[Correction(c, asked_by(c.findings, survey, wording)) for c in report.corrections],
        )
    )


@cache
def environment() -> Environment:
    """The reports' templates, compiled once. Every value is escaped; `finalize` keeps controls and direction
    marks out of it."""
    return environment_of(
        "templates/report",
        escaped=True,
        finalize=_finalize,
        filters={"era_date": era_date, "full_width": full_width_number, "short": short_instant},
    )


def _finalize(value: object) -> object:
    return one_line(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def state_marks(wording: Wording) -> dict[Shown, str]:
    """Every state with its sign and word."""
    return {state: mark(state, wording) for state in SHOWN}


def _bar(line: ProgramLine, wording: Wording) -> Bar:
    return pieces(line.name, [(s, n) for s, n in units(line) if s != "not_applicable"], wording)


def pieces(name: str, counts: Sequence[tuple[State, int]], wording: Wording) -> Bar:
    """A bar whose pieces are the states' shares, in the order given; what is 0 has none."""
    counted = [(state, count) for state, count in counts if count]
    widths = _widths([count for _, count in counted])
    segments, x = [], 0.0
    for (state, count), width in zip(counted, widths, strict=True):
        said = wording.report["count_of"].format(state=mark(state, wording), count=count)
        segments.append(Segment(state, count, round(x, 1), round(width, 1), said))
        x += width
    total = sum(count for _, count in counted)
    return Bar(name, dict(counted).get("accepted", 0), total, tuple(segments))


def _widths(counts: Sequence[int]) -> list[float]:
    """The pieces' widths by their shares; what small ones are given, the largest lacks."""
    total = sum(counts)
    widths = [max(_LEAST, _BAR * count / total) for count in counts]
    if widths:
        largest = counts.index(max(counts))
        widths[largest] -= sum(widths) - _BAR
    return widths


def _told(columns: Sequence[ReportColumn[T]], row: T) -> list[tuple[ReportColumn[T], ColumnValue, tuple[str, ...]]]:
    """(column, its value, the remarks that stand in it: the value of a column of tags behind it)."""
    told = values(columns, row)
    behind = [value if column.kind == "tags" and isinstance(value, tuple) else () for column, value in told[1:]]
    return [(*pair, tags) for pair, tags in zip(told, [*behind, ()], strict=True) if pair[0].kind != "tags"]
