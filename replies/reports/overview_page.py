"""The national overview as a single HTML page, for headquarters: no network, no script, marked 取扱注意.

It shows what the overview holds; every value is escaped by the templates. Decides nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from config.frozen import frozen, replace
from config.tiles import tile_positions
from replies.reports.data import CityLine, Overview, ProgramTotal, Waiting
from replies.reports.overview_charts import COLOURS, DASHES, ages_chart, bars_chart, receipts_chart
from replies.reports.overview_words import (
    SHOWN,
    ages,
    beside_states,
    by_age,
    finding_label,
    held_rows,
    kinds_named,
    level,
    levels,
    map_note,
    question_label,
    queue_name,
    share,
    share_said,
    short_name,
    split,
    totals,
)
from replies.reports.page import Bar, environment, pieces, state_marks
from replies.reports.words import notice, span, time_left
from replies.states import State
from replies.wording import Wording

TILE, GAP = 64, 5  # units of the map


@frozen
class TileView:
    """One tile: its corner on the map, its name, per cent, shade, and what a reader is told of it."""

    x: int
    y: int
    name: str
    percent: str
    level: int
    said: str


@frozen
class CityView:
    """One city: for each program of the survey the state (None: not owed)."""

    name: str
    states: tuple[State | None, ...]


def overview_page(overview: Overview, wording: Wording) -> str:
    """The page, whole. KeyError for a finding or state without wording."""
    done, owed = totals(overview)
    return (
        environment()
        .get_template("overview.j2")
        .render(
            overview=overview,
            occasion=overview.occasion,
            w=wording.report,
            states=state_marks(wording),
            symbols={state: wording.report[f"symbol_{state}"] for state in state_marks(wording)},
            done=done,
            owed=owed,
            percent=share(done, owed),
            map_note=map_note(overview, wording),
            kinds=kinds_named(overview.cities, wording),
            left=time_left(overview.occasion, wording),
            notice=notice(overview.occasion, done == owed, wording),
            bars=[_bar(program, wording) for program in overview.programs],
            beside=beside_states(overview, wording),
            mends=_mends(overview, wording),
            tiles=_tiles(overview, wording),
            levels=levels(wording),
            tile=TILE,
            cities=_cities(overview),
            strokes=list(zip([p.name for p in overview.programs], COLOURS, DASHES, strict=False)),
            charts=_charts(overview, wording),
            ages=ages(wording),
            held=held_rows(overview, wording),
            oldest=_oldest(overview, wording),
        )
    )


def _bar(program: ProgramTotal, wording: Wording) -> Bar:
    counts: tuple[tuple[State, int], ...] = (
        ("accepted", program.accepted),
        ("partial", program.partial),
        ("correction", program.correction),
        ("held", program.held),
        ("outstanding", program.outstanding),
    )
    return replace(pieces(program.name, counts, wording), late=program.late)


def _tiles(overview: Overview, wording: Wording) -> list[TileView]:
    places, words = tile_positions(), wording.report
    found = []
    for tile in overview.tiles:
        place, percent = places[tile.code], share(tile.accepted, tile.total)
        told = share_said(tile.accepted, tile.total, wording)
        x, y = (place.column - 1) * (TILE + GAP), (place.row - 1) * (TILE + GAP)
        shown = words["none"] if percent is None else str(percent)
        found.append(TileView(x, y, short_name(tile), shown, level(tile), f"{tile.name}　{told}"))
    return found


def _cities(overview: Overview) -> list[tuple[str, list[CityView]]]:
    """(prefecture, its cities), by code."""
    groups: dict[str, list[CityView]] = {}
    for city in overview.cities:
        groups.setdefault(city.prefecture, []).append(_city(city, overview.programs))
    return list(groups.items())


def _city(city: CityLine, programs: Sequence[ProgramTotal]) -> CityView:
    states = {cell.program: cell.state for cell in city.cells}
    return CityView(city.name, tuple(states.get(program.program) for program in programs))


def _charts(overview: Overview, wording: Wording) -> dict[str, Markup]:
    """The charts by name; one that would be empty is not there."""
    words = wording.report
    charts = {"receipts": receipts_chart(overview.receipts, overview.occasion, wording)}
    if overview.waiting:
        ours, theirs = split(overview.waiting)
        at = overview.occasion.at
        series = ((words["waits_for_us"], by_age(ours, at)), (words["waits_for_them"], by_age(theirs, at)))
        charts["ages"] = ages_chart(ages(wording), series, words["axis_age"], words["axis_items"])
    if overview.findings:
        bars = [(finding_label(count, wording), count.times) for count in overview.findings[:SHOWN]]
        charts["findings"] = bars_chart("findings", bars, words["axis_times"], words["axis_findings"])
    if overview.questions:
        bars = [(question_label(count), count.times) for count in overview.questions[:SHOWN]]
        charts["questions"] = bars_chart("questions", bars, words["axis_times"], words["axis_questions"])
    return charts


def _mends(overview: Overview, wording: Wording) -> list[tuple[str, int, str, str, int]]:
    """(what was asked for, mended, at the first try, in how many versions, waived), where anything came of it."""
    labelled = [(finding_label(f, wording), f.mends) for f in overview.findings]
    labelled += [(question_label(q), q.mends) for q in overview.questions]
    told = [(label, m) for label, m in labelled if m is not None and (m.mended or m.waived)]
    at_once = [f"{share(m.at_once, m.mended)}％" if m.mended else "" for _, m in told]
    taken = [f"{m.rounds:.1f}" if m.mended else "" for _, m in told]
    return [(label, m.mended, at_once[n], taken[n], m.waived) for n, (label, m) in enumerate(told)]


def _oldest(overview: Overview, wording: Wording) -> list[tuple[str, str, Waiting]]:
    """(queue, how old, the thing), the oldest first."""
    at = overview.occasion.at
    oldest = sorted(overview.waiting, key=lambda w: w.since)[:SHOWN]
    return [(queue_name(w.queue, wording), span(at - w.since), w) for w in oldest]
