"""What the reports ask of the ledger: findings of open corrections, and counts over all corrections."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from config.frozen import frozen
from intake.finding import Finding
from routing.clock import stamp, unstamp
from routing.ledger.store import Ledger


@frozen
class Counted:
    """How often something asked for correction, and of how many bodies."""

    what: str  # finding code, or question key
    form: str  # form id, of a question
    times: int
    bodies: int


def findings_of(ledger: Ledger, verdict_id: int) -> tuple[Finding, ...]:
    """The findings of one verdict, in their order."""
    rows = ledger.rows(
        "SELECT code, severity, sheet, cell, question, label, about, found, expected FROM finding"
        " WHERE verdict_id = ? ORDER BY id",
        verdict_id,
    )
    return tuple(Finding(*tuple(row)) for row in rows)


def filename_of(ledger: Ledger, arrival_id: int, piece: str) -> str:
    """The name of the attachment that a piece belongs to; empty if it has none."""
    row = ledger.row(
        "SELECT filename FROM attachment WHERE arrival_id = ? AND position = CAST(? AS INTEGER)",
        arrival_id,
        piece,
    )
    return str(row["filename"]) if row else ""


def last_told(ledger: Ledger, lgcode: str, before: datetime) -> datetime | None:
    """When the last letter with a report in it was written to a prefecture before an instant; None if none was."""
    row = ledger.row(
        "SELECT max(recorded_at) AS at FROM outbox WHERE respondent = ? AND kind IN ('report', 'reminder')"
        " AND recorded_at < ?",
        lgcode,
        stamp(before),
    )
    return unstamp(row["at"]) if row and row["at"] else None


_CORRECTIONS = """FROM finding f JOIN verdict v ON v.id = f.verdict_id AND v.outcome = 'correction'
    AND v.recorded_at <= ? LEFT JOIN attachment t ON t.arrival_id = v.arrival_id
    AND t.position = CAST(v.piece AS INTEGER) WHERE f.severity = 'error'"""


def count_codes(ledger: Ledger, at: datetime) -> tuple[Counted, ...]:
    """Findings that asked for correction up to an instant, the most frequent first."""
    return _counted(ledger, f"SELECT f.code AS what, '' AS form, count(*) AS times, count(DISTINCT v.body)"
                    f" AS bodies {_CORRECTIONS} GROUP BY f.code ORDER BY times DESC, what", [at])  # fmt: skip


def count_questions(ledger: Ledger, at: datetime) -> tuple[Counted, ...]:
    """Questions that were to be corrected up to an instant, by form, the most frequent first."""
    return _counted(ledger, f"SELECT f.question AS what, coalesce(t.form, '') AS form, count(*) AS times,"
                    f" count(DISTINCT v.body) AS bodies {_CORRECTIONS} AND f.question <> ''"
                    " GROUP BY form, f.question ORDER BY times DESC, form, what", [at])  # fmt: skip


def _counted(ledger: Ledger, query: str, instants: Iterable[datetime]) -> tuple[Counted, ...]:
    rows = ledger.rows(query, *map(stamp, instants))
    return tuple(Counted(r["what"], r["form"], r["times"], r["bodies"]) for r in rows)
