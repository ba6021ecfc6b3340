"""個人番号についてのお願い: the letter to whoever sent a My Number by mistake, as a draft that a person sends.

A file beside the ledger, which a mail program opens ready to be sent; in draft mode it also goes into Drafts through
the outbox. It never leaves by itself: somebody is to telephone first. Sends nothing.
"""

from __future__ import annotations

from pathlib import Path

from config.settings import by_hand
from intake.mail.ids import receipt_in
from replies.letters.compose import is_writable
from replies.letters.my_number import MyNumberLetter, render_my_number
from replies.wording import load_wording
from routing.ledger import numbers, outbox
from routing.ledger.free_keys import free_key
from routing.ledger.secret import message_ids
from routing.notices.notice import Notice, Outlet, posts
from routing.office import Office
from routing.records import Arrival, FinishedReply

FOLDER = "個人番号についてのお願い"


def letter(office: Office, arrival: Arrival) -> FinishedReply | None:
    """The letter about a mail, by the newest word that a number stands in it; None where nobody can be written to."""
    sender, lgcode = numbers.sent_by(office.ledger, arrival.id)
    if not is_writable(sender):
        return None
    register = office.register
    survey, mailbox = register.survey, register.survey.mailbox(arrival.mailbox)
    owed = {o.program for o in register.owed_by(lgcode)}
    here = [p for p in survey.programs if p.mailbox == mailbox.id]
    content = MyNumberLetter(
        mailbox=mailbox,
        extensions=tuple((p.name, p.extension) for p in here if p.id in owed or not owed),
        addressee=register.full_name(lgcode),
        receipt=arrival.receipt,
        received_at=arrival.received_at,
    )
    rendered = render_my_number(content, survey, load_wording(by_hand=True))
    place = numbers.times_found(office.ledger, arrival.id)
    number = f"{arrival.receipt}-M{place}"
    written = free_key(office.ledger, f"{key(arrival)}{place}", asked_for=True)
    notice = Notice("my_number", written, number, mailbox, lgcode, rendered)
    outlet = Outlet(survey, office.settings, office.clock(), message_ids(office.ledger))
    return posts(notice, (sender,), outlet)[0]


def key(arrival: Arrival) -> str:
    """How the outbox's keys of all letters about a mail begin."""
    return f"my_number:{arrival.receipt}:"


def queue(office: Office, arrival: Arrival) -> bool:
    """Put the letter into the outbox, inside the caller's transaction, where a person sends what it delivers; return
    whether it is new there."""
    posted = letter(office, arrival) if by_hand(office.settings) else None
    if posted is None or outbox.has_key(office.ledger, posted.key):
        return False
    outbox.queue(office.ledger, posted, None, office.clock())
    return True


def write_draft(office: Office, arrival: Arrival) -> Path | None:
    """Write the letter as a file and return it; None where nobody can be written to."""
    posted = letter(office, arrival)
    if posted is None:
        return None
    folder = office.settings.ledger.parent / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{receipt_in(posted.message_id)}.eml"
    path.write_bytes(b"X-Unsent: 1\r\n" + posted.data)
    return path
