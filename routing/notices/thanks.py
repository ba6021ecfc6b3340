"""The closing thanks of a section to a respondent whose answers to it are all accepted. Reads the ledger, and queues
nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from config.obligations import Obligation
from replies.japanese import full_width_number
from replies.letters.thanks import Accepted, Thanks, render_thanks
from replies.wording import load_wording
from routing.clock import stamp
from routing.notices.groups import groups
from routing.notices.notice import Notice
from routing.notices.reminder_mail import open_for
from routing.office import Office
from routing.standing import Booking, standing_of
from routing.tracking.instant import LedgerAt


def instants(office: Office) -> Iterator[datetime]:
    """When the survey wants the letters of thanks."""
    if office.register.survey.calendar.thanks is not None:
        yield office.register.survey.calendar.thanks


def letters(office: Office, lgcode: str, instant: datetime) -> Iterator[tuple[Notice, tuple[str, ...]]]:
    """(letter, addresses) of each section to which the respondent owes nothing more, and owed something."""
    survey, register = office.register.survey, office.register
    body = register.body(lgcode)
    opened = open_for(office.ledger, register, lgcode, office.clock())
    for mailbox in (m for m in survey.mailboxes if m.id in office.settings.mailboxes):
        owed = [o for o in register.owed_by(lgcode) if survey.program(o.program).mailbox == mailbox.id]
        states = {standing_of(o, opened.books).state for o in owed}
        if body is None or "accepted" not in states or states - {"accepted", "not_applicable"}:
            continue
        letter = Thanks(
            mailbox=mailbox,
            extensions=tuple((p.name, p.extension) for p in survey.programs if p.mailbox == mailbox.id),
            addressee=body.full_name,
            honorific=register.roster.honorific(body),
            accepted=tuple(each for o in owed for each in _accepted(o, opened)),
        )
        number = f"T{instant:%m%d-%H%M}-{lgcode}-{mailbox.receipt_prefix}"
        key = f"thanks|{stamp(instant)}|{mailbox.id}|{lgcode}"
        rendered = render_thanks(letter, survey, load_wording())
        notice = Notice("thanks", key, number, mailbox, lgcode, rendered, survey.mails.thanks)
        yield from ((notice, group.addresses) for group in groups(office, lgcode, [mailbox]))


def _accepted(obligation: Obligation, opened: LedgerAt) -> Iterator[Accepted]:
    """What was accepted of one obligation: the own answer, and what was collected as a whole."""
    program = opened.register.survey.program(obligation.program)
    own = opened.books.part("own", obligation.lgcode, program.id).accepted
    if own is not None:
        yield _told(program.name, [own], opened, own.attributes)
    parts = (opened.books.part("collected", code, program.id).accepted for code in obligation.collected)
    rows = [row for row in parts if row is not None]
    if rows:
        number = full_width_number(len(rows))
        words = load_wording().phrase["thanks_collected"].format(program=program.name, number=number)
        yield _told(words, rows, opened, ())


def _told(about: str, found: list[Booking], opened: LedgerAt, attributes: tuple[int, ...]) -> Accepted:
    newest = sorted(found, key=lambda b: (b.received_at, b.id), reverse=True)
    names = {a.number: a.name for a in opened.register.survey.attributes}
    return Accepted(
        about=about,
        receipts=tuple(dict.fromkeys(b.receipt for b in newest)),
        received_at=newest[0].received_at,
        attributes=tuple(names[number] for number in attributes if number in names),
    )

