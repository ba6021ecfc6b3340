"""What the calendar goes by: extensions, pauses, and which of its instants are done. Events, never changed."""

from __future__ import annotations

from datetime import datetime

from routing.clock import stamp, unstamp
from routing.deadline import Extension
from routing.ledger.store import Ledger


def extensions(ledger: Ledger, at: datetime) -> tuple[Extension, ...]:
    """Every extension recorded up to an instant, oldest first; of two for one target the last one holds."""
    rows = ledger.rows(
        "SELECT lgcode, program, detail, done_by, why, recorded_at FROM event"
        " WHERE kind = 'extend' AND recorded_at <= ? ORDER BY id",
        stamp(at),
    )
    return tuple(
        Extension(
            r["lgcode"], r["program"], unstamp(r["detail"]), r["done_by"], r["why"], unstamp(r["recorded_at"])
        )
        for r in rows
    )


def paused(ledger: Ledger, at: datetime) -> frozenset[str]:
    """lgcodes of the bodies that get no reminders at an instant."""
    state: dict[str, bool] = {}
    for row in ledger.rows(
        "SELECT lgcode, detail FROM event WHERE kind = 'pause_reminders' AND recorded_at <= ? ORDER BY id",
        stamp(at),
    ):
        state[row["lgcode"]] = row["detail"] != "off"
    return frozenset(lgcode for lgcode, on in state.items() if on)


def happened(ledger: Ledger, kind: str, detail: str) -> bool:
    """Whether an event of this kind stands in the ledger with this detail (an instant of the calendar)."""
    return ledger.row("SELECT 1 FROM event WHERE kind = ? AND detail = ?", kind, detail) is not None


def first(ledger: Ledger, kind: str) -> datetime | None:
    """When the first event of this kind was recorded; None if there is none."""
    row = ledger.row("SELECT min(recorded_at) AS at FROM event WHERE kind = ?", kind)
    return unstamp(row["at"]) if row and row["at"] else None


def notices_made(ledger: Ledger, at: datetime) -> dict[int, list[tuple[str, int]]]:
    """What was written about each extension, by its place among all extensions: (queued or drafted, how many mails)."""
    found: dict[int, list[tuple[str, int]]] = {}
    for row in ledger.rows(
        "SELECT detail FROM event WHERE kind = 'extension_notice' AND recorded_at <= ? ORDER BY id", stamp(at)
    ):
        place, how, count = row["detail"].split(" ")
        found.setdefault(int(place), []).append((how, int(count)))
    return found
