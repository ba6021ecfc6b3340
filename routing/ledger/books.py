"""The ledger's books at an instant, as every door opens them: bookings, 該当事務なし and extensions together.

The same instant asked later gives the same books. Only reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from config.frozen import replace
from routing.deadline import Deadlines, deadlines
from routing.ledger import bookings, official_acts, pre_checks, unbooked
from routing.ledger.extensions import extensions
from routing.ledger.store import Ledger
from routing.provisional import provisional, still_open
from routing.register import Register
from routing.standing import Booking, Books, open_books
from routing.unbooked import Unbooked


def deadlines_at(ledger: Ledger, register: Register, at: datetime) -> Deadlines:
    """The deadlines as they had been extended by an instant."""
    return deadlines(register, extensions(ledger, at))


def books_at(
    ledger: Ledger, register: Register, at: datetime, received_until: datetime | None = None
) -> Books:
    """The books of everybody as they stood at an instant; if asked, only with what was received until another
    instant."""
    held = bookings.at(ledger, at)
    counted = [b for b in held if received_until is None or b.received_at <= received_until]
    arrived = unbooked.at(ledger, register, at, received_until)
    made = opened(ledger, deadlines_at(ledger, register, at), (counted, arrived), at)
    return replace(made, looked_at=pre_checks.looked_at(ledger, at))


def books_of(ledger: Ledger, in_force: Deadlines, lgcodes: Iterable[str], now: datetime) -> Books:
    """The books of these bodies as they stand now, by the deadlines in force, inside the caller's transaction if
    there is one."""
    codes = sorted(lgcodes)
    arrived = unbooked.of(ledger, in_force.register, codes, now)
    made = opened(ledger, in_force, (bookings.of(ledger, codes), arrived), now)
    return replace(made, looked_at=pre_checks.looked_at_of(ledger, codes, now))


def whole_books_of(ledger: Ledger, register: Register, lgcodes: Iterable[str], now: datetime) -> Books:
    """The books of these bodies as they stand now, with every version in them, as a report wants them."""
    codes = sorted(lgcodes)
    arrived = unbooked.of(ledger, register, codes, now)
    return opened(ledger, deadlines_at(ledger, register, now), (bookings.whole_of(ledger, codes), arrived), now)


def opened(
    ledger: Ledger, in_force: Deadlines, found: tuple[Sequence[Booking], Sequence[Unbooked]], at: datetime
) -> Books:
    """Books of what was booked, and of what arrived beside it without a place of its own."""
    booked, arrived = found
    waiting = still_open(arrived, booked, in_force.register) if arrived else ()
    told = (*booked, *provisional(waiting, booked, in_force.register))
    exempt = official_acts.not_applicable(ledger, at)
    return replace(open_books(in_force.judged(told), exempt), unbooked=waiting)
