"""Every version of every answer with what asked for correction in it, oldest first: from which the life of a finding is
folded (`routing/tracking/finding_lives.py`). Only reads; judges nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from config.frozen import frozen
from routing.clock import stamp, unstamp
from routing.ledger.store import Ledger


@frozen
class AskedFinding:
    """One finding that asked for correction: its key on every version, code, question (empty: none) and form."""

    key: str
    code: str
    question: str
    form: str


@frozen
class FindingRound:
    """One decision about one version: of which mail and piece, whose answer, and what was found in it. `decided_by` an
    official, or "uketsuke"; `standing`: no later decision about the mail replaced it."""

    arrival_id: int
    piece: str
    receipt: str
    mailbox: str
    body: str
    program: str
    part: str
    attributes: tuple[int, ...]
    outcome: str
    received_at: datetime
    recorded_at: datetime
    decided_by: str
    why: str
    standing: bool
    asked: tuple[AskedFinding, ...]


def rounds(ledger: Ledger, at: datetime, lgcode: str = "") -> tuple[FindingRound, ...]:
    """The decisions about booked pieces up to an instant, by time of receipt; of one body alone, if it is named."""
    now = stamp(at)
    errors: dict[int, list[AskedFinding]] = {}
    for row in ledger.rows(_ERRORS, now, lgcode, lgcode):
        errors.setdefault(row["verdict_id"], []).append(AskedFinding(row["key"], row["code"], row["question"], row["form"]))
    return tuple(_rounds(ledger, (now, lgcode), errors))


_OF = "v.part <> '' AND v.recorded_at <= ? AND (? = '' OR v.body = ?)"
_ERRORS = f"""SELECT f.verdict_id, f.key, f.code, f.question, coalesce(t.form, '') AS form FROM verdict v
    JOIN finding f ON f.verdict_id = v.id AND f.severity = 'error'
    LEFT JOIN attachment t ON t.arrival_id = v.arrival_id AND t.position = CAST(v.piece AS INTEGER)
    WHERE {_OF} ORDER BY f.id"""
_ROUNDS = f"""SELECT v.*, a.receipt, a.mailbox, v.id > coalesce((SELECT max(w.id) FROM verdict w
        WHERE w.arrival_id = v.arrival_id AND w.piece = '0' AND w.recorded_at <= ?), 0) AS standing
    FROM verdict v JOIN arrival a ON a.id = v.arrival_id WHERE {_OF} ORDER BY v.received_at, v.id"""


def _rounds(ledger: Ledger, of: tuple[str, str], errors: dict[int, list[AskedFinding]]) -> Iterator[FindingRound]:
    now, lgcode = of
    for row in ledger.rows(_ROUNDS, now, now, lgcode, lgcode):
        yield FindingRound(
            arrival_id=row["arrival_id"],
            piece=row["piece"],
            receipt=row["receipt"],
            mailbox=row["mailbox"],
            body=row["body"],
            program=row["program"],
            part=row["part"],
            attributes=tuple(map(int, row["attribute"].split())),
            outcome=row["outcome"],
            received_at=unstamp(row["received_at"]),
            recorded_at=unstamp(row["recorded_at"]),
            decided_by=row["decided_by"],
            why=row["why"],
            standing=bool(row["standing"]),
            asked=tuple(errors.get(row["id"], ())),
        )
