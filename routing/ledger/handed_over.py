"""What was handed over to the files of the ministry: which mails and letters, in which folder, by whom and why; and what
goes into such a folder. Rows are only added.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from config.frozen import frozen
from routing.clock import stamp, unstamp
from routing.ledger.store import Ledger

# A mail that may hold a My Number is copied nowhere; one about something else was never ours to keep.
KEPT_BACK = ("personal_data", "my_number", "foreign")
_RULE = """coalesce((SELECT json_extract(v.rules, '$[0]') FROM verdict v WHERE v.arrival_id = a.id AND v.piece = '0'
    ORDER BY v.id DESC LIMIT 1), '')"""
# Whether a mail `a` was handed over as it is now: begun when its newest decision and letter stood there.
AS_IT_IS = """EXISTS (SELECT 1 FROM handed_over h JOIN handover d ON d.id = h.handover_id WHERE h.arrival_id = a.id
    AND d.verdict_to >= coalesce((SELECT max(v.id) FROM verdict v WHERE v.arrival_id = a.id), 0)
    AND d.outbox_to >= coalesce((SELECT max(o.id) FROM outbox o WHERE o.arrival_id = a.id), 0))"""


@frozen
class FiledMail:
    """One mail as it is filed. `kept_back`: the rule for which its content is left out; empty: it goes along."""

    id: int
    receipt: str
    mailbox: str
    received_at: datetime
    sha256: str
    size: int
    sender: str
    subject: str
    kept_back: str


@frozen
class FiledPiece:
    """The outcome of one piece of a mail by its newest decision: of whom, about what."""

    piece: str
    outcome: str
    submitter: str
    body: str
    program: str
    filename: str
    sha256: str
    late: bool


@frozen
class FiledLetter:
    """One letter of ours; `arrival_id` is None where it answers no mail."""

    id: int
    arrival_id: int | None
    message_id: str
    kind: str
    mailbox: str
    respondent: str
    recipient: str
    written_at: datetime
    state: str


@frozen
class HighWater:
    """How far the ledger reached at one moment: the numbers of the newest verdict and the newest letter (0: none)."""

    verdict: int
    letter: int


@frozen
class Deed:
    """One decision or note, in the order of time. `what`: the rule, or the kind of event; `detail` of an event."""

    at: datetime
    piece: str
    what: str
    outcome: str
    detail: str
    by: str
    why: str


def mark(ledger: Ledger) -> HighWater:
    """How far the ledger reaches now."""
    row = ledger.rows(
        "SELECT coalesce((SELECT max(id) FROM verdict), 0) AS v, coalesce((SELECT max(id) FROM outbox), 0) AS o"
    )[0]
    return HighWater(row["v"], row["o"])


def mails(ledger: Ledger) -> list[FiledMail]:
    """Every mail whose content has not been erased, oldest first."""
    rows = ledger.rows(
        f"SELECT a.*, coalesce(m.sender, '') AS sender, coalesce(m.subject, '') AS subject, {_RULE} AS rule FROM arrival a"
        " LEFT JOIN message m ON m.arrival_id = a.id WHERE NOT EXISTS (SELECT 1 FROM erasure e WHERE e.arrival_id = a.id)"
        " AND NOT EXISTS (SELECT 1 FROM to_read q WHERE q.arrival_id = a.id) ORDER BY a.received_at, a.id"
    )
    return [
        FiledMail(
            r["id"], r["receipt"], r["mailbox"], unstamp(r["received_at"]), r["sha256"], r["size"], r["sender"],
            r["subject"], r["rule"] if r["rule"] in KEPT_BACK else "",
        )
        for r in rows
    ]  # fmt: skip


def pieces(ledger: Ledger, arrival_id: int) -> list[FiledPiece]:
    """The newest decision on each piece of a mail, the mail itself first."""
    rows = ledger.rows(
        "SELECT v.piece, v.outcome, v.submitter, v.body, v.program, v.late, coalesce(t.filename, '') AS filename,"
        " coalesce(t.sha256, '') AS sha256 FROM verdict v LEFT JOIN attachment t ON t.arrival_id = v.arrival_id"
        " AND t.position = CAST(v.piece AS INTEGER) AND v.piece <> '0' WHERE v.arrival_id = ? AND v.id >= (SELECT max(w.id)"
        " FROM verdict w WHERE w.arrival_id = v.arrival_id AND w.piece = '0') ORDER BY v.id",
        arrival_id,
    )
    return [
        FiledPiece(
            r["piece"], r["outcome"], r["submitter"], r["body"], r["program"], r["filename"], r["sha256"], bool(r["late"])
        )
        for r in rows
    ]


def files(ledger: Ledger, arrival_id: int) -> dict[str, str]:
    """sha256 -> file name of what was attached to a mail."""
    rows = ledger.rows("SELECT sha256, filename FROM attachment WHERE arrival_id = ? ORDER BY position DESC", arrival_id)
    return {r["sha256"]: r["filename"] for r in rows}


def letters(ledger: Ledger) -> list[FiledLetter]:
    """Every letter of ours that has its text still, with what became of it; none to our own operators."""
    rows = ledger.rows(
        "SELECT o.id, o.arrival_id, o.message_id, o.kind, o.mailbox, o.respondent, o.recipient, o.recorded_at, p.state"
        " FROM outbox o JOIN posting p ON p.id = (SELECT max(q.id) FROM posting q WHERE"
        " q.outbox_id = o.id) WHERE length(o.data) > 0 AND o.kind <> 'alert' ORDER BY o.id"
    )
    return [
        FiledLetter(
            r["id"], r["arrival_id"], r["message_id"], r["kind"], r["mailbox"], r["respondent"], r["recipient"],
            unstamp(r["recorded_at"]), r["state"],
        )
        for r in rows
    ]  # fmt: skip


def letter_bytes(ledger: Ledger, id: int) -> bytes:
    """One letter as it is sent; empty where its text was erased."""
    row = ledger.row("SELECT data FROM outbox WHERE id = ?", id)
    return bytes(row["data"]) if row else b""


def deeds(ledger: Ledger, arrival_id: int) -> list[Deed]:
    """Every decision on a mail, and every note about it, in the order of time."""
    rows = ledger.rows(
        "SELECT recorded_at, piece, json_extract(rules, '$[0]') AS what, outcome, '' AS detail, decided_by AS done_by, why,"
        " 0 AS kind, id FROM verdict WHERE arrival_id = ?1 UNION ALL SELECT recorded_at, '', kind, '', detail, done_by,"
        " why, 1, id FROM event WHERE arrival_id = ?1 AND kind <> 'read_failed' ORDER BY 1, 8, 9",
        arrival_id,
    )
    return [
        Deed(unstamp(r["recorded_at"]), r["piece"], r["what"], r["outcome"], r["detail"], r["done_by"], r["why"])
        for r in rows
    ]


def record(
    ledger: Ledger, folder: tuple[str, str], taken: tuple[Iterable[int], Iterable[int], HighWater], who: tuple[str, str],
    now: datetime,
) -> int:  # fmt: skip
    """Record, inside the caller's transaction, that mails and letters lie in a folder (name, SHA-256 of its list) as
    they were at a mark (`taken`: all three); return the number of the handover."""
    arrivals, outbox, until = taken
    number = ledger.run(
        "INSERT INTO handover (place, sha256, done_by, why, recorded_at, verdict_to, outbox_to)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        *folder, *who, stamp(now), until.verdict, until.letter,
    )  # fmt: skip
    ledger.run_many("INSERT INTO handed_over VALUES (?, ?, NULL)", [(number, id) for id in arrivals])
    ledger.run_many("INSERT INTO handed_over VALUES (?, NULL, ?)", [(number, id) for id in outbox])
    return number
