"""A letter of ours that came back: the one thing that a bounce changes in the ledger."""

from __future__ import annotations

from datetime import datetime

from config.domains import aligned
from intake.submission import Submission
from routing.ledger.outbox import step
from routing.ledger.store import Ledger


def mark_undelivered(ledger: Ledger, bounce: Submission, receipt: str, now: datetime) -> int:
    """Tie a bounce, with its receipt number, to the letter that it returns, inside the caller's transaction; return
    the number of that letter. 0 if the bounce names no Message-ID of ours, or only addresses that have nothing to do
    with that letter's, or tells what is known. Nothing else follows from a bounce: anybody may write one, but only
    who has seen a letter knows its Message-ID."""
    row = ledger.row("SELECT id, rcpt_to FROM outbox WHERE message_id = ?", bounce.answers)
    if row is None or not _concerns(row["rcpt_to"].lower(), bounce.returned_to):
        return 0
    if _last_state(ledger, row["id"]) == "undelivered":
        return 0
    step(ledger, row["id"], "undelivered", receipt, now)
    for queue in ("to_send", "to_withdraw"):
        ledger.run(f"DELETE FROM {queue} WHERE outbox_id = ?", row["id"])
    return int(row["id"])


def _concerns(recipient: str, named: tuple[str, ...]) -> bool:
    """Whether a bounce that names these addresses concerns the recipient. An address behind an alias, or at a server
    of the same body, concerns it as well; a bounce that names none may mean it."""
    domain = recipient.rpartition("@")[2]
    return not named or any(a == recipient or aligned(a.rpartition("@")[2], domain) for a in named)


def _last_state(ledger: Ledger, outbox_id: int) -> str:
    row = ledger.row("SELECT state FROM posting WHERE outbox_id = ? ORDER BY id DESC LIMIT 1", outbox_id)
    return str(row["state"]) if row else ""
