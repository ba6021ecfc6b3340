"""Reminders: which calendar instant is due, who is not complete then, whom to write to, and the guard.

What is due is computed from calendar and ledger, so that a crash or a pause of the worker changes nothing: a
missed instant goes out late only before the next one and before the deadline, and never twice. Queues mail
in the outbox; sends nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from config.contacts import Contacts
from config.domains import body_hint, is_local_government
from config.settings import Settings
from config.survey import Survey
from intake.contact import addresses_in
from replies.letter import Owed
from replies.render import Rendered
from routing.bookkeeping import books_of
from routing.clock import stamp
from routing.decided import Note
from routing.ledger import extensions, outbox, people, verdicts
from routing.ledger.store import Ledger
from routing.register import Register
from routing.reminder_mail import Outlet, key_of, open_for, post, reminder, render
from routing.reports import open_instant, part_state
from routing.standing import Booking, Books, standing_of

MOST_ADDRESSES = 5  # of one respondent; the newest ones


@dataclass(frozen=True, slots=True)
class Reminding:
    """What reminders are written from; `contacts` is empty where there is no contacts file."""

    ledger: Ledger
    register: Register
    settings: Settings
    contacts: Contacts


@dataclass(frozen=True, slots=True)
class Recipient:
    """A respondent that is not complete in one mailbox (`programs`: ids), at one calendar instant. `addresses`:
    whom it goes to, `refused`: known addresses that may not receive it; `paused` by an official; `queued`
    already, and `failed` to reach its reader."""

    lgcode: str
    mailbox: str
    programs: tuple[str, ...]
    addresses: tuple[str, ...]
    refused: tuple[str, ...] = ()
    paused: bool = False
    queued: bool = False
    failed: bool = False


def due_instant(survey: Survey, now: datetime) -> datetime | None:
    """The calendar instant whose turn it is: the newest one that has come; None before the first one and
    from the deadline on."""
    come = [instant for instant in survey.calendar.reminders if instant <= now]
    return max(come) if come and now < survey.deadline else None


# --- who -----------------------------------------------------------------------------------------------


def left_over(register: Register, books: Books, lgcode: str, mailbox: str) -> tuple[Owed, ...]:
    """What this respondent has still to do in one mailbox, by program: what has not come, or is to be
    mended. What only waits for our own people is nothing to remind of."""
    found = []
    for obligation in register.owed_by(lgcode):
        program = register.survey.program(obligation.program)
        standing = standing_of(obligation, books)
        if program.mailbox != mailbox or standing.state in ("accepted", "not_applicable"):
            continue
        states = {c: part_state(books.part("collected", c, program.id)) for c in obligation.collected}
        own = (
            part_state(books.part("own", lgcode, program.id)) if obligation.own == "demanded" else "accepted"
        )
        if {own, *states.values()} & {"outstanding", "correction"}:
            missing = (register.body(c) for c, state in states.items() if state == "outstanding")
            found.append(Owed(program.name, standing.state, tuple(b.name for b in missing if b)))
    return tuple(found)


def recipients(
    at_hand: Reminding, instant: datetime, now: datetime, mailboxes: Iterable[str]
) -> tuple[Recipient, ...]:
    """Everybody who is not complete now, by mailbox and code, reminded already or not."""
    opened = open_instant(at_hand.ledger, at_hand.register, now)
    bookings = verdicts.bookings(at_hand.ledger, now)
    paused = extensions.paused(at_hand.ledger, now)
    found = []
    for mailbox in mailboxes:
        for lgcode in dict.fromkeys(o.lgcode for o in at_hand.register.obligations):
            owed = left_over(at_hand.register, opened.books, lgcode, mailbox)
            if not owed:
                continue
            sent = _sent(at_hand, bookings, lgcode, mailbox)
            if any(b.recorded_at > instant for b in sent):
                continue  # it has written since, and has had our answer
            good, refused = addresses(at_hand, sent, lgcode, mailbox)
            key = key_of(instant, mailbox, lgcode)
            queued, failed = outbox.has_key(at_hand.ledger, key), outbox.failed(at_hand.ledger, key)
            names = {o.program for o in owed}
            programs = tuple(p.id for p in at_hand.register.survey.programs if p.name in names)
            found.append(
                Recipient(lgcode, mailbox, programs, good, refused, lgcode in paused, queued, failed)
            )
    return tuple(found)


def addresses(
    at_hand: Reminding, sent: Sequence[Booking], lgcode: str, mailbox: str
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Whom to write to, and which known addresses may not be written to. The contacts file decides where it
    names somebody; else whoever sent this body's answers to this mailbox; else what its own sheets name."""
    listed = at_hand.contacts.get((lgcode, mailbox), ())
    if listed:
        return _sifted(at_hand, listed, "")
    good, refused = _sifted(at_hand, (b.sender for b in sent if b.sender), lgcode)
    if good:
        return good, refused
    named = (a for b in sent if b.body == lgcode for a in _on_the_sheet(at_hand, b))
    good, also_refused = _sifted(at_hand, named, lgcode)
    return good, tuple(dict.fromkeys((*refused, *also_refused)))


def _sent(at_hand: Reminding, bookings: Iterable[Booking], lgcode: str, mailbox: str) -> list[Booking]:
    """What a respondent handed in to one mailbox, the newest first."""
    survey = at_hand.register.survey
    found = [
        b
        for b in bookings
        if b.submitter == lgcode
        and survey.program(b.program).mailbox == mailbox
        and b.outcome in ("accepted", "correction", "held")
    ]
    return sorted(found, key=lambda b: (b.received_at, b.id), reverse=True)


def _sifted(at_hand: Reminding, known: Iterable[str], lgcode: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Addresses, each once, that may be written to, and those that may not."""
    each = {a.lower(): a for a in reversed(tuple(known))}
    ordered = tuple(reversed(each.values()))
    good = tuple(a for a in ordered if _may_receive(at_hand, a, lgcode))
    return good[:MOST_ADDRESSES], tuple(a for a in ordered if a not in good)


def _on_the_sheet(at_hand: Reminding, booking: Booking) -> tuple[str, ...]:
    """メールアドレス of an answer sheet."""
    submission = verdicts.submission_of(at_hand.ledger, booking.arrival_id)
    sheet = verdicts.sheet_of(submission, booking.piece) if submission else None
    if sheet is None:
        return ()
    form = at_hand.register.survey.form(sheet.form, sheet.version)
    return tuple(a for f in form.fields if f.kind == "email" for a in addresses_in(sheet.field(f.key)))


def _may_receive(at_hand: Reminding, address: str, lgcode: str) -> bool:
    """Whether an address is a local government's or was approved; a mistyped one must not receive a report.
    `lgcode`: an address whose domain is known to be another body's is not this one's; empty: not asked."""
    if people.approval(at_hand.ledger, address) is not None:
        return True
    domain = address.rpartition("@")[2].lower()
    hint = body_hint(domain, at_hand.register.roster)
    if lgcode and hint and lgcode not in hint:
        return False
    return is_local_government(domain) or domain in at_hand.settings.approved_domains


# --- once ------------------------------------------------------------------------------------------------


def queue(at_hand: Reminding, recipient: Recipient, instant: datetime, now: datetime) -> int:
    """Puts one respondent's reminder into the outbox, unless it stands there, or the respondent has completed
    or an official paused it meanwhile: asked again in the transaction that queues. How many mails."""
    if recipient.paused or recipient.queued or not recipient.addresses:
        return 0
    with at_hand.ledger.writing():
        if outbox.has_key(at_hand.ledger, key_of(instant, recipient.mailbox, recipient.lgcode)):
            return 0
        if not _still_wanted(at_hand.ledger, at_hand.register, recipient.lgcode, recipient.mailbox, now):
            return 0
        rendered = written(at_hand, recipient, now)
        survey = at_hand.register.survey
        outlet = Outlet(
            survey.mailbox(recipient.mailbox), survey.phrases.ministry, at_hand.settings, instant, now
        )
        for number, address in enumerate(recipient.addresses, 1):
            posted = post(rendered, outlet, recipient.lgcode, address, number)
            outbox.queue(at_hand.ledger, posted, None, now)
        return len(recipient.addresses)


def written(at_hand: Reminding, recipient: Recipient, now: datetime) -> Rendered:
    """One respondent's reminder in words, from the ledger as it stands."""
    opened = open_for(at_hand.ledger, at_hand.register, recipient.lgcode, now)
    body = at_hand.register.body(recipient.lgcode)
    assert body is not None
    owed = left_over(at_hand.register, opened.books, recipient.lgcode, recipient.mailbox)
    return render(reminder(opened, body, recipient.mailbox, owed), at_hand.register.survey)


def _still_wanted(ledger: Ledger, register: Register, lgcode: str, mailbox: str, now: datetime) -> bool:
    owed = register.owed_by(lgcode)
    bodies = {lgcode, *(code for o in owed for code in o.collected)}
    books = books_of(ledger, register, bodies, now)
    return lgcode not in extensions.paused(ledger, now) and bool(left_over(register, books, lgcode, mailbox))


def may_go_out(ledger: Ledger, register: Register, outgoing: outbox.Outgoing, now: datetime) -> bool:
    """The guard before a reminder is handed to the server: its instant is still the one whose turn it is, and
    its respondent is still not complete."""
    instant = due_instant(register.survey, now)
    timely = instant is not None and outgoing.key.startswith(
        key_of(instant, outgoing.mailbox, outgoing.respondent)
    )
    return timely and _still_wanted(ledger, register, outgoing.respondent, outgoing.mailbox, now)


def take_back(ledger: Ledger, outgoing: outbox.Outgoing, now: datetime) -> None:
    """Takes a reminder that may not go out any more from the queue, with a trace."""
    with ledger.writing():
        outbox.take_back(ledger, outgoing.id)
        note = Note("reminder_taken_back", outgoing.key, outgoing.respondent)
        verdicts.note(ledger, note, None, ("uketsuke", ""), now)


def is_done(ledger: Ledger, instant: datetime, mailbox: str) -> bool:
    """Whether everybody was reminded at this calendar instant who was not complete in a mailbox then. What
    comes in afterwards waits for the next one."""
    return extensions.happened(ledger, "reminded", f"{stamp(instant)} {mailbox}")


def note_done(ledger: Ledger, instant: datetime, mailbox: str, now: datetime) -> None:
    """Records that a mailbox's round of a calendar instant is complete."""
    note = Note("reminded", f"{stamp(instant)} {mailbox}")
    verdicts.add_event(ledger, note, None, ("uketsuke", ""), now)
