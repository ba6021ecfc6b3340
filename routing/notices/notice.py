"""Mail that answers no mail: reminders, requests for originals, notices of extension, reports to prefectures.

One finished mail for each address, from the mailbox whose section writes. What it says is rendered already;
decides neither who is written to nor when, writes no ledger and sends nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from config.settings import Settings
from config.survey import Mailbox
from intake.mail.ids import MessageIds
from replies.letter import Envelope, NoticeKind, Thread
from replies.letters.compose import compose
from replies.letters.render import Rendered
from routing.records import FinishedReply


@dataclass(frozen=True, slots=True)
class Notice:
    """One letter to one respondent. `key`: the outbox's unique key; `number`: by which people name it, as a
    receipt number names an arrival (R0719-1000-141003-N). Both have a suffix from the second address on."""

    kind: NoticeKind
    key: str
    number: str
    mailbox: Mailbox
    respondent: str  # lgcode
    rendered: Rendered


@dataclass(frozen=True, slots=True)
class Outlet:
    """How notices go out: the ministry's name above the section, the settings, when they are written, and what makes
    their Message-IDs."""

    sender_name: str
    settings: Settings
    now: datetime
    ids: MessageIds


def posts(notice: Notice, addresses: Sequence[str], outlet: Outlet) -> tuple[FinishedReply, ...]:
    """The finished mail, once for each address; rehearsing, each goes to the operators."""
    return tuple(_post(notice, address, place, outlet) for place, address in enumerate(addresses, 1))


def _post(notice: Notice, address: str, place: int, outlet: Outlet) -> FinishedReply:
    mailbox = notice.mailbox
    number = notice.number if place == 1 else f"{notice.number}-{place}"
    key = notice.key if place == 1 else f"{notice.key}:{place}"
    rehearsing = outlet.settings.mode == "rehearse"
    envelope = Envelope(
        sender_name=outlet.sender_name,
        sender=mailbox.address,
        recipient=outlet.settings.operators if rehearsing else address,
        message_id=outlet.ids.make(number, key, mailbox.address.rpartition("@")[2]),
        thread=Thread("", ()),
        date=outlet.now,
        receipt=number,
        rehearsal_for=address if rehearsing else "",
        answers=False,
    )
    return FinishedReply(
        key=key,
        kind=notice.kind,
        message_id=envelope.message_id,
        mailbox=mailbox.id,
        mail_from=mailbox.address,
        recipient=address,
        rcpt_to=envelope.recipient,
        respondent=notice.respondent,
        subject=notice.rendered.subject,
        data=compose(notice.rendered, envelope),
    )
