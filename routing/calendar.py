"""When to look into the mailboxes: the survey's polling calendar, as a pure function of the instant."""

from __future__ import annotations

from datetime import datetime

from config.survey import Calendar

BEFORE_THE_FIRST = 300  # seconds between looks before the calendar begins


def polling_seconds(calendar: Calendar, at: datetime) -> int:
    """Seconds between two looks at an instant: those of the last entry that has begun."""
    begun = [p for p in calendar.polling if p.start <= at]
    return begun[-1].every_seconds if begun else BEFORE_THE_FIRST
