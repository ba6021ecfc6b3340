"""What the desk does by the calendar: a round of reminders, the reports. One small step at a time, so that
mail goes first. Both doors (worker and one pass) call it; sends nothing itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime

from routing.clock import stamp
from routing.ledger import arrivals
from routing.notices import rounds
from routing.notices.reminding import instant_due, round_due
from routing.notices.report_mail import due_mail, mail_reports
from routing.office import Office
from routing.tracking.instant import open_instant
from routing.tracking.report_files import write_all
from routing.worker import schedule
from routing.worker.daily import mail_today


def reminders(office: Office, read: Collection[str]) -> Iterator[str]:
    """Queue the reminders that are due in the mailboxes that were `read` since their instant; yield a line for people
    after each respondent that gets one, an empty one otherwise."""
    for recipient, mails in round_due(office, read):
        name = office.register.full_name(recipient.lgcode)
        yield f"{recipient.mailbox} {name}: 【ご提出のお願い】を送信待ちに置きました" if mails else ""


def reports(office: Office, all_read: bool) -> Iterator[str]:
    """Mail the prefectures theirs where the survey says so, and what else the calendar wants, and make those that are
    due in the folder that the settings name. The closing one waits until every mailbox was read after the deadline
    (`all_read`) and nothing waits; it counts what was received until then."""
    yield from mail_reports(office, all_read)
    yield from rounds.come_round(office, all_read)
    folder, survey = office.settings.reports, office.register.survey
    instant = schedule.due_report(office.ledger, survey, office.clock()) if folder else None
    if folder is None or instant is None:
        return
    closing = instant in survey.deadlines
    if closing and (not all_read or arrivals.waiting(office.ledger)):
        return
    at = office.clock() if closing else instant
    opened = open_instant(office.ledger, office.register, at, instant if closing else None)
    place = folder / f"{instant:%Y-%m-%d_%H%M}"
    for _ in write_all(opened, place):
        yield ""
    schedule.note_made(office.ledger, instant, office.clock())
    yield f"{stamp(instant)} の提出状況を {place} に作成しました"


def morning(office: Office) -> Iterator[str]:
    """Tell the operators how many things wait for them, where the survey says so."""
    yield from mail_today(office)


def due_since(office: Office) -> datetime | None:
    """The instant since which a mailbox must have been read before what is due may be done; None: nothing."""
    due = [instant_due(office), due_mail(office.ledger, office.register.survey, office.clock())]
    due += [instant for _, instant in rounds.due(office)]
    if office.settings.reports is not None:
        due.append(schedule.due_report(office.ledger, office.register.survey, office.clock()))
    return max((i for i in due if i is not None), default=None)
