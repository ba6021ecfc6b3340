"""What the alerts ask of the ledger: mailboxes that fail, mails in quarantine, replies that do not leave. Only
reads; every question is answered from an index or a short queue."""

from __future__ import annotations

from datetime import datetime

from config.frozen import frozen
from routing.clock import stamp, unstamp
from routing.ledger.holds import HELD, HOLDABLE
from routing.ledger.store import Ledger


@frozen
class Health:
    """How reading a mailbox went last. `failing_since` is None while it can be read."""

    mailbox: str
    last_success_at: datetime | None
    failing_since: datetime | None
    detail: str


def health(ledger: Ledger) -> tuple[Health, ...]:
    """Each mailbox that was ever looked into."""
    return tuple(
        Health(r["mailbox"], _instant(r["last_success_at"]), _instant(r["failing_since"]), r["detail"])
        for r in ledger.rows("SELECT * FROM health ORDER BY mailbox")
    )


def _instant(text: str) -> datetime | None:
    return unstamp(text) if text else None


TOLD = "alerted"  # the event: told to the operators, in a letter that has the key of another thing


def is_told(ledger: Ledger, key: str) -> bool:
    """Whether a thing was told to the operators."""
    row = ledger.row(
        "SELECT 1 WHERE EXISTS (SELECT 1 FROM outbox WHERE key = ?)"
        f" OR EXISTS (SELECT 1 FROM event WHERE kind = '{TOLD}' AND detail = ?)",
        key,
        key,
    )
    return row is not None


def told_keys(ledger: Ledger, prefix: str) -> list[str]:
    """The keys of what was told that begin with this text, in their own order."""
    until = prefix + "\uffff"
    rows = ledger.rows(
        "SELECT key FROM outbox WHERE key >= ? AND key < ? UNION"
        f" SELECT detail FROM event WHERE kind = '{TOLD}' AND detail >= ? AND detail < ? ORDER BY key",
        prefix,
        until,
        prefix,
        until,
    )
    return [str(row["key"]) for row in rows]


def newest_key(ledger: Ledger, prefix: str) -> str:
    """The newest key that begins with this text, or an empty string; for keys whose order is their age."""
    return next(reversed(told_keys(ledger, prefix)), "")


def last_letter(ledger: Ledger, prefix: str) -> datetime | None:
    """When the last letter was written whose key begins with this text."""
    row = ledger.row(
        "SELECT max(recorded_at) AS at FROM outbox WHERE key >= ? AND key < ?", prefix, prefix + "\uffff"
    )
    return _instant(row["at"] or "") if row else None


def quarantined(ledger: Ledger, at: datetime, after: int) -> list[tuple[int, str, str]]:
    """Mails that were put into quarantine by events after this one: (number of the event, mailbox, receipt
    number)."""
    rows = ledger.rows(
        "SELECT e.id, a.mailbox, a.receipt FROM event e JOIN arrival a ON a.id = e.arrival_id"
        " WHERE e.kind = 'poison' AND e.id > ? AND e.recorded_at <= ? ORDER BY e.id",
        after,
        stamp(at),
    )
    return [(r["id"], r["mailbox"], r["receipt"]) for r in rows]


def stuck(ledger: Ledger, before: datetime) -> tuple[int, datetime] | None:
    """How many replies have waited since before an instant, and since when the oldest has waited; None if none has.
    Replies that people hold are not stuck."""
    oldest = ledger.row(
        "SELECT o.recorded_at FROM to_send q JOIN outbox o ON o.id = q.outbox_id"
        f" WHERE {HOLDABLE} AND NOT {HELD} ORDER BY q.outbox_id LIMIT 1"
    )
    if oldest is None or oldest["recorded_at"] > stamp(before):
        return None
    row = ledger.row(
        "SELECT count(*) AS n FROM to_send q JOIN outbox o ON o.id = q.outbox_id"
        f" WHERE {HOLDABLE} AND o.recorded_at <= ? AND NOT {HELD}",
        stamp(before),
    )
    return (int(row["n"]) if row else 0), unstamp(oldest["recorded_at"])


def capped(ledger: Ledger, since: datetime, until: datetime) -> int:
    """How many replies a cap held back between two instants."""
    row = ledger.row(
        "SELECT count(*) AS n FROM event WHERE kind = 'capped' AND recorded_at >= ? AND recorded_at <= ?",
        stamp(since),
        stamp(until),
    )
    return int(row["n"]) if row else 0


def waiting(ledger: Ledger) -> tuple[int, int]:
    """How many mails wait for a verdict, and how many replies to be sent."""
    row = ledger.row(
        "SELECT (SELECT count(*) FROM to_read) AS mails, (SELECT count(*) FROM to_send) AS replies"
    )
    return (int(row["mails"]), int(row["replies"])) if row else (0, 0)
