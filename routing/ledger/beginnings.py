"""Beginnings of decisions, and the mails that come after all others.

A decision's beginning is committed before it and taken out with its verdict, so that a start finds what was under
way when the desk was killed. Those mails are deferred, like those over which a reader died: they are read and
decided one by one, when nothing else waits. Only who was decided alone and never ended is known to be the cause.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from routing.clock import stamp
from routing.ledger import arrivals, verdicts
from routing.ledger.store import Ledger
from routing.records import Arrival, Note

DIED = "decision_died"  # the event: a decision about this mail alone was begun and never ended
_DESK = ("uketsuke", "")


def begin(ledger: Ledger, arrival_ids: Iterable[int], alone: bool) -> None:
    """Record that the decision of these mails begins, or may begin before the next commit; inside the caller's
    transaction."""
    ledger.run_many(
        "INSERT OR REPLACE INTO deciding VALUES (?, ?)", [(id, int(alone)) for id in arrival_ids]
    )


def end(ledger: Ledger, arrival_id: int) -> None:
    """Record that the decision of a mail has ended, whatever came of it; inside the caller's transaction."""
    ledger.run("DELETE FROM deciding WHERE arrival_id = ?", arrival_id)


def end_all(ledger: Ledger) -> None:
    """Take back what was begun: the desk stops in order, and no mail is to blame."""
    if ledger.row("SELECT 1 FROM deciding") is not None:
        with ledger.writing():
            ledger.run("DELETE FROM deciding")


def take_stock(ledger: Ledger, now: datetime) -> None:
    """Defer, at a start, the mails whose decision was begun and never ended; of a mail that was decided alone, record
    that the desk died over it."""
    if ledger.row("SELECT 1 FROM deciding") is None:
        return
    with ledger.writing():
        for row in ledger.rows(
            "SELECT d.* FROM deciding d JOIN to_read q ON q.arrival_id = d.arrival_id ORDER BY d.arrival_id"
        ):
            if row["alone"]:
                verdicts.note(ledger, Note(DIED), row["arrival_id"], _DESK, now)
            defer(ledger, row["arrival_id"], now)
        ledger.run("DELETE FROM deciding")


def defer(ledger: Ledger, arrival_id: int, now: datetime) -> None:
    """Let all others go before this mail, those deferred earlier too; inside the caller's transaction."""
    ledger.run("INSERT OR REPLACE INTO deferred VALUES (?, ?)", arrival_id, stamp(now))


def next_deferred(ledger: Ledger, before: datetime) -> Arrival | None:
    """The one of the mails deferred at this instant or before it that ended the fewest readings and decisions; among
    equals, the one that waits longest, the oldest first: a resend behind the mail that it repeats."""
    row = ledger.row(
        "SELECT s.arrival_id FROM deferred s JOIN arrival a ON a.id = s.arrival_id WHERE s.since <= ?"
        " ORDER BY (SELECT count(*) FROM event e WHERE e.arrival_id = a.id"
        " AND e.kind IN ('reader_died', 'reader_hung', 'decision_died')), s.since, a.received_at, a.id LIMIT 1",
        stamp(before),
    )
    return arrivals.get(ledger, row["arrival_id"]) if row else None
