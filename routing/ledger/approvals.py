"""Approvals of senders as they stand, and their revocations: rows that are only added. Judges nobody."""

from __future__ import annotations

from datetime import datetime

from config.frozen import frozen
from routing.clock import stamp, unstamp
from routing.ledger.store import Ledger


@frozen
class Approval:
    """The newest word on an address, or on "@domain". `lgcode`: the body that it was approved for, or empty."""

    sender: str
    lgcode: str
    revoked: bool
    by: str
    why: str
    recorded_at: datetime


def approve(ledger: Ledger, sender: str, lgcode: str, who: tuple[str, str], now: datetime) -> None:
    """Remember that mail from this address, or from "@domain", is to be taken in. `who`: (name, reason)."""
    with ledger.writing():
        ledger.run(
            "INSERT INTO approval (sender, lgcode, done_by, why, recorded_at) VALUES (?, ?, ?, ?, ?)",
            sender.lower(),
            lgcode,
            *who,
            stamp(now),
        )


def approval(ledger: Ledger, address: str) -> str | None:
    """The lgcode of the newest approval of this address, else of its domain ("" = without a body); None if neither
    was approved, or both were revoked."""
    for name in (address.lower(), "@" + address.rpartition("@")[2].lower()):
        row = ledger.row("SELECT lgcode, revoked FROM approval WHERE sender = ? ORDER BY id DESC LIMIT 1", name)
        if row is not None and not row["revoked"]:
            return str(row["lgcode"])
    return None


def approvals(ledger: Ledger) -> list[Approval]:
    """The newest word on everybody who was ever approved, oldest first."""
    rows = ledger.rows(
        "SELECT * FROM approval a WHERE id = (SELECT max(b.id) FROM approval b WHERE b.sender = a.sender) ORDER BY id"
    )
    return [
        Approval(r["sender"], r["lgcode"], bool(r["revoked"]), r["done_by"], r["why"], unstamp(r["recorded_at"]))
        for r in rows
    ]


def in_force(ledger: Ledger, address: str) -> list[str]:
    """The approvals by which mail from an address is taken in now: of the address itself, of its domain, both or
    none."""
    names = {address.lower(), "@" + address.rpartition("@")[2].lower()}
    return [a.sender for a in approvals(ledger) if a.sender in names and not a.revoked]


def revoke(ledger: Ledger, sender: str, who: tuple[str, str], now: datetime) -> None:
    """Take an approval back, inside the caller's transaction. `who`: (name, reason)."""
    ledger.run(
        "INSERT INTO approval (sender, lgcode, done_by, why, recorded_at, revoked) VALUES (?, '', ?, ?, ?, 1)",
        sender,
        *who,
        stamp(now),
    )


def taken_in_from(ledger: Ledger, sender: str) -> list[str]:
    """Receipt numbers of the mails of an address, or of "@domain", of which something was accepted and counts."""
    rows = ledger.rows(
        "SELECT DISTINCT a.receipt FROM message m JOIN arrival a ON a.id = m.arrival_id"
        " JOIN latest_verdict v ON v.arrival_id = a.id AND v.outcome = 'accepted'"
        " WHERE lower(m.sender) = ?1 OR (substr(?1, 1, 1) = '@' AND substr(lower(m.sender), -length(?1)) = ?1)"
        " ORDER BY a.id",
        sender,
    )
    return [str(row["receipt"]) for row in rows]
