"""Checks before handing in: what was looked at, beside the books. None of it is a booking, a contact or an earlier copy.

A mail that an official takes in afterwards has a newer verdict, and is no check any more.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from datetime import datetime
from sqlite3 import Row

from config.frozen import frozen, replace
from intake.submission import Submission
from routing.clock import stamp, unstamp
from routing.ledger import verdicts
from routing.ledger.store import Ledger
from routing.records import Arrival, Decided


@frozen
class PreCheck:
    """One answer that was looked at and not handed in: of which mail (receipt number), whose, on which program and for
    which part of an obligation (empty: none); `wrong`: something in it was to be mended."""

    arrival_id: int
    receipt: str
    mailbox: str
    sender: str
    submitter: str
    body: str
    program: str
    part: str
    wrong: bool
    received_at: datetime


def record(ledger: Ledger, decided: Decided, now: datetime) -> None:
    """Write that a mail was looked at, inside the caller's transaction: one verdict on the mail with all that was
    found, and what it was about in a table of its own. No later mail counts as a repeat of it."""
    found = (*decided.findings, *(f for piece in decided.pieces for f in piece.findings))
    verdicts.record(ledger, replace(decided, findings=found, pieces=()), now)
    ledger.run("UPDATE message SET content = '' WHERE arrival_id = ?", decided.arrival.id)
    verdict = ledger.row("SELECT max(id) AS id FROM verdict WHERE arrival_id = ? AND piece = '0'", decided.arrival.id)
    ledger.run_many(
        "INSERT INTO pre_check (verdict_id, arrival_id, piece, submitter, body, program, part, wrong, recorded_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                verdict["id"] if verdict else 0,
                decided.arrival.id,
                piece.id,
                piece.identity.submitter,
                piece.identity.body,
                piece.program,
                piece.part,
                int(piece.decision.outcome == "correction"),
                stamp(now),
            )
            for piece in decided.pieces
            if piece.sheet is not None and decided.mail.rule == "pre_check"
        ],
    )


def for_list(ledger: Ledger, arrival: Arrival, sender: str, since: datetime) -> list[Submission]:
    """The mails from one address to the mailbox of another mail that asked for a list before it, oldest first, as they
    were read."""
    rows = ledger.rows(_FOR_LIST, sender, arrival.mailbox, arrival.id, stamp(since))
    found = (verdicts.submission_of(ledger, row["id"]) for row in rows)
    return [submission for submission in found if submission is not None]


_FOR_LIST = """SELECT a.id FROM message m JOIN arrival a ON a.id = m.arrival_id
    WHERE lower(m.sender) = lower(?) AND +a.mailbox = ? AND m.arrival_id < ? AND a.received_at >= ?
    AND (SELECT json_extract(v.rules, '$[0]') FROM verdict v WHERE v.arrival_id = a.id AND v.piece = '0'
        ORDER BY v.id DESC LIMIT 1) = 'collation' ORDER BY a.received_at, a.id"""
# Of a mail that was decided again only the newest decision counts, as of an instant; a decision that was taken back is put
# in force again by a copy of its verdict under another number.
_STANDING = """SELECT p.*, a.receipt, a.mailbox, a.received_at, coalesce(m.sender, '') AS sender
    FROM pre_check p JOIN arrival a ON a.id = p.arrival_id LEFT JOIN message m ON m.arrival_id = a.id
    WHERE p.recorded_at <= ?1 AND p.verdict_id = (SELECT max(q.verdict_id) FROM pre_check q
        WHERE q.arrival_id = p.arrival_id AND q.recorded_at <= ?1)
    AND (SELECT json_extract(v.rules, '$[0]') FROM verdict v WHERE v.arrival_id = p.arrival_id AND v.piece = '0'
        AND v.recorded_at <= ?1 ORDER BY v.id DESC LIMIT 1) = 'pre_check' {which}
    ORDER BY a.received_at, p.arrival_id, p.piece"""


def at(ledger: Ledger, instant: datetime) -> tuple[PreCheck, ...]:
    """Everything that was looked at and not handed in, as it stood at an instant, oldest first."""
    return tuple(map(_pre_check, ledger.rows(_STANDING.format(which=""), stamp(instant))))


def looked_at(ledger: Ledger, instant: datetime) -> frozenset[tuple[str, str]]:
    """(lgcode, program) of the answers of which a check came: of the body itself, and of the prefecture that collects."""
    return _whose(ledger.rows(_STANDING.format(which="AND p.part <> ''"), stamp(instant)))


def looked_at_of(ledger: Ledger, lgcodes: Collection[str], instant: datetime) -> frozenset[tuple[str, str]]:
    """(lgcode, program) of the answers of these bodies of which a check before handing in came by an instant."""
    return _whose(ledger.rows(_STANDING.format(which=_OF_THESE), stamp(instant), json.dumps(list(lgcodes))))


_OF_THESE = """AND p.part <> '' AND p.rowid IN (
    SELECT rowid FROM pre_check WHERE body IN (SELECT value FROM json_each(?2))
    UNION SELECT rowid FROM pre_check WHERE submitter IN (SELECT value FROM json_each(?2)))"""


def _whose(rows: Iterable[Row]) -> frozenset[tuple[str, str]]:
    found = set()
    for row in rows:
        found.add((row["body"], row["program"]))
        if row["part"] == "collected":
            found.add((row["submitter"], row["program"]))
    return frozenset(found)


def _pre_check(row: Row) -> PreCheck:
    return PreCheck(
        arrival_id=row["arrival_id"],
        receipt=row["receipt"],
        mailbox=row["mailbox"],
        sender=row["sender"],
        submitter=row["submitter"],
        body=row["body"],
        program=row["program"],
        part=row["part"],
        wrong=bool(row["wrong"]),
        received_at=unstamp(row["received_at"]),
    )
