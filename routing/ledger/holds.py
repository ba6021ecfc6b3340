"""Sending that people hold and release. A letter that is held stays in the outbox; nothing that was begun is cut
short. Letters to our own operators about the desk are never held.

Rows are only added: a hold stands until a release names it. Nothing here sends.
"""

from __future__ import annotations

from datetime import datetime

from config.frozen import frozen
from replies.letter_kinds import TRAITS
from routing.clock import stamp, unstamp
from routing.ledger.store import Ledger

# Whether the letter `o` of the outbox is of a kind that can be held.
HOLDABLE = f"o.kind NOT IN ({', '.join(repr(kind) for kind, traits in TRAITS.items() if traits.to_operators)})"

# Whether a hold stands over the letter `o` of the outbox, or it waits until an official releases it.
HELD = f"""({HOLDABLE} AND (EXISTS (SELECT 1 FROM to_release r WHERE r.outbox_id = o.id)
    OR EXISTS (SELECT 1 FROM sending_hold h
    WHERE h.kind IN ('', o.kind) AND h.mailbox IN ('', o.mailbox)
    AND (h.mails_before = '' OR o.arrival_id IS NULL
         OR (SELECT b.received_at FROM arrival b WHERE b.id = o.arrival_id) < h.mails_before)
    AND NOT EXISTS (SELECT 1 FROM let_go g WHERE g.outbox_id = o.id AND g.hold_id = h.id)
    AND NOT EXISTS (SELECT 1 FROM sending_release l WHERE l.hold_id = h.id))))"""

# Whether the letter `o` of the outbox may have left before the ledger was put back.
MAY_HAVE_LEFT = """EXISTS (SELECT 1 FROM event e WHERE e.kind = 'restored' AND (o.arrival_id IS NULL
    OR (SELECT b.received_at FROM arrival b WHERE b.id = o.arrival_id) < e.recorded_at))"""


@frozen
class Scope:
    """The letters that a hold keeps back: of one kind, of one mailbox (ids; empty: of all), and, after a ledger was
    put back, only those to mails received before that instant and those that answer none."""

    kind: str = ""
    mailbox: str = ""
    mails_before: datetime | None = None


@frozen
class Hold:
    """A hold that stands. `waiting`: how many letters in the outbox it keeps back now; `last_record`: of the backup
    that took the ledger's place, if that began it (None: it had none)."""

    number: int
    scope: Scope
    by: str
    why: str
    since: datetime
    waiting: int
    last_record: datetime | None = None


def hold(ledger: Ledger, scope: Scope, who: tuple[str, str], now: datetime) -> int:
    """Begin a hold, inside the caller's transaction; return its number. `who`: (name, reason)."""
    return ledger.run(
        "INSERT INTO sending_hold (kind, mailbox, mails_before, done_by, why, recorded_at) VALUES (?, ?, ?, ?, ?, ?)",
        scope.kind,
        scope.mailbox,
        stamp(scope.mails_before) if scope.mails_before else "",
        *who,
        stamp(now),
    )


def release(ledger: Ledger, number: int, who: tuple[str, str], now: datetime) -> None:
    """End a hold that stands, inside the caller's transaction."""
    ledger.run("INSERT INTO sending_release VALUES (?, ?, ?, ?)", number, *who, stamp(now))


def in_force(ledger: Ledger) -> list[Hold]:
    """The holds that stand now, oldest first."""
    rows = ledger.rows(
        "SELECT s.*, coalesce((SELECT e.detail FROM event e WHERE e.kind = 'restored' AND s.mails_before <> ''"
        " AND e.recorded_at = s.recorded_at), '') AS last_record,"
        " (SELECT count(*) FROM to_send q JOIN outbox o ON o.id = q.outbox_id LEFT JOIN arrival a ON a.id = o.arrival_id"
        f" WHERE {HOLDABLE} AND s.kind IN ('', o.kind) AND s.mailbox IN ('', o.mailbox)"
        " AND (s.mails_before = '' OR a.id IS NULL OR a.received_at < s.mails_before)"
        " AND NOT EXISTS (SELECT 1 FROM let_go g WHERE g.outbox_id = o.id AND g.hold_id = s.id)) AS waiting"
        " FROM sending_hold s WHERE NOT EXISTS (SELECT 1 FROM sending_release l WHERE l.hold_id = s.id) ORDER BY s.id"
    )
    return [
        Hold(
            number=r["id"],
            scope=Scope(r["kind"], r["mailbox"], unstamp(r["mails_before"]) if r["mails_before"] else None),
            by=r["done_by"],
            why=r["why"],
            since=unstamp(r["recorded_at"]),
            waiting=r["waiting"],
            last_record=unstamp(r["last_record"]) if r["last_record"] else None,
        )
        for r in rows
    ]
