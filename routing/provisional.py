"""What could not be booked, as a standing counts it: which obligations it may be about, and until when it is open.

"Nothing has come" would be false of a body whose file could not be opened. Such a mail counts for what its body still
owes in that mailbox, until something that came later is booked; only of who is the body's by proof or domain: no
stranger changes how a body stands. Pure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from datetime import datetime
from functools import lru_cache

from config.cache import Same
from config.frozen import replace
from config.obligations import Obligation
from config.spelling import fold
from routing.register import Register
from routing.standing import HANDED_IN, Booking
from routing.unbooked import Unbooked

_BESIDE = frozenset({"row_of_stranger"})  # a list that is booked but for this row
_Came = tuple[datetime, int]  # when, and as which arrival
_HandedIn = Mapping[str, Mapping[str, tuple[_Came, _Came]]]  # by lgcode and program: the first that came, the last


def still_open(found: Sequence[Unbooked], bookings: Sequence[Booking], register: Register) -> tuple[Unbooked, ...]:
    """Those that nothing has answered: neither something booked that came later, nor another of the same sender to the
    same mailbox. What answers one of several files of a mail leaves the others open. Linear in both: a stranger may
    send hundreds."""
    mails: dict[tuple[int, str], list[Unbooked]] = {}
    for one in found:
        mails.setdefault((one.arrival_id, one.whose), []).append(one)
    handed_in, done = _handed_in(bookings), set[int]()
    since: dict[tuple[str, str, str], Counter[frozenset[str]]] = {}
    for together in sorted(mails.values(), key=lambda mail: _came(mail[0]), reverse=True):
        first = together[0]
        sent = since.setdefault((first.sender.lower(), first.mailbox, first.whose), Counter())
        later = sent + Counter(_booked_since(first, handed_in))
        if later:
            done |= _answered(together, later, handed_in, register)
        sent.update(_programs(one, register) for one in together)
    return tuple(one for one in found if one.verdict_id not in done)


def _answered(
    together: Sequence[Unbooked], later: Counter[frozenset[str]], handed_in: _HandedIn, register: Register
) -> set[int]:
    """Those files of one mail that what came later (how many for each set of programs that they may be about) answers:
    each answers one, those first whose names say most; and where it answers all that a file may be about, there is
    nothing left."""
    everything = frozenset().union(*later)
    unused = dict(sorted(later.items(), key=lambda answers: (len(answers[0]), sorted(answers[0]))))
    found = set()
    for one in sorted(together, key=lambda u: len(_programs(u, register))):
        possible = _programs(one, register)
        fitting = next((programs for programs, left in unused.items() if left and programs & possible), None)
        if fitting is not None:
            unused[fitting] -= 1
        if fitting is not None or everything.issuperset(_left(possible, _come_until(one, handed_in))):
            found.add(one.verdict_id)
    return found


def _handed_in(bookings: Iterable[Booking]) -> _HandedIn:
    """When something of each program came, by whose it is and by who sent it."""
    times: dict[str, dict[str, tuple[_Came, _Came]]] = {}
    for booking in bookings:
        if booking.outcome in HANDED_IN:
            came = booking.received_at, booking.arrival_id
            for whose in {booking.submitter, booking.body}:
                first, last = times.setdefault(whose, {}).get(booking.program, (came, came))
                times[whose][booking.program] = min(first, came), max(last, came)
    return times


def _booked_since(one: Unbooked, handed_in: _HandedIn) -> list[frozenset[str]]:
    """The programs of which something was booked since, whose it is."""
    booked = handed_in.get(one.whose, {}) if one.whose else {}
    return [frozenset({program}) for program, (_, last) in booked.items() if last > _came(one)]


def _come_until(one: Unbooked, handed_in: _HandedIn) -> set[str]:
    """The programs of which something had come when it came."""
    return {program for program, (first, _) in handed_in.get(one.whose, {}).items() if first <= _came(one)}


def _came(one: Unbooked) -> _Came:
    return one.received_at, one.arrival_id


def _left(possible: frozenset[str], come: Set[str]) -> frozenset[str]:
    """Those of the programs that it may be about by its names of which nothing had come; else all of them."""
    return possible - come or possible


def one_for_each_answer(found: Iterable[Unbooked], register: Register) -> list[Unbooked]:
    """At most as many unbooked answers as the mail can hold: one per program named, and for unnamed files the number
    of programs the body answers there. A logo beside a locked file is no second answer."""
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
    return _programs_named(Same(register), one.whose, one.mailbox, (one.filename, one.subject))


@lru_cache(maxsize=1 << 14)  # asked of each mail of a body again whenever one more of it is decided
def _programs_named(of: Same, whose: str, mailbox: str, names: tuple[str, str]) -> frozenset[str]:
    from intake.convention import programs_in  # most screens that fold a standing have nothing unbooked

    register: Register = of.it
    survey, theirs = register.survey, register.programs_of(whose)
    here = {p.id for p in survey.programs if p.mailbox == mailbox} & theirs
    by_file, by_subject = (programs_in(fold(name), survey) for name in names)
    if not here.intersection(by_file) and (elsewhere := theirs.intersection(by_file)):
        return elsewhere  # sent to another section's mailbox
    return frozenset(here.intersection((*by_file, *by_subject)) or here)


def provisional(found: Iterable[Unbooked], bookings: Sequence[Booking], register: Register) -> Iterator[Booking]:
    """A booking for each answer that one of these may hold (`still_open`), marked as such."""
    done = {(b.body, b.program) for b in bookings if b.outcome == "accepted" and b.part == "collected"}
    handed_in = _handed_in(bookings)
    for one in found:
        if one.vouched and one.rule not in _BESIDE:  # what another file of its mail was, it is not
            possible = _left(_programs(one, register), handed_in.get(one.whose, {}).keys())
            for program in (p.id for p in register.survey.programs if p.id in possible):
                yield from _booked(one, program, done, register)


def _booked(one: Unbooked, program: str, done: set[tuple[str, str]], register: Register) -> Iterator[Booking]:
    """The bookings for what arrived: the body's own, if it answers by itself; for a prefecture that only collects,
    one for each of its municipalities that are not `done`."""
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
