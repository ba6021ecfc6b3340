"""What was decided and taken back within its time (`undoing.py`): it stays in the ledger and never counted. Conditions for
queries that ask what people have decided or noted.
"""

from __future__ import annotations

from datetime import datetime

from config.frozen import frozen
from routing.clock import unstamp
from routing.ledger.store import Ledger


def verdict_counts(alias: str) -> str:
    """The condition that a verdict was not taken back, and is no copy that put an earlier one in force again."""
    return _COUNTS.format(row=alias, what="verdict")


def event_counts(alias: str) -> str:
    """The condition that an event (at a mail) was not taken back."""
    return _COUNTS.format(row=alias, what="event")


_COUNTS = """NOT EXISTS (SELECT 1 FROM undone n WHERE n.arrival_id = {row}.arrival_id
    AND n.{what}_after < {row}.id AND {row}.id <= n.{what}_to)"""


@frozen
class Undone:
    """One decision about a mail that was taken back: the ids of its verdicts (the first exclusive) and of the copies
    that count instead, which follow them; by whom."""

    verdict_after: int
    copies_after: int
    verdict_to: int
    by: str
    at: datetime


def undone(ledger: Ledger, arrival_id: int) -> tuple[Undone, ...]:
    """What was taken back at a mail, oldest first."""
    rows = ledger.rows("SELECT * FROM undone WHERE arrival_id = ? ORDER BY id", arrival_id)
    return tuple(
        Undone(r["verdict_after"], r["copies_after"], r["verdict_to"], r["done_by"], unstamp(r["recorded_at"]))
        for r in rows
    )
