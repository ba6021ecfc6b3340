"""Which wording of our letters was approved, by whom: events that are only added."""

from __future__ import annotations

from datetime import datetime

from config.frozen import frozen
from routing.clock import unstamp
from routing.ledger.store import Ledger

APPROVED = "letters_approved"


@frozen
class Approved:
    """A kind of letter and its wording (as a hash), by whom it was approved, why and when."""

    kind: str
    wording: str
    by: str
    why: str
    at: datetime


def approved(ledger: Ledger) -> dict[str, Approved]:
    """The newest approval of each kind."""
    return {a.kind: a for a in _all(ledger)}


def approvals(ledger: Ledger) -> dict[tuple[str, str], Approved]:
    """(kind, wording) -> the newest approval of this very wording."""
    return {(a.kind, a.wording): a for a in _all(ledger)}


def is_approved(ledger: Ledger, kind: str, wording: str) -> bool:
    """Whether the approval in force for a kind is of this wording."""
    newest = approved(ledger).get(kind)
    return newest is not None and newest.wording == wording


def _all(ledger: Ledger) -> list[Approved]:
    rows = ledger.rows("SELECT detail, done_by, why, recorded_at FROM event WHERE kind = ? ORDER BY id", APPROVED)
    named = ((*r["detail"].partition(" ")[::2], r) for r in rows)
    return [Approved(kind, wording, r["done_by"], r["why"], unstamp(r["recorded_at"])) for kind, wording, r in named]
