"""Mail that answers no mail: reminders, requests for originals, notices of extension, reports to prefectures.

One finished mail for each address, from the mailbox whose section writes. What it says is rendered already;
decides neither who is written to nor when, writes no ledger and sends nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from config.frozen import frozen
from config.mails import Way
from config.settings import Settings, by_hand
from config.survey import Mailbox, Survey
from intake.mail.ids import MessageIds
from replies.letter import Envelope, Thread
from replies.letter_kinds import TRAITS, AnyLetterKind, NoticeKind
from replies.letters.compose import compose
from replies.letters.render import Rendered
from replies.letters.signed import wording_hash
from routing.records import FinishedReply
from routing.who import Refused

NO_THREAD = Thread("", ())


@frozen
class Notice:
    """One letter to one respondent. `key`: the outbox's unique key; `number`: by which people name it, as a
    receipt number names an arrival (R0719-1000-141003-N). Both have a suffix from the second address on."""

    kind: NoticeKind
    key: str
    number: str
    mailbox: Mailbox
    respondent: str  # lgcode
    rendered: Rendered
    way: Way = "send"
    thread: Thread = NO_THREAD


@frozen
class Outlet:
    """How notices go out: the survey whose words they are, the settings, when they are written, and what makes their
    Message-IDs."""

    survey: Survey
    settings: Settings
    now: datetime
    ids: MessageIds


def waits(kind: AnyLetterKind, way: Way, settings: Settings) -> bool:
    """Whether a letter that goes out this way waits until an official releases it. Where a human sends every mail from
    Drafts, only what goes to every body does."""
    return way == "draft" and (TRAITS[kind].to_all or not by_hand(settings))


def held_unless_approved(settings: Settings, kind: AnyLetterKind) -> bool:
    """Whether a letter waits until its wording is approved; where a human sends every mail, he reads it anyway."""
    signed = not (TRAITS[kind].to_operators or TRAITS[kind].by_hand)
    return settings.unapproved == "draft" and not by_hand(settings) and signed


def refuse_if_off(kind: AnyLetterKind, survey: Survey) -> None:
    """Raise Refused where the survey's table has this kind off, whoever asks for it."""
    if survey.mails.way(kind) == "off":
        raise Refused(f"この種類のメールは、調査の [mails] で出さないこととしています（{kind} = \"off\"）。")


def posts(notice: Notice, addresses: Sequence[str], outlet: Outlet) -> tuple[FinishedReply, ...]:
    """The finished mail, once for each address; rehearsing, each goes to the operators."""
    return tuple(_post(notice, address, place, outlet) for place, address in enumerate(addresses, 1))


def _post(notice: Notice, address: str, place: int, outlet: Outlet) -> FinishedReply:
    mailbox = notice.mailbox
    number = notice.number if place == 1 else f"{notice.number}-{place}"
    key = notice.key if place == 1 else f"{notice.key}:{place}"
    rehearsing = outlet.settings.mode == "rehearse"
    envelope = Envelope(
        sender_name=outlet.survey.phrases.ministry,
        sender=mailbox.address,
        recipient=outlet.settings.operators if rehearsing else address,
        message_id=outlet.ids.make(number, key, mailbox.address.rpartition("@")[2]),
        thread=notice.thread,
        date=outlet.now,
        receipt=number,
        rehearsal_for=address if rehearsing else "",
        answers=False,
        by_hand=TRAITS[notice.kind].by_hand,
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
        waits=waits(notice.kind, notice.way, outlet.settings),
        wording=wording_hash(notice.kind, outlet.survey),
        unless_approved=held_unless_approved(outlet.settings, notice.kind),
    )
