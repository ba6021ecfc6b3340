"""Whether a reader can be had: events, written when it begins to fail and when it reads again."""

from __future__ import annotations

from datetime import datetime

from config.frozen import frozen
from routing.clock import stamp, unstamp
from routing.ledger import verdicts
from routing.ledger.store import Ledger
from routing.records import Note

LOST, BACK = "reader_lost", "reader_back"
_DESK = ("uketsuke", "")


@frozen
class ReaderLost:
    """No reader can be had: the number of the event that tells so, since when, in which words; how many mails wait."""

    number: int
    since: datetime
    detail: str
    waiting: int


def lost(ledger: Ledger, detail: str, now: datetime) -> None:
    """Note that no reader can be had; once, however often it is tried."""
    with ledger.writing():
        if lasting(ledger, now) is None:
            verdicts.note(ledger, Note(LOST, detail), None, _DESK, now)


def back(ledger: Ledger, now: datetime) -> None:
    """Note that a reader reads again; inside the caller's transaction."""
    if lasting(ledger, now) is not None:
        verdicts.note(ledger, Note(BACK), None, _DESK, now)


def lasting(ledger: Ledger, at: datetime) -> ReaderLost | None:
    """The failure that lasts at this instant, or None."""
    row = ledger.row(
        "SELECT id, kind, detail, recorded_at, (SELECT count(*) FROM to_read) AS waiting FROM event"
        f" WHERE kind IN ('{LOST}', '{BACK}') AND recorded_at <= ? ORDER BY id DESC LIMIT 1",
        stamp(at),
    )
    if row is None or row["kind"] == BACK:
        return None
    return ReaderLost(row["id"], unstamp(row["recorded_at"]), row["detail"], row["waiting"])
