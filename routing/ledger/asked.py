"""What a mail was asked to mend, piece by piece, as the ledger has it."""

from __future__ import annotations

from config.frozen import frozen
from intake.finding import Finding
from routing.ledger.reporting import findings_of
from routing.ledger.store import Ledger


@frozen
class AskedPiece:
    """One request: about which piece of a mail, or the mail as a whole (`piece` "0"); `listed`: about a row of a list.
    `part`, `body` and `program` are those of the verdict, empty where it was booked under none."""

    verdict_id: int
    piece: str
    part: str
    body: str
    program: str
    filename: str
    listed: bool
    findings: tuple[Finding, ...]


_ASKED = """SELECT v.id, v.piece, v.part, v.body, v.program, coalesce(t.filename, '') AS filename,
        coalesce(t.kind, '') AS kind
    FROM verdict v JOIN arrival a ON a.id = v.arrival_id
    LEFT JOIN attachment t ON t.arrival_id = v.arrival_id AND t.position = CAST(v.piece AS INTEGER)
    WHERE a.receipt = ? AND v.outcome = 'correction' AND v.id >= (
        SELECT max(w.id) FROM verdict w WHERE w.arrival_id = v.arrival_id AND w.piece = '0')
    ORDER BY v.id"""


def asked_pieces(ledger: Ledger, receipt: str) -> tuple[AskedPiece, ...]:
    """What the newest decision about a mail (by receipt number) asks for, in the order of the mail."""
    return tuple(
        AskedPiece(
            row["id"],
            row["piece"],
            row["part"],
            row["body"],
            row["program"],
            row["filename"],
            row["kind"] == "collated_list" and "/" in row["piece"],
            tuple(f for f in findings_of(ledger, row["id"]) if f.severity == "error"),
        )
        for row in ledger.rows(_ASKED, receipt)
    )
