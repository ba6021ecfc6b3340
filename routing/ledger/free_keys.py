"""The key of a notice that was written before: the same key, unless the decision behind it was taken back."""

from __future__ import annotations

from intake.mail.ids import receipt_in
from routing.ledger.store import Ledger


def free_key(ledger: Ledger, key: str, asked_for: bool) -> str:
    """The key itself; or one beside it where the mail under it was taken back before it left, so that a new decision
    has its own. Where an official took that very letter back, only an official who asks for it (`asked_for`) gets
    another."""
    times = 1
    tried = key
    while _may_be_written_again(ledger, tried, asked_for):
        times += 1
        tried = f"{key}~{times}"
    return tried


def stands_under(ledger: Ledger, beginning: str) -> bool:
    """Whether a letter stands in the outbox whose key begins with this text, and was not taken back."""
    row = ledger.row(
        "SELECT 1 FROM outbox o WHERE o.key >= ?1 AND o.key < ?1 || char(0x10FFFF) AND 'withdrawn' <>"
        " (SELECT p.state FROM posting p WHERE p.outbox_id = o.id ORDER BY p.id DESC LIMIT 1) LIMIT 1",
        beginning,
    )
    return row is not None


def _may_be_written_again(ledger: Ledger, key: str, asked_for: bool) -> bool:
    row = ledger.row(
        "SELECT o.message_id, p.state FROM outbox o JOIN posting p ON p.outbox_id = o.id WHERE o.key = ?"
        " ORDER BY p.id DESC LIMIT 1",
        key,
    )
    if row is None or row["state"] != "withdrawn":
        return False
    number = receipt_in(row["message_id"])
    by_official = "SELECT 1 FROM event WHERE kind = 'letter_withdrawn' AND detail = ? LIMIT 1"
    return asked_for or ledger.row(by_official, number) is None
