"""The desk's reminders: what they are written from, and one round of the calendar at a time.

A thin step between the desk and `remind.py`, for the worker and the command line alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from config.contacts import load_contacts
from routing.journey.desk import Desk
from routing.notices import remind
from routing.notices.remind import Recipient
from routing.notices.whom import Correspondence


def at_hand(desk: Desk) -> Correspondence:
    """What mail that answers none is written from. Raises SettingsError if the contacts file is wrong."""
    path = desk.settings.contacts
    contacts = load_contacts(path, desk.register.survey, desk.register.roster) if path else {}
    return Correspondence(desk.ledger, desk.register, desk.settings, contacts)


def round_due(desk: Desk, mailboxes: Iterable[str]) -> Iterator[tuple[Recipient, int]]:
    """Queues the reminders of the calendar instant whose turn it is, one respondent in a transaction of its
    own, and tells how many mails went into the outbox for each; nothing where a mailbox's round is done.
    `mailboxes`: those that have been looked into since (`instant_due`)."""
    instant = instant_due(desk)
    if instant is None:
        return
    reminding = at_hand(desk)
    for mailbox in mailboxes:
        if remind.is_done(desk.ledger, instant, mailbox):
            continue
        for recipient in remind.recipients(reminding, instant, desk.clock(), [mailbox]):
            yield recipient, remind.queue(reminding, recipient, instant, desk.clock())
        remind.note_done(desk.ledger, instant, mailbox, desk.clock())


def instant_due(desk: Desk) -> datetime | None:
    """The calendar instant whose round is not done in every mailbox; None if there is none now."""
    instant = remind.due_instant(desk.register.survey, desk.clock())
    if instant is None or all(remind.is_done(desk.ledger, instant, m) for m in desk.settings.mailboxes):
        return None
    return instant
