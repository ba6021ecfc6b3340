"""Arrivals: raw mail as it came, where it was seen, and how far each mailbox has been read.

Nothing here parses a mail. An arrival is its mailbox and its bytes; a sighting is a place where they lie.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Callable, Sequence
from datetime import datetime
from sqlite3 import Row

from config.frozen import frozen
from config.jst import JST
from intake.sources.source import SAMPLES, Cursor, Fetched
from routing.clock import stamp, unstamp
from routing.ledger.store import Ledger
from routing.records import Arrival

# Crockford's base 32 without I, L, O, U: read aloud over the telephone without a mistake.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LOOKED_BACK = 100  # mails of one sender, or body
_LONGEST_ID = 18  # digits that SQLite can hold


def receipt_number(prefix: str, mailbox: str, sha256: str, received_at: datetime) -> str:
    """受付番号: prefix, JST month and day, and eight characters of the hash, e.g. N0718-7K3M-9QXA."""
    number = int.from_bytes(hashlib.sha256(f"{mailbox}\0{sha256}".encode()).digest()[:5], "big")
    letters = "".join(_ALPHABET[(number >> shift) & 31] for shift in range(35, -5, -5))
    return f"{prefix}{received_at.astimezone(JST):%m%d}-{letters[:4]}-{letters[4:]}"


def cursor(ledger: Ledger, mailbox: str) -> Cursor | None:
    """How far this mailbox has been read."""
    row = ledger.row("SELECT uidvalidity, uid, received_at FROM cursor WHERE mailbox = ?", mailbox)
    if row is None:
        return None
    return Cursor(row["uidvalidity"], row["uid"], unstamp(row["received_at"]) if row["received_at"] else None)


def unseen(ledger: Ledger, mailbox: str, uidvalidity: str, uids: Sequence[str]) -> list[str]:
    """Those of the UIDs that have no sighting yet, in the order given."""
    seen: set[str] = set()
    for start in range(0, len(uids), 500):
        part = uids[start : start + 500]
        marks = ",".join("?" * len(part))
        rows = ledger.rows(
            f"SELECT uid FROM sighting WHERE mailbox = ? AND uidvalidity = ? AND uid IN ({marks})",
            mailbox,
            uidvalidity,
            *part,
        )
        seen.update(row["uid"] for row in rows)
    return [uid for uid in uids if uid not in seen]


def sizes(ledger: Ledger, mailbox: str, uidvalidity: str) -> dict[str, int]:
    """The size in bytes of the mail that was read under each UID."""
    rows = ledger.rows(
        "SELECT s.uid, a.size FROM sighting s JOIN arrival a ON a.id = s.arrival_id"
        " WHERE s.mailbox = ? AND s.uidvalidity = ?",
        mailbox,
        uidvalidity,
    )
    return {str(row["uid"]): int(row["size"]) for row in rows}


def samples(ledger: Ledger, mailbox: str, uidvalidity: str, newest: int) -> dict[str, bytes]:
    """What stands at SAMPLES in the newest mails that were read whole, by UID; what was erased is left out."""
    slices = ", ".join(f"substr(r.bytes, {start + 1}, {length})" for start, length in SAMPLES)
    rows = ledger.rows(
        f"SELECT s.uid, {slices} FROM sighting s JOIN arrival a ON a.id = s.arrival_id JOIN raw r ON r.arrival_id = a.id"
        " WHERE s.mailbox = ? AND s.uidvalidity = ? AND a.header_only = 0 ORDER BY a.id DESC LIMIT ?",
        mailbox,
        uidvalidity,
        newest,
    )
    return {str(row["uid"]): b"".join(bytes(part) for part in tuple(row)[1:]) for row in rows}


@frozen
class Origin:
    """The place that mails came from: mailbox, the prefix of its receipt numbers, UIDVALIDITY; `added_by` names the
    official who recorded what came by telephone or on paper."""

    mailbox: str
    prefix: str
    uidvalidity: str
    added_by: str = ""


def keep(
    ledger: Ledger,
    place: Origin,
    mails: Sequence[Fetched],
    now: datetime,
    lets_pass: Callable[[bytes], bool] = lambda raw: False,
) -> list[int]:
    """Commit a batch of mails, and only then move the cursor, in one transaction. Returns the ids of those that had
    not arrived before; the same bytes seen again are a sighting only. `lets_pass` tells of a new mail's bytes whether
    others are read before it."""
    new: list[int] = []
    with ledger.writing():
        for mail in mails:
            sha256 = hashlib.sha256(mail.raw).hexdigest()
            row = ledger.row("SELECT id FROM arrival WHERE mailbox = ? AND sha256 = ?", place.mailbox, sha256)
            if row is None:
                new.append(_insert(ledger, place, mail, sha256, now))
                if lets_pass(mail.raw):
                    ledger.run("INSERT INTO let_pass VALUES (?)", new[-1])
            _resight(ledger, place, mail.uid, row["id"] if row else new[-1], now)
        if mails and not _is_behind(ledger, place, mails[-1].uid):
            ledger.run(
                "INSERT OR REPLACE INTO cursor (mailbox, uidvalidity, uid, recorded_at, received_at)"
                " VALUES (?, ?, ?, ?, ?)",
                place.mailbox,
                place.uidvalidity,
                mails[-1].uid,
                stamp(now),
                stamp(mails[-1].received_at),
            )
    return new


def fetch_again(ledger: Ledger, arrival_id: int) -> None:
    """Have the UID of a mail fetched again, inside the caller's transaction."""
    ledger.run("INSERT OR IGNORE INTO to_fetch VALUES (?)", arrival_id)


def to_fetch_again(ledger: Ledger, mailbox: str, uidvalidity: str) -> list[str]:
    """The UIDs of a mailbox that are to be fetched again."""
    rows = ledger.rows(
        "SELECT s.uid FROM to_fetch f JOIN sighting s ON s.arrival_id = f.arrival_id"
        " WHERE s.mailbox = ? AND s.uidvalidity = ? ORDER BY f.arrival_id",
        mailbox,
        uidvalidity,
    )
    return [str(row["uid"]) for row in rows]


def _resight(ledger: Ledger, place: Origin, uid: str, arrival_id: int, now: datetime) -> None:
    """Record where a mail was seen. A UID under which other bytes lay before belongs to the newer mail from now on;
    the older mail stays, and says what took its place."""
    key = (place.mailbox, place.uidvalidity, uid)
    known = ledger.row("SELECT arrival_id FROM sighting WHERE mailbox = ? AND uidvalidity = ? AND uid = ?", *key)
    if known is None:
        ledger.run("INSERT INTO sighting VALUES (?, ?, ?, ?, ?)", *key, arrival_id, stamp(now))
        return
    before = known["arrival_id"]
    ledger.run("DELETE FROM to_fetch WHERE arrival_id = ?", before)
    if before == arrival_id:
        return
    ledger.run(
        "UPDATE sighting SET arrival_id = ?, recorded_at = ? WHERE mailbox = ? AND uidvalidity = ? AND uid = ?",
        arrival_id,
        stamp(now),
        *key,
    )
    ledger.run("DELETE FROM wait WHERE arrival_id = ? AND what = 'scan'", before)
    ledger.run(
        "INSERT INTO event (kind, arrival_id, lgcode, program, detail, done_by, why, recorded_at)"
        " SELECT 'content_changed', ?, '', '', receipt, 'uketsuke', '', ? FROM arrival WHERE id = ?",
        before,
        stamp(now),
        arrival_id,
    )


def _is_behind(ledger: Ledger, place: Origin, uid: str) -> bool:
    """Whether the cursor has passed a UID already: a mail that the server had kept back comes late."""
    known = cursor(ledger, place.mailbox)
    if known is None or known.uidvalidity != place.uidvalidity or not (known.uid + uid).isdecimal():
        return False
    return int(uid) < int(known.uid)


def _insert(ledger: Ledger, place: Origin, mail: Fetched, sha256: str, now: datetime) -> int:
    arrival_id = ledger.run(
        "INSERT INTO arrival (mailbox, sha256, size, header_only, received_at, recorded_at, receipt,"
        " added_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        place.mailbox,
        sha256,
        mail.size,
        int(mail.header_only),
        stamp(mail.received_at),
        stamp(now),
        receipt_number(place.prefix, place.mailbox, sha256, mail.received_at),
        place.added_by,
    )
    ledger.run("INSERT INTO raw VALUES (?, ?)", arrival_id, mail.raw)
    ledger.run("INSERT INTO to_read VALUES (?)", arrival_id)
    return arrival_id


def waiting(ledger: Ledger) -> list[Arrival]:
    """Arrivals that wait for a verdict, oldest first, without those that were deferred. Mails that let others pass
    come only when no other waits, a few at a time: whatever arrives meanwhile is read before the rest."""
    found = ledger.rows(_WAITING.format(passed="NOT EXISTS"))
    return [_arrival(row) for row in found or ledger.rows(f"{_WAITING.format(passed='EXISTS')} LIMIT {_AT_A_TIME}")]


_AT_A_TIME = 4
# CROSS JOIN: SQLite keeps this order and does not walk through all arrivals
_WAITING = """SELECT a.* FROM to_read q CROSS JOIN arrival a ON a.id = q.arrival_id
    WHERE NOT EXISTS (SELECT 1 FROM deferred s WHERE s.arrival_id = q.arrival_id)
    AND {passed} (SELECT 1 FROM let_pass p WHERE p.arrival_id = q.arrival_id) ORDER BY a.received_at, a.id"""


def is_waiting(ledger: Ledger, arrival_id: int) -> bool:
    """Whether an arrival still waits for a verdict."""
    return ledger.row("SELECT 1 FROM to_read WHERE arrival_id = ?", arrival_id) is not None


def read_anew(ledger: Ledger, arrival_id: int) -> None:
    """Let a mail wait for a verdict again, inside the caller's transaction."""
    ledger.run("INSERT OR IGNORE INTO to_read VALUES (?)", arrival_id)


def get(ledger: Ledger, arrival_id: int) -> Arrival | None:
    """The arrival with this id."""
    row = ledger.row("SELECT * FROM arrival WHERE id = ?", arrival_id)
    return _arrival(row) if row else None


def find(ledger: Ledger, text: str) -> Arrival | None:
    """The arrival that a person means: by its number in the ledger or by its receipt number."""
    text = unicodedata.normalize("NFKC", text).strip()  # ５ is typed as often as 5
    if text.isascii() and text.isdigit():
        return get(ledger, int(text)) if len(text) <= _LONGEST_ID else None
    row = ledger.row("SELECT * FROM arrival WHERE receipt = ?", text.upper())
    return _arrival(row) if row else None


def raw_bytes(ledger: Ledger, arrival_id: int) -> bytes:
    """The mail as it came; KeyError if its bytes are gone."""
    row = ledger.row("SELECT bytes FROM raw WHERE arrival_id = ?", arrival_id)
    if row is None:
        raise KeyError(arrival_id)
    return bytes(row["bytes"])


def health(ledger: Ledger, mailbox: str, problem: str, now: datetime) -> None:
    """Note how reading a mailbox went: an empty `problem` is a success."""
    with ledger.writing():
        if problem:
            ledger.run(
                "INSERT INTO health (mailbox, failing_since, detail) VALUES (?, ?, ?) ON CONFLICT (mailbox)"
                " DO UPDATE SET detail = excluded.detail, failing_since ="
                " CASE failing_since WHEN '' THEN excluded.failing_since ELSE failing_since END",
                mailbox,
                stamp(now),
                problem,
            )
        else:
            ledger.run(
                "INSERT INTO health (mailbox, last_success_at) VALUES (?, ?) ON CONFLICT (mailbox)"
                " DO UPDATE SET last_success_at = excluded.last_success_at, failing_since = '', detail = ''",
                mailbox,
                stamp(now),
            )


def unhealthy(ledger: Ledger) -> tuple[tuple[str, str], ...]:
    """Mailboxes that cannot be read now: (id, since when and why)."""
    rows = ledger.rows("SELECT * FROM health WHERE failing_since <> '' ORDER BY mailbox")
    return tuple((r["mailbox"], f"{r['failing_since']} から読めません: {r['detail']}") for r in rows)


def _arrival(row: Row) -> Arrival:
    return Arrival(
        id=row["id"],
        mailbox=row["mailbox"],
        receipt=row["receipt"],
        received_at=unstamp(row["received_at"]),
        header_only=bool(row["header_only"]),
        added_by=row["added_by"],
    )


def newest_of(sender: str) -> str:
    """SQL for queries: arrival_id and content of the newest mails of an address, capitals or not (`sender` its
    parameter). A sender who floods us costs no more than another."""
    theirs = f"SELECT arrival_id, content FROM message WHERE lower(sender) = lower({sender})"
    return f"({theirs} ORDER BY arrival_id DESC LIMIT {LOOKED_BACK})"


def sent_a_form(ledger: Ledger, address: str) -> bool:
    """Whether one of the newest mails from this address brought one of our forms."""
    return ledger.row(_SENT_A_FORM, address) is not None


_SENT_A_FORM = f"""SELECT 1 FROM {newest_of("?1")} m JOIN attachment t ON t.arrival_id = m.arrival_id
    WHERE t.kind <> 'other' LIMIT 1"""
