"""Taking one mail's bytes and content out of the ledger, with a trace: hash, who and why stay.

Gone are the raw bytes, the reading (sender's name, subject, Message-IDs, answers, text), file names, what findings and
evidence quote, and tracebacks. Kept are mailbox, times, size, SHA-256, receipt number, the sender's address,
the hashes of the files, verdicts and events. The same bytes seen again are known by their hash and are not
stored again. Reaches no copy elsewhere: neither the mailbox nor an earlier backup.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import Literal

from config.frozen import frozen
from replies.letter_kinds import TRAITS
from routing.clock import stamp, unstamp
from routing.ledger.store import Ledger

WIPE_MILLISECONDS = 1000  # for other programs to end what they read
ErasureKind = Literal["erased", "purged"]


@frozen
class Erasure:
    """The trace of an erasure. `kind`: "erased" by an official's order, "purged" when its time was over;
    `size`: the bytes of raw mail that went."""

    kind: ErasureKind
    size: int
    done_by: str
    why: str
    recorded_at: datetime


_CONTENT = (
    # A Message-ID is what the sender chose, as a subject is.
    "UPDATE message SET sender_name = '', subject = '', submission = '', message_id = '', answers = ''"
    " WHERE arrival_id = ?",
    "UPDATE attachment SET filename = '' WHERE arrival_id = ?",
    "UPDATE finding SET found = '' WHERE arrival_id = ?",
    "UPDATE evidence SET claim = '' WHERE arrival_id = ?",
    "UPDATE event SET detail = '' WHERE arrival_id = ? AND kind = 'read_failed'",  # a traceback may quote
    "UPDATE event SET detail = '' WHERE arrival_id = ? AND kind = 'not_my_number'",  # so may the name of a sheet
    "DELETE FROM to_read WHERE arrival_id = ?",
    "DELETE FROM deciding WHERE arrival_id = ?",
    "DELETE FROM deferred WHERE arrival_id = ?",
    "DELETE FROM wait WHERE arrival_id = ?",
    "DELETE FROM to_pair WHERE arrival_id = ?",
    "DELETE FROM to_fetch WHERE arrival_id = ?",
    "DELETE FROM raw WHERE arrival_id = ?",
)


def erase(ledger: Ledger, arrival_id: int, who: tuple[str, str], now: datetime, kind: ErasureKind = "erased") -> int:
    """Take out a mail's bytes and content, inside the caller's transaction; return how many bytes of raw mail went.
    `who` is (name, reason). Call `wipe` once the transaction is over. To erase a mail twice changes nothing."""
    row = ledger.row("SELECT length(bytes) AS size FROM raw WHERE arrival_id = ?", arrival_id)
    size = int(row["size"]) if row else 0
    for statement in _CONTENT:
        ledger.run(statement, arrival_id)
    ledger.run(
        "INSERT OR IGNORE INTO erasure VALUES (?, ?, ?, ?, ?, ?)", arrival_id, kind, size, *who, stamp(now)
    )
    ledger.run("INSERT OR IGNORE INTO to_wipe VALUES (?)", arrival_id)
    return size


def erase_sender(ledger: Ledger, arrival_id: int) -> None:
    """Take out the sender of a mail as well, and the hashes of what was in it: for mail that was never ours to keep.
    Mailbox, UID, time and the hash of the whole stay, so that the same bytes are not taken in again."""
    ledger.run("UPDATE message SET sender = '', content = '' WHERE arrival_id = ?", arrival_id)
    ledger.run("DELETE FROM attachment WHERE arrival_id = ?", arrival_id)
    ledger.run("DELETE FROM evidence WHERE arrival_id = ?", arrival_id)
    ledger.run("DELETE FROM part WHERE arrival_id = ?", arrival_id)
    ledger.run("UPDATE event SET detail = '' WHERE arrival_id = ?", arrival_id)
    ledger.run("UPDATE verdict SET submitter = '', body = '' WHERE arrival_id = ?", arrival_id)


def erase_replies(ledger: Ledger, arrival_id: int) -> None:
    """Take out the text of the replies to a mail, which quote it, and of what officials wrote about it, inside the
    caller's transaction. A reply that has not left yet does not leave any more."""
    for queue in ("to_send", "to_copy"):
        ledger.run(f"DELETE FROM {queue} WHERE outbox_id IN ({_REPLIES})", arrival_id)
    ledger.run(f"UPDATE outbox SET data = x'', subject = '' WHERE id IN ({_REPLIES})", arrival_id)


_BY_HAND = ", ".join(repr(kind) for kind, traits in TRAITS.items() if traits.by_hand)
_REPLIES = f"""SELECT o.id FROM outbox o WHERE o.arrival_id = ?1 OR o.kind IN ({_BY_HAND}) AND o.id IN (
    SELECT b.outbox_id FROM about b WHERE b.arrival_id = ?1)"""


def wipe(ledger: Ledger) -> bool:
    """Empty the write-ahead log if it may hold traces of what was erased. Return False where another program reads
    the ledger at this moment: the desk tries again at its next turn."""
    rows = [tuple(row) for row in ledger.rows("SELECT arrival_id FROM to_wipe")]
    if rows and not _emptied_log(ledger):
        return False
    if rows:
        with ledger.writing():
            ledger.run_many("DELETE FROM to_wipe WHERE arrival_id = ?", rows)
    return True


def _emptied_log(ledger: Ledger) -> bool:
    """Write all of the log into the ledger and cut it to nothing (SQLite: wal_checkpoint TRUNCATE)."""
    timeout = ledger.connection.execute("PRAGMA busy_timeout").fetchone()[0]
    ledger.connection.execute(f"PRAGMA busy_timeout = {WIPE_MILLISECONDS}")
    try:
        return bool(ledger.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0)
    except sqlite3.OperationalError:  # locked: another connection is at it
        return False
    finally:
        ledger.connection.execute(f"PRAGMA busy_timeout = {timeout}")


def of(ledger: Ledger, arrival_id: int) -> Erasure | None:
    """The trace of a mail's erasure; None if it stands in the ledger whole."""
    row = ledger.row("SELECT * FROM erasure WHERE arrival_id = ?", arrival_id)
    if row is None:
        return None
    return Erasure(row["kind"], row["bytes"], row["done_by"], row["why"], unstamp(row["recorded_at"]))


def same_bytes(ledger: Ledger, arrival_id: int) -> list[str]:
    """Receipt numbers of the same mail in other mailboxes where it has not been erased."""
    rows = ledger.rows(
        "SELECT b.receipt FROM arrival a JOIN arrival b ON b.sha256 = a.sha256 AND b.id <> a.id"
        " WHERE a.id = ? AND NOT EXISTS (SELECT 1 FROM erasure e WHERE e.arrival_id = b.id) ORDER BY b.id",
        arrival_id,
    )
    return [str(row["receipt"]) for row in rows]
