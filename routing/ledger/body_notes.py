"""What officials note at a body: once, however often the key is pressed."""

from __future__ import annotations

from datetime import datetime, timedelta
from sqlite3 import Row

from routing.clock import unstamp
from routing.ledger import verdicts
from routing.ledger.store import Ledger
from routing.records import Note

PRESSED_TWICE = timedelta(seconds=30)


def note_once(ledger: Ledger, event: Note, who: tuple[str, str], now: datetime) -> None:
    """Record an event at a body in a transaction of its own, unless the newest event there is the same one, by the
    same person and of this moment. `who` is (name, reason)."""
    with ledger.writing():
        row = ledger.row(
            "SELECT * FROM event WHERE lgcode = ? AND arrival_id IS NULL ORDER BY id DESC LIMIT 1", event.lgcode
        )
        if row is None or _noted(row) != (event.kind, event.program, event.detail, *who) or _is_past(row, now):
            verdicts.note(ledger, event, None, who, now)


def _noted(row: Row) -> tuple[str, ...]:
    return row["kind"], row["program"], row["detail"], row["done_by"], row["why"]


def _is_past(row: Row, now: datetime) -> bool:
    return now - unstamp(row["recorded_at"]) > PRESSED_TWICE
