"""What people decided, and what waits for them: approvals, not-applicable programs, the queues of held mail."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from routing.clock import stamp, unstamp
from routing.ledger.store import Ledger


@dataclass(frozen=True, slots=True)
class Held:
    """One item that waits for a human. `queue`: submission, inquiry, reply, alarm or outbox; `reason` the
    name of the rule, or what became of a reply."""

    id: int
    receipt: str
    mailbox: str
    queue: str
    reason: str
    piece: str
    sender: str
    subject: str
    body: str
    program: str
    received_at: datetime


def approve(ledger: Ledger, sender: str, lgcode: str, who: tuple[str, str], now: datetime) -> None:
    """Remembers that mail from this address, or from "@domain", is to be taken in. `who`: (name, reason)."""
    with ledger.writing():
        ledger.run(
            "INSERT INTO approval (sender, lgcode, done_by, why, recorded_at) VALUES (?, ?, ?, ?, ?)",
            sender.lower(),
            lgcode,
            *who,
            stamp(now),
        )


def approval(ledger: Ledger, address: str) -> str | None:
    """The lgcode of the newest approval of this address or its domain ("" = without a body); None if it
    was never approved."""
    row = ledger.row(
        "SELECT lgcode FROM approval WHERE sender IN (?, ?) ORDER BY sender LIKE '@%', id DESC LIMIT 1",
        address.lower(),
        "@" + address.rpartition("@")[2].lower(),
    )
    return str(row["lgcode"]) if row else None


def assigned(ledger: Ledger, arrival_id: int) -> str:
    """The lgcode that an operator assigned to a mail last; empty if none did."""
    row = ledger.row(
        "SELECT lgcode FROM event WHERE arrival_id = ? AND kind = 'assign' ORDER BY id DESC LIMIT 1",
        arrival_id,
    )
    return str(row["lgcode"]) if row else ""


def amendments(ledger: Ledger, arrival_id: int) -> dict[str, str]:
    """Answers that operators entered into a mail's sheet: key -> value, the newest for each."""
    rows = ledger.rows(
        "SELECT detail FROM event WHERE arrival_id = ? AND kind = 'amend' ORDER BY id", arrival_id
    )
    return dict(str(row["detail"]).split("=", 1) for row in rows)


def not_applicable(ledger: Ledger, at: datetime) -> frozenset[tuple[str, str]]:
    """(lgcode, program) pairs that operators set to 該当事務なし, as of an instant."""
    state: dict[tuple[str, str], bool] = {}
    for row in ledger.rows(
        "SELECT lgcode, program, detail FROM event WHERE kind = 'not_applicable' AND recorded_at <= ? ORDER BY id",
        stamp(at),
    ):
        state[(row["lgcode"], row["program"])] = row["detail"] != "off"
    return frozenset(key for key, on in state.items() if on)


_QUEUES = {"inquiry": "inquiry", "reply": "reply", "personal_data": "alarm", "poison": "alarm"}


def held(ledger: Ledger, at: datetime) -> list[Held]:
    """Everything that waits for a human at an instant, oldest first: mail and files held by a newest
    verdict, and replies that did not reach their reader."""
    mail = ledger.rows(
        "SELECT a.*, v.piece, v.rules, v.body, v.program, coalesce(m.sender, '') AS sender,"
        " coalesce(m.subject, '') AS subject FROM verdict v JOIN arrival a ON a.id = v.arrival_id"
        " LEFT JOIN message m ON m.arrival_id = a.id WHERE v.outcome = 'held' AND v.recorded_at <= ?"
        " AND v.id = (SELECT max(w.id) FROM verdict w WHERE w.arrival_id = v.arrival_id AND w.piece = v.piece"
        "             AND w.recorded_at <= ?)"
        " AND NOT (v.piece = '0' AND EXISTS (SELECT 1 FROM verdict x WHERE x.arrival_id = v.arrival_id"
        "          AND x.piece <> '0')) ORDER BY a.received_at, a.id, v.piece",
        stamp(at),
        stamp(at),
    )
    found = [_held(row, json.loads(row["rules"])[0]) for row in mail]
    posts = ledger.rows(
        "SELECT a.*, '0' AS piece, o.respondent AS body, '' AS program, o.recipient AS sender, o.subject,"
        " p.state FROM posting p JOIN outbox o ON o.id = p.outbox_id JOIN arrival a ON a.id = o.arrival_id"
        " WHERE p.state IN ('refused', 'unsure', 'undelivered') AND p.recorded_at <= ?"
        " AND p.id = (SELECT max(q.id) FROM posting q WHERE q.outbox_id = o.id) ORDER BY p.id",
        stamp(at),
    )
    found += [_held(row, row["state"], "outbox") for row in posts]
    return found


def _held(row: object, reason: str, queue: str = "") -> Held:
    r = dict(row)  # type: ignore[call-overload]
    return Held(
        id=r["id"],
        receipt=r["receipt"],
        mailbox=r["mailbox"],
        queue=queue or _QUEUES.get(reason, "submission"),
        reason=reason,
        piece=r["piece"],
        sender=r["sender"],
        subject=r["subject"],
        body=r["body"],
        program=r["program"],
        received_at=unstamp(r["received_at"]),
    )
