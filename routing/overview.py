"""The status at an instant: standings of all obligations and of each collected municipality, and health.

Reads the ledger through its own look-ups; judges by `standing.py` only.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from routing import alerts
from routing.bookkeeping import books_at
from routing.desk import Desk
from routing.ledger import arrivals
from routing.standing import Books, Standing, State, standings


@dataclass(frozen=True, slots=True)
class Municipality:
    """One collected body × program under its prefecture."""

    lgcode: str
    program: str
    state: State
    received_at: datetime | None


@dataclass(frozen=True, slots=True)
class Status:
    """Who owes what at `at`. `unhealthy`: mailboxes that cannot be read, with the reason; `alerts`: what else is
    not as it should be with the desk now."""

    at: datetime
    standings: tuple[Standing, ...]
    municipalities: tuple[Municipality, ...]
    unhealthy: tuple[tuple[str, str], ...]
    alerts: tuple[str, ...] = ()


def status_at(desk: Desk, at: datetime, prefecture: str = "") -> Status:
    """The status at an instant; of one prefecture and the cities in it, if its two digits are given."""
    books = books_at(desk.ledger, desk.register, at)
    owed = [o for o in desk.register.obligations if o.lgcode.startswith(prefecture)]
    municipalities = tuple(_municipality(code, o.program, books) for o in owed for code in o.collected)
    told = tuple(alerts.lasting(alerts.view_of(desk)))
    return Status(at, standings(owed, books), municipalities, arrivals.unhealthy(desk.ledger), told)


def standing_of_body(desk: Desk, lgcode: str, at: datetime) -> tuple[Standing, ...]:
    """What one respondent owes, as it stands at an instant; empty for any other body, and for none."""
    owed = desk.register.owed_by(lgcode)
    return standings(owed, books_at(desk.ledger, desk.register, at)) if owed else ()


def _municipality(lgcode: str, program: str, books: Books) -> Municipality:
    part = books.part("collected", lgcode, program)
    state: State = "outstanding"
    if part.accepted:
        state = "accepted"
    elif part.held:
        state = "held"
    elif part.correction:
        state = "correction"
    return Municipality(lgcode, program, state, part.accepted.received_at if part.accepted else None)
