"""What could not be booked, as a standing counts it: which obligations it may be about, and until when it is open.

"Nothing has come" would be false of a body whose file could not be opened. Such a mail counts for what its body still
owes in that mailbox, until something that came later is booked; only of who is the body's by proof or domain: no
stranger changes how a body stands. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from config.obligations import Obligation
from config.spelling import fold
from routing.register import Register
from routing.standing import HANDED_IN, Booking
from routing.unbooked import Unbooked

_BESIDE = frozenset({"row_of_stranger"})  # a list that is booked but for this row


def still_open(found: Sequence[Unbooked], bookings: Sequence[Booking], register: Register) -> tuple[Unbooked, ...]:
    """Those that nothing has answered: neither something booked that came later, nor another of the same sender."""
    return tuple(
        one
        for one in found
        if not any(_replaces(later, one) for later in found)
        and not any(_answers(b, one, _programs(one, register)) for b in bookings)
    )


def _replaces(later: Unbooked, earlier: Unbooked) -> bool:
    """Whether the same address sent something else to the same mailbox that cannot be booked either."""
    same = (later.sender.lower(), later.mailbox, later.whose) == (earlier.sender.lower(), earlier.mailbox, earlier.whose)
    return same and later.arrival_id != earlier.arrival_id and _came(later) > _came(earlier)


def _answers(booking: Booking, one: Unbooked, programs: frozenset[str]) -> bool:
    """Whether something was booked since that may be what was asked for."""
    theirs = bool(one.whose) and one.whose in (booking.submitter, booking.body)
    came = (booking.received_at, booking.arrival_id)
    return theirs and booking.program in programs and booking.outcome in HANDED_IN and came > _came(one)


def _came(one: Unbooked) -> tuple[datetime, int]:
    return one.received_at, one.arrival_id


def programs_of(one: Unbooked, bookings: Sequence[Booking], register: Register) -> tuple[str, ...]:
    """The programs that it may be about: those that its names name, else those of which nothing had come, else all of
    the mailbox that its body answers; in the survey's order."""
    possible = _programs(one, register)
    come = {
        b.program
        for b in bookings
        if one.whose in (b.submitter, b.body) and b.outcome in HANDED_IN and (b.received_at, b.arrival_id) <= _came(one)
    }
    chosen = possible - come or possible
    return tuple(p.id for p in register.survey.programs if p.id in chosen)


def programs_here(one: Unbooked, register: Register) -> tuple[str, ...]:
    """The programs of its mailbox that it may be about by its names, or at all, in the survey's order."""
    possible = _programs(one, register)
    return tuple(p.id for p in register.survey.programs if p.id in possible)


def _programs(one: Unbooked, register: Register) -> frozenset[str]:
    from intake.convention import programs_in  # most screens that fold a standing have nothing unbooked

    here = {p.id for p in register.survey.programs if p.mailbox == one.mailbox} & register.programs_of(one.whose)
    named = here & {*programs_in(fold(one.filename), register.survey), *programs_in(fold(one.subject), register.survey)}
    return frozenset(named or here)


def provisional(found: Iterable[Unbooked], bookings: Sequence[Booking], register: Register) -> Iterator[Booking]:
    """A booking for each answer that one of these may hold (`still_open`), marked as such."""
    done = {(b.body, b.program) for b in bookings if b.outcome == "accepted" and b.part == "collected"}
    for one in found:
        if one.vouched and one.rule not in _BESIDE:
            for program in programs_of(one, bookings, register):
                yield from _booked(one, program, done, register)


def _booked(one: Unbooked, program: str, done: set[tuple[str, str]], register: Register) -> Iterator[Booking]:
    """Of whoever answers himself, his own; of a prefecture that only collects, each of its municipalities' that are
    not `done`."""
    obligation = register.by_key.get((one.whose, program))
    plain = Booking(
        id=one.verdict_id, arrival_id=one.arrival_id, piece=one.piece, receipt=one.receipt, outcome=one.outcome,
        rule=one.rule, submitter=one.submitter, body=one.whose, program=program, part="own", attributes=(), late=False,
        received_at=one.received_at, recorded_at=one.recorded_at, sender=one.sender, proof=one.proof,
        provisional=one.whose,
    )  # fmt: skip
    if obligation is None:
        yield replace(plain, part="collected")
    elif _is_list(one, obligation):
        left = (code for code in obligation.collected if (code, program) not in done)
        yield from (replace(plain, part="collected", body=code) for code in left)
    else:
        yield plain


def _is_list(one: Unbooked, obligation: Obligation) -> bool:
    return bool(obligation.collected) and (one.rule == "list_findings" or obligation.own != "demanded")
