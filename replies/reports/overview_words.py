"""The figures and words that page and workbook of the national overview share: shares, ages, labels.

Pure functions over `data.Overview`; every word stands in wording.toml's [report].
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import get_args

from config.jst import in_jst
from config.shape import BodyKind, RosterKind
from intake.finding import Finding
from replies.reports.data import (
    CityLine,
    FindingCount,
    Occasion,
    Overview,
    QuestionCount,
    Queue,
    Receipts,
    Tile,
    Waiting,
)
from replies.wording import Wording

QUEUES: tuple[Queue, ...] = get_args(Queue)
SHOWN = 15  # of the oldest things that wait, and of the longest bars

_FORTNIGHT = timedelta(days=14)
_AGES = (timedelta(hours=4), timedelta(days=1), timedelta(days=2), timedelta(days=3))  # upper ends
_LEVELS = (1, 25, 50, 75, 100)  # per cent at which the next shade of the map begins


def share(done: int, total: int) -> int | None:
    """Per cent, rounded down: 100 only where everything is done. None where nothing is to be done."""
    return 100 * done // total if total else None


def share_said(done: int, total: int, wording: Wording) -> str:
    """８／10件（80％）."""
    words, percent = wording.report, share(done, total)
    return words["share_none"] if percent is None else words["share_of"].format(done=done, total=total, share=percent)


def level(tile: Tile) -> int:
    """The shade of a tile, 0 (nothing) to 5 (complete)."""
    return sum((share(tile.accepted, tile.total) or 0) >= low for low in _LEVELS)


def map_note(overview: Overview, wording: Wording) -> str:
    """What the figures of the map count."""
    return wording.report["map_note" if overview.collecting else "map_note_all"]


def kinds_named(cities: Iterable[CityLine], wording: Wording) -> str:
    """The kinds of bodies that answer by themselves: 指定都市・中核市. Empty where none does."""
    found = {city.kind for city in cities}
    known = [kind for kind in get_args(BodyKind) if kind in found]
    return "・".join(kind_named(kind, wording) for kind in (*known, *sorted(found - {*known})))


def kind_named(kind: RosterKind, wording: Wording) -> str:
    """A kind of bodies in Japanese; a survey's own roster has its words already."""
    return wording.report.get(f"kind_{kind}", kind)


def beside_states(overview: Overview, wording: Wording) -> str:
    """How many obligations of each program came in time and were not mended in time, and of how many only a check before
    handing in came; empty where none."""
    words = wording.report
    counts = (
        ("unmended_all", [(p.name, p.unmended) for p in overview.programs if p.unmended]),
        ("checked_only_all", [(p.name, p.checked_only) for p in overview.programs if p.checked_only]),
    )
    told = [(key, [words["unmended_one"].format(program=n, count=c) for n, c in found]) for key, found in counts]
    return "　".join(words[key].format(programs="、".join(named)) for key, named in told if named)


def levels(wording: Wording) -> tuple[str, ...]:
    """What each shade means: ０％, １～24％ … 100％."""
    words = wording.report
    between = (words["map_level"].format(low=low, high=high - 1) for low, high in pairwise(_LEVELS))
    return (words["map_none"], *between, words["map_all"])


def short_name(tile: Tile) -> str:
    """A prefecture's name as a tile has room for it: 神奈川, 東京, 北海道."""
    return tile.name if len(tile.name) == 3 and tile.name.endswith("道") else tile.name[:-1]


def ages(wording: Wording) -> tuple[str, ...]:
    """The names of the ages, youngest first."""
    return tuple(wording.report[f"age_{number}"] for number in range(len(_AGES) + 1))


def by_age(waiting: Iterable[Waiting], at: datetime) -> tuple[int, ...]:
    """How many things are of each age."""
    counts = [0] * (len(_AGES) + 1)
    for item in waiting:
        counts[sum(at - item.since >= end for end in _AGES)] += 1
    return tuple(counts)


def split(waiting: Sequence[Waiting]) -> tuple[list[Waiting], list[Waiting]]:
    """(what waits for the ministry's people, what waits for the respondents)."""
    return [w for w in waiting if w.queue is not None], [w for w in waiting if w.queue is None]


def queue_name(queue: Queue | None, wording: Wording) -> str:
    """The queue in the words of the operators' screens."""
    return wording.report["queue_correction"] if queue is None else wording.screen[f"queue_{queue}"]


def held_rows(
    overview: Overview, wording: Wording
) -> tuple[tuple[str, tuple[int, ...], datetime | None], ...]:
    """(queue, how many of each age, since when the oldest waits), for every queue of the ministry's people."""
    rows = []
    for queue in QUEUES:
        items = [w for w in overview.waiting if w.queue == queue]
        oldest = min((w.since for w in items), default=None)
        rows.append((queue_name(queue, wording), by_age(items, overview.occasion.at), oldest))
    return tuple(rows)


def totals(overview: Overview) -> tuple[int, int]:
    """(accepted, owed) over all programs, in obligations; what does not apply is not owed."""
    owed = sum(p.total - p.not_applicable for p in overview.programs)
    return sum(p.accepted for p in overview.programs), owed


def first_day(receipts: Sequence[Receipts], occasion: Occasion) -> datetime:
    """Midnight of the first day shown: a fortnight before the deadline, or the first receipt's day."""
    first = min([occasion.deadlines[0] - _FORTNIGHT, *(r.points[0][0] for r in receipts if r.points)])
    return in_jst(first).replace(hour=0, minute=0, second=0, microsecond=0)


def finding_label(count: FindingCount, wording: Wording) -> str:
    """What was noticed, in one sentence without its full stop; … stands for what differs between mails."""
    said = wording.sentence(Finding(count.code, "error", label="…", found="…", expected="…", question=""))
    return said.removesuffix("。")


def question_label(count: QuestionCount) -> str:
    """別添１ Q7-4."""
    return f"{count.form_title} {count.question}"
