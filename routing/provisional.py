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
    """Those that nothing has answered: neither something booked that came later, nor another of the same sender. What
    answers one of several files of a mail leaves the others open."""
    mails: dict[tuple[int, str], list[Unbooked]] = {}
    for one in found:
        mails.setdefault((one.arrival_id, one.whose), []).append(one)
    done: set[int] = set()
    for together in mails.values():
        if later := [*_booked_since(together[0], bookings), *_sent_since(together[0], found, register)]:
            done |= _answered(together, later, bookings, register)
    return tuple(one for one in found if one.verdict_id not in done)


def _answered(
    together: Sequence[Unbooked], later: list[frozenset[str]], bookings: Sequence[Booking], register: Register
) -> set[int]:
    """Those files of one mail that what came later (each a set of programs that it may be about) answers: each answers
    one, those first whose names say most; and where it answers all that a file may be about, there is nothing left."""
    unused, everything = sorted(later, key=len), frozenset().union(*later)
    found = set()
    for one in sorted(together, key=lambda u: len(_programs(u, register))):
        fitting = next((answer for answer in unused if answer & _programs(one, register)), None)
        if fitting is not None:
            unused.remove(fitting)
        if fitting is not None or everything.issuperset(programs_of(one, bookings, register)):
            found.add(one.verdict_id)
    return found


def _booked_since(one: Unbooked, bookings: Iterable[Booking]) -> list[frozenset[str]]:
    """The programs of which something was booked since, whose it is."""
    since = {
        b.program
        for b in bookings
        if one.whose and one.whose in (b.submitter, b.body) and b.outcome in HANDED_IN
        and (b.received_at, b.arrival_id) > _came(one)
    }  # fmt: skip
    return [frozenset({program}) for program in sorted(since)]


def _sent_since(one: Unbooked, found: Iterable[Unbooked], register: Register) -> list[frozenset[str]]:
    """What each file may be about that the same address sent since to the same mailbox, and that cannot be booked
    either."""
    whom = (one.sender.lower(), one.mailbox, one.whose)
    return [
        _programs(later, register)
        for later in found
        if (later.sender.lower(), later.mailbox, later.whose) == whom
        and later.arrival_id != one.arrival_id and _came(later) > _came(one)
    ]  # fmt: skip


def _came(one: Unbooked) -> tuple[datetime, int]:
    return one.received_at, one.arrival_id


def programs_of(one: Unbooked, bookings: Sequence[Booking], register: Register) -> tuple[str, ...]:
    """The programs that it may be about: those that its names name, else those of which nothing had come, else all of
    the mailbox that its body answers; in the survey's order."""
    return _but_for(one, [b for b in bookings if (b.received_at, b.arrival_id) <= _came(one)], register)


def _but_for(one: Unbooked, bookings: Iterable[Booking], register: Register) -> tuple[str, ...]:
    possible = _programs(one, register)
    come = {b.program for b in bookings if one.whose in (b.submitter, b.body) and b.outcome in HANDED_IN}
    chosen = possible - come or possible
    return tuple(p.id for p in register.survey.programs if p.id in chosen)


def one_for_each_answer(found: Iterable[Unbooked], register: Register) -> list[Unbooked]:
    """Of what one mail brings for one body by one rule, no more than answers may be in it: one for each program that a
    name tells, and of files that tell none as many as the body answers in that mailbox. A logo beside a locked file is
    no second answer."""
    alike: dict[tuple[int, str, str], list[Unbooked]] = {}
    for one in found:
        alike.setdefault((one.arrival_id, one.whose, one.rule), []).append(one)
    kept = []
    for together in alike.values():
        files = [one for one in together if not one.beside] or together[:1]
        told: dict[frozenset[str], list[Unbooked]] = {}
        for one in files:
            told.setdefault(_programs(one, register), []).append(one)
        kept += [one for programs, each in told.items() for one in each[: max(1, len(programs))]]
    return sorted(kept, key=lambda one: (one.received_at, one.verdict_id))


def programs_here(one: Unbooked, register: Register) -> tuple[str, ...]:
    """The programs that it may be about by its names; else those of its mailbox. In the survey's order."""
    possible = _programs(one, register)
    return tuple(p.id for p in register.survey.programs if p.id in possible)


def _programs(one: Unbooked, register: Register) -> frozenset[str]:
    from intake.convention import programs_in  # most screens that fold a standing have nothing unbooked

    survey, theirs = register.survey, register.programs_of(one.whose)
    here = {p.id for p in survey.programs if p.mailbox == one.mailbox} & theirs
    by_file = theirs.intersection(programs_in(fold(one.filename), survey))
    if by_file and not by_file & here:
        return by_file  # sent to another section's mailbox
    return frozenset(here.intersection((*by_file, *programs_in(fold(one.subject), survey))) or here)


def provisional(found: Iterable[Unbooked], bookings: Sequence[Booking], register: Register) -> Iterator[Booking]:
    """A booking for each answer that one of these may hold (`still_open`), marked as such."""
    done = {(b.body, b.program) for b in bookings if b.outcome == "accepted" and b.part == "collected"}
    for one in found:
        if one.vouched and one.rule not in _BESIDE:
            for program in _but_for(one, bookings, register):  # one that another file of its mail was, it is not
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
