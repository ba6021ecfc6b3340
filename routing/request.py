"""Requests for originals: a prefecture is asked for single municipalities' own sheets, and what comes back is
tied to the request.

The mail goes into the outbox with an event for each municipality, in one transaction; a sheet of that body and
program that the desk kept as an original afterwards answers it. Sends nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from intake.kind import make_message_id
from replies.compose import compose
from replies.letter import Envelope, Thread
from replies.request import OriginalRequest, render_request
from replies.wording import load_wording
from routing.decided import Note, Posted
from routing.desk import Desk
from routing.ledger import outbox, verdicts
from routing.ledger.requests import Asked, requests_made
from routing.operate import Refused, Who
from routing.register import Register
from routing.remind import addresses
from routing.reminding import at_hand


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which originals: municipalities of one prefecture by code, and the program; `until`: by when, if a day
    is to be named."""

    lgcodes: tuple[str, ...]
    program: str
    until: datetime | None = None


def find_code(text: str, register: Register) -> str:
    """The six-digit code of a body named by six digits, or by five without the check digit. Refused."""
    found = [b.lgcode for b in register.roster if text in (b.lgcode, b.lgcode[:5])]
    if len(found) != 1:
        raise Refused(f"団体コード {text} は団体一覧にありません。")
    return found[0]


def request(desk: Desk, wanted: Wanted, who: Who) -> tuple[str, ...]:
    """Queues the request to the prefecture; the addresses that it goes to. Raises Refused, and then nothing
    was recorded."""
    prefecture = _collector(wanted, desk.register)
    mailbox = desk.register.survey.mailbox(desk.register.survey.program(wanted.program).mailbox)
    now = desk.clock()
    with desk.ledger.writing():
        open_ones = {(a.lgcode, a.program) for a in requests_made(desk.ledger, now) if not a.receipt}
        if again := [c for c in wanted.lgcodes if (c, wanted.program) in open_ones]:
            names = "、".join(map(desk.register.full_name, again))
            raise Refused(f"{names} の原本は、すでにお願いしています（request --list）。")
        sent = verdicts.bookings(desk.ledger, now)
        to, _ = addresses(
            at_hand(desk), [b for b in sent if b.submitter == prefecture], prefecture, mailbox.id
        )
        if not to:
            raise Refused("都道府県のアドレスが分かりません。設定の contacts に書いてください。")
        number = 1 + len(requests_made(desk.ledger, now))
        for posted in _posts(desk, wanted, prefecture, to, number):
            outbox.queue(desk.ledger, posted, None, now)
        for code in wanted.lgcodes:
            note = Note("request", str(number), code, wanted.program)
            verdicts.note(desk.ledger, note, None, who.pair, now)
    return to


def _collector(wanted: Wanted, register: Register) -> str:
    """The one prefecture that collects all of these bodies' answers to the program."""
    if wanted.program not in {p.id for p in register.survey.programs}:
        raise Refused(f"{wanted.program} という制度等はありません。")
    found = {register.collectors.get((code, wanted.program), "") for code in wanted.lgcodes}
    if len(found) != 1 or found == {""}:
        raise Refused("一つの都道府県が取りまとめる市町村だけを、まとめて指定してください。")
    return found.pop()


def _posts(desk: Desk, wanted: Wanted, prefecture: str, to: Sequence[str], number: int) -> list[Posted]:
    """The finished mail, once for each address."""
    survey, settings = desk.register.survey, desk.settings
    program = survey.program(wanted.program)
    mailbox = survey.mailbox(program.mailbox)
    filled = OriginalRequest(
        mailbox=mailbox,
        extensions=((program.name, program.extension),),
        addressee=desk.register.full_name(prefecture),
        program=program.name,
        form_title=survey.form(program.form).title,
        bodies=tuple(desk.register.full_name(code) for code in sorted(wanted.lgcodes)),
        until=wanted.until,
    )
    rendered = render_request(filled, survey, load_wording())
    rehearsing = settings.mode == "rehearse"
    posts = []
    for place, address in enumerate(to, 1):
        receipt = f"Q{number:04d}-{prefecture}-{place}"
        envelope = Envelope(
            sender_name=survey.phrases.ministry,
            sender=mailbox.address,
            recipient=settings.operators if rehearsing else address,
            message_id=make_message_id(receipt, "request", mailbox.address.rpartition("@")[2]),
            thread=Thread("", ()),
            date=desk.clock(),
            receipt=receipt,
            rehearsal_for=address if rehearsing else "",
            answers=False,
        )
        posts.append(
            Posted(
                key=f"request:{number}:{place}",
                kind="request",
                message_id=envelope.message_id,
                mailbox=mailbox.id,
                mail_from=mailbox.address,
                recipient=address,
                rcpt_to=envelope.recipient,
                respondent=prefecture,
                subject=rendered.subject,
                data=compose(rendered, envelope),
            )
        )
    return posts


def described(asked: Asked, register: Register) -> tuple[str, str]:
    """A request in words: (body, program)."""
    return register.full_name(asked.lgcode), register.survey.program(asked.program).name
