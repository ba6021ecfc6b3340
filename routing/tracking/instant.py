"""The ledger as of one instant: what reports and status read, all from the same moment; and one body's standing."""

from __future__ import annotations

from datetime import datetime

from config.frozen import frozen
from routing.deadline import Deadlines
from routing.ledger.books import books_at, books_of, deadlines_at
from routing.ledger.store import Ledger
from routing.office import Office
from routing.register import Register
from routing.standing import Books, Standing, standings


@frozen
class LedgerAt:
    """The ledger as of one instant: opened once, for one report or for all 47."""

    ledger: Ledger
    register: Register
    books: Books
    deadlines: Deadlines
    at: datetime


def open_instant(
    ledger: Ledger, register: Register, at: datetime, received_until: datetime | None = None
) -> LedgerAt:
    """Read the bookings that held at `at`; of a closing report only what was received until an instant."""
    return LedgerAt(
        ledger,
        register,
        books_at(ledger, register, at, received_until),
        deadlines_at(ledger, register, at),
        at,
    )


def standing_of_body(office: Office, lgcode: str, now: datetime) -> tuple[Standing, ...]:
    """What one respondent owes, as it stands now; empty for any other body, and for none."""
    owed = office.register.owed_by(lgcode)
    if not owed:
        return ()
    bodies = {lgcode, *(code for o in owed for code in o.collected)}
    in_force = deadlines_at(office.ledger, office.register, now)
    return standings(owed, books_of(office.ledger, in_force, bodies, now))
