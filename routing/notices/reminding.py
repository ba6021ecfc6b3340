"""The desk's reminders: what they are written from, and one round of the calendar at a time.

A thin step between the desk and `remind.py`, for the worker and the command line alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from config.contacts import load_contacts
from routing.ledger.mail_ways import may_fall_due
from routing.notices import remind
from routing.notices.recipients import Correspondence
from routing.notices.remind import ReminderTarget
from routing.office import Office


def at_hand(office: Office) -> Correspondence:
    """What a letter that answers no mail is written from. Raises SettingsError if the contacts file is wrong."""
    path = office.settings.contacts
    contacts = load_contacts(path, office.register.survey, office.register.roster) if path else {}
    return Correspondence(office.ledger, office.register, office.settings, contacts)


def round_due(office: Office, mailboxes: Iterable[str]) -> Iterator[tuple[ReminderTarget, int]]:
    """Queue the reminders of the calendar instant whose turn it is, one respondent in a transaction of its own, and
    tell how many mails went into the outbox for each; nothing where a mailbox's round is done. `mailboxes`: those
    that have been looked into since (`instant_due`)."""
    instant = instant_due(office)
    if instant is None:
        return
    reminding = at_hand(office)
    for mailbox in mailboxes:
        if remind.is_done(office.ledger, instant, mailbox):
            continue
        for recipient in remind.recipients(reminding, instant, office.clock(), [mailbox]):
            yield recipient, remind.queue(reminding, recipient, instant, office.clock())
        remind.note_done(office.ledger, instant, mailbox, office.clock())


def instant_due(office: Office) -> datetime | None:
    """The calendar instant whose round is not done in every mailbox; None if there is none now."""
    survey = office.register.survey
    instant = remind.due_instant(survey, office.clock())
    if instant is None or not may_fall_due(office.ledger, survey, "reminder", instant):
        return None
    if all(remind.is_done(office.ledger, instant, m) for m in office.settings.mailboxes):
        return None
    return instant
