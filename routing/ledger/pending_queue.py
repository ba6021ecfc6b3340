"""What waits for other mail, and until when: locked files for a password, mails that tell one for the file that
it opens, parts of one submission for each other.

`what` in the queue `wait`: "password" (something in it is locked), "told" (it tells a password and nothing
else), "beside" (it tells one beside something else), "parts" (the newest part of a set that is not whole), "foreign" (it
is not about this survey, and waits to be erased), "scan" (Defender looks at it still, and it waits to be fetched again).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from routing.clock import stamp, unstamp
from routing.ledger import arrivals
from routing.ledger.store import Ledger
from routing.ledger.undone import event_counts
from routing.records import Arrival, PartRow

WaitKind = Literal["password", "told", "beside", "parts", "foreign", "scan"]


def begin(ledger: Ledger, arrival: Arrival, what: WaitKind, until: datetime) -> None:
    """Let a mail wait, inside the caller's transaction. A mail that waits already goes on waiting as was told first."""
    ledger.run(
        "INSERT OR IGNORE INTO wait VALUES (?, ?, ?, ?)", arrival.id, what, arrival.mailbox, stamp(until)
    )


def end(ledger: Ledger, arrival_id: int, *whats: WaitKind) -> None:
    """End these waits of a mail, inside the caller's transaction."""
    marks = ",".join("?" * len(whats))
    ledger.run(f"DELETE FROM wait WHERE arrival_id = ? AND what IN ({marks})", arrival_id, *whats)


def over(ledger: Ledger, now: datetime) -> list[tuple[Arrival, WaitKind]]:
    """The waits whose time is over, the longest over first."""
    rows = ledger.rows(
        "SELECT arrival_id, what FROM wait WHERE until <= ? ORDER BY until, arrival_id", stamp(now)
    )
    found = ((arrivals.get(ledger, row["arrival_id"]), row["what"]) for row in rows)
    return [(arrival, what) for arrival, what in found if arrival is not None]


def waiting_for(ledger: Ledger, mailbox: str, whats: Sequence[WaitKind]) -> list[Arrival]:
    """The mails of a mailbox that wait in one of these ways, oldest first."""
    marks = ",".join("?" * len(whats))
    rows = ledger.rows(
        f"SELECT DISTINCT arrival_id FROM wait WHERE mailbox = ? AND what IN ({marks}) ORDER BY arrival_id",
        mailbox,
        *whats,
    )
    found = (arrivals.get(ledger, row["arrival_id"]) for row in rows)
    return [arrival for arrival in found if arrival is not None]


def is_waiting(ledger: Ledger, arrival_id: int, what: WaitKind) -> bool:
    """Whether a mail waits in this way."""
    row = ledger.row("SELECT 1 FROM wait WHERE arrival_id = ? AND what = ?", arrival_id, what)
    return row is not None


# --- pairing ------------------------------------------------------------------------------------------------


def ask_to_pair(ledger: Ledger, arrival_id: int) -> None:
    """Put a mail into the queue of those for which a partner is to be looked for, in the caller's transaction."""
    ledger.run("INSERT OR IGNORE INTO to_pair VALUES (?)", arrival_id)


def to_pair(ledger: Ledger) -> list[Arrival]:
    """Mails for which a partner is to be looked for, oldest first."""
    rows = ledger.rows("SELECT arrival_id FROM to_pair ORDER BY arrival_id")
    found = (arrivals.get(ledger, row["arrival_id"]) for row in rows)
    return [arrival for arrival in found if arrival is not None]


def paired(ledger: Ledger, arrival_id: int) -> None:
    """Take a mail off the queue of those to pair, inside the caller's transaction."""
    ledger.run("DELETE FROM to_pair WHERE arrival_id = ?", arrival_id)


def noted(ledger: Ledger, arrival_id: int, kind: str) -> bool:
    """Whether an event of this kind stands at a mail."""
    return ledger.row("SELECT 1 FROM event WHERE arrival_id = ? AND kind = ?", arrival_id, kind) is not None


def noted_at(ledger: Ledger, arrival_id: int, kind: str) -> datetime:
    """When the first event of this kind was noted at a mail. Raises KeyError if none was."""
    row = ledger.row("SELECT min(recorded_at) AS at FROM event WHERE arrival_id = ? AND kind = ?", arrival_id, kind)
    if row is None or row["at"] is None:
        raise KeyError(kind)
    return unstamp(row["at"])


def kinds_noted(ledger: Ledger, arrival_id: int) -> frozenset[str]:
    """The kinds of the events that stand at a mail, without what was taken back; nearly every new mail has none."""
    rows = ledger.rows(f"SELECT DISTINCT e.kind FROM event e WHERE e.arrival_id = ? AND {_STANDS}", arrival_id)
    return frozenset(row["kind"] for row in rows)


_STANDS = event_counts("e")


def opened_something(ledger: Ledger, receipt: str) -> bool:
    """Whether a password that the mail with this receipt number told has opened a file."""
    row = ledger.row("SELECT 1 FROM event WHERE kind = 'password_opened' AND detail = ? LIMIT 1", receipt)
    return row is not None


def tries(ledger: Ledger, arrival_id: int) -> frozenset[str]:
    """The receipt numbers of the mails whose passwords were tried on what is locked in this one."""
    rows = ledger.rows(
        "SELECT detail FROM event WHERE arrival_id = ? AND kind IN ('password_tried', 'password_untried')"
        " GROUP BY detail HAVING sum(CASE kind WHEN 'password_tried' THEN 1 ELSE -1 END) > 0",
        arrival_id,
    )
    return frozenset(str(row["detail"]) for row in rows)


# --- parts --------------------------------------------------------------------------------------------------


def note_part(
    ledger: Ledger, arrival: Arrival, whose: tuple[str, str], part: tuple[int, int], has_form: bool
) -> None:
    """Record which part of how many a mail is, inside the caller's transaction. `whose`: (sender, stem)."""
    ledger.run(
        "INSERT OR REPLACE INTO part VALUES (?, ?, ?, ?, ?, ?, ?)",
        arrival.id,
        arrival.mailbox,
        *whose,
        *part,
        int(has_form),
    )


def other_parts(ledger: Ledger, arrival: Arrival, whose: tuple[str, str], total: int) -> list[PartRow]:
    """The other mails of the same set, as they came. `whose`: (sender, stem)."""
    rows = ledger.rows(
        "SELECT p.*, a.receipt FROM part p JOIN arrival a ON a.id = p.arrival_id WHERE p.sender = ? AND p.stem = ?"
        " AND p.mailbox = ? AND p.total = ? AND p.arrival_id <> ? ORDER BY p.arrival_id",
        *whose,
        arrival.mailbox,
        total,
        arrival.id,
    )
    return [PartRow(r["arrival_id"], r["receipt"], r["number"], bool(r["has_form"])) for r in rows]
