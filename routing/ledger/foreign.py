"""Mail that is not about this survey: what of it still lies in the ledger, until it is erased. Only reads."""

from __future__ import annotations

from datetime import datetime

from routing.clock import stamp, unstamp
from routing.ledger.held_queue import Held
from routing.ledger.store import Ledger

RULE = "foreign"
_LISTED = """SELECT a.*, coalesce(m.sender, '') AS sender, coalesce(m.subject, '') AS subject FROM wait w
    JOIN arrival a ON a.id = w.arrival_id LEFT JOIN message m ON m.arrival_id = a.id
    WHERE w.what = 'foreign' AND a.recorded_at <= ? ORDER BY a.received_at, a.id"""


def listed(ledger: Ledger, at: datetime) -> list[Held]:
    """What waits to be erased, oldest first."""
    return [
        Held(r["id"], r["receipt"], r["mailbox"], RULE, RULE, "0", r["sender"], r["subject"], "", "",
             unstamp(r["received_at"]))
        for r in ledger.rows(_LISTED, stamp(at))
    ]  # fmt: skip
