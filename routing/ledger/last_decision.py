"""What was said last about a mail, and by whom: for whoever decides next, and a token of what he saw."""

from __future__ import annotations

from datetime import datetime

from config.frozen import frozen
from routing.clock import unstamp
from routing.ledger.store import Ledger

UNDECIDED = "-"  # the token of a mail about which nothing was said yet


@frozen
class LastWord:
    """Who decided about a mail last ("uketsuke": the desk itself), how and when. `token` changes with each decision,
    and with whatever an official notes at the mail; what the desk does in the mailbox changes nothing."""

    by: str
    outcome: str
    at: datetime
    token: str


def last_word(ledger: Ledger, arrival_id: int) -> LastWord | None:
    """The newest decision; None where there is none yet."""
    row = ledger.row(
        "SELECT id, decided_by, outcome, recorded_at, coalesce((SELECT max(e.id) FROM event e WHERE e.arrival_id = ?1"
        " AND e.done_by <> 'uketsuke'), 0) AS event FROM verdict WHERE arrival_id = ?1 AND piece = '0'"
        " ORDER BY id DESC LIMIT 1",
        arrival_id,
    )
    if row is None:
        return None
    token = f"{row['id']}.{row['event']}" if row["event"] else str(row["id"])
    return LastWord(row["decided_by"], row["outcome"], unstamp(row["recorded_at"]), token)


def token_of(ledger: Ledger, arrival_id: int) -> str:
    """The token of what was said last about a mail; UNDECIDED where nothing was."""
    last = last_word(ledger, arrival_id)
    return last.token if last else UNDECIDED


def noted_by_people(ledger: Ledger, arrival_id: int) -> tuple[str, datetime] | None:
    """Who noted something at a mail last, and when; None where no official did."""
    row = ledger.row(
        "SELECT done_by, recorded_at FROM event WHERE arrival_id = ? AND done_by <> 'uketsuke'"
        " ORDER BY id DESC LIMIT 1",
        arrival_id,
    )
    return (str(row["done_by"]), unstamp(row["recorded_at"])) if row else None
