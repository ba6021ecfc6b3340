"""The reports that prefectures get by mail, at the instants of the survey's calendar that say so.

Once per prefecture and instant whatever crashes, to the addresses that reminders would go to. The closing one
waits, as the folder's does, until every mailbox was read after the deadline. Queues mail; sends nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from config.roster import Body
from config.survey import Survey
from replies.letter import Attachment
from replies.letters.report_mail import ReportLetter, render_report_mail
from replies.reports.book import prefecture_book
from replies.reports.data import PrefectureReport
from replies.wording import load_wording
from routing.clock import stamp
from routing.ledger import arrivals, extensions, outbox, verdicts
from routing.ledger.mail_ways import may_fall_due
from routing.ledger.secret import message_ids
from routing.ledger.store import Ledger
from routing.notices.groups import whole_history
from routing.notices.notice import Notice, Outlet, posts
from routing.notices.recipients import addresses, handed_in
from routing.notices.reminding import at_hand
from routing.office import Office
from routing.owed import owed_program, with_deadlines
from routing.records import Note
from routing.standing import standing_of
from routing.tracking.instant import LedgerAt, open_instant
from routing.tracking.reports import prefecture_report

OF_USE = timedelta(days=1)  # after its instant, where the survey names no later day


def due_mail(ledger: Ledger, survey: Survey, now: datetime) -> datetime | None:
    """The newest instant that has come and whose reports were not mailed; an older one is of no use any more,
    nor is any once the day for mending has passed."""
    come = [instant for instant in survey.calendar.report_mails if instant <= now]
    if survey.is_quiet(now):
        return None
    if not come or now > max(survey.mended_by, max(come) + OF_USE) or not may_fall_due(ledger, survey, "report", max(come)):
        return None
    return None if extensions.happened(ledger, "report_mailed", stamp(max(come))) else max(come)


def mail_reports(office: Office, all_read: bool) -> Iterator[str]:
    """Queue the reports that are due, one prefecture in a transaction of its own; yield a line for people for each."""
    survey = office.register.survey
    instant = due_mail(office.ledger, survey, office.clock())
    if instant is None:
        return
    closing = instant in survey.deadlines
    if closing and (not all_read or arrivals.waiting(office.ledger)):
        return
    at = office.clock() if closing else instant
    opened = open_instant(office.ledger, office.register, at, instant if closing else None)
    for body in office.register.reported:
        mails = queue_report(office, opened, body, instant)
        yield f"{body.name}: 提出状況の報告書を送信待ちに置きました（{mails}通）" if mails else ""
    verdicts.add_event(
        office.ledger, Note("report_mailed", stamp(instant)), None, ("uketsuke", ""), office.clock()
    )


def queue_report(office: Office, opened: LedgerAt, body: Body, instant: datetime) -> int:
    """Put one prefecture's report into the outbox, unless it stands there already or an official paused its mail.
    Each address gets it once, from the first mailbox that knows it. Return how many mails."""
    with office.ledger.writing():
        now = office.clock()
        if body.lgcode in extensions.paused(office.ledger, now):
            return 0
        outlet = Outlet(opened.register.survey, office.settings, now, message_ids(office.ledger))
        made = [p for notice, to in _notices(office, opened, body, instant) for p in posts(notice, to, outlet)]
        new = [posted for posted in made if not outbox.has_key(office.ledger, posted.key)]
        for posted in new:
            outbox.queue(office.ledger, posted, None, now)
        return len(new)


def _notices(
    office: Office, opened: LedgerAt, body: Body, instant: datetime
) -> Iterator[tuple[Notice, tuple[str, ...]]]:
    """(letter, addresses) for each mailbox that knows somebody of this prefecture."""
    survey, correspondence = opened.register.survey, at_hand(office)
    sent = whole_history(office, body.lgcode)
    filled: PrefectureReport | None = None
    told: set[str] = set()
    for mailbox in (m for m in survey.mailboxes if m.id in office.settings.mailboxes):
        known, _ = addresses(
            correspondence, handed_in(sent, body.lgcode, mailbox.id, survey), body.lgcode, mailbox.id
        )
        to = tuple(a for a in known if a.lower() not in told)
        told |= {a.lower() for a in to}
        if not to:
            continue
        filled = filled or prefecture_report(opened, body)
        letter = _letter(filled, opened, mailbox.id, body, instant)
        number = f"P{instant:%m%d-%H%M}-{body.lgcode}-{mailbox.receipt_prefix}"
        key = f"report:{stamp(instant)}:{mailbox.id}:{body.lgcode}"
        rendered = render_report_mail(letter, survey, load_wording())
        yield Notice("report", key, number, mailbox, body.lgcode, rendered, survey.mails.report), to


def _letter(
    filled: PrefectureReport, opened: LedgerAt, mailbox: str, body: Body, instant: datetime
) -> ReportLetter:
    survey, until = opened.register.survey, opened.deadlines
    owed = opened.register.owed_by(body.lgcode)
    last = opened.register.last_deadline(body.lgcode)
    closing = last <= instant
    told = (owed_program(standing_of(o, opened.books), opened.register) for o in owed)
    days = [day for o in owed if (day := until.correct_by(body.lgcode, o.program))]
    ahead = [end for o in owed if instant < (end := until.of(body.lgcode, o.program))]
    book = prefecture_book(filled, survey, load_wording().of(survey))
    return ReportLetter(
        mailbox=survey.mailbox(mailbox),
        extensions=tuple((p.name, p.extension) for p in survey.programs if p.mailbox == mailbox),
        addressee=body.full_name,
        honorific=filled.honorific,
        instant=instant,
        closing=closing,
        after=last < instant,
        programs=with_deadlines(told, body.lgcode, until, opened.at),
        by=min(days, default=None) if closing else min(ahead, default=until.of(body.lgcode)),
        extended=any(p.extended_to and p.state != "accepted" for p in filled.programs),
        mending=any(t == "unmended" for p in filled.programs for t, _ in p.timings),
        report=Attachment(f"{filled.code}{filled.name}_提出状況.xlsx", book),
    )
