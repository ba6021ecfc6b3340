"""Which answers headquarters gets: for each body, program and screening the one that counts.

Draws rows from the ledger one by one, reading each mail's answers when its turn comes. Writes nothing;
`replies/workbooks/export.py` makes the workbook.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import groupby

from config.frozen import frozen
from intake.submission import AnswerSheet, Submission
from replies.workbooks.export import ExportRow, values_of
from replies.workbooks.export_lines import lines_of
from replies.workbooks.export_meanings import meanings_of
from routing.decision.amended import amended_submission
from routing.ledger import bookings, official_acts, verdicts
from routing.ledger.books import deadlines_at
from routing.ledger.store import Ledger
from routing.register import Register
from routing.standing import Booking, overlap, weight

OPEN = ("correction", "held")
_MAILS_AT_HAND = 8  # rows come by body, so the rows of one list come together


@frozen
class Counting:
    """A booking that counts, for these screenings (empty: all)."""

    booking: Booking
    attributes: tuple[int, ...]


def export_rows(ledger: Ledger, register: Register, at: datetime, with_open: bool) -> Iterator[ExportRow]:
    """The rows at an instant, by program and code. `with_open`: also what waits for a correction or an
    official, where nothing accepted stands, marked as such."""
    order = {p.id: place for place, p in enumerate(register.survey.programs)}
    judged = deadlines_at(ledger, register, at).judged(bookings.at(ledger, at))
    found = [b for b in judged if b.outcome in ("accepted", *OPEN)]
    found.sort(key=lambda b: (order[b.program], b.body, *weight(b)))
    read = _reader(ledger, register)
    for _, same in groupby(found, key=lambda b: (b.program, b.body)):
        for counting in _counting(tuple(same), register, with_open):
            row = _row(counting, read, register)
            if row is not None:
                yield row


def _counting(bookings: Sequence[Booking], register: Register, with_open: bool) -> Iterator[Counting]:
    """The bookings of one body and program that count, by weight: the newest valid one, for the screenings that it
    names."""
    accepted = [b for b in bookings if b.outcome == "accepted"]
    for place, booking in enumerate(accepted):
        left = _left(booking, accepted[place + 1 :], register)
        if left is not None:
            yield Counting(booking, left)
    if with_open:
        waiting = [b for b in bookings if b.outcome in OPEN]
        for place, booking in enumerate(waiting):
            later = [*waiting[place + 1 :], *accepted]
            if not any(overlap(booking.attributes, b.attributes) for b in later):
                yield Counting(booking, booking.attributes)


def _left(booking: Booking, later: Sequence[Booking], register: Register) -> tuple[int, ...] | None:
    """The screenings for which a booking still counts; None if later ones replaced it wholly."""
    every = tuple(a.number for a in register.survey.attributes)
    if any(not b.attributes for b in later) or (later and not every):
        return None
    replaced = {n for b in later for n in b.attributes}
    if not replaced:
        return booking.attributes
    left = tuple(n for n in booking.attributes or every if n not in replaced)
    return left or None


class _reader:
    """Submissions by arrival, a few at hand, with what officials entered into them."""

    def __init__(self, ledger: Ledger, register: Register) -> None:
        self._ledger = ledger
        self._register = register
        self._at_hand = lru_cache(maxsize=_MAILS_AT_HAND)(self._load)

    def __call__(self, booking: Booking) -> tuple[AnswerSheet | None, bool]:
        """The sheet that a booking is about, and whether officials amended it."""
        submission, amended = self._at_hand(booking.arrival_id)
        return (bookings.sheet_of(submission, booking.piece) if submission else None), amended

    def _load(self, arrival_id: int) -> tuple[Submission | None, bool]:
        submission = verdicts.submission_of(self._ledger, arrival_id)
        changes = official_acts.amendments(self._ledger, arrival_id)
        if submission is None or not changes:
            return submission, False
        return amended_submission(submission, changes, self._register), True


def _row(counting: Counting, read: _reader, register: Register) -> ExportRow | None:
    booking = counting.booking
    sheet, amended = read(booking)
    body = register.body(booking.body)
    if sheet is None or body is None:
        return None
    form = register.survey.form(sheet.form, sheet.version)
    names = {a.number: a.name for a in register.survey.attributes}
    return ExportRow(
        form=sheet.form,
        version=sheet.version,
        lgcode=body.lgcode,
        prefecture=body.prefecture,
        name=body.name,
        program=booking.program,
        attribute="、".join(names[n] for n in counting.attributes if n in names),
        state=booking.outcome,  # type: ignore[arg-type]
        late=booking.late,
        amended=amended,
        received_at=booking.received_at,
        receipt=booking.receipt,
        values=values_of(sheet, form),
        read_as=meanings_of(sheet, form),
        lines=lines_of(sheet, form),
    )
