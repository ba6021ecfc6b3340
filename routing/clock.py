"""Time as the ledger writes it: Japan Standard Time, to the second. The one place that reads the clock.

Everything below the doors (worker, cli) is handed a Clock; nothing else asks what time it is.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from config.jst import JST

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """Now, in JST."""
    return datetime.now(JST)


def rehearsed(at: datetime) -> Clock:
    """A clock that always says `at` (for --now and the demo)."""
    return lambda: at


def stamp(at: datetime) -> str:
    """An instant as text: YYYY-MM-DDTHH:MM:SS+09:00, so that text order is time order."""
    return at.astimezone(JST).isoformat(timespec="seconds")


def unstamp(text: str) -> datetime:
    """The instant that `stamp` wrote."""
    return datetime.fromisoformat(text)
