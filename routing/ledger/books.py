"""The ledger's books at an instant, as every door opens them: bookings, 該当事務なし and extensions together.

The same instant asked later gives the same books. Only reads.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from routing.deadline import Deadlines, deadlines
from routing.ledger import bookings, official_acts
from routing.ledger.extensions import extensions
from routing.ledger.store import Ledger
from routing.register import Register
from routing.standing import Books, open_books


def deadlines_at(ledger: Ledger, register: Register, at: datetime) -> Deadlines:
    """The deadlines as they had been extended by an instant."""
    return deadlines(register, extensions(ledger, at))


def books_at(
    ledger: Ledger, register: Register, at: datetime, received_until: datetime | None = None
) -> Books:
    """The books of everybody as they stood at an instant; if asked, of what was received by another only."""
    held = bookings.at(ledger, at)
    counted = [b for b in held if received_until is None or b.received_at <= received_until]
    judged = deadlines_at(ledger, register, at).judged(counted)
    return open_books(judged, official_acts.not_applicable(ledger, at))


def books_of(ledger: Ledger, in_force: Deadlines, lgcodes: Iterable[str], now: datetime) -> Books:
    """The books of these bodies as they stand now, by the deadlines in force, inside the caller's transaction if
    there is one."""
    judged = in_force.judged(bookings.of(ledger, sorted(lgcodes)))
    return open_books(judged, official_acts.not_applicable(ledger, now))


def whole_books_of(ledger: Ledger, register: Register, lgcodes: Iterable[str], now: datetime) -> Books:
    """The same with every version in them, as a report wants them."""
    judged = deadlines_at(ledger, register, now).judged(bookings.whole_of(ledger, sorted(lgcodes)))
    return open_books(judged, official_acts.not_applicable(ledger, now))
