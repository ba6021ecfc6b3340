"""Verdicts and events: what is committed of a decided mail, and what later mails ask about it.

What its answers count for is read in `bookings.py`. Decides nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from intake.shapes import as_json, submission_shape
from routing.clock import stamp
from routing.ledger.store import Ledger
from routing.proof import Proof
from routing.records import Decided, Evidence, Note

if TYPE_CHECKING:  # most that is asked here needs no mail
    from intake.finding import Finding
    from intake.submission import Submission

DEATHS_TO_QUARANTINE = 3  # an accident may happen twice …
TIMEOUTS_TO_QUARANTINE = 2  # … but what takes too long once takes too long again, and costs all others its time
_QUEUES = ("to_read", "deciding", "deferred", "let_pass")  # in which a mail waits for its verdict


def content_key(submission: Submission) -> str:
    """A key that two resends of one mail share: the hashes of their attachments, and subject and text. What was left
    to another desk is no earlier copy of what is ours."""
    parts = ["other"] * (submission.desk == "other") + [f.sha256 for f in submission.files]
    parts += [submission.message.subject, " ".join(submission.message.body.split())]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def record(ledger: Ledger, decided: Decided, now: datetime) -> None:
    """Write verdicts, findings, evidence and events, inside the caller's transaction, in which the history that they
    rest on was read. The mail no longer waits."""
    if decided.submission is not None:
        _record_reading(ledger, decided, decided.submission, now)
    _record_verdicts(ledger, decided, now)
    for event in decided.notes:
        note(ledger, event, decided.arrival.id, (decided.decided_by, decided.why), now)
    for queue in _QUEUES:
        ledger.run(f"DELETE FROM {queue} WHERE arrival_id = ?", decided.arrival.id)


def _record_reading(ledger: Ledger, decided: Decided, submission: Submission, now: datetime) -> None:
    """Write what the reader saw. A mail read again replaces its reading; what an operator amended does not."""
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
        as_json(submission).decode(),
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
    """Write the verdicts, the mail's own first: what follows it, up to the next one, replaces all that was decided
    before."""
    identity = decided.identity
    verdict_id = _insert_verdict(
        ledger,
        decided,
        ("0", decided.outcome, [decided.mail.rule, *decided.mail.remarks], decided.late, _least(decided)),
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
            (
                piece.id,
                piece.decision.outcome,
                [piece.decision.rule, *piece.decision.remarks],
                piece.late,
                piece.proof,
            ),
            (piece.identity.submitter, piece.identity.body, piece.program, piece.part, attribute),
            now,
        )
        _insert_findings(ledger, decided.arrival.id, verdict_id, piece.findings)
        _insert_evidence(ledger, decided.arrival.id, piece.id, piece.identity.evidence)


def _insert_verdict(
    ledger: Ledger,
    decided: Decided,
    what: tuple[str, str, list[str], bool, int],
    whose: tuple[str, str, str, str, str],
    now: datetime,
) -> int:
    piece, outcome, rules, late, proof = what
    return ledger.run(
        "INSERT INTO verdict (arrival_id, piece, outcome, rules, submitter, body, program, part, attribute,"
        " late, received_at, recorded_at, decided_by, why, proof)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
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
        int(proof),
    )


def _least(decided: Decided) -> int:
    """The proof of a mail as a whole: that of the piece with the least."""
    return min((p.proof for p in decided.pieces), default=Proof.NOTHING)


def _insert_findings(ledger: Ledger, arrival_id: int, verdict_id: int, findings: Iterable[Finding]) -> None:
    ledger.run_many(
        "INSERT INTO finding (arrival_id, verdict_id, code, severity, sheet, cell, question, label, about,"
        " found, expected, key) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (arrival_id, verdict_id, f.code, f.severity, f.sheet, f.cell, f.question, f.label, f.about, f.found,
             f.expected, f.key)
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
    return submission_shape().decode(row["submission"]) if row and row["submission"] else None


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
        " WHERE lower(m.sender) = lower(?) AND +a.mailbox = ? AND m.arrival_id > ? AND m.arrival_id < ?"
        " AND v.outcome = 'accepted'",
        sender,
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
        "SELECT a.id FROM message m JOIN arrival a ON a.id = m.arrival_id"
        " WHERE lower(m.sender) = lower(?) AND +a.mailbox = ? ORDER BY m.arrival_id DESC LIMIT 20",
        sender,
        mailbox,
    )
    return [int(row["id"]) for row in rows]


def first_with_content(ledger: Ledger, mailbox: str, submission: Submission, arrival_id: int) -> str:
    """Receipt number of an earlier mail in this mailbox from the same sender with the same content, if any."""
    sender = submission.message.sender
    row = ledger.row(
        "SELECT a.receipt FROM message m JOIN arrival a ON a.id = m.arrival_id"
        " WHERE m.content = ? AND +lower(m.sender) = lower(?) AND +a.mailbox = ? AND a.id < ? ORDER BY a.id LIMIT 1",
        content_key(submission),
        sender.address if sender else "",
        mailbox,
        arrival_id,
    )
    return str(row["receipt"]) if row else ""


def note(ledger: Ledger, event: Note, arrival_id: int | None, who: tuple[str, str], now: datetime) -> None:
    """Write one event inside the caller's transaction. `who` is (name, reason)."""
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
    """Record one event in a transaction of its own. `who` is (name, reason)."""
    with ledger.writing():
        note(ledger, event, arrival_id, who, now)


def is_poison(ledger: Ledger, arrival_id: int) -> bool:
    """Whether a mail may cost no more: so many readings of it, or decisions about it alone, were begun and never
    ended. Counted from when it was first seen, or from the last retry."""
    row = ledger.row(
        "SELECT count(*) AS n, count(*) FILTER (WHERE kind = 'reader_hung') AS hung FROM event"
        " WHERE arrival_id = ? AND kind IN ('reader_died', 'reader_hung', 'decision_died') AND id > coalesce("
        "(SELECT max(id) FROM event WHERE arrival_id = ? AND kind = 'retry'), 0)",
        arrival_id,
        arrival_id,
    )
    return row is not None and (row["n"] >= DEATHS_TO_QUARANTINE or row["hung"] >= TIMEOUTS_TO_QUARANTINE)


def read_again(ledger: Ledger, arrival_id: int, who: tuple[str, str], now: datetime) -> None:
    """Put a mail back into the queue of those that wait to be read."""
    with ledger.writing():
        dangerous = is_poison(ledger, arrival_id)
        note(ledger, Note("retry"), arrival_id, who, now)
        ledger.run("INSERT OR IGNORE INTO to_read VALUES (?)", arrival_id)
        if dangerous:  # whatever was mended: it comes alone, after all others
            ledger.run("INSERT OR REPLACE INTO deferred VALUES (?, ?)", arrival_id, stamp(now))


def rounds(ledger: Ledger, arrival_id: int) -> int:
    """How often an arrival has been decided so far, the verdict just written included."""
    row = ledger.row("SELECT count(*) AS n FROM verdict WHERE arrival_id = ? AND piece = '0'", arrival_id)
    return max(1, int(row["n"]) if row else 1)
