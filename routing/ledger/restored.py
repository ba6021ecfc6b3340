"""A ledger that was put back from a backup: when, and which letters may have left since the backup was taken.

An event `restored` (its detail: the last record of the backup), and a hold over the letters to mails received before
and over those that answer none. Nothing here sends or touches a file.
"""

from __future__ import annotations

from datetime import datetime

from replies.senders.sent_folder import SentCopy
from routing.clock import stamp, unstamp
from routing.ledger import holds, verdicts
from routing.ledger.holds import HOLDABLE, MAY_HAVE_LEFT, Scope
from routing.ledger.store import Ledger
from routing.records import Note


def last_record(ledger: Ledger) -> datetime | None:
    """When the newest row was recorded; None in an empty ledger."""
    row = ledger.row(
        "SELECT max(at) AS at FROM (SELECT max(recorded_at) AS at FROM arrival UNION ALL SELECT max(recorded_at)"
        " FROM verdict UNION ALL SELECT max(recorded_at) FROM event UNION ALL SELECT max(recorded_at) FROM posting)"
    )
    return unstamp(row["at"]) if row and row["at"] else None


def note(ledger: Ledger, who: tuple[str, str], now: datetime) -> int:
    """Record that this ledger was put back, and hold what may have left since, in one transaction; return the number
    of the hold."""
    with ledger.writing():
        last = last_record(ledger)
        verdicts.note(ledger, Note("restored", stamp(last) if last else ""), None, who, now)
        return holds.hold(ledger, Scope(mails_before=now), who, now)


def waiting(ledger: Ledger, mailbox: str) -> list[SentCopy]:
    """The letters of a mailbox that wait and may have left already, oldest first."""
    if ledger.row("SELECT 1 FROM event WHERE kind = 'restored' LIMIT 1") is None:
        return []
    rows = ledger.rows(
        "SELECT o.id, o.message_id FROM to_send q JOIN outbox o ON o.id = q.outbox_id WHERE o.mailbox = ?"
        f" AND {HOLDABLE} AND {MAY_HAVE_LEFT} ORDER BY o.id",
        mailbox,
    )
    return [SentCopy(r["id"], r["message_id"]) for r in rows]
