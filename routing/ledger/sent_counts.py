"""How many letters were queued lately, and to whom: what the caps ask."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from routing.clock import stamp
from routing.ledger.store import Ledger

CountedLetters = Literal["others", "pre_checks"]  # letters on what was checked only count apart from all others
_OF: dict[CountedLetters, str] = {
    "others": "kind NOT IN ('pre_check', 'collation')", "pre_checks": "kind IN ('pre_check', 'collation')",
}  # fmt: skip


def count_since(ledger: Ledger, column: str, value: str, since: datetime, kinds: CountedLetters = "others") -> int:
    """How many replies to one recipient, or on one respondent's mail, were queued since an instant. Raises ValueError
    where `column` is neither "recipient" nor "respondent"."""
    if column not in ("recipient", "respondent"):
        raise ValueError(column)
    row = ledger.row(
        f"SELECT count(*) AS n FROM outbox WHERE {column} = ? AND recorded_at > ? AND {_OF[kinds]}", value, stamp(since)
    )
    return int(row["n"]) if row else 0


def recipients_since(ledger: Ledger, since: datetime, at_least: int, kinds: CountedLetters = "others") -> list[str]:
    """The recipients to whom replies to mails were queued since an instant, one for each; empty where there are fewer
    than `at_least`, which is looked up in no time."""
    counted = ledger.row(
        "SELECT count(*) AS n FROM (SELECT 1 FROM outbox WHERE recorded_at > ? LIMIT ?)", stamp(since), at_least
    )
    if counted is None or counted["n"] < at_least:
        return []
    rows = ledger.rows(
        f"SELECT recipient FROM outbox WHERE recorded_at > ? AND arrival_id IS NOT NULL AND {_OF[kinds]}", stamp(since)
    )
    return [str(row["recipient"]) for row in rows]
