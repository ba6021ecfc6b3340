"""The whole program measured on this machine: `make bench`. Says what it does, and takes about ten minutes.

One file for each question: how fast is the journey beside the floors of its parts (`journey.py`, `floors.py`) and
beside others (`peers.py`), does it slow down when much lies there (`growth.py`), how long does a sender wait in
the last hour (`last_hour.py`), what do answer sheets and lists cost (`workbooks.py`); if they are there, how long
is IDLE's wake-up (`latency.py`), what do 47 reports (`reports.py`) and a command typed (`commands.py`) cost. Figures
are medians of the rounds, with each round beside them, and go to docs/bench.json; beside each stands the median fsync of
the same minute.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import json
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track

from config.jst import JST
from tests import docs_made
from tests.bench.floors import material
from tests.bench.growth import growth
from tests.bench.journey import journey
from tests.bench.last_hour import last_hour
from tests.bench.machine import described, fsync_p50_ms
from tests.bench.office_size import saved
from tests.bench.peers import environment, peers
from tests.bench.rig import Rig, rig
from tests.bench.workbooks import workbooks
from tests.e2e.traffic import Traffic, submissions_only, traffic

RESULT = Path(__file__).parents[2] / "docs" / "bench.json"
OBLIGATIONS = 360  # answers in the first version of `submissions_only`, one to each
OTHERS = ("latency", "reports", "commands", "console")  # files with a `measure()` that gives figures, where they are there
screen = Console()
Figures = dict[str, Any]


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    rounds: int = 3
    mails: int = 600  # of a round of the journey
    peers: int = 120  # of a round of the others, which are slow
    warm_up: int = 6
    before: tuple[int, ...] = (1_000, 10_000, 50_000)
    after: int = 200
    last_hour: int = 2_000
    last_hour_seconds: float = 300


SMALL = Size(
    rounds=1, mails=100, peers=30, before=(500, 2_000), after=50, last_hour=100, last_hour_seconds=10
)


def main() -> None:
    """Measures everything, prints it and writes it down."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--small", action="store_true", help="a trial in two minutes; nothing is written")
    arguments.add_argument("only", nargs="*", help="questions by name; nothing is written")
    given = arguments.parse_args()
    size = SMALL if given.small else Size()
    began = time.monotonic()
    figures: Figures = {
        "measured_at": datetime.now(JST).isoformat(timespec="seconds"),
        "machine": described(),
    }
    with rig() as running:
        for name, question in QUESTIONS.items():
            if not given.only or name in given.only:
                screen.rule(name)
                figures[name] = question(running, size)
                _show(figures[name])
    for name in OTHERS:
        if importlib.util.find_spec(f"tests.bench.{name}") and (not given.only or name in given.only):
            screen.rule(name)
            figures[name] = importlib.import_module(f"tests.bench.{name}").measure()
            _show(figures[name])
    screen.print(f"{time.monotonic() - began:.0f} s", highlight=False)
    if not given.small and not given.only:
        write(figures)


def write(figures: Figures) -> None:
    """Puts these figures in the place of the earlier ones: a whole run in the place of the whole of the one
    before, what `make bench-full` measures beside the others."""
    known = json.loads(RESULT.read_text(encoding="utf-8")) if RESULT.exists() else {}
    if "journey" in figures:
        figures = {"share_of_floors": figures["journey"]["share_of_floors"], **figures}
        known = {name: value for name, value in known.items() if name == APART}
    RESULT.write_text(json.dumps(known | figures, indent=2) + "\n", encoding="utf-8")
    docs_made.main()
    screen.print(f"{RESULT} and README's table written", highlight=False)


APART = "twenty_thousand"  # measured by `make bench-full`


def _journey(running: Rig, size: Size) -> Figures:
    """The journey, its floors and the others, round by round, so that all are of the same minutes."""
    mails = _built(size.mails + size.warm_up, saved)
    first, timed = mails[: size.warm_up], mails[size.warm_up :]
    given = material(running, timed)
    python = environment()

    def once() -> dict[str, float]:
        return journey(running, timed, given, first) | peers(running, python, timed[: size.peers])

    found = _medians(once, size.rounds)
    best = found["one_core_mails_per_second"]
    others = ("helpdesk", "mailbox", "script")
    return found | {f"times_{name}": round(best / found[f"{name}_mails_per_second"], 2) for name in others}


def _growth(running: Rig, size: Size) -> Figures:
    """Once for each size: filling ledger and mailbox takes longer than measuring."""
    mails = _built(OBLIGATIONS + size.after)
    return _rounded(growth(running, size.before, mails[:OBLIGATIONS], mails[OBLIGATIONS:]))


def _last_hour(running: Rig, size: Size) -> Figures:
    mails = traffic(size.last_hour + size.warm_up * 2)
    first = [mail for mail in mails[: size.warm_up * 2] if mail.due]
    rest = mails[size.warm_up * 2 :]
    return _rounded(last_hour(running, rest, size.last_hour_seconds, first, screen.print))


def _workbooks(running: Rig, size: Size) -> Figures:
    sheets = [mail.workbook for mail in submissions_only(min(300, size.mails))]
    return _medians(
        lambda: {"fsync_p50_ms": fsync_p50_ms(running.folder)} | workbooks(running.survey, sheets),
        size.rounds,
    )


QUESTIONS: dict[str, Callable[[Rig, Size], Figures]] = {
    "journey": _journey,
    "growth": _growth,
    "last_hour": _last_hour,
    "workbooks": _workbooks,
}


def _built(count: int, saved: Callable[[bytes], bytes] = bytes) -> Sequence[Traffic]:
    """So many answers; `saved`: how their workbooks are saved."""
    mails = submissions_only(count, saved)
    return list(track(mails, "building mails", total=count, console=screen))


def _medians(once: Callable[[], dict[str, float]], rounds: int) -> Figures:
    """The median of each figure, and all of them."""
    found: list[dict[str, float]] = []
    for number in range(1, rounds + 1):
        screen.print(f"round {number} of {rounds}", highlight=False)
        found.append(once())
    figures: Figures = {name: statistics.median(each[name] for each in found) for name in found[0]}
    return _rounded(figures) | {"rounds": [_rounded(each) for each in found]}


def _rounded(figures: dict[str, float]) -> Figures:
    return {name: round(value, 3) for name, value in figures.items()}


def _show(figures: Figures) -> None:
    for name, value in figures.items():
        if name != "rounds":
            screen.print(f"{name:>45} {value:12,.3f}" if isinstance(value, float) else f"{name:>45} {value}")


if __name__ == "__main__":
    main()
