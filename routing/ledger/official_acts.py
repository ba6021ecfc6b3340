"""What officials said of one mail and of a body's programs, as it stands. Only reads."""

from __future__ import annotations

from datetime import datetime

from routing.clock import stamp, unstamp
from routing.ledger.store import Ledger
from routing.ledger.undone import event_counts, verdict_counts
from routing.proof import Proof


def assigned(ledger: Ledger, arrival_id: int) -> tuple[str, str]:
    """The lgcode and the program that an operator assigned to a mail last; empty where none did."""
    row = ledger.row(
        "SELECT lgcode, program FROM event e WHERE arrival_id = ? AND kind = 'assign'"
        f" AND {event_counts('e')} ORDER BY id DESC LIMIT 1",
        arrival_id,
    )
    return (str(row["lgcode"]), str(row["program"])) if row else ("", "")


def taken_in(ledger: Ledger, arrival_id: int) -> bool:
    """Whether an operator vouched for a mail, by assigning, amending or recording it."""
    return (
        ledger.row(
            "SELECT 1 FROM verdict v WHERE arrival_id = ? AND decided_by <> 'uketsuke' AND outcome <> 'ignored'"
            f" AND {verdict_counts('v')}",
            arrival_id,
        )
        is not None
    )


def stood_for(ledger: Ledger, arrival_id: int) -> bool:
    """Whether an official said of a mail that it is the body's answer: he accepted, assigned or amended it."""
    row = ledger.row(
        "SELECT 1 FROM verdict v WHERE arrival_id = ? AND proof = ? AND decided_by <> 'uketsuke'"
        f" AND {verdict_counts('v')}",
        arrival_id,
        int(Proof.OFFICIAL),
    )
    return row is not None


def received(ledger: Ledger, arrival_id: int) -> datetime | None:
    """When a mail was received as an official settled it last; None where its mailbox's time counts."""
    row = ledger.row(
        f"SELECT detail FROM event e WHERE arrival_id = ? AND kind = 'received' AND {event_counts('e')}"
        " ORDER BY id DESC LIMIT 1",
        arrival_id,
    )
    return unstamp(row["detail"]) if row else None


def amendments(ledger: Ledger, arrival_id: int) -> dict[str, str]:
    """Answers that operators entered into a mail's sheet: key -> value, the newest for each."""
    rows = ledger.rows(
        f"SELECT detail FROM event e WHERE arrival_id = ? AND kind = 'amend' AND {event_counts('e')} ORDER BY id",
        arrival_id,
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
