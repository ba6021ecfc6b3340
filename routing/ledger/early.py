"""Mail from before the first day: what is kept of it beside its bytes, and the list of it.

Its newest verdict is by the rule `before_start`. Decides nothing.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING

from routing.clock import stamp, unstamp
from routing.ledger import arrivals, verdicts
from routing.ledger.held_queue import Held
from routing.ledger.store import Ledger
from routing.records import Arrival, Note

if TYPE_CHECKING:  # a list of them needs none
    from intake.submission import Message

RULE = "before_start"
_NEWEST = """v.piece = '0' AND v.rules = '["before_start"]'
    AND NOT EXISTS (SELECT 1 FROM verdict n WHERE n.arrival_id = v.arrival_id AND n.piece = '0' AND n.id > v.id
                    AND n.recorded_at <= :now)"""
_UNTOUCHED = """NOT EXISTS (SELECT 1 FROM to_read q WHERE q.arrival_id = v.arrival_id)
    AND NOT EXISTS (SELECT 1 FROM erasure e WHERE e.arrival_id = v.arrival_id)"""


def was_taken_up(ledger: Ledger, arrival_id: int) -> bool:
    """Whether a mail was decided otherwise already, or an official had it read again after it was set aside."""
    rows = ledger.rows("SELECT rules FROM verdict WHERE arrival_id = ? AND piece = '0'", arrival_id)
    retried = "SELECT 1 FROM event WHERE arrival_id = ? AND kind = 'retry'"
    return any(json.loads(row["rules"]) != [RULE] for row in rows) or (
        bool(rows) and ledger.row(retried, arrival_id) is not None
    )


def record_header(ledger: Ledger, arrival: Arrival, message: Message, now: datetime) -> None:
    """Record from whom a mail is and what it is about, inside the caller's transaction. Without a reading and without
    the hash of its content: no later mail is the same as this one."""
    ledger.run(
        "INSERT OR REPLACE INTO message (arrival_id, kind, message_id, sender, sender_name, subject, answers, content,"
        " submission, recorded_at) VALUES (?, ?, ?, ?, ?, ?, '', '', '', ?)",
        arrival.id,
        RULE,
        message.message_id,
        message.sender.address if message.sender else "",
        message.sender.name if message.sender else "",
        message.subject,
        stamp(now),
    )


def listed(ledger: Ledger, at: datetime) -> list[Held]:
    """Every such mail at an instant that nobody has taken up, oldest first; its queue is "early"."""
    return _listed(ledger, {"now": stamp(at)}, "")


def listed_of(ledger: Ledger, arrival_id: int, at: datetime) -> list[Held]:
    """One mail, where it is such a one; else nothing."""
    return _listed(ledger, {"now": stamp(at), "id": arrival_id}, "AND v.arrival_id = :id")


def _listed(ledger: Ledger, asked: dict[str, object], one: str) -> list[Held]:
    rows = ledger.connection.execute(
        "SELECT a.*, coalesce(m.sender, '') AS sender, coalesce(m.subject, '') AS subject FROM verdict v"
        " JOIN arrival a ON a.id = v.arrival_id LEFT JOIN message m ON m.arrival_id = a.id"
        f" WHERE v.recorded_at <= :now AND {_NEWEST} AND {_UNTOUCHED} {one} ORDER BY a.received_at, a.id",
        asked,
    )
    return [
        Held(r["id"], r["receipt"], r["mailbox"], "early", RULE, "0", r["sender"], r["subject"], "", "",
             unstamp(r["received_at"]))
        for r in rows
    ]  # fmt: skip


def reopen(ledger: Ledger, start_from: datetime, now: datetime) -> int:
    """Let mails wait for a verdict that are no longer from before the first day, since it was moved; how many."""
    with ledger.writing():
        found = [early for early in listed(ledger, now) if early.received_at >= start_from]
        for early in found:
            verdicts.note(ledger, Note("start_moved", stamp(start_from)), early.id, ("uketsuke", ""), now)
            arrivals.read_anew(ledger, early.id)
    return len(found)
