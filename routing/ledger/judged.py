"""What was decided about each piece of a mail, as two readings of it are compared. Decides nothing."""

from __future__ import annotations

import json
from typing import Literal

from config.frozen import frozen
from routing.ledger.store import Ledger
from routing.records import Arrival

Pieces = dict[str, "Judged"]  # by the piece's id; "0" is the mail itself


@frozen
class Judged:
    """One piece: the outcome, the row that decided and its remarks, whose answer it is, and what was found, as
    (code, severity, sheet, cell, about)."""

    outcome: str
    rules: tuple[str, ...]
    whose: tuple[str, str]
    found: frozenset[tuple[str, str, str, str, str]]


_OPEN = frozenset({"correction", "held"})
WhyUnread = Literal["bytes_gone", "reader_failed"]
Differing = tuple[tuple[str, Judged | None, Judged | None], ...]  # piece, as it was decided, as it would be


@frozen
class ChangedDecision:
    """One mail that would be decided otherwise. `before`, `after`: the pieces that differ, by id; None where there was,
    or would be, no such piece. `unread`: why nobody can tell, and then no piece is named."""

    arrival: Arrival
    pieces: Differing
    unread: WhyUnread | None = None

    @property
    def is_open(self) -> bool:
        """Whether all that changes was asked or held, and nothing accepted."""
        return bool(self.pieces) and all(before is not None and before.outcome in _OPEN for _, before, _ in self.pieces)

    @property
    def gone(self) -> frozenset[str]:
        """The codes that were asked for and would no longer be asked for."""
        pairs = [(before, after) for _, before, after in self.pieces if before is not None and after is not None]
        return frozenset().union(*(_asked(before) - _asked(after) for before, after in pairs))


def _asked(piece: Judged) -> set[str]:
    return {code for code, severity, *_ in piece.found if severity == "error"}


def pieces_of(ledger: Ledger, arrival_id: int) -> Pieces:
    """The newest verdicts about one mail; empty where it was not decided."""
    found: dict[int, set[tuple[str, str, str, str, str]]] = {}
    for f in ledger.rows("SELECT * FROM finding WHERE arrival_id = ?", arrival_id):
        place = (f["code"], f["severity"], f["sheet"], f["cell"], f["about"])
        found.setdefault(f["verdict_id"], set()).add(place)
    return {
        v["piece"]: Judged(
            v["outcome"],
            tuple(json.loads(v["rules"])),
            (v["body"], v["program"]),
            frozenset(found.get(v["id"], ())),
        )
        for v in ledger.rows(_NEWEST, arrival_id, arrival_id)
    }


_NEWEST = """SELECT * FROM verdict WHERE arrival_id = ?
    AND id >= (SELECT max(id) FROM verdict WHERE arrival_id = ? AND piece = '0') ORDER BY id"""


def set_later_aside(ledger: Ledger, arrival_id: int) -> None:
    """Set aside, by a verdict that replaces all before, the later mails of the bodies that one mail is about: they
    were not there when it was decided. Only for a transaction that is rolled back."""
    ledger.run(_SET_ASIDE, arrival_id, arrival_id)


_SET_ASIDE = """INSERT INTO verdict (arrival_id, piece, outcome, rules, submitter, body, program, part, late, received_at,
        recorded_at, decided_by, why)
    SELECT DISTINCT w.arrival_id, '0', 'ignored', '["later"]', '', '', '', '', 0, w.received_at, w.recorded_at,
        w.decided_by, ''
    FROM verdict v JOIN verdict w ON w.body = v.body AND w.arrival_id > ? WHERE v.arrival_id = ? AND v.body <> ''"""


def has_later(ledger: Ledger, arrival_id: int) -> bool:
    """Whether something came later from a body that one mail is about, to the same program."""
    row = ledger.row(_LATER, arrival_id, arrival_id)
    return row is not None


_LATER = """SELECT 1 FROM verdict v JOIN verdict w ON w.body = v.body AND w.program = v.program AND w.arrival_id > ?
    WHERE v.arrival_id = ? AND v.body <> '' LIMIT 1"""


def decided_by_program(ledger: Ledger) -> list[int]:
    """The mails whose newest verdict is the program's own and which were not erased, oldest first."""
    return [row["arrival_id"] for row in ledger.rows(_BY_PROGRAM)]


def decided_by_people(ledger: Ledger) -> int:
    """How many mails officials decided last."""
    row = ledger.row(f"SELECT count(*) AS n FROM verdict v WHERE v.decided_by <> 'uketsuke' AND {_LAST}")
    return int(row["n"]) if row else 0


_LAST = """v.piece = '0' AND v.id = (SELECT max(w.id) FROM verdict w WHERE w.arrival_id = v.arrival_id AND w.piece = '0')"""
_BY_PROGRAM = f"""SELECT v.arrival_id FROM verdict v
    WHERE v.decided_by = 'uketsuke' AND {_LAST} AND NOT EXISTS (SELECT 1 FROM erasure e WHERE e.arrival_id = v.arrival_id)
    AND NOT EXISTS (SELECT 1 FROM to_read q WHERE q.arrival_id = v.arrival_id) ORDER BY v.arrival_id"""
