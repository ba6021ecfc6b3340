"""When to look into the mailboxes: the survey's polling calendar, as pure functions of the instant."""

from __future__ import annotations

from datetime import datetime, timedelta

from config.survey import Calendar

BEFORE_THE_FIRST = 300  # seconds between looks before the calendar begins


def polling_seconds(calendar: Calendar, at: datetime) -> int:
    """Seconds between two looks at an instant: those of the last entry that has begun."""
    begun = [p for p in calendar.polling if p.start <= at]
    return begun[-1].every_seconds if begun else BEFORE_THE_FIRST


def next_look(calendar: Calendar, at: datetime) -> datetime:
    """When to look again after a look at `at`: at the latest when the next entry of the calendar begins."""
    usual = at + timedelta(seconds=polling_seconds(calendar, at))
    return min([usual, *(p.start for p in calendar.polling if p.start > at)])
