"""Notices that the machine's clock was set: compares it with the one that nobody can set (CLOCK_MONOTONIC).

A computer that slept looks the same as one whose clock was put forward. Only tells; mends nothing.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta

from routing.clock import Clock

NOTICEABLE = timedelta(seconds=30)  # servers of time correct less than that step by step


class ClockWatch:
    """One clock, looked at from time to time."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._seen: tuple[datetime, float] = (clock(), time.monotonic())

    def moved(self) -> timedelta:
        """By how much the clock was set since the last look; nothing where it just went on."""
        (then, counted), self._seen = self._seen, (self._clock(), time.monotonic())
        moved = self._seen[0] - then - timedelta(seconds=self._seen[1] - counted)
        return moved if abs(moved) >= NOTICEABLE else timedelta()


def said(moved: timedelta) -> str:
    """One line about a clock that was set."""
    way = "進み" if moved > timedelta() else "戻り"
    return f"計算機の時計が {abs(int(moved.total_seconds()))}秒 {way}ました。時刻の設定をご確認ください。"
