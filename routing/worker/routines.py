"""What the desk does by the calendar: a round of reminders, the reports. One small step at a time, so that
mail goes first. Both doors (worker and one pass) call it; sends nothing itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime

from routing.clock import stamp
from routing.journey.desk import Desk
from routing.ledger import arrivals
from routing.notices.reminding import instant_due, round_due
from routing.notices.report_mail import due_mail, mail_reports
from routing.tracking.report_files import write_all
from routing.tracking.reports import open_instant
from routing.worker import schedule


def reminders(desk: Desk, read: Collection[str]) -> Iterator[str]:
    """Queues the reminders that are due in the mailboxes that were `read` since their instant; a line for
    people after each respondent that gets one, an empty one otherwise."""
    for recipient, mails in round_due(desk, read):
        name = desk.register.full_name(recipient.lgcode)
        yield f"{recipient.mailbox} {name}: 【ご提出のお願い】を送信待ちに置きました" if mails else ""


def reports(desk: Desk, all_read: bool) -> Iterator[str]:
    """Mails the prefectures theirs where the survey says so, and makes those that are due in the folder that the
    settings name. The closing one waits until every mailbox
    was read after the deadline (`all_read`) and nothing waits; it counts what was received until then."""
    yield from mail_reports(desk, all_read)
    folder, survey = desk.settings.reports, desk.register.survey
    instant = schedule.due_report(desk.ledger, survey, desk.clock()) if folder else None
    if folder is None or instant is None:
        return
    closing = instant == survey.deadline
    if closing and (not all_read or arrivals.waiting(desk.ledger)):
        return
    at = desk.clock() if closing else instant
    opened = open_instant(desk.ledger, desk.register, at, instant if closing else None)
    place = folder / f"{instant:%Y-%m-%d_%H%M}"
    for _ in write_all(opened, place):
        yield ""
    schedule.note_made(desk.ledger, instant, desk.clock())
    yield f"{stamp(instant)} の提出状況を {place} に作成しました"


def due_since(desk: Desk) -> datetime | None:
    """The instant since which a mailbox must have been read before what is due may be done; None: nothing."""
    due = [instant_due(desk), due_mail(desk.ledger, desk.register.survey, desk.clock())]
    if desk.settings.reports is not None:
        due.append(schedule.due_report(desk.ledger, desk.register.survey, desk.clock()))
    return max((i for i in due if i is not None), default=None)
