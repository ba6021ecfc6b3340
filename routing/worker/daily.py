"""The mail that tells the operators each working morning, and at the end of the last day, how many things wait.

Once for each instant whatever crashes: its key in the outbox says that it was written. What was due before the desk
knew of such a mail is not caught up with, nor is a morning that is over. Queues mail; sends nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from config.jst import in_jst
from config.obligations import is_working_day
from config.survey import Survey
from replies.letters.today import render_today
from replies.wording import load_wording
from routing.clock import stamp
from routing.ledger import extensions, outbox, verdicts
from routing.ledger.secret import message_ids
from routing.ledger.store import Ledger
from routing.notices.notice import Notice, Outlet, posts
from routing.office import Office
from routing.records import Note
from routing.views.today import today

BEGUN = "today_begun"  # the event: from here on the mail is written
LATE = timedelta(hours=2)  # after which a missed one is of no use any more


def newest(survey: Survey, now: datetime) -> datetime | None:
    """The newest instant of today, in Japan, up to now at which such a mail is written; None if there is none."""
    times = survey.calendar.today
    if times is None:
        return None
    local, last_days = in_jst(now), {in_jst(deadline).date() for deadline in survey.deadlines}
    due = [times.daily] if is_working_day(local.date(), survey.calendar.holidays) else []
    due += [times.last_day] if times.last_day and local.date() in last_days else []
    come = [local.replace(hour=t.hour, minute=t.minute, second=t.second, microsecond=0) for t in due]
    return max((at for at in come if at <= local), default=None)


def due(ledger: Ledger, survey: Survey, now: datetime) -> datetime | None:
    """The instant whose mail is to be written now."""
    instant = newest(survey, now)
    begun = extensions.first(ledger, BEGUN)
    if instant is None or begun is None or instant < begun or now - instant > LATE:
        return None
    return None if outbox.has_key(ledger, _key(instant)) else instant


def mail_today(office: Office) -> Iterator[str]:
    """Queue the mail that is due; yield a line for people where one was."""
    ledger, survey = office.ledger, office.register.survey
    if survey.calendar.today is None:
        return
    if extensions.first(ledger, BEGUN) is None:
        verdicts.add_event(ledger, Note(BEGUN), None, ("uketsuke", ""), office.clock())
    instant = due(ledger, survey, office.clock())
    if instant is None:
        return
    rendered = render_today(today(office).counts, load_wording())
    with ledger.writing():
        if outbox.has_key(ledger, _key(instant)):
            return
        sender = survey.mailbox(next(iter(office.settings.mailboxes)))
        notice = Notice("alert", _key(instant), f"T{instant:%m%d-%H%M}", sender, "", rendered)
        outlet = Outlet(survey, office.settings, office.clock(), message_ids(ledger))
        for posted in posts(notice, [office.settings.operators], outlet):
            outbox.queue(ledger, posted, None, office.clock())
    yield "本日の状況を operators あての送信待ちに置きました"


def _key(instant: datetime) -> str:
    return f"today:{stamp(instant)}"
