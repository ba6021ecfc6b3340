"""Verdicts: what is committed of a decided mail, and the bookings that history and standing read."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime
from sqlite3 import Row

from pydantic import TypeAdapter

from intake.finding import Finding
from intake.submission import AnswerSheet, Submission
from routing.clock import stamp, unstamp
from routing.decided import Decided, Note
from routing.identify import Evidence
from routing.ledger.store import Ledger
from routing.standing import Booking

_SUBMISSION = TypeAdapter(Submission)


def content_key(submission: Submission) -> str:
    """What two resends of one mail share: the hashes of their attachments, and subject and text."""
    parts = [f.sha256 for f in submission.files]
    parts += [submission.message.subject, " ".join(submission.message.body.split())]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def record(ledger: Ledger, decided: Decided, now: datetime) -> None:
    """Writes verdicts, findings, evidence and events, inside the caller's transaction (the one
    in which the history was read that they rest on); the mail waits no more."""
    if decided.submission is not None:
        _record_reading(ledger, decided, decided.submission, now)
    _record_verdicts(ledger, decided, now)
    for event in decided.notes:
        note(ledger, event, decided.arrival.id, (decided.decided_by, decided.why), now)
    ledger.run("DELETE FROM to_read WHERE arrival_id = ?", decided.arrival.id)


def _record_reading(ledger: Ledger, decided: Decided, submission: Submission, now: datetime) -> None:
    """What the reader saw. A mail read again replaces its reading; what an operator amended does not."""
    arrival_id, message = decided.arrival.id, submission.message
    how = "REPLACE" if decided.decided_by == "uketsuke" else "IGNORE"
    ledger.run(
        f"INSERT OR {how} INTO message VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        arrival_id,
        submission.kind,
        message.message_id,
        message.sender.address if message.sender else "",
        message.sender.name if message.sender else "",
        message.subject,
        submission.answers,
        content_key(submission),
        _SUBMISSION.dump_json(submission).decode(),
        stamp(now),
    )
    ledger.run_many(
        f"INSERT OR {how} INTO attachment VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (
                arrival_id,
                f.position,
                f.filename,
                f.size,
                f.sha256,
                f.kind,
                f.sheets[0].form if f.sheets else "",
            )
            for f in submission.files
        ],
    )


def _record_verdicts(ledger: Ledger, decided: Decided, now: datetime) -> None:
    """The mail's own verdict first: what follows it, up to the next one, replaces all that was decided before."""
    identity = decided.identity
    verdict_id = _insert_verdict(
        ledger,
        decided,
        ("0", decided.outcome, [decided.mail.rule], decided.late),
        (identity.submitter, identity.body, "", "", ""),
        now,
    )
    _insert_findings(ledger, decided.arrival.id, verdict_id, decided.findings)
    _insert_evidence(ledger, decided.arrival.id, "0", identity.evidence)
    for piece in decided.pieces:
        attribute = " ".join(map(str, piece.sheet.attributes)) if piece.sheet else ""
        verdict_id = _insert_verdict(
            ledger,
            decided,
            (piece.id, piece.decision.outcome, [piece.decision.rule, *piece.decision.remarks], piece.late),
            (piece.identity.submitter, piece.identity.body, piece.program, piece.part, attribute),
            now,
        )
        _insert_findings(ledger, decided.arrival.id, verdict_id, piece.findings)
        _insert_evidence(ledger, decided.arrival.id, piece.id, piece.identity.evidence)


def _insert_verdict(
    ledger: Ledger,
    decided: Decided,
    what: tuple[str, str, list[str], bool],
    whose: tuple[str, str, str, str, str],
    now: datetime,
) -> int:
    piece, outcome, rules, late = what
    return ledger.run(
        "INSERT INTO verdict (arrival_id, piece, outcome, rules, submitter, body, program, part, attribute,"
        " late, received_at, recorded_at, decided_by, why) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        decided.arrival.id,
        piece,
        outcome,
        json.dumps(rules),
        *whose,
        int(late),
        stamp(decided.arrival.received_at),
        stamp(now),
        decided.decided_by,
        decided.why,
    )


def _insert_findings(ledger: Ledger, arrival_id: int, verdict_id: int, findings: Iterable[Finding]) -> None:
    ledger.run_many(
        "INSERT INTO finding (arrival_id, verdict_id, code, severity, sheet, cell, question, label, about,"
        " found, expected) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (arrival_id, verdict_id, f.code, f.severity, f.sheet, f.cell, f.question, f.label, f.about, f.found,
             f.expected)
            for f in findings
        ],
    )  # fmt: skip


def _insert_evidence(ledger: Ledger, arrival_id: int, piece: str, evidence: Iterable[Evidence]) -> None:
    ledger.run_many(
        "INSERT INTO evidence (arrival_id, piece, source, claim, lgcodes) VALUES (?, ?, ?, ?, ?)",
        [(arrival_id, piece, e.source, e.claim, " ".join(e.lgcodes)) for e in evidence],
    )


def submission_of(ledger: Ledger, arrival_id: int) -> Submission | None:
    """The mail as it was read; None if it has not been read, or was erased."""
    row = ledger.row("SELECT submission FROM message WHERE arrival_id = ?", arrival_id)
    return _SUBMISSION.validate_json(row["submission"]) if row and row["submission"] else None


def first_is_open(ledger: Ledger, receipt: str, sender: str, before: int) -> bool:
    """Whether what was asked for about an earlier mail (by receipt number) is still open: its newest verdict
    asks for correction, and nothing from the same address was accepted since, up to the arrival `before`."""
    row = ledger.row(
        "SELECT a.id, a.mailbox, (SELECT max(w.id) FROM verdict w WHERE w.arrival_id = a.id AND w.piece = '0') AS v"
        " FROM arrival a WHERE a.receipt = ?",
        receipt,
    )
    if row is None:
        return False
    asked = ledger.row(
        "SELECT 1 FROM verdict WHERE arrival_id = ? AND id >= ? AND outcome = 'correction'", row["id"], row["v"]
    )
    mended = ledger.row(
        "SELECT 1 FROM message m JOIN arrival a ON a.id = m.arrival_id JOIN verdict v ON v.arrival_id = a.id"
        " WHERE lower(m.sender) = ? AND a.mailbox = ? AND a.id > ? AND a.id < ? AND v.outcome = 'accepted'",
        sender.lower(),
        row["mailbox"],
        row["id"],
        before,
    )
    return asked is not None and mended is None


def was_set_aside(ledger: Ledger, receipt: str) -> bool:
    """Whether an official had the last word on a mail (by receipt number), and it was that it does not count."""
    row = ledger.row(
        "SELECT v.outcome, v.decided_by FROM verdict v JOIN arrival a ON a.id = v.arrival_id"
        " WHERE a.receipt = ? AND v.piece = '0' ORDER BY v.id DESC LIMIT 1",
        receipt,
    )
    return row is not None and row["outcome"] == "ignored" and row["decided_by"] != "uketsuke"


def decided_by_desk(ledger: Ledger, arrival_id: int) -> bool:
    """Whether no official has had the last word on a mail."""
    row = ledger.row(
        "SELECT decided_by FROM verdict WHERE arrival_id = ? AND piece = '0' ORDER BY id DESC LIMIT 1", arrival_id
    )
    return row is None or row["decided_by"] == "uketsuke"


def rule_of(ledger: Ledger, arrival_id: int) -> str:
    """The rule of the newest verdict on a mail itself; empty if there is none."""
    row = ledger.row(
        "SELECT rules FROM verdict WHERE arrival_id = ? AND piece = '0' ORDER BY id DESC LIMIT 1", arrival_id
    )
    return str(json.loads(row["rules"])[0]) if row else ""


def from_sender(ledger: Ledger, mailbox: str, sender: str) -> list[int]:
    """Arrivals in a mailbox from one address, the newest first."""
    rows = ledger.rows(
        "SELECT a.id FROM message m JOIN arrival a ON a.id = m.arrival_id WHERE m.sender = ? AND a.mailbox = ?"
        " ORDER BY a.id DESC LIMIT 20",
        sender,
        mailbox,
    )
    return [int(row["id"]) for row in rows]


def first_with_content(ledger: Ledger, mailbox: str, submission: Submission, arrival_id: int) -> str:
    """Receipt number of an earlier mail in this mailbox from the same sender with the same content, if any."""
    sender = submission.message.sender
    row = ledger.row(
        "SELECT a.receipt FROM message m JOIN arrival a ON a.id = m.arrival_id"
        " WHERE m.sender = ? AND m.content = ? AND a.mailbox = ? AND a.id < ? ORDER BY a.id LIMIT 1",
        sender.address if sender else "",
        content_key(submission),
        mailbox,
        arrival_id,
    )
    return str(row["receipt"]) if row else ""


_BOOKING = """SELECT v.*, a.receipt, coalesce(m.sender, '') AS sender, {errors} AS errors
    FROM verdict v JOIN arrival a ON a.id = v.arrival_id LEFT JOIN message m ON m.arrival_id = v.arrival_id
    WHERE {where} ORDER BY v.id"""
_ERRORS = """coalesce((SELECT group_concat(f.code || '/' || CASE f.question WHEN '' THEN f.label
    ELSE f.question END || '/' || f.about, char(10)) FROM finding f
    WHERE f.verdict_id = v.id AND f.severity = 'error'), '')"""

# A mail decided again is decided whole: only what came with its newest verdict (piece "0" is written first).
_NEWEST = """v.id >= (SELECT max(w.id) FROM verdict w
    WHERE w.arrival_id = v.arrival_id AND w.piece = '0' {at})"""


def history(ledger: Ledger, body: str, program: str, before: int) -> tuple[Booking, ...]:
    """The bookings of a body and program from arrivals other than `before`, oldest first, with the keys of
    their errors: the newest of each outcome, part, 属性 and sender."""
    rows = ledger.rows(_HISTORY, body, program, before)
    return tuple(sorted(map(_booking, rows), key=lambda b: (b.received_at, b.id)))


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


def first_handed_in(ledger: Ledger, body: str, program: str, before: int) -> datetime | None:
    """When the first answer of a body to a program came, right or not, of arrivals other than `before`."""
    row = ledger.row(
        "SELECT min(v.received_at) AS first FROM verdict v WHERE v.body = ? AND v.program = ? AND v.arrival_id <> ?"
        f" AND v.part <> '' AND v.outcome IN ('accepted', 'correction', 'held') AND {_NEWEST.format(at='')}",
        body,
        program,
        before,
    )
    return unstamp(row["first"]) if row and row["first"] else None


def listed(ledger: Ledger, body: str, program: str, before: int) -> AnswerSheet | None:
    """The newest accepted row of a collated list for a body and program, from another arrival."""
    accepted = [
        b for b in history(ledger, body, program, before) if b.outcome == "accepted" and b.part == "collected"
    ]
    if not accepted:
        return None
    submission = submission_of(ledger, accepted[-1].arrival_id)
    return sheet_of(submission, accepted[-1].piece) if submission else None


def sheet_of(submission: Submission, piece: str) -> AnswerSheet | None:
    """The answer sheet that a piece like "2/1" names."""
    position, _, number = piece.partition("/")
    file = next((f for f in submission.files if str(f.position) == position), None)
    return file.sheets[int(number) - 1] if file and number and int(number) <= len(file.sheets) else None


def bookings(ledger: Ledger, at: datetime) -> tuple[Booking, ...]:
    """The bookings that held at an instant, oldest first, without the keys of their errors."""
    newest = _NEWEST.format(at="AND w.recorded_at <= ?")
    query = _BOOKING.format(errors="''", where=f"v.part <> '' AND v.recorded_at <= ? AND {newest}")
    return tuple(_booking(row) for row in ledger.rows(query, stamp(at), stamp(at)))


def bookings_of(ledger: Ledger, lgcodes: Iterable[str]) -> tuple[Booking, ...]:
    """The bookings of these bodies that hold now, oldest first, as far as their standings rest on them: of
    each outcome and 属性 the newest and the first (for its lateness), and everything held."""
    return tuple(_booking(row) for row in ledger.rows(_TOLD_BOOKINGS, json.dumps(list(lgcodes))))


def whole_bookings_of(ledger: Ledger, lgcodes: Iterable[str]) -> tuple[Booking, ...]:
    """Every booking of these bodies that holds now, oldest first: for reports, which count versions."""
    query = _BOOKING.format(errors="''", where=_OF_THESE)
    return tuple(_booking(row) for row in ledger.rows(query, json.dumps(list(lgcodes))))


# The codes come as one JSON array: one text for any number of them, which SQLite need compile only once.
_OF_THESE = f"v.part <> '' AND v.body IN (SELECT value FROM json_each(?)) AND {_NEWEST.format(at='')}"
_IN_GROUP = f"""FROM verdict v WHERE v.body = g.body AND v.program = g.program AND v.part = g.part
    AND v.outcome = g.outcome AND v.attribute = g.attribute
    AND (v.rules LIKE '["row_of_city"%') = g.in_list AND {_NEWEST.format(at="")}"""
_TOLD_BOOKINGS = f"""WITH groups AS MATERIALIZED (
        SELECT DISTINCT body, program, part, outcome, attribute, rules LIKE '["row_of_city"%' AS in_list
        FROM verdict WHERE part <> '' AND body IN (SELECT value FROM json_each(?1))),
    told (id) AS (
        SELECT (SELECT v.id {_IN_GROUP} ORDER BY v.received_at DESC, v.id DESC LIMIT 1) FROM groups g
        UNION SELECT (SELECT v.id {_IN_GROUP} ORDER BY v.received_at, v.id LIMIT 1) FROM groups g
            WHERE g.outcome IN ('accepted', 'correction', 'held')
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
    )


def note(ledger: Ledger, event: Note, arrival_id: int | None, who: tuple[str, str], now: datetime) -> None:
    """Writes one event inside the caller's transaction. `who` is (name, reason)."""
    ledger.run(
        "INSERT INTO event (kind, arrival_id, lgcode, program, detail, done_by, why, recorded_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        event.kind,
        arrival_id,
        event.lgcode,
        event.program,
        event.detail,
        *who,
        stamp(now),
    )


def add_event(
    ledger: Ledger, event: Note, arrival_id: int | None, who: tuple[str, str], now: datetime
) -> None:
    """Records one event in a transaction of its own. `who` is (name, reason)."""
    with ledger.writing():
        note(ledger, event, arrival_id, who, now)


def deaths(ledger: Ledger, arrival_id: int) -> int:
    """How often the reader died over an arrival since it was first seen, or since the last retry."""
    row = ledger.row(
        "SELECT count(*) AS n FROM event WHERE arrival_id = ? AND kind = 'reader_died' AND id > coalesce("
        "(SELECT max(id) FROM event WHERE arrival_id = ? AND kind = 'retry'), 0)",
        arrival_id,
        arrival_id,
    )
    return int(row["n"]) if row else 0


def read_again(ledger: Ledger, arrival_id: int, who: tuple[str, str], now: datetime) -> None:
    """Puts a mail back into the queue of those that wait to be read."""
    with ledger.writing():
        note(ledger, Note("retry"), arrival_id, who, now)
        ledger.run("INSERT OR IGNORE INTO to_read VALUES (?)", arrival_id)


def rounds(ledger: Ledger, arrival_id: int) -> int:
    """How often an arrival has been decided so far, the verdict just written included."""
    row = ledger.row("SELECT count(*) AS n FROM verdict WHERE arrival_id = ? AND piece = '0'", arrival_id)
    return max(1, int(row["n"]) if row else 1)
