"""A body told that its prefecture sent its answer and that we accepted it: it hears of nothing else, since every letter
about that mail goes to the prefecture.

Concerned is who answers to us itself, at each such answer; and a municipality that wrote to us directly and was told of
the way by its prefecture, once. By the survey's table; where one mail concerns several bodies, their letters wait for an
official. Sends nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from config.errors import SettingsError
from config.frozen import frozen
from config.mails import Way
from replies.letters.told_body import ToldBody, render_told_body
from replies.wording import load_wording
from routing.ledger import bookings, outbox, withdrawing
from routing.ledger.books import books_of, deadlines_at
from routing.ledger.free_keys import free_key, stands_under
from routing.ledger.secret import message_ids
from routing.notices.groups import groups
from routing.notices.notice import Notice, Outlet, posts
from routing.office import Office
from routing.records import Arrival, Decided, FinishedReply

KIND: Final = "told_body"


@frozen
class _Sent:
    """What a prefecture sent of one body (lgcode) for one program."""

    prefecture: str
    body: str
    program: str

    @property
    def key(self) -> str:
        """The key under which its letters stand in the outbox, without the mail's part."""
        return f"{KIND}|{self.body}|{self.program}|"


def queue(office: Office, decided: Decided) -> int:
    """Put the letters about a mail that was just decided into the outbox, inside the caller's transaction; return how
    many are new. Letters of an older decision that no longer holds are taken back."""
    way = office.register.survey.mails.told_body
    sent = _sent(office, decided)
    if way == "off" or not sent:
        return 0
    accepted = {each for each, outcome in sent.items() if outcome == "accepted"}
    for each in sent.keys() - accepted:
        withdrawing.take_back_notices(office.ledger, each.key + decided.arrival.receipt, office.clock())
    concerned = [each for each in sent if each in accepted and _concerns(office, each, decided.arrival)]
    at_most: Way = "draft" if len({each.body for each in concerned}) > 1 else way
    new = [p for p in _letters(office, concerned, decided.arrival, at_most) if not outbox.has_key(office.ledger, p.key)]
    for posted in new:
        outbox.queue(office.ledger, posted, None, office.clock(), about=decided.arrival.id)
    return len(new)


def may_go_out(office: Office, outgoing: outbox.Outgoing) -> bool:
    """Whether such a letter may still be handed to the server: what it tells is still the answer that stands."""
    _, body, program, receipt = outgoing.key.split("|")
    in_force = deadlines_at(office.ledger, office.register, office.clock())
    books = books_of(office.ledger, in_force, [body], office.clock())
    standing = (books.part(part, body, program).accepted for part in ("own", "collected"))
    return any(found is not None and receipt.startswith(found.receipt) for found in standing)


def _sent(office: Office, decided: Decided) -> dict[_Sent, str]:
    """What was decided of each body's answer in a mail of its prefecture: "accepted" where anything of it was."""
    found: dict[_Sent, str] = {}
    prefecture = office.register.body(decided.identity.submitter)
    if prefecture is None or not office.register.roster.has_below(prefecture):
        return found
    for piece in decided.pieces:
        body, program = piece.identity.body, piece.program
        if body and program and body != prefecture.lgcode:
            each = _Sent(prefecture.lgcode, body, program)
            found[each] = "accepted" if "accepted" in (piece.decision.outcome, found.get(each)) else ""
    return found


def _concerns(office: Office, sent: _Sent, arrival: Arrival) -> bool:
    body = office.register.body(sent.body)
    if body is None or not office.register.roster.is_above(sent.prefecture, sent.body):
        return False
    if office.register.answers_itself(body, sent.program):
        return True
    known = bookings.whole_of(office.ledger, [sent.body])
    direct = any(b.program == sent.program and b.submitter == sent.body and b.arrival_id != arrival.id for b in known)
    return direct and not stands_under(office.ledger, sent.key)


def _letters(office: Office, concerned: Iterable[_Sent], arrival: Arrival, way: Way) -> list[FinishedReply]:
    """The letters to whoever of each body is known in this mailbox; to nobody where the contacts file is wrong, as
    `doctor` says."""
    outlet = Outlet(office.register.survey, office.settings, office.clock(), message_ids(office.ledger))
    mailbox = office.register.survey.mailbox(arrival.mailbox)
    made: list[FinishedReply] = []
    try:
        for place, sent in enumerate(concerned, 1):
            notice = _notice(office, sent, arrival, (f"{arrival.receipt}-B{sent.body}-{place}", way))
            made += (p for group in groups(office, sent.body, [mailbox]) for p in posts(notice, group.addresses, outlet))
    except SettingsError:
        return []
    return made


def _notice(office: Office, sent: _Sent, arrival: Arrival, told: tuple[str, Way]) -> Notice:
    register, survey = office.register, office.register.survey
    body, program = register.body(sent.body), survey.program(sent.program)
    assert body is not None
    mailbox = survey.mailbox(arrival.mailbox)
    letter = ToldBody(
        mailbox=mailbox,
        extensions=((program.name, program.extension),),
        addressee=body.full_name,
        honorific=register.roster.honorific(body),
        prefecture=register.full_name(sent.prefecture),
        program=program.name,
        receipt=arrival.receipt,
        received_at=arrival.received_at,
        itself=register.answers_itself(body, program.id),
    )
    number, way = told
    key = free_key(office.ledger, sent.key + arrival.receipt, asked_for=False)
    return Notice(KIND, key, number, mailbox, sent.body, render_told_body(letter, survey, load_wording()), way)
