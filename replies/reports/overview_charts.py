"""The charts of the national overview, as SVG with real text, drawn by pygal.

Values in, markup out: no script, no network, nothing that changes from run to run. Series differ by dash or
pattern as well as by colour. Counts nothing.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta
from xml.etree import ElementTree

import pygal
from markupsafe import Markup
from pygal.style import Style

from config.jst import in_jst
from replies.reports.data import Occasion, Receipts
from replies.reports.overview_words import first_day
from replies.reports.style import INK, QUIET
from replies.wording import Wording

COLOURS = ("#1f5a8c", "#b0543f", "#2e7d5b", "#7a5ca8", "#8a6d1f", "#4b5563")
DASHES = ("", "12,5", "3,4", "14,4,3,4", "6,6", "2,7")
FONTS = '"Hiragino Kaku Gothic ProN", "Yu Gothic UI", "Meiryo", "Noto Sans CJK JP", sans-serif'

_SIZE, _WIDTH = 13, 1040
_CALM, _HATCHED = "#9fc3de", "url(#p-correction)"  # fills on which dark figures can be read
_CSS = """inline:
{{ id }}.axis text.major { font-weight: normal; }
{{ id }}.series path.line { stroke-width: 3 !important; }
{{ id }}.series .rect { stroke: #1f2d3d; }
{{ id }}.text-overlay text { font-weight: bold; fill: #1f2d3d; paint-order: stroke; }
{{ id }}.text-overlay text.value { stroke: #fff !important; stroke-width: 3px; }
"""


def receipts_chart(receipts: Sequence[Receipts], occasion: Occasion, wording: Wording) -> Markup:
    """How many obligations of each program were accepted by when, in steps, with the deadline upright."""
    words = wording.report
    begin = first_day(receipts, occasion)
    end = max(*occasion.deadlines, occasion.at) + timedelta(hours=8)
    ticks = _ticks(max((r.total for r in receipts), default=1))
    chart = pygal.XY(
        **_base(420, (*COLOURS[: len(receipts)], INK)),
        x_title=words["axis_day"],
        y_title=words["axis_accepted"],
        xrange=(0, _hours(end, begin)),
        range=(0, ticks[-1]),
        y_labels=ticks,
        x_labels=_days(begin, occasion.deadlines, words["deadline"]),
        truncate_label=-1,
        show_dots=False,
        show_x_guides=False,
    )
    for line, dash in zip(receipts, DASHES, strict=False):
        chart.add(line.name, _steps(line, begin, occasion.at), stroke_style={"dasharray": dash})
    for upright in (_hours(deadline, begin) for deadline in occasion.deadlines):
        chart.add(words["deadline"], [(upright, 0), (upright, ticks[-1])], stroke_style={"dasharray": "2,3"})
    return _markup(chart, "receipts")


def bars_chart(name: str, bars: Sequence[tuple[str, int]], x_title: str, y_title: str) -> Markup:
    """A chart of lying bars, the first on top: (label, count). `name` tells the charts of one page apart."""
    chart = pygal.HorizontalBar(
        **_base(110 + 32 * max(1, len(bars)), (_CALM,)),
        x_title=x_title,
        y_title=y_title,
        print_values=True,
        truncate_label=-1,
    )
    chart.y_labels = _ticks(max((count for _, count in bars), default=1))
    chart.range = (0, chart.y_labels[-1])
    chart.margin_left = 20 + _lacking([label for label, _ in bars])
    ordered = list(reversed(bars))
    chart.x_labels = [label for label, _ in ordered]
    chart.add(y_title, [count for _, count in ordered])
    return _markup(chart, name)


def ages_chart(
    ages: Sequence[str], series: Sequence[tuple[str, Sequence[int]]], x_title: str, y_title: str
) -> Markup:
    """A chart of bars beside each other: one group per age, one bar per series."""
    chart = pygal.Bar(
        **_base(320, (_CALM, _HATCHED)),
        x_title=x_title,
        y_title=y_title,
        print_values=True,
        truncate_label=-1,
    )
    chart.y_labels = _ticks(max((count for _, counts in series for count in counts), default=1))
    chart.range = (0, chart.y_labels[-1])
    chart.x_labels = list(ages)
    for name, counts in series:
        chart.add(name, list(counts))
    return _markup(chart, "ages")


def _base(height: int, colours: Sequence[str]) -> dict[str, object]:
    """What all charts have in common, as pygal takes it."""
    style = Style(
        background="transparent",
        plot_background="transparent",
        foreground=INK,
        foreground_strong=INK,
        foreground_subtle=QUIET,
        guide_stroke_color="#d5dce3",
        major_guide_stroke_color="#d5dce3",
        guide_stroke_dasharray="0",
        major_guide_stroke_dasharray="0",
        opacity="1",
        stroke_opacity="1",
        colors=tuple(colours),
        value_colors=(INK,) * len(colours),
        font_family=FONTS,
        label_font_size=_SIZE,
        major_label_font_size=_SIZE,
        title_font_size=_SIZE + 1,
        value_font_size=_SIZE,
        transition="0",
    )
    return {
        "style": style,
        "width": _WIDTH,
        "height": height,
        "show_legend": False,
        "js": (),
        "css": ("file://style.css", "file://graph.css", _CSS),
        "title": None,
        "margin": 12,
    }


def _markup(chart: pygal.Graph, name: str) -> Markup:
    """The drawing without scripts and comments (pygal writes the day of drawing into one), under an id of
    its own instead of a random one."""
    chart.uuid = name
    root = chart.render_tree()
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag == "script" or child.tag is ElementTree.Comment:
                parent.remove(child)
    root.find("title").text = chart.config.y_title
    root.set("role", "img")
    return Markup(ElementTree.tostring(root, encoding="unicode"))


def _hours(moment: datetime, begin: datetime) -> float:
    return round((moment - begin) / timedelta(hours=1), 3)


def _days(begin: datetime, deadlines: Sequence[datetime], caption: str) -> list[dict[str, object]]:
    """A label at each midnight, and one at each deadline instead of that day's."""
    labels: list[dict[str, object]] = []
    day, ends = begin, {in_jst(deadline).date() for deadline in deadlines}
    while day.date() < max(ends):
        if day.date() not in ends:
            labels.append({"label": f"{day.month}/{day.day}", "value": _hours(day, begin)})
        day += timedelta(days=1)
    return [*labels, *({"label": caption, "value": _hours(deadline, begin)} for deadline in deadlines)]


def _steps(line: Receipts, begin: datetime, now: datetime) -> list[tuple[float, int]]:
    """The corners of a step line from the first day until now."""
    corners = [(0.0, 0)]
    for moment, count in line.points:
        x = _hours(moment, begin)
        corners += [(x, corners[-1][1]), (x, count)]
    return [*corners, (_hours(now, begin), corners[-1][1])]


def _lacking(labels: Sequence[str]) -> int:
    """Units by which labels are wider than pygal takes them for: it counts 0.6 of the size per character."""
    wide = max((sum(unicodedata.east_asian_width(c) in "WFA" for c in label) for label in labels), default=0)
    return round(0.4 * _SIZE * wide)


def _ticks(highest: int) -> list[int]:
    """Whole numbers from 0 to at least `highest`, at most a dozen steps of 1, 2, 5, 10, 20, 50 …"""
    step = next(n * 10**power for power in range(9) for n in (1, 2, 5) if n * 10**power * 12 >= highest)
    return list(range(0, max(1, highest) + step, step))
