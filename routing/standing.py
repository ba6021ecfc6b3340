"""Who owes what at an instant: a pure fold over the ledger's bookings.

`bookings` are the verdicts that held at that instant (one decision per mail: its newest), so the same
instant asked later gives the same answer. Lateness goes by the time of receipt. Newest valid counts: a
faulty replacement leaves an accepted answer standing, with a correction open on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from config.frozen import frozen
from config.obligations import Obligation
from replies.states import State
from routing.proof import Proof
from routing.unbooked import Unbooked


@frozen
class Booking:
    """One verdict on one piece, as the ledger has it. `errors` are the keys of its findings that only the
    sender can mend (`Finding.key`). `provisional`: of something that could not be booked, and may be this answer; the
    lgcode of whose mail it was (`provisional.py`)."""

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
    attributes: tuple[int, ...]
    late: bool
    received_at: datetime
    recorded_at: datetime
    sender: str
    errors: tuple[str, ...] = ()
    proof: int = Proof.BODY
    provisional: str = ""

    @property
    def confirmed(self) -> bool:
        """Whether more than the domain of some local government stands behind the booking."""
        return self.proof >= Proof.BODY

    @property
    def redirected(self) -> bool:
        """Whether the booking is a municipality's own mail that an official asked to send through its prefecture:
        nothing in it is to be mended, and nothing has come from the prefecture."""
        return self.outcome == "correction" and self.part == "collected" and not self.provisional and (
            self.submitter == self.body
        )


@frozen
class Standing:
    """One obligation at one instant. `open_corrections`: receipt numbers; `missing`: lgcodes of collected
    municipalities without an accepted row; `row_in_list`: receipt number of a prefecture's list that has a
    row of this body, while its own answer is still to come. `asked` and `held`: of the missing, those that are to mend
    something, and those that wait for us; `to_replace`: those of which something arrived that could not be booked;
    `own_state`: of its own answer, where that is demanded. `unbooked`: all that is to be mended in it, or is held, is of
    that kind. `looked_at`: it was sent in for a check before it is handed in."""

    obligation: Obligation
    state: State
    late: bool = False
    received_at: datetime | None = None
    open_corrections: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    row_in_list: str = ""
    asked: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    own_state: State | None = None
    to_replace: tuple[str, ...] = ()
    unbooked: bool = False
    looked_at: bool = False

    @property
    def checked_only(self) -> bool:
        """Whether nothing of it was handed in, but something was sent in for a check."""
        return self.looked_at and self.state == "outstanding"


@frozen
class PartStanding:
    """What the bookings of one body, program and part come to: the newest accepted one, and what came
    after it and still waits. `late`: nothing of it was received before the deadline; `first_at`: when the
    first of it was; `redirected`: what its body was asked to send through its prefecture."""

    accepted: Booking | None = None
    correction: tuple[Booking, ...] = ()
    held: tuple[Booking, ...] = ()
    late: bool = False
    versions: int = 0  # how many were accepted so far
    row: Booking | None = None  # the newest row of it in a list of its prefecture, which does not count
    first_at: datetime | None = None
    redirected: tuple[Booking, ...] = ()

    @property
    def unbooked(self) -> bool:
        """Whether nothing of it is in the books but what arrived and could not be booked."""
        waiting = (*self.correction, *self.held)
        return self.accepted is None and bool(waiting) and all(b.provisional for b in waiting)


_EMPTY = PartStanding()


@frozen
class Books:
    """Bookings sorted for look-up: by part, body and program. `unbooked`: what arrived and has no place in them."""

    parts: Mapping[tuple[str, str, str], PartStanding]  # (part, lgcode, program)
    not_applicable: frozenset[tuple[str, str]] = frozenset()
    unbooked: tuple[Unbooked, ...] = ()
    looked_at: frozenset[tuple[str, str]] = frozenset()  # (lgcode, program) of what was sent in for a check

    def part(self, part: str, lgcode: str, program: str) -> PartStanding:
        """What was booked for one body, program and part; empty if nothing was."""
        return self.parts.get((part, lgcode, program), _EMPTY)


def open_books(
    bookings: Iterable[Booking], not_applicable: frozenset[tuple[str, str]] = frozenset()
) -> Books:
    """Sort the bookings that hold into books."""
    sorted_: dict[tuple[str, str, str], list[Booking]] = {}
    for booking in bookings:
        sorted_.setdefault((booking.part, booking.body, booking.program), []).append(booking)
    return Books({key: _part(found) for key, found in sorted_.items()}, not_applicable)


HANDED_IN = ("accepted", "correction", "held")


def _part(bookings: Sequence[Booking]) -> PartStanding:
    """Newest valid counts; what a newer one answers is closed. What was handed in in time stays in time
    when it is mended later."""
    ordered = sorted((b for b in bookings if not b.provisional), key=_age)
    still_open = [
        b for n, b in enumerate(ordered) if not any(_closes(later, b) for later in ordered[n + 1 :])
    ] + [b for b in bookings if b.provisional]  # of these, only what is open comes here
    accepted = max((b for b in ordered if b.outcome == "accepted"), key=weight, default=None)
    handed_in = [b for b in ordered if b.outcome in HANDED_IN and (accepted is None or vouches_time(b, accepted))]
    return PartStanding(
        accepted=accepted,
        correction=tuple(b for b in still_open if b.outcome == "correction" and not b.redirected),
        held=tuple(b for b in still_open if b.outcome == "held"),
        late=bool(handed_in) and all(b.late for b in handed_in),
        versions=sum(b.outcome == "accepted" for b in ordered),
        row=next((b for b in reversed(ordered) if b.rule == "row_of_city"), None),
        first_at=handed_in[0].received_at if handed_in else None,
        redirected=tuple(b for b in still_open if b.redirected),
    )


def _age(booking: Booking) -> tuple[datetime, int]:
    return booking.received_at, booking.id


def weight(booking: Booking) -> tuple[bool, datetime, int]:
    """Sort key: the accepted answer with the greatest weight counts. A confirmed answer wins; among equals, the
    newest."""
    return booking.confirmed, *_age(booking)


def vouches_time(earlier: Booking, accepted: Booking) -> bool:
    """Whether an earlier booking shows that this answer was handed in first by then: a stranger's does not."""
    return earlier.confirmed or earlier.sender.lower() == accepted.sender.lower()


def _closes(later: Booking, earlier: Booking) -> bool:
    """Whether a later booking settles an earlier one: it was accepted, or asks for correction anew. What a
    stranger sent settles nothing of the body's own."""
    answers = later.outcome == "accepted" or later.outcome == earlier.outcome == "correction"
    strange = earlier.confirmed and not later.confirmed
    return answers and not strange and overlap(later.attributes, earlier.attributes)


def overlap(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    """Whether two 属性 have a screening in common; an empty one means all (notice 記４③)."""
    return not one or not other or bool(set(one) & set(other))


def standing_of(obligation: Obligation, books: Books) -> Standing:
    """The state of one obligation."""
    key = (obligation.lgcode, obligation.program)
    if key in books.not_applicable:
        return Standing(obligation, "not_applicable")
    own = books.part("own", *key)
    collected = {c: books.part("collected", c, obligation.program) for c in obligation.collected}
    missing = tuple(c for c, part in collected.items() if not part.accepted)
    parts = [own, *collected.values()]
    waiting = [b for p in parts for b in (*p.correction, *p.held)]
    accepted = [p.accepted for p in parts if p.accepted]
    newest = max(accepted, key=_age, default=None)
    return Standing(
        obligation=obligation,
        state=_state(obligation, own, parts, missing),
        late=_late(obligation, own, collected.values()),
        received_at=newest.received_at if newest else None,
        open_corrections=tuple(dict.fromkeys(b.receipt for p in parts for b in p.correction)),
        missing=missing,
        row_in_list=own.row.receipt if own.row and not own.accepted else "",
        asked=tuple(c for c in missing if part_state(collected[c]) == "correction" and not collected[c].unbooked),
        held=tuple(c for c in missing if part_state(collected[c]) == "held"),
        to_replace=tuple(c for c in missing if part_state(collected[c]) == "correction" and collected[c].unbooked),
        unbooked=bool(waiting) and all(b.provisional for b in waiting),
        own_state=part_state(own) if obligation.own == "demanded" else None,
        looked_at=key in books.looked_at,
    )


def part_state(part: PartStanding) -> State:
    """One body's own answer, or one municipality's row, in one word."""
    if part.accepted:
        return "accepted"
    if part.held:
        return "held"
    return "correction" if part.correction else "outstanding"


def _state(obligation: Obligation, own: PartStanding, parts: Sequence[PartStanding], missing: Sequence[str]) -> State:
    own_done = own.accepted is not None or obligation.own != "demanded"
    if own_done and not missing:
        return "accepted"
    if (own.held and not own.accepted) or (obligation.collected and any(p.held for p in parts)):
        return "held"
    if any(p.accepted for p in parts):
        return "partial"
    return "correction" if any(p.correction for p in parts) else "outstanding"


def _late(obligation: Obligation, own: PartStanding, collected: Iterable[PartStanding]) -> bool:
    """Whether something that is demanded and was accepted came after the deadline."""
    demanded = [own] if obligation.own == "demanded" else []
    return any(part.late for part in (*demanded, *collected) if part.accepted)


def standings(obligations: Sequence[Obligation], books: Books) -> tuple[Standing, ...]:
    """The state of each obligation, in the order given."""
    return tuple(standing_of(o, books) for o in obligations)
