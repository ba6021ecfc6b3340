"""What is to come without anybody writing to us: the next round of reminders, and what officials have asked for."""

from __future__ import annotations

from datetime import datetime

from config.frozen import frozen
from replies.letters.render import Rendered
from routing.ledger.extensions import extensions
from routing.ledger.requests import RequestedOriginal, requests_made
from routing.notices import request
from routing.notices.remind import ReminderTarget, due_instant, recipients, written
from routing.notices.reminding import at_hand
from routing.office import Office
from routing.tracking.extend import described


@frozen
class ReminderRow:
    """One reminder of a round: to whom, about which programs, and what stands in its way, in words."""

    lgcode: str
    name: str
    mailbox: str
    programs: tuple[str, ...]
    addresses: tuple[str, ...]
    said: str
    paused: bool


@frozen
class AskedRow:
    """One original that was asked for; `receipt` of the mail that brought it, empty while none has."""

    asked: RequestedOriginal
    name: str
    program: str


@frozen
class ExtensionRow:
    """One extension that was recorded."""

    body: str
    program: str
    until: datetime
    by: str
    why: str
    at: datetime


@frozen
class NoticesView:
    """`instant`: of the round that is due or comes next (None: no more do), `due`: its turn has come; `rounds`: all."""

    instant: datetime | None
    due: bool
    rounds: tuple[datetime, ...]
    reminders: tuple[ReminderRow, ...]
    asked: tuple[AskedRow, ...]
    extensions: tuple[ExtensionRow, ...]


def notices_view(office: Office) -> NoticesView:
    """The notices as things stand now. Raises SettingsError if the contacts file is wrong."""
    now, survey = office.clock(), office.register.survey
    instant, due = round_to_come(office)
    found = _targets(office, instant) if instant else ()
    return NoticesView(
        instant=instant,
        due=due,
        rounds=tuple(sorted(survey.calendar.reminders)),
        reminders=tuple(_row(office, target) for target in found),
        asked=tuple(AskedRow(a, *request.described(a, office.register)) for a in requests_made(office.ledger, now)),
        extensions=tuple(
            ExtensionRow(*described(e, office.register), e.until, e.by, e.why, e.recorded_at)
            for e in extensions(office.ledger, now)
        ),
    )


def round_to_come(office: Office) -> tuple[datetime | None, bool]:
    """The instant of the calendar whose turn it is, else the next one; and whether it has come."""
    survey, now = office.register.survey, office.clock()
    due = due_instant(survey, now)
    if due is not None:
        return due, True
    return next((i for i in sorted(survey.calendar.reminders) if i > now), None), False


def reminder_text(office: Office, mailbox: str, lgcode: str) -> Rendered | None:
    """The reminder that this respondent would get now; None where it would get none."""
    instant, _ = round_to_come(office)
    found = (t for t in _targets(office, instant, mailbox) if t.lgcode == lgcode) if instant else iter(())
    target = next(found, None)
    return written(at_hand(office), target, office.clock()) if target else None


def _targets(office: Office, instant: datetime, mailbox: str = "") -> tuple[ReminderTarget, ...]:
    boxes = [mailbox] if mailbox else [m.id for m in office.register.survey.mailboxes]
    return recipients(at_hand(office), instant, office.clock(), boxes)


def _row(office: Office, target: ReminderTarget) -> ReminderRow:
    survey = office.register.survey
    names = tuple(survey.program(p).name for p in target.programs)
    name = office.register.full_name(target.lgcode)
    return ReminderRow(target.lgcode, name, target.mailbox, names, target.addresses, _said(target), target.paused)


def _said(target: ReminderTarget) -> str:
    if target.paused:
        return "止めています"
    if target.resting:
        return "団体からの連絡を確認するまで、送りません"
    if target.failed:
        return "届いていません。電話でお願いします"
    if target.queued:
        return "送信済み（送信待ちを含む）"
    return "" if target.addresses else "アドレスが分かりません。電話でお願いします"
