"""How many letters were queued lately, and to whom: what the caps ask."""

from __future__ import annotations

from datetime import datetime

from routing.clock import stamp
from routing.ledger.store import Ledger


def count_since(ledger: Ledger, column: str, value: str, since: datetime) -> int:
    """How many replies to one recipient, or on one respondent's mail, were queued since an instant."""
    if column not in ("recipient", "respondent"):
        raise ValueError(column)
    row = ledger.row(
        f"SELECT count(*) AS n FROM outbox WHERE {column} = ? AND recorded_at > ?", value, stamp(since)
    )
    return int(row["n"]) if row else 0


def recipients_since(ledger: Ledger, since: datetime, at_least: int) -> list[str]:
    """To whom replies to mails were queued since an instant, one for each; empty where there are fewer than
    `at_least`, which is looked up in no time."""
    counted = ledger.row("SELECT count(*) AS n FROM outbox WHERE recorded_at > ?", stamp(since))
    if counted is None or counted["n"] < at_least:
        return []
    rows = ledger.rows(
        "SELECT recipient FROM outbox WHERE recorded_at > ? AND arrival_id IS NOT NULL", stamp(since)
    )
    return [str(row["recipient"]) for row in rows]
