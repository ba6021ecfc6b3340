"""How a municipality is reached, as its prefecture's own list says: section and telephone, no name and no address.

It goes back to who wrote it, and to nobody else.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from intake.submission import Submission
from routing.ledger import bookings, verdicts
from routing.ledger.store import Ledger
from routing.standing import PartStanding

_ASKED = ("department", "telephone")  # fields of a sheet


@dataclass(slots=True)
class RowContacts:
    """The contacts that the rows of lists name; each list is looked into once."""

    ledger: Ledger
    _read: dict[int, Submission | None] = field(default_factory=dict)

    def of(self, parts: Iterable[PartStanding]) -> str:
        """Section and telephone by the newest row of a municipality in a list of its prefecture; empty without one."""
        booked = [b for p in parts for b in (p.accepted, *p.correction, *p.held) if b and not b.provisional]
        for booking in sorted(booked, key=lambda b: b.received_at, reverse=True):
            if booking.submitter in ("", booking.body):
                continue
            if booking.arrival_id not in self._read:
                self._read[booking.arrival_id] = verdicts.submission_of(self.ledger, booking.arrival_id)
            submission = self._read[booking.arrival_id]
            sheet = bookings.sheet_of(submission, booking.piece) if submission else None
            if sheet is not None and sheet.row and (told := [t for key in _ASKED if (t := sheet.field(key))]):
                return "　".join(told)
        return ""
