"""The status at an instant: standings of all obligations and of each collected municipality, and health.

Reads the ledger through its own look-ups; judges by `standing.py` and `timing.py` only.
"""

from __future__ import annotations

from datetime import datetime

from config.frozen import frozen, replace
from config.obligations import Obligation
from replies.states import State, Timing
from routing.deadline import Deadlines
from routing.ledger import arrivals, holds
from routing.ledger.books import books_of, deadlines_at
from routing.ledger.holds import Hold
from routing.office import Office
from routing.standing import Books, PartStanding, Standing, part_state, standing_of
from routing.tracking import troubles
from routing.tracking.instant import LedgerAt, open_instant
from routing.tracking.timing import most_telling, timing_of, timings_of
from routing.unbooked import Unbooked


@frozen
class Owed:
    """One obligation with what the deadline makes of it. `version`: how many of its own sheets were accepted;
    `first_at`: when the first of anything that it asks for was received; `open_since`: of its oldest open correction;
    `deadline`: as the survey sets it, `extended_to`: None where that holds."""

    standing: Standing
    timing: Timing
    version: int
    first_at: datetime | None
    open_since: datetime | None
    extended_to: datetime | None
    deadline: datetime


@frozen
class Municipality:
    """One collected body × program under its prefecture; the rest as in `Owed`."""

    lgcode: str
    program: str
    state: State
    late: bool
    received_at: datetime | None
    timing: Timing
    version: int
    first_at: datetime | None
    open_corrections: tuple[str, ...]
    open_since: datetime | None
    extended_to: datetime | None
    deadline: datetime


@frozen
class Status:
    """Who owes what at an instant. `unhealthy`: mailboxes that cannot be read, with the reason; `alerts`: what else is
    not as it should be with the desk now; `holds`: sending that people hold now; `unbooked`: what arrived and has no
    place in the books, as long as nothing has answered it."""

    instant: LedgerAt
    owed: tuple[Owed, ...]
    unhealthy: tuple[tuple[str, str], ...]
    alerts: tuple[str, ...] = ()
    holds: tuple[Hold, ...] = ()
    unbooked: tuple[Unbooked, ...] = ()

    @property
    def at(self) -> datetime:
        """The instant that it is about."""
        return self.instant.at

    @property
    def municipalities(self) -> tuple[Municipality, ...]:
        """Whose answers are collected, under the obligations in their order; worked out each time."""
        obligations = (o.standing.obligation for o in self.owed)
        return tuple(_municipality(code, o.program, self.instant) for o in obligations for code in o.collected)

    @property
    def standings(self) -> tuple[Standing, ...]:
        """The state alone, of each obligation."""
        return tuple(o.standing for o in self.owed)


def status_at(office: Office, at: datetime, prefecture: str = "") -> Status:
    """The status at an instant; of one prefecture and the cities in it, if its two digits are given."""
    found = status_of(open_instant(office.ledger, office.register, at), prefecture)
    told = tuple(troubles.lasting(troubles.view_of(office)))
    return replace(found, alerts=told, holds=tuple(holds.in_force(office.ledger)))


def status_of(instant: LedgerAt, prefecture: str = "") -> Status:
    """The status at an instant that is open already; of one prefecture and the cities in it, if its two digits are
    given."""
    books, deadlines, at = instant.books, instant.deadlines, instant.at
    owed = [o for o in instant.register.obligations if instant.register.lies_in(o.lgcode, prefecture)]
    return Status(
        instant=instant,
        owed=tuple(_owed(o, books, deadlines, at) for o in owed),
        unhealthy=arrivals.unhealthy(instant.ledger),
        unbooked=tuple(u for u in books.unbooked if instant.register.lies_in(u.whose, prefecture)),
    )


def owed_now(office: Office, prefecture: str = "") -> tuple[Owed, ...]:
    """Each obligation as it stands now, without the versions that came before; of one prefecture and the cities in it, if
    its two digits are given, which takes far less time."""
    register, now = office.register, office.clock()
    owed = [o for o in register.obligations if register.lies_in(o.lgcode, prefecture)]
    bodies = {code for o in owed for code in (o.lgcode, *o.collected)}
    in_force = deadlines_at(office.ledger, register, now)
    books = books_of(office.ledger, in_force, bodies, now)
    return tuple(_owed(o, books, in_force, now) for o in owed)


def _owed(obligation: Obligation, books: Books, deadlines: Deadlines, at: datetime) -> Owed:
    own = books.part("own", obligation.lgcode, obligation.program)
    parts = [own, *(books.part("collected", c, obligation.program) for c in obligation.collected)]
    return Owed(
        standing=standing_of(obligation, books),
        timing=most_telling(timings_of(obligation, books, deadlines, at)),
        version=own.versions,
        first_at=min((p.first_at for p in parts if p.first_at), default=None),
        open_since=_open_since(*parts),
        extended_to=deadlines.extension(obligation.lgcode, obligation.program),
        deadline=deadlines.set_for(obligation.lgcode, obligation.program),
    )


def _municipality(lgcode: str, program: str, instant: LedgerAt) -> Municipality:
    part = instant.books.part("collected", lgcode, program)
    return Municipality(
        lgcode=lgcode,
        program=program,
        state=part_state(part),
        late=part.late,
        received_at=part.accepted.received_at if part.accepted else None,
        timing=timing_of(part, lgcode, program, instant.deadlines, instant.at),
        version=part.versions,
        first_at=part.first_at,
        open_corrections=tuple(dict.fromkeys(b.receipt for b in part.correction)),
        open_since=_open_since(part),
        extended_to=instant.deadlines.extension(lgcode, program),
        deadline=instant.deadlines.set_for(lgcode, program),
    )


def _open_since(*parts: PartStanding) -> datetime | None:
    return min((b.received_at for part in parts for b in part.correction), default=None)
