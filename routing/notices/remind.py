"""Reminders: which calendar instant is due, who is not complete then, whom to write to, and the guard.

What is due is computed from calendar and ledger, so that a crash or a pause of the worker changes nothing: a
missed instant goes out late only before the next one and before the deadline, and never twice. Queues mail
in the outbox; sends nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from config.frozen import frozen, replace
from config.settings import by_hand
from config.survey import Survey
from replies.letter import OwedProgram
from replies.letters.reminder import render_reminder
from replies.letters.render import Rendered
from replies.wording import load_wording
from routing.clock import stamp
from routing.deadline import Deadlines
from routing.ledger import extensions, held_queue, outbox, verdicts
from routing.ledger.books import books_of, deadlines_at
from routing.ledger.secret import message_ids
from routing.ledger.store import Ledger
from routing.notices.notice import Outlet, posts
from routing.notices.recipients import Correspondence, addresses, everybody, handed_in
from routing.notices.reminder_mail import as_notice, key_of, open_for, reminder
from routing.owed import owed_program
from routing.records import Note
from routing.register import Register
from routing.standing import Books, part_state, standing_of
from routing.tracking.instant import open_instant


@frozen
class ReminderTarget:
    """A respondent that is not complete in one mailbox (`programs`: ids), at one calendar instant. `addresses`:
    whom it goes to, `refused`: known addresses that may not receive it; `paused` by an official; `queued`
    already, and `failed` to reach its reader; `resting`: what it has written waits for an official."""

    lgcode: str
    mailbox: str
    programs: tuple[str, ...]
    addresses: tuple[str, ...]
    refused: tuple[str, ...] = ()
    paused: bool = False
    queued: bool = False
    failed: bool = False
    resting: bool = False


def due_instant(survey: Survey, now: datetime) -> datetime | None:
    """The calendar instant whose turn it is: the newest one that has come; None before the first one and
    from the deadline on."""
    come = [instant for instant in survey.calendar.reminders if instant <= now]
    wanted = survey.mails.reminder != "off" and not survey.is_quiet(now)
    return max(come) if come and wanted and now < survey.deadline else None


# --- who -----------------------------------------------------------------------------------------------


Resting = frozenset[tuple[str, str]]  # (lgcode, program) about which nothing is asked for now
NONE_RESTING: Resting = frozenset()


def left_over(
    register: Register, books: Books, lgcode: str, mailbox: str, resting: Resting = NONE_RESTING
) -> tuple[OwedProgram, ...]:
    """What this respondent has still to do in one mailbox, by program: what has not come, or is to be
    mended. What only waits for our own people is nothing to remind of."""
    found = []
    for obligation in register.owed_by(lgcode):
        program = register.survey.program(obligation.program)
        if (lgcode, program.id) in resting:
            continue
        standing = standing_of(obligation, books)
        if program.mailbox != mailbox or standing.state in ("accepted", "not_applicable"):
            continue
        states = {c: part_state(books.part("collected", c, program.id)) for c in obligation.collected}
        own = (
            part_state(books.part("own", lgcode, program.id)) if obligation.own == "demanded" else "accepted"
        )
        if {own, *states.values()} & {"outstanding", "correction"}:
            found.append(owed_program(standing, register))
    return tuple(found)


def _over(until: Deadlines, now: datetime) -> Resting:
    """What is past its own deadline while the survey's is still to come: nobody is reminded of it any more."""
    if not until.register.days_differ:
        return NONE_RESTING
    keys = until.register.by_key
    return frozenset((lgcode, program) for lgcode, program in keys if until.of(lgcode, program) <= now)


def recipients(
    at_hand: Correspondence, instant: datetime, now: datetime, mailboxes: Iterable[str]
) -> tuple[ReminderTarget, ...]:
    """Everybody who is not complete now, by mailbox and code, reminded already or not."""
    opened = open_instant(at_hand.ledger, at_hand.register, now)
    over = _over(opened.deadlines, now)
    counting = everybody(at_hand.ledger, at_hand.register, now)
    paused, resting = extensions.paused(at_hand.ledger, now), held_queue.resting(at_hand.ledger, now)
    found = []
    for mailbox in mailboxes:
        for lgcode in dict.fromkeys(o.lgcode for o in at_hand.register.obligations):
            owed = left_over(at_hand.register, opened.books, lgcode, mailbox, over)
            if not owed:
                continue
            asked = left_over(at_hand.register, opened.books, lgcode, mailbox, resting | over)
            sent = handed_in(counting.get(lgcode, ()), lgcode, mailbox, at_hand.register.survey)
            if any(b.confirmed and b.recorded_at > instant for b in sent):
                continue  # it has written since, and has had our answer
            good, refused = addresses(at_hand, sent, lgcode, mailbox)
            key = key_of(instant, mailbox, lgcode)
            queued, failed = outbox.has_key(at_hand.ledger, key), outbox.failed(at_hand.ledger, key)
            names = {o.program for o in asked or owed}
            programs = tuple(p.id for p in at_hand.register.survey.programs if p.name in names)
            found.append(
                ReminderTarget(lgcode, mailbox, programs, good, refused, lgcode in paused, queued, failed, not asked)
            )
    return tuple(found)


# --- once ------------------------------------------------------------------------------------------------


def queue(at_hand: Correspondence, recipient: ReminderTarget, instant: datetime, now: datetime) -> int:
    """Put one respondent's reminder into the outbox, unless it stands there already, or the respondent has completed
    or an official paused it meanwhile: that is asked again in the transaction that queues. Return how many mails."""
    if recipient.paused or recipient.resting or recipient.queued or not recipient.addresses:
        return 0
    with at_hand.ledger.writing():
        if outbox.has_key(at_hand.ledger, key_of(instant, recipient.mailbox, recipient.lgcode)):
            return 0
        if not _still_wanted(at_hand.ledger, at_hand.register, recipient.lgcode, recipient.mailbox, now):
            return 0
        survey = at_hand.register.survey
        notice = as_notice(
            written(at_hand, recipient, now), survey.mailbox(recipient.mailbox), recipient.lgcode, instant
        )
        notice = replace(notice, way=survey.mails.reminder)
        outlet = Outlet(survey, at_hand.settings, now, message_ids(at_hand.ledger))
        for posted in posts(notice, recipient.addresses, outlet):
            outbox.queue(at_hand.ledger, posted, None, now)
        return len(recipient.addresses)


def written(at_hand: Correspondence, recipient: ReminderTarget, now: datetime) -> Rendered:
    """One respondent's reminder in words, from the ledger as it stands."""
    opened = open_for(at_hand.ledger, at_hand.register, recipient.lgcode, now)
    body = at_hand.register.body(recipient.lgcode)
    assert body is not None
    resting = held_queue.resting(at_hand.ledger, now) | _over(opened.deadlines, now)
    owed = left_over(at_hand.register, opened.books, recipient.lgcode, recipient.mailbox, resting)
    wording = load_wording(by_hand(at_hand.settings))
    return render_reminder(reminder(opened, body, recipient.mailbox, owed), at_hand.register.survey, wording)


def _still_wanted(ledger: Ledger, register: Register, lgcode: str, mailbox: str, now: datetime) -> bool:
    owed = register.owed_by(lgcode)
    bodies = {lgcode, *(code for o in owed for code in o.collected)}
    until = deadlines_at(ledger, register, now)
    books = books_of(ledger, until, bodies, now)
    if lgcode in extensions.paused(ledger, now):
        return False
    resting = held_queue.resting(ledger, now) | _over(until, now)
    return bool(left_over(register, books, lgcode, mailbox, resting))


def may_go_out(ledger: Ledger, register: Register, outgoing: outbox.Outgoing, now: datetime) -> bool:
    """Whether a reminder may still be handed to the server: its instant is still the one whose turn it is, and its
    respondent is still not complete."""
    instant = due_instant(register.survey, now)
    timely = instant is not None and outgoing.key.startswith(
        key_of(instant, outgoing.mailbox, outgoing.respondent)
    )
    return timely and _still_wanted(ledger, register, outgoing.respondent, outgoing.mailbox, now)


def take_back(ledger: Ledger, outgoing: outbox.Outgoing, now: datetime) -> None:
    """Take a reminder that may not go out any more from the queue, with a trace."""
    with ledger.writing():
        outbox.take_back(ledger, outgoing.id, now)
        note = Note("reminder_taken_back", outgoing.key, outgoing.respondent)
        verdicts.note(ledger, note, None, ("uketsuke", ""), now)


def is_done(ledger: Ledger, instant: datetime, mailbox: str) -> bool:
    """Whether everybody was reminded at this calendar instant who was not complete in a mailbox then. What
    comes in afterwards waits for the next one."""
    return extensions.happened(ledger, "reminded", f"{stamp(instant)} {mailbox}")


def note_done(ledger: Ledger, instant: datetime, mailbox: str, now: datetime) -> None:
    """Record that a mailbox's round of a calendar instant is complete."""
    note = Note("reminded", f"{stamp(instant)} {mailbox}")
    verdicts.add_event(ledger, note, None, ("uketsuke", ""), now)
