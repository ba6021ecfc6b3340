"""Letters that are written and wait until an official releases them. Nothing here sends."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from intake.mail.ids import receipt_in
from routing.clock import unstamp
from routing.ledger.store import Ledger


@dataclass(frozen=True, slots=True)
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


def drafts(ledger: Ledger, kind: str = "") -> list[Draft]:
    """The letters that wait to be released (of one kind; empty: of all), oldest first."""
    rows = ledger.rows(
        "SELECT o.id, o.message_id, o.kind, o.mailbox, o.respondent, o.recipient, o.subject, o.recorded_at"
        " FROM to_release r JOIN outbox o ON o.id = r.outbox_id JOIN to_send q ON q.outbox_id = o.id"
        " WHERE ? IN ('', o.kind) ORDER BY r.outbox_id",
        kind,
    )
    return [
        Draft(r["id"], receipt_in(r["message_id"]), r["kind"], r["mailbox"], r["respondent"], r["recipient"], r["subject"],
              unstamp(r["recorded_at"]))
        for r in rows
    ]  # fmt: skip


def release(ledger: Ledger, ids: Iterable[int]) -> None:
    """Lets letters leave, inside the caller's transaction."""
    ledger.run_many("DELETE FROM to_release WHERE outbox_id = ?", [(id,) for id in ids])
