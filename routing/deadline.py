"""Until when an answer is in time: the survey's deadline, and what officials extended it to.

Pure. The most specific extension decides: of the body and program, of the body, of the prefecture that
collects its row (and the program), of the program, of everything. Reads no ledger and no clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from routing.register import Register
from routing.standing import Booking


@dataclass(frozen=True, slots=True)
class Extension:
    """期限の延長 as an official recorded it. An empty `lgcode` means every body, an empty `program` every
    program; `until` is inclusive, as the deadline is. One that names the survey's own deadline takes an
    earlier one back."""

    lgcode: str
    program: str
    until: datetime
    by: str
    why: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Deadlines:
    """The deadlines in force at one instant. `extended`: (lgcode, program) -> until, the newest for each."""

    register: Register
    extended: Mapping[tuple[str, str], datetime]

    def of(self, lgcode: str, program: str = "") -> datetime:
        """The last instant that is in time for the answer of a body to a program (empty: to any)."""
        return self.extension(lgcode, program) or self.register.survey.deadline

    def extension(self, lgcode: str, program: str = "") -> datetime | None:
        """The extended deadline; None where the survey's own holds."""
        collector = self.register.collectors.get((lgcode, program), "")
        targets = [
            (lgcode, program),
            (lgcode, ""),
            (collector, program),
            (collector, ""),
            ("", program),
            ("", ""),
        ]
        until = next((self.extended[t] for t in targets if t in self.extended), None)
        return until if until is not None and until > self.register.survey.deadline else None

    def late(self, received_at: datetime, lgcode: str, program: str = "") -> bool:
        """Whether something received then came after its deadline (the deadline itself is in time)."""
        return received_at > self.of(lgcode, program)

    def judged(self, bookings: Iterable[Booking]) -> tuple[Booking, ...]:
        """The bookings with their lateness by these deadlines, whatever held when they were decided."""
        if not self.extended:
            return tuple(bookings)
        return tuple(replace(b, late=self.late(b.received_at, b.body, b.program)) for b in bookings)


def deadlines(register: Register, extensions: Iterable[Extension]) -> Deadlines:
    """What these extensions come to; of two for the same body and program the later one in order counts."""
    return Deadlines(register, {(e.lgcode, e.program): e.until for e in extensions})
