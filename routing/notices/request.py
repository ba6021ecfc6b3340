"""Requests for originals: a prefecture is asked for single municipalities' own sheets, and what comes back is
tied to the request.

The mail goes into the outbox with an event for each municipality, in one transaction; a sheet of that body and
program that the desk kept as an original afterwards answers it. Sends nothing.
"""

from __future__ import annotations

from datetime import datetime

from config.frozen import frozen
from config.settings import by_hand
from replies.letters.request import OriginalRequest, render_request
from replies.wording import load_wording
from routing.ledger import outbox, verdicts
from routing.ledger.requests import RequestedOriginal, newest_number, requests_made
from routing.ledger.secret import message_ids
from routing.notices.groups import whole_history
from routing.notices.notice import Notice, Outlet, posts, refuse_if_off
from routing.notices.recipients import addresses, handed_in
from routing.notices.reminding import at_hand
from routing.office import Office
from routing.records import Note
from routing.register import Register
from routing.who import Refused, Who


@frozen
class Wanted:
    """The originals that are asked for: municipalities of one prefecture by code, and the program; `until`: by when,
    if a day is to be named."""

    lgcodes: tuple[str, ...]
    program: str
    until: datetime | None = None


def request_originals(office: Office, wanted: Wanted, who: Who) -> tuple[str, ...]:
    """Queue the request to the prefecture; return the addresses that it goes to. Raises Refused, and then nothing was
    recorded."""
    refuse_if_off("request", office.register.survey)
    prefecture = _collector(wanted, office.register)
    survey, now = office.register.survey, office.clock()
    mailbox = survey.mailbox(survey.program(wanted.program).mailbox)
    with office.ledger.writing():
        open_ones = {(a.lgcode, a.program) for a in requests_made(office.ledger, now) if not a.receipt}
        if again := [c for c in wanted.lgcodes if (c, wanted.program) in open_ones]:
            names = "、".join(map(office.register.full_name, again))
            raise Refused(f"{names} の原本は、既にお願いしています（request --list）。")
        sent = handed_in(whole_history(office, prefecture), prefecture, mailbox.id, survey)
        to, _ = addresses(at_hand(office), sent, prefecture, mailbox.id)
        if not to:
            collector = survey.word("collector", "都道府県")
            raise Refused(f"{collector}のアドレスが分かりません。設定の contacts に書いてください。")
        number = 1 + newest_number(office.ledger)
        notice = _notice(wanted, prefecture, number, office)
        outlet = Outlet(survey, office.settings, now, message_ids(office.ledger))
        for posted in posts(notice, to, outlet):
            outbox.queue(office.ledger, posted, None, now)
        for code in wanted.lgcodes:
            note = Note("request", str(number), code, wanted.program)
            verdicts.note(office.ledger, note, None, who.pair, now)
    return to


def _collector(wanted: Wanted, register: Register) -> str:
    """The one prefecture that collects all of these bodies' answers to the program."""
    if wanted.program not in {p.id for p in register.survey.programs}:
        raise Refused(f"{wanted.program} という制度等はありません。")
    found = {register.collectors.get((code, wanted.program), "") for code in wanted.lgcodes}
    if len(found) != 1 or found == {""}:
        collector, member = register.survey.word("collector", "都道府県"), register.survey.word("member", "市町村")
        raise Refused(f"一つの{collector}が取りまとめる{member}だけを、まとめて指定してください。")
    return found.pop()


def _notice(wanted: Wanted, prefecture: str, number: int, office: Office) -> Notice:
    """The letter to the prefecture, as request number `number` of this ledger."""
    register, survey = office.register, office.register.survey
    program = survey.program(wanted.program)
    letter = OriginalRequest(
        mailbox=survey.mailbox(program.mailbox),
        extensions=((program.name, program.extension),),
        addressee=register.full_name(prefecture),
        program=program.name,
        form_title=survey.form(program.form).title,
        bodies=tuple(register.full_name(code) for code in sorted(wanted.lgcodes)),
        until=wanted.until,
    )
    rendered = render_request(letter, survey, load_wording(by_hand(office.settings)))
    named = f"Q{number:04d}-{prefecture}"
    return Notice("request", f"request:{number}", named, letter.mailbox, prefecture, rendered, survey.mails.request)


def described(asked: RequestedOriginal, register: Register) -> tuple[str, str]:
    """A request in words: (body, program)."""
    return register.full_name(asked.lgcode), register.survey.program(asked.program).name
