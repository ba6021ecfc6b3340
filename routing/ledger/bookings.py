"""Bookings: the verdicts that count, as a decision and a standing read them out of the ledger.

Of a mail that was decided again only the newest decision counts. Only reads; judges nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from sqlite3 import Row
from typing import TYPE_CHECKING

from routing.clock import stamp, unstamp
from routing.ledger.store import Ledger
from routing.ledger.verdicts import submission_of
from routing.proof import Proof
from routing.records import Arrival
from routing.standing import HANDED_IN, Booking, weight
from routing.versions import Version, may_follow

if TYPE_CHECKING:  # what only counts verdicts reads no mail
    from intake.submission import AnswerSheet, Submission

_BOOKING = """SELECT v.*, a.receipt, coalesce(m.sender, '') AS sender, {errors} AS errors
    FROM verdict v JOIN arrival a ON a.id = v.arrival_id LEFT JOIN message m ON m.arrival_id = v.arrival_id
    WHERE {where} ORDER BY v.id"""
_ERRORS = """coalesce((SELECT group_concat(f.key, char(10)) FROM finding f
    WHERE f.verdict_id = v.id AND f.severity = 'error'), '')"""

CONFIRMED = int(Proof.BODY)
_HANDED_IN = "(" + ", ".join(f"'{outcome}'" for outcome in HANDED_IN) + ")"
# A mail decided again is decided whole: only what came with its newest verdict (piece "0" is written first).
_NEWEST = """v.id >= (SELECT max(w.id) FROM verdict w
    WHERE w.arrival_id = v.arrival_id AND w.piece = '0' {at})"""


def history(ledger: Ledger, body: str, program: str, before: int) -> tuple[Booking, ...]:
    """The bookings of a body and program from arrivals other than `before`, oldest first, with the keys of
    their errors: the newest of each outcome, part, 属性 and sender."""
    if ledger.row(_ANY, body, program, before) is None:  # of most answers there is no earlier one
        return ()
    rows = ledger.rows(_HISTORY, body, program, before)
    return tuple(sorted(map(_booking, rows), key=lambda b: (b.received_at, b.id)))


_ANY = "SELECT 1 FROM verdict WHERE body = ? AND program = ? AND arrival_id <> ? LIMIT 1"
# Here and in _TOLD_BOOKINGS the index first gives the groups, and then the newest of each, from its end: of a
# hundred earlier answers only those are looked at that the decision rests on.
_HISTORY = f"""WITH groups AS MATERIALIZED (
        SELECT DISTINCT v.part, v.outcome, v.attribute, m.sender
        FROM verdict v LEFT JOIN message m ON m.arrival_id = v.arrival_id WHERE v.body = ?1 AND v.program = ?2),
    newest (id) AS (SELECT (
        SELECT v.id FROM verdict v LEFT JOIN message m ON m.arrival_id = v.arrival_id
        WHERE v.body = ?1 AND v.program = ?2 AND v.part = g.part AND v.outcome = g.outcome
            AND v.attribute = g.attribute AND m.sender IS g.sender AND v.arrival_id <> ?3 AND {_NEWEST.format(at="")}
        ORDER BY v.received_at DESC, v.id DESC LIMIT 1) FROM groups g)
    {_BOOKING.format(errors=_ERRORS, where="v.id IN newest")}"""


def first_handed_in(
    ledger: Ledger, whose: tuple[str, str], before: int, sender: str
) -> datetime | None:
    """When the first answer of a body to a program (`whose`) came, right or not, from arrivals other than `before`.
    Of answers without proof only those that `sender` sent itself count."""
    row = ledger.row(
        "SELECT min(v.received_at) AS first FROM verdict v LEFT JOIN message m ON m.arrival_id = v.arrival_id"
        " WHERE v.body = ? AND v.program = ? AND v.arrival_id <> ?"
        f" AND (v.proof >= {CONFIRMED} OR lower(m.sender) = lower(?))"
        f" AND v.part <> '' AND v.outcome IN {_HANDED_IN} AND {_NEWEST.format(at='')}",
        *whose,
        before,
        sender,
    )
    return unstamp(row["first"]) if row and row["first"] else None


def listed(ledger: Ledger, body: str, program: str, before: int) -> AnswerSheet | None:
    """The newest accepted row of a collated list for a body and program, from another arrival."""
    accepted = [
        b for b in history(ledger, body, program, before) if b.outcome == "accepted" and b.part == "collected"
    ]
    if not accepted:
        return None
    counting = max(accepted, key=weight)
    submission = submission_of(ledger, counting.arrival_id)
    return sheet_of(submission, counting.piece) if submission else None


def version_before(ledger: Ledger, arrival: Arrival, whose: tuple[str, str], attributes: tuple[int, ...]) -> Version | None:
    """The newest version of an answer (lgcode, program) that came before a mail, for screenings of which this one is;
    None if there is none, or its content may not be shown."""
    found = [
        b for b in history(ledger, *whose, arrival.id)
        if may_follow(b, attributes) and (b.received_at, b.arrival_id) < (arrival.received_at, arrival.id)
    ]  # fmt: skip
    newest = max(found, key=lambda b: (b.received_at, b.id), default=None)
    submission = submission_of(ledger, newest.arrival_id) if newest else None
    sheet = sheet_of(submission, newest.piece) if submission and newest and not submission.alarms else None
    return Version(newest, sheet) if newest and sheet else None


def sheet_of(submission: Submission, piece: str) -> AnswerSheet | None:
    """The answer sheet that a piece like "2/1" names."""
    position, _, number = piece.partition("/")
    file = next((f for f in submission.files if str(f.position) == position), None)
    return file.sheets[int(number) - 1] if file and number and int(number) <= len(file.sheets) else None


def at(ledger: Ledger, instant: datetime) -> tuple[Booking, ...]:
    """The bookings that held at an instant, oldest first, without the keys of their errors."""
    newest = _NEWEST.format(at="AND w.recorded_at <= ?")
    query = _BOOKING.format(errors="''", where=f"v.part <> '' AND v.recorded_at <= ? AND {newest}")
    return tuple(_booking(row) for row in ledger.rows(query, stamp(instant), stamp(instant)))


def of(ledger: Ledger, lgcodes: Iterable[str]) -> tuple[Booking, ...]:
    """The bookings of these bodies that hold now and that their standings rest on, oldest first: for each outcome and
    属性 the newest and the first (for its lateness), and everything held. If there are few, all of them."""
    codes = json.dumps(list(lgcodes))
    number = ledger.row(_AT_MOST, codes)
    few = number is not None and number["n"] <= FEW
    return tuple(_booking(row) for row in ledger.rows(_ALL_BOOKINGS if few else _TOLD_BOOKINGS, codes))


def whole_of(ledger: Ledger, lgcodes: Iterable[str]) -> tuple[Booking, ...]:
    """Every booking of these bodies that holds now, oldest first: for reports, which count versions."""
    return tuple(_booking(row) for row in ledger.rows(_ALL_BOOKINGS, json.dumps(list(lgcodes))))


def sent_by(ledger: Ledger, lgcode: str) -> tuple[Booking, ...]:
    """Every booking that holds now of what a body sent, whosever the answers are, oldest first."""
    query = _BOOKING.format(errors="''", where=f"v.part <> '' AND {_SENT_BY} AND {_NEWEST.format(at='')}")
    return tuple(_booking(row) for row in ledger.rows(query, lgcode))


_SENT_BY = """v.submitter = ?1 AND v.arrival_id IN (SELECT w.arrival_id FROM verdict w
        WHERE w.piece = '0' AND w.submitter <> '' AND w.submitter = ?1)"""


def of_arrival(ledger: Ledger, arrival_id: int) -> tuple[Booking, ...]:
    """The bookings of one mail's newest decision."""
    query = _BOOKING.format(errors="''", where=f"v.part <> '' AND v.arrival_id = ? AND {_NEWEST.format(at='')}")
    return tuple(_booking(row) for row in ledger.rows(query, arrival_id))


# The codes come as one JSON array: one text for any number of them, which SQLite need compile only once.
_OF_THESE = f"v.part <> '' AND v.body IN (SELECT value FROM json_each(?)) AND {_NEWEST.format(at='')}"
_ALL_BOOKINGS = _BOOKING.format(errors="''", where=_OF_THESE)
FEW = 20  # verdicts that are read sooner than it is told which of them matter
_AT_MOST = f"""SELECT count(*) AS n FROM (SELECT 1 FROM verdict
    WHERE part <> '' AND body IN (SELECT value FROM json_each(?)) LIMIT {FEW + 1})"""
_IN_GROUP = f"""FROM verdict v WHERE v.body = g.body AND v.program = g.program AND v.part = g.part
    AND v.outcome = g.outcome AND v.attribute = g.attribute
    AND (v.rules LIKE '["row_of_city"%') = g.in_list AND (v.proof >= {CONFIRMED}) = g.confirmed
    AND {_NEWEST.format(at="")}"""
_TOLD_BOOKINGS = f"""WITH groups AS MATERIALIZED (
        SELECT DISTINCT body, program, part, outcome, attribute, rules LIKE '["row_of_city"%' AS in_list,
            proof >= {CONFIRMED} AS confirmed FROM verdict WHERE part <> '' AND body IN (SELECT value FROM json_each(?1))),
    told (id) AS (
        SELECT (SELECT v.id {_IN_GROUP} ORDER BY v.received_at DESC, v.id DESC LIMIT 1) FROM groups g
        UNION SELECT (SELECT v.id {_IN_GROUP} ORDER BY v.received_at, v.id LIMIT 1) FROM groups g
            WHERE g.outcome IN {_HANDED_IN}
        UNION SELECT v.id FROM groups g JOIN verdict v ON v.body = g.body AND v.program = g.program
            AND v.part = g.part AND v.outcome = g.outcome AND v.attribute = g.attribute
            WHERE g.outcome = 'held' AND {_NEWEST.format(at="")})
    {_BOOKING.format(errors="''", where="v.id IN told")}"""


def _booking(row: Row) -> Booking:
    return Booking(
        id=row["id"],
        arrival_id=row["arrival_id"],
        piece=row["piece"],
        receipt=row["receipt"],
        outcome=row["outcome"],
        rule=json.loads(row["rules"])[0],
        submitter=row["submitter"],
        body=row["body"],
        program=row["program"],
        part=row["part"],
        attributes=tuple(map(int, row["attribute"].split())),
        late=bool(row["late"]),
        received_at=unstamp(row["received_at"]),
        recorded_at=unstamp(row["recorded_at"]),
        sender=row["sender"],
        errors=tuple(row["errors"].split("\n")) if row["errors"] else (),
        proof=row["proof"],
    )
