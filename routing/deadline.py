"""Until when an answer is in time: the deadline that the survey sets, and what officials extended it to.

Pure. The most specific extension decides: of the body and program, of the body, of the prefecture that
collects its row (and the program), of the program, of everything. Reads no ledger and no clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from config.frozen import frozen, replace
from config.obligations import Obligation
from routing.register import Register
from routing.standing import Booking


@frozen
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


@frozen
class Deadlines:
    """The deadlines in force at one instant. `extended`: (lgcode, program) -> until, the newest for each."""

    register: Register
    extended: Mapping[tuple[str, str], datetime]

    def of(self, lgcode: str, program: str = "") -> datetime:
        """The last instant that is in time for the answer of a body to a program (empty: to any)."""
        return self.extension(lgcode, program) or self.set_for(lgcode, program)

    def set_for(self, lgcode: str, program: str = "") -> datetime:
        """The deadline that the survey sets for an answer, before any extension: the duty's, else the survey's; of
        several programs the last."""
        last = self.register.survey.deadline
        return max((duty.deadline or last for duty in self._duties(lgcode, program)), default=last)

    def earliest(self, lgcode: str, program: str) -> datetime:
        """The first deadline that the survey sets for any answer that an extension of these is about (`Extension`)."""
        survey = self.register.survey
        whose = self._duties(lgcode, program) if lgcode else (d for d in survey.duties if program in ("", d.program))
        return min((one.deadline or survey.deadline for one in whose), default=survey.deadline)

    def correct_by(self, lgcode: str, program: str = "") -> datetime | None:
        """The instant until which what came in time is to be mended, as the survey sets it: the duty's day, else the
        survey's; of several programs the last."""
        last = self.register.survey.correct_by
        days = [o.correct_by or last for o in self._duties(lgcode, program)] or [last]
        return max((day for day in days if day is not None), default=None)

    def _duties(self, lgcode: str, program: str) -> Iterator[Obligation]:
        """The obligations under which a body answers, itself or through its prefecture, where any has days of its own."""
        register = self.register
        if not register.days_differ:
            return
        for one in [program] if program else [p.id for p in register.survey.programs]:
            whose = lgcode if (lgcode, one) in register.by_key else register.collectors.get((lgcode, one), "")
            if (whose, one) in register.by_key:
                yield register.by_key[whose, one]

    def extension(self, lgcode: str, program: str = "") -> datetime | None:
        """The extended deadline; None where the one that the survey sets holds."""
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
        return until if until is not None and until > self.set_for(lgcode, program) else None

    def late(self, received_at: datetime, lgcode: str, program: str = "") -> bool:
        """Whether something received then came after its deadline (the deadline itself is in time)."""
        return received_at > self.of(lgcode, program)

    def judged(self, bookings: Iterable[Booking]) -> tuple[Booking, ...]:
        """The bookings with their lateness by these deadlines, whatever held when they were decided."""
        if not self.extended:
            return tuple(bookings)
        return tuple(replace(b, late=self.late(b.received_at, b.body, b.program)) for b in bookings)


def deadlines(register: Register, extensions: Iterable[Extension]) -> Deadlines:
    """The deadlines that these extensions come to; of two for the same body and program the later one in order
    counts."""
    return Deadlines(register, {(e.lgcode, e.program): e.until for e in extensions})
