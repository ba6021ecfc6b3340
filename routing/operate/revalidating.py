"""Reading again, under today's program and survey, what was decided: which verdicts would be others. Changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from intake.submission import Submission
from routing.journey.desk import Desk
from routing.ledger import arrivals, judged, verdicts
from routing.ledger.judged import Judged, Pieces
from routing.operate.trying import tried
from routing.reading.errors import ReaderDied, ReadFailed
from routing.records import Arrival
from routing.who import Who

_OPEN = frozenset({"correction", "held"})


@dataclass(frozen=True, slots=True)
class Changed:
    """One mail that would be decided otherwise. `before`, `after`: the pieces that differ, by id; None where there was,
    or would be, no such piece."""

    arrival: Arrival
    pieces: tuple[tuple[str, Judged | None, Judged | None], ...]


def revalidated(desk: Desk) -> Iterator[Changed]:
    """Every mail that the program decided last and would decide otherwise today, oldest first. What officials decided is
    theirs, and what is left without bytes cannot be read. Each is decided for real in a transaction that is rolled back,
    with the earlier mails as they stand. Raises LedgerBusy, ReaderUnavailable."""
    for id in judged.decided_by_program(desk.ledger):
        arrival = arrivals.get(desk.ledger, id)
        if arrival is None:
            continue
        before = judged.pieces_of(desk.ledger, id)
        pieces = _differing(before, _today(desk, arrival))
        if pieces:
            yield Changed(arrival, pieces)


def read_open_again(desk: Desk, changed: Iterable[Changed], code: str, who: Who) -> list[Arrival]:
    """Has those mails read again at the next pass, and answered, that need mend nothing of this code any more and are
    not accepted yet: all that changes in them was asked or held, and nothing later came from the same body. What is
    accepted is never touched: that is for an official, one by one."""
    found = [one.arrival for one in changed if _goes(one, code) and not judged.has_later(desk.ledger, one.arrival.id)]
    for arrival in found:
        verdicts.read_again(desk.ledger, arrival.id, who.pair, desk.clock())
    return found


def _goes(changed: Changed, code: str) -> bool:
    """Whether the code is found no more in a piece that is open, and everything that changes is."""
    pairs = [(before, after) for _, before, after in changed.pieces if before is not None and after is not None]
    gone = [b for b, a in pairs if code in _asked(b) - _asked(a)]
    return bool(gone) and len(pairs) == len(changed.pieces) and all(b.outcome in _OPEN for b, _ in pairs)


def _asked(piece: Judged) -> set[str]:
    return {code for code, severity, *_ in piece.found if severity == "error"}


def _today(desk: Desk, arrival: Arrival) -> Pieces:
    raw = desk.raw(arrival)
    if raw is None:  # held without being read, as it would be today
        return judged.pieces_of(desk.ledger, arrival.id)
    try:
        submission = desk.reader.read_mail(raw, desk.hints_for(arrival))
    except (ReaderDied, ReadFailed):
        return {}
    return tried(desk.ledger, lambda: _settled(desk, arrival, submission)).result


def _settled(desk: Desk, arrival: Arrival, submission: Submission) -> Pieces:
    judged.set_later_aside(desk.ledger, arrival.id)
    desk.settle_opened(arrival, submission)
    return judged.pieces_of(desk.ledger, arrival.id)


def _differing(before: Pieces, after: Pieces) -> tuple[tuple[str, Judged | None, Judged | None], ...]:
    ids = sorted(before.keys() | after.keys())
    return tuple((id, before.get(id), after.get(id)) for id in ids if before.get(id) != after.get(id))
