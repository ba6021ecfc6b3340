"""The ledger's secrets: random bytes, made once by the migration that made their table, kept in every backup and
shown nowhere.
"""

from __future__ import annotations

from intake.mail.ids import MessageIds
from routing.ledger.store import Ledger, NotALedger


def message_ids(ledger: Ledger) -> MessageIds:
    """The maker of the Message-IDs of this ledger's letters. Raises NotALedger where somebody took the key away: a
    new one would send a letter whose end is unknown a second time under another id."""
    row = ledger.row("SELECT value FROM secret WHERE name = 'message_id'")
    if row is None:
        raise NotALedger("Message-ID の鍵が台帳にありません。控えから戻してください。")
    return MessageIds(bytes(row["value"]))


def give_key(ledger: Ledger, key: bytes) -> None:
    """Set another key for Message-IDs: that of a ledger which only rehearses, so that its letters are the same each
    time. Whoever knows it can make every Message-ID; never for a ledger that answers real mail."""
    with ledger.writing():
        ledger.run("UPDATE secret SET value = ? WHERE name = 'message_id'", key)
