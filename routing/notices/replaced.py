"""差し替えのお知らせ: who hears that another address of the same body replaced his answer.

What was replaced stands as events at the mail that replaced it (`replaced`, with receipt number and address).
The survey says whether the notice goes out by itself; else an official asks for it. Once for each replaced mail
and each mail that replaced it. Sends nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from config.frozen import frozen
from config.settings import Settings, by_hand
from replies.letters.replaced import ReplacedLetter, render_replaced
from replies.wording import load_wording
from routing.ledger import arrivals, outbox, verdicts
from routing.ledger.free_keys import free_key
from routing.ledger.letters import Gone, gone_by
from routing.ledger.secret import message_ids
from routing.ledger.store import Ledger
from routing.notices.notice import Notice, Outlet, posts, refuse_if_off
from routing.records import Arrival, FinishedReply, Note
from routing.register import Register


@frozen
class NoticeContext:
    """The desk's data that the notices are written with, and the instant."""

    register: Register
    settings: Settings
    ledger: Ledger
    now: datetime


def by_itself(office: NoticeContext) -> bool:
    """Whether the notices go out unasked: the survey says so, or every mail is read by a human before it goes."""
    wanted = office.register.survey.mails.replaced
    return wanted == "send" or (wanted == "draft" and by_hand(office.settings))


def notices(office: NoticeContext, newer: Arrival, asked_for: bool = False) -> Iterator[FinishedReply]:
    """The notices to those whose answers this mail replaced; `asked_for` by an official."""
    for gone in gone_by(office.ledger, newer.id):
        older = arrivals.find(office.ledger, gone.receipt)
        if older is not None:
            yield from _posted(office, gone, (older, newer), asked_for)


def queue(office: NoticeContext, newer: Arrival, who: tuple[str, str]) -> int:
    """Put these notices into the outbox, inside the caller's transaction, unless they stand there already; return how
    many are new. A notice that went with a decision that was taken back does not count as standing there. Raises
    Refused where the survey's table has them off."""
    refuse_if_off("replaced", office.register.survey)
    new = [p for p in notices(office, newer, who[0] != "uketsuke") if not outbox.has_key(office.ledger, p.key)]
    for posted in new:
        outbox.queue(office.ledger, posted, None, office.now, about=newer.id)
    if new:
        verdicts.note(office.ledger, Note("replaced_told", str(len(new))), newer.id, who, office.now)
    return len(new)


def _posted(
    office: NoticeContext, gone: Gone, mails: tuple[Arrival, Arrival], asked_for: bool
) -> Iterator[FinishedReply]:
    older, newer = mails
    survey, register = office.register.survey, office.register
    body = register.body(gone.lgcode)
    if body is None:
        return
    programs = [survey.program(p) for p in gone.programs]
    mailbox = survey.mailbox(older.mailbox)
    letter = ReplacedLetter(
        mailbox=mailbox,
        extensions=tuple((p.name, p.extension) for p in programs),
        addressee=body.full_name,
        honorific=register.roster.honorific(body),
        receipt=older.receipt,
        received_at=older.received_at,
        programs=tuple(p.name for p in programs),
    )
    rendered = render_replaced(letter, survey, load_wording(by_hand(office.settings)))
    key = free_key(office.ledger, f"replaced:{older.receipt}:{newer.receipt}", asked_for)
    number = f"{older.receipt}-R{newer.id}"
    notice = Notice("replaced", key, number, mailbox, gone.lgcode, rendered)
    outlet = Outlet(survey, office.settings, office.now, message_ids(office.ledger))
    yield from posts(notice, (gone.sender,), outlet)
