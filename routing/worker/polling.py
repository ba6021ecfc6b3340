"""The survey's polling calendar as APScheduler wants to be asked. Holds no state."""

from __future__ import annotations

from datetime import datetime

from apscheduler.triggers.base import BaseTrigger

from config.survey import Calendar
from routing.worker.calendar import next_look


class ByCalendar(BaseTrigger):  # type: ignore[misc]
    """A trigger that fires at once and then by the survey's polling calendar."""

    def __init__(self, calendar: Calendar) -> None:
        self._calendar = calendar

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime:
        """The next instant to look, which APScheduler asks for."""
        return now if previous is None else next_look(self._calendar, now)
