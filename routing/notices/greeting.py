"""The greeting before automatic replies begin: to every respondent that is known. Reads the ledger; queues nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from replies.letters.greeting import Greeting, render_greeting
from replies.wording import load_wording
from routing.clock import stamp
from routing.ledger.arrivals import receipt_number
from routing.notices.groups import Group, groups
from routing.notices.notice import Notice
from routing.office import Office


def instants(office: Office) -> Iterator[datetime]:
    """When the survey wants the greeting."""
    if office.register.survey.calendar.greeting is not None:
        yield office.register.survey.calendar.greeting


def letters(office: Office, lgcode: str, instant: datetime) -> Iterator[tuple[Notice, tuple[str, ...]]]:
    """(letter, addresses) to one respondent."""
    survey = office.register.survey
    owed = {survey.program(o.program).mailbox for o in office.register.owed_by(lgcode)}
    here = [m for m in survey.mailboxes if m.id in owed and m.id in office.settings.mailboxes]
    for group in groups(office, lgcode, here):
        mailbox = group.mailboxes[0]
        rendered = render_greeting(_letter(office, lgcode, group, instant), survey, load_wording())
        number = f"G{instant:%m%d-%H%M}-{lgcode}-{mailbox.receipt_prefix}"
        key = f"greeting|{stamp(instant)}|{group.ids}|{lgcode}"
        yield Notice("greeting", key, number, mailbox, lgcode, rendered, survey.mails.greeting), group.addresses


def _letter(office: Office, lgcode: str, group: Group, instant: datetime) -> Greeting:
    survey, mailbox = office.register.survey, group.mailboxes[0]
    begins = max(office.settings.start_from or instant, instant)
    return Greeting(
        mailbox=mailbox,
        extensions=tuple((p.name, p.extension) for p in survey.programs if p.mailbox == mailbox.id),
        addressee=office.register.full_name(lgcode),
        begins=begins,
        example=receipt_number(mailbox.receipt_prefix, mailbox.id, "0" * 64, begins),
    )
