"""Whether a mail leaves something open that we have asked its body for before, so that the letter says so."""

from __future__ import annotations

from collections.abc import Callable

from routing.records import Decided, Piece
from routing.standing import Booking


def asked_before(decided: Decided, history: Callable[[str, str], tuple[Booking, ...]], sender: str) -> str:
    """The receipt number of the newest earlier request of which a point is still open in this mail; empty if there is
    none. A stranger is told only of requests to himself."""
    found = [
        booking
        for piece in decided.pieces
        if piece.decision.outcome == "correction" and piece.identity.body and piece.program
        for booking in history(piece.identity.body, piece.program)
        if booking.received_at < decided.arrival.received_at
        and _remains(booking, piece)
        and (booking.confirmed or booking.sender.lower() == sender.lower())
    ]
    return max(found, key=lambda b: (b.received_at, b.id)).receipt if found else ""


def _remains(booking: Booking, piece: Piece) -> bool:
    open_now = {finding.key for finding in piece.findings if finding.severity == "error"}
    return booking.outcome == "correction" and bool(open_now & set(booking.errors))
