"""The reminder to one respondent, filled from the ledger and made into finished mail for each address.

Brings values into the shapes that `replies` declares; decides neither who is reminded nor when.
"""

from __future__ import annotations

from datetime import datetime

from config.obligations import working_days_left
from config.roster import Body
from config.survey import Mailbox
from replies.letter import Attachment, OwedProgram
from replies.letters.reminder import Reminder
from replies.letters.render import Rendered
from replies.reports.book import prefecture_book
from replies.reports.data import OpenCorrection
from replies.wording import load_wording
from routing.clock import stamp
from routing.ledger.books import deadlines_at, whole_books_of
from routing.ledger.store import Ledger
from routing.notices.notice import Notice
from routing.owed import with_deadlines
from routing.register import Register
from routing.standing import PartStanding
from routing.tracking.instant import LedgerAt
from routing.tracking.reports import open_correction, prefecture_report, to_replace


def key_of(instant: datetime, mailbox: str, lgcode: str) -> str:
    """The outbox's unique key of one respondent's reminder; a second address of it has a suffix."""
    return f"remind:{stamp(instant)}:{mailbox}:{lgcode}"


def open_for(ledger: Ledger, register: Register, lgcode: str, now: datetime) -> LedgerAt:
    """The ledger as it stands, with the books only of one respondent and of the bodies that its report tells of."""
    bodies = {lgcode, *(code for o in register.owed_by(lgcode) for code in o.collected)}
    books = whole_books_of(ledger, register, bodies, now)
    return LedgerAt(ledger, register, books, deadlines_at(ledger, register, now), now)


def reminder(opened: LedgerAt, body: Body, mailbox: str, owed: tuple[OwedProgram, ...]) -> Reminder:
    """The values of one reminder; `owed`: what is left in this mailbox. A prefecture gets its report."""
    register, survey = opened.register, opened.register.survey
    here = [p for p in survey.programs if p.mailbox == mailbox]
    left = {o.program for o in owed}
    deadline = min(opened.deadlines.of(body.lgcode, p.id) for p in here if p.name in left)
    return Reminder(
        mailbox=survey.mailbox(mailbox),
        extensions=tuple((p.name, p.extension) for p in here),
        addressee=body.full_name,
        honorific=register.roster.honorific(body),
        deadline=deadline,
        extended=any(deadline == opened.deadlines.extension(body.lgcode, p.id) for p in here if p.name in left),
        working_days=working_days_left(opened.at, deadline, survey.calendar.holidays),
        owed=with_deadlines(owed, body.lgcode, opened.deadlines, opened.at),
        corrections=tuple(correction for correction, _ in to_be_mended(opened, body.lgcode, mailbox)),
        report=_report(opened, body) if body in register.reported else None,
    )


def _report(opened: LedgerAt, body: Body) -> Attachment:
    survey = opened.register.survey
    book = prefecture_book(prefecture_report(opened, body), survey, load_wording().of(survey))
    return Attachment(f"{body.number}{body.name}_提出状況.xlsx", book)


def to_be_mended(opened: LedgerAt, lgcode: str, mailbox: str) -> tuple[tuple[OpenCorrection, bool], ...]:
    """What is to be mended of the respondent and of the bodies that it collects, by program and code, then what could
    not be booked, and whether it was handed in in time: of the latter nobody can say so."""
    survey = opened.register.survey
    parts: list[PartStanding] = []
    for o in opened.register.owed_by(lgcode):
        if survey.program(o.program).mailbox == mailbox:
            parts.append(opened.books.part("own", lgcode, o.program))
            parts += [opened.books.part("collected", code, o.program) for code in o.collected]
    booked = [(open_correction(b, opened), not p.late) for p in parts for b in p.correction if not b.provisional]
    open_ones = {b.id for part in parts for b in part.correction if b.provisional}
    arrived = [(to_replace(u, opened), False) for u in opened.books.unbooked if u.verdict_id in open_ones]
    return (*booked, *arrived)


def as_notice(rendered: Rendered, mailbox: Mailbox, lgcode: str, instant: datetime) -> Notice:
    """One respondent's reminder of a calendar instant, for the outbox."""
    number = f"R{instant:%m%d-%H%M}-{lgcode}-{mailbox.receipt_prefix}"
    return Notice("reminder", key_of(instant, mailbox.id, lgcode), number, mailbox, lgcode, rendered)
