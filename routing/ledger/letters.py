"""What of the ledger bears on proof: the letters of ours that a mail answers, the bodies for which officials vouched
for an address, the answers that a mail replaced. Only reads."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from sqlite3 import Row

from routing.ledger.store import Ledger
from routing.proof import OurLetter


def answered(ledger: Ledger, message_ids: Iterable[str]) -> tuple[OurLetter, ...]:
    """The letters of our outbox under these Message-IDs, those included that a human sent from our drafts."""
    rows = (row for message_id in message_ids for row in ledger.rows(_LETTERS, message_id, message_id))
    return tuple(OurLetter(row["recipient"], _about(ledger, row)) for row in rows)


_LETTERS = """SELECT o.id, o.recipient, o.respondent, o.arrival_id, o.recorded_at FROM outbox o
    WHERE o.message_id = ?
    OR o.id IN (SELECT p.outbox_id FROM posting p WHERE p.state = 'sent_by_hand' AND p.detail = ?)"""


def _about(ledger: Ledger, letter: Row) -> frozenset[tuple[str, str]]:
    """(lgcode of who submits, program) of what was decided about the mail that the letter answers; of one that
    answers none, everything of its respondent."""
    if letter["arrival_id"] is None:
        return frozenset({(letter["respondent"], "")})
    rows = ledger.rows(_ABOUT, letter["arrival_id"], letter["recorded_at"])
    return frozenset((row["whose"], row["program"]) for row in rows)


_ABOUT = """SELECT DISTINCT iif(submitter = '', body, submitter) AS whose, program FROM verdict
    WHERE arrival_id = ? AND recorded_at <= ? AND program <> ''"""


def vouched(ledger: Ledger, address: str) -> frozenset[str]:
    """lgcodes of the bodies for which officials vouched for this address, or its domain, and took nothing back."""
    rows = ledger.rows(
        "SELECT a.lgcode FROM approval a WHERE a.sender IN (?, ?) AND a.lgcode <> '' AND a.revoked = 0 AND NOT EXISTS"
        " (SELECT 1 FROM approval r WHERE r.sender = a.sender AND r.id > a.id AND r.revoked = 1)",
        address.lower(),
        "@" + address.rpartition("@")[2].lower(),
    )
    return frozenset(row["lgcode"] for row in rows)


def waits_for_proof(ledger: Ledger, receipt: str) -> bool:
    """Whether something in a mail (by receipt number) is held because nothing shows that it may replace what
    stands."""
    row = ledger.row(
        "SELECT 1 FROM verdict v JOIN arrival a ON a.id = v.arrival_id WHERE a.receipt = ? AND v.outcome = 'held'"
        " AND v.rules LIKE '[\"double\"%'"
        " AND v.id >= (SELECT max(w.id) FROM verdict w WHERE w.arrival_id = a.id AND w.piece = '0')",
        receipt,
    )
    return row is not None


@dataclass(frozen=True, slots=True)
class Gone:
    """An answer that another mail replaced: its receipt number, who had sent it, whose it was, to which programs."""

    receipt: str
    sender: str
    lgcode: str
    programs: tuple[str, ...]


def gone_by(ledger: Ledger, arrival_id: int) -> tuple[Gone, ...]:
    """The answers of the same body's other addresses that a mail replaced, by receipt number."""
    rows = ledger.rows(
        "SELECT detail, lgcode, program FROM event WHERE arrival_id = ? AND kind = 'replaced' GROUP BY 1, 2, 3"
        " ORDER BY min(id)",
        arrival_id,
    )
    found: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        found.setdefault((row["detail"], row["lgcode"]), []).append(row["program"])
    return tuple(
        Gone(detail.partition(" ")[0], detail.partition(" ")[2], lgcode, tuple(programs))
        for (detail, lgcode), programs in found.items()
    )
