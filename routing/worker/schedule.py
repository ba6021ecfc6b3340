"""What the survey's calendar asks of the worker: reports in a folder, and the closing one.

Pure except for the ledger that is read. What is due is computed from calendar and ledger, so that nothing hangs
on a timer. The closing report counts what was received until the deadline, and is due once every mailbox was
looked into afterwards; who calls sees to that.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from config.jst import in_jst
from config.survey import Survey
from routing.clock import stamp
from routing.ledger import verdicts
from routing.ledger.extensions import happened
from routing.ledger.store import Ledger
from routing.records import Note


def report_instants(survey: Survey) -> tuple[datetime, ...]:
    """The instants for which a report is made, in order: once a day from the calendar's first day on, in steps on the
    day of a deadline, and each deadline itself."""
    times = survey.calendar.reports
    if times is None:
        return ()
    ends, step = [in_jst(end) for end in survey.deadlines], timedelta(minutes=times.last_day_every_minutes)
    first = in_jst(min(p.start for p in survey.calendar.polling))
    day = first.replace(hour=times.daily.hour, minute=times.daily.minute, second=0, microsecond=0)
    found = set(ends)
    while day < ends[-1]:
        last = max((end for end in ends if end.date() == day.date()), default=day)
        found |= {day, *(day + n * step for n in range(1, max(0, -((day - last) // step))))}
        day += timedelta(days=1)
    return tuple(sorted(instant for instant in found if instant >= first))


def due_report(ledger: Ledger, survey: Survey, now: datetime) -> datetime | None:
    """The newest instant up to now, if no report was made for it; a missed older one is of no use any more."""
    come = [instant for instant in report_instants(survey) if instant <= now]
    return come[-1] if come and not happened(ledger, "reported", stamp(come[-1])) else None


def note_made(ledger: Ledger, instant: datetime, now: datetime) -> None:
    """Record that the report of an instant was made."""
    verdicts.add_event(ledger, Note("reported", stamp(instant)), None, ("uketsuke", ""), now)
