"""Letters that are written and wait until an official releases them, or under a hold over sending. Nothing here sends."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from sqlite3 import Row

from config.frozen import frozen
from intake.mail.ids import receipt_in
from routing.clock import stamp, unstamp
from routing.ledger.holds import HOLDABLE, Hold
from routing.ledger.store import Ledger


@frozen
class Draft:
    """One letter that waits to be released; `number` as people name it."""

    id: int
    number: str
    kind: str
    mailbox: str
    respondent: str
    recipient: str
    subject: str
    written_at: datetime


_WAITING = (
    "SELECT o.id, o.message_id, o.kind, o.mailbox, o.respondent, o.recipient, o.subject, o.recorded_at"
    " FROM to_send q CROSS JOIN outbox o ON o.id = q.outbox_id {where} ORDER BY q.outbox_id"  # q first: few wait, all stay
)


def _draft(row: Row) -> Draft:
    return Draft(row["id"], receipt_in(row["message_id"]), row["kind"], row["mailbox"], row["respondent"],
                 row["recipient"], row["subject"], unstamp(row["recorded_at"]))  # fmt: skip


def drafts(ledger: Ledger, kind: str = "") -> list[Draft]:
    """The letters that wait to be released (of one kind; empty: of all), oldest first."""
    where = "JOIN to_release r ON r.outbox_id = o.id WHERE ? IN ('', o.kind)"
    return [_draft(row) for row in ledger.rows(_WAITING.format(where=where), kind)]


def release(ledger: Ledger, ids: Iterable[int]) -> None:
    """Let letters leave, inside the caller's transaction."""
    ledger.run_many("DELETE FROM to_release WHERE outbox_id = ?", [(id,) for id in ids])


def held_by(ledger: Ledger, hold: Hold) -> list[Draft]:
    """The letters that wait under a hold which stands, oldest first."""
    before = stamp(hold.scope.mails_before) if hold.scope.mails_before else ""
    where = (
        f"WHERE {HOLDABLE} AND ?1 IN ('', o.kind) AND ?2 IN ('', o.mailbox) AND (?3 = '' OR o.arrival_id IS NULL"
        " OR (SELECT a.received_at FROM arrival a WHERE a.id = o.arrival_id) < ?3)"
        " AND NOT EXISTS (SELECT 1 FROM let_go g WHERE g.outbox_id = o.id AND g.hold_id = ?4)"
    )
    rows = ledger.rows(_WAITING.format(where=where), hold.scope.kind, hold.scope.mailbox, before, hold.number)
    return [_draft(row) for row in rows]


def let_go(ledger: Ledger, number: int, ids: Iterable[int], who: tuple[str, str], now: datetime) -> None:
    """Let letters leave in spite of a hold, inside the caller's transaction. `who`: (name, reason)."""
    at = stamp(now)
    ledger.run_many("INSERT INTO let_go VALUES (?, ?, ?, ?, ?)", [(id, number, *who, at) for id in ids])
