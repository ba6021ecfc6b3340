"""Requests for originals as the ledger has them, with the mail that brought what was asked for."""

from __future__ import annotations

from datetime import datetime

from config.frozen import frozen
from routing.clock import stamp, unstamp
from routing.ledger.store import Ledger
from routing.proof import Proof


@frozen
class RequestedOriginal:
    """One municipality's sheet that was asked for. `receipt`: of the mail that brought it; empty if none."""

    lgcode: str
    program: str
    by: str
    why: str
    recorded_at: datetime
    receipt: str


# Tied by what it is: the first sheet of that body and program that was kept as an original since, with proof that
# the prefecture sent it.
_REQUESTS = f"""SELECT e.lgcode, e.program, e.done_by, e.why, e.recorded_at, coalesce((SELECT a.receipt FROM verdict v
        JOIN arrival a ON a.id = v.arrival_id WHERE v.body = e.lgcode AND v.program = e.program
        AND json_extract(v.rules, '$[0]') = 'original' AND v.proof >= {int(Proof.BODY)}
        AND v.recorded_at >= e.recorded_at AND v.recorded_at <= ?
        ORDER BY v.id LIMIT 1), '') AS receipt
    FROM event e WHERE e.kind = 'request' AND e.recorded_at <= ? AND EXISTS (SELECT 1 FROM outbox o
        WHERE (o.key = 'request:' || e.detail OR o.key GLOB 'request:' || e.detail || ':*') AND 'withdrawn' <>
            (SELECT p.state FROM posting p WHERE p.outbox_id = o.id ORDER BY p.id DESC LIMIT 1))
    ORDER BY e.id"""


def requests_made(ledger: Ledger, at: datetime) -> tuple[RequestedOriginal, ...]:
    """Every request recorded up to an instant, oldest first; not those whose letter was withdrawn before it left."""
    return tuple(
        RequestedOriginal(r["lgcode"], r["program"], r["done_by"], r["why"], unstamp(r["recorded_at"]), r["receipt"])
        for r in ledger.rows(_REQUESTS, stamp(at), stamp(at))
    )


def newest_number(ledger: Ledger) -> int:
    """The number of the newest request, withdrawn or not; 0 if there is none."""
    row = ledger.row("SELECT count(*) AS n FROM event WHERE kind = 'request'")
    return int(row["n"]) if row else 0
