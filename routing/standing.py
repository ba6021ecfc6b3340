"""Who owes what at an instant: a pure fold over the ledger's bookings.

`bookings` are verdicts recorded up to that instant, so the same instant asked later gives the same answer.
Lateness goes by the time of receipt. Newest valid counts: a faulty replacement leaves an accepted answer
standing, with a correction open on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from config.obligations import Obligation

State = Literal["outstanding", "correction", "partial", "accepted", "held", "not_applicable"]


@dataclass(frozen=True, slots=True)
class Booking:
    """One verdict on one piece, as the ledger has it. `errors` are the keys of its findings that only the
    sender can mend (`verdict.finding_key`)."""

    id: int
    arrival_id: int
    piece: str
    receipt: str
    outcome: str
    rule: str
    submitter: str
    body: str
    program: str
    part: str
    attribute: str
    late: bool
    received_at: datetime
    recorded_at: datetime
    sender: str
    errors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """One obligation at one instant. `open_corrections`: receipt numbers; `missing`: lgcodes of collected
    municipalities without an accepted row."""

    obligation: Obligation
    state: State
    late: bool = False
    received_at: datetime | None = None
    open_corrections: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """What the bookings of one body, program and part come to: the newest accepted one, and what came
    after it and still waits."""

    accepted: Booking | None = None
    correction: tuple[Booking, ...] = ()
    held: tuple[Booking, ...] = ()


_EMPTY = Part()


@dataclass(frozen=True, slots=True)
class Books:
    """Bookings sorted for look-up: by body and program, newest verdict per piece only."""

    parts: Mapping[tuple[str, str, str], Part]  # (part, lgcode, program)
    not_applicable: frozenset[tuple[str, str]] = frozenset()

    def part(self, part: str, lgcode: str, program: str) -> Part:
        """What was booked for one body, program and part; empty if nothing was."""
        return self.parts.get((part, lgcode, program), _EMPTY)


def open_books(
    bookings: Iterable[Booking], not_applicable: frozenset[tuple[str, str]] = frozenset()
) -> Books:
    """Sorts bookings, oldest first, into books; a later verdict on the same piece replaces an earlier."""
    latest: dict[tuple[int, str], Booking] = {}
    for booking in bookings:
        latest[(booking.arrival_id, booking.piece)] = booking
    sorted_: dict[tuple[str, str, str], list[Booking]] = {}
    for booking in latest.values():
        sorted_.setdefault((booking.part, booking.body, booking.program), []).append(booking)
    return Books({key: _part(found) for key, found in sorted_.items()}, not_applicable)


def _part(bookings: Sequence[Booking]) -> Part:
    """Newest valid counts; an older correction that a newer one followed is closed by it."""
    ordered = sorted(bookings, key=lambda b: (b.received_at, b.id))
    accepted = next((b for b in reversed(ordered) if b.outcome == "accepted"), None)
    after = [
        b for b in ordered if accepted is None or (b.received_at, b.id) > (accepted.received_at, accepted.id)
    ]
    corrections = [b for b in after if b.outcome == "correction"]
    return Part(accepted, tuple(corrections[-1:]), tuple(b for b in after if b.outcome == "held"))


def standing_of(obligation: Obligation, books: Books) -> Standing:
    """The state of one obligation."""
    key = (obligation.lgcode, obligation.program)
    if key in books.not_applicable:
        return Standing(obligation, "not_applicable")
    own = books.part("own", *key)
    collected = {c: books.part("collected", c, obligation.program) for c in obligation.collected}
    missing = tuple(c for c, part in collected.items() if not part.accepted)
    parts = [own, *collected.values()]
    accepted = [p.accepted for p in parts if p.accepted]
    newest = max(accepted, key=lambda b: b.received_at, default=None)
    return Standing(
        obligation=obligation,
        state=_state(obligation, own, parts, missing),
        late=_late(obligation, own, accepted),
        received_at=newest.received_at if newest else None,
        open_corrections=tuple(dict.fromkeys(b.receipt for p in parts for b in p.correction)),
        missing=missing,
    )


def _state(obligation: Obligation, own: Part, parts: Sequence[Part], missing: Sequence[str]) -> State:
    own_done = own.accepted is not None or obligation.own != "demanded"
    if own_done and not missing:
        return "accepted"
    if (own.held and not own.accepted) or (obligation.collected and any(p.held for p in parts)):
        return "held"
    if any(p.accepted for p in parts):
        return "partial"
    return "correction" if any(p.correction for p in parts) else "outstanding"


def _late(obligation: Obligation, own: Part, accepted: Sequence[Booking]) -> bool:
    """Whether what completes the obligation was received after the deadline."""
    if obligation.own == "demanded" and own.accepted is not None and not obligation.collected:
        return own.accepted.late
    return any(b.late for b in accepted)


def standings(obligations: Sequence[Obligation], books: Books) -> tuple[Standing, ...]:
    """The state of each obligation, in the order given."""
    return tuple(standing_of(o, books) for o in obligations)
