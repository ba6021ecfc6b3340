"""Replies that the server refused and that may go out again as they are: same bytes, same Message-ID; and what is
looked up of a letter that goes out once more without its attachments.

Only what was surely not taken is ever put back. Whose mail has been answered otherwise since, who has been told
already, or what was erased, is not. Sends nothing.
"""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from sqlite3 import Row

from config.frozen import frozen
from intake.mail.ids import receipt_in
from routing.clock import stamp
from routing.ledger import outbox, verdicts
from routing.ledger.held_queue import UNTOUCHED
from routing.ledger.store import Ledger
from routing.records import FinishedReply, Note


@frozen
class RefusedReply:
    """One such reply. `number`: the receipt number of the mail that it answers, or its own; `arrival_id`: None
    where it answers none; `detail`: the server's words."""

    outbox_id: int
    arrival_id: int | None
    number: str
    kind: str
    detail: str


# The newest reply to its mail, refused, and no official has acted since; the mail itself waits for no new verdict.
_REFUSED = f"""SELECT o.id, o.arrival_id, o.kind, o.message_id, coalesce(a.receipt, '') AS receipt, p.detail
    FROM posting p CROSS JOIN outbox o ON o.id = p.outbox_id LEFT JOIN arrival a ON a.id = o.arrival_id
    WHERE p.state = 'refused' AND p.id = (SELECT max(q.id) FROM posting q WHERE q.outbox_id = o.id)
    AND length(o.data) > 0 AND NOT EXISTS (SELECT 1 FROM to_read t WHERE t.arrival_id = o.arrival_id)
    AND NOT EXISTS (SELECT 1 FROM outbox n WHERE n.arrival_id = o.arrival_id AND n.id > o.id)
    AND NOT EXISTS (SELECT 1 FROM event s WHERE s.kind = 'seen' AND s.arrival_id IS NULL AND o.arrival_id IS NULL
        AND o.message_id LIKE '<uketsuke.' || s.detail || '.%' AND s.recorded_at >= p.recorded_at)
    AND {UNTOUCHED.format(since="p.recorded_at")} ORDER BY o.id"""


def refused(ledger: Ledger, now: datetime) -> list[RefusedReply]:
    """All replies that were refused and may go out again, oldest first."""
    return [_refused(row) for row in ledger.rows(_REFUSED, stamp(now))]


def _refused(row: Row) -> RefusedReply:
    number = row["receipt"] or receipt_in(row["message_id"])
    return RefusedReply(row["id"], row["arrival_id"], number, row["kind"], row["detail"])


def state_of(ledger: Ledger, number: str) -> str:
    """The last state of the newest reply to a mail, or of a mail of ours, that a person names by its number; empty
    where there is none."""
    row = ledger.row(
        "SELECT p.state FROM posting p JOIN outbox o ON o.id = p.outbox_id"
        " LEFT JOIN arrival a ON a.id = o.arrival_id WHERE a.receipt = ?1"
        " OR (o.arrival_id IS NULL AND o.message_id LIKE '<uketsuke.' || ?1 || '.%')"
        " ORDER BY o.id DESC, p.id DESC LIMIT 1",
        number,
    )
    return str(row["state"]) if row else ""


def send_again(ledger: Ledger, reply: RefusedReply, who: tuple[str, str], now: datetime) -> None:
    """Put a refused letter back into the queue, with who and why, inside the caller's transaction."""
    outbox.queue_again(ledger, reply.outbox_id, now)
    detail = "" if reply.arrival_id is not None else reply.number
    verdicts.note(ledger, Note("resend", detail), reply.arrival_id, who, now)


def kept(ledger: Ledger, outbox_id: int) -> FinishedReply | None:
    """A letter as it was queued; None where its bytes are gone."""
    row = ledger.row("SELECT * FROM outbox WHERE id = ? AND length(data) > 0", outbox_id)
    names = [field.name for field in fields(FinishedReply) if row and field.name in row.keys()]  # noqa: SIM118
    return FinishedReply(**{name: row[name] for name in names}) if row else None


def arrival_of(ledger: Ledger, outbox_id: int) -> int | None:
    """The mail that a letter answers."""
    row = ledger.row("SELECT arrival_id FROM outbox WHERE id = ?", outbox_id)
    return row["arrival_id"] if row else None


def is_overtaken(ledger: Ledger, outbox_id: int) -> bool:
    """Whether a newer letter answers the same mail."""
    row = ledger.row(
        "SELECT 1 FROM outbox o JOIN outbox n ON n.arrival_id = o.arrival_id AND n.id > o.id WHERE o.id = ?", outbox_id
    )
    return row is not None
