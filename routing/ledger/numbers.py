"""A My Number in a mail, or what looked like one: places that officials released, and the steps after a real one.

All of it is folded from events and the trace of the erasure; what they tell is places, never what stands there.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from sqlite3 import Row
from typing import Literal

from config.frozen import frozen
from routing.clock import unstamp
from routing.ledger import verdicts
from routing.ledger.backup import BACKED_UP
from routing.ledger.store import Ledger
from routing.records import Note

RELEASED, FOUND, TICKED, DONE = "not_my_number", "my_number", "my_number_step", "my_number_done"
StepKind = Literal["call", "ledger", "folder", "backup", "letter"]


@frozen
class Step:
    """One thing to be done after a My Number came. `number`: by which people name it ("1", "4-2"); `detail`: of a
    copy, its file; `made_at`: when that was made; `by`, `why`, `at`: who did it, empty and None while it is open."""

    number: str
    what: StepKind
    detail: str = ""
    made_at: datetime | None = None
    by: str = ""
    why: str = ""
    at: datetime | None = None


def allowed(ledger: Ledger, arrival_id: int) -> frozenset[str]:
    """The places in a mail of which officials said that they hold no My Number, unless one said later that they hold
    one after all."""
    rows = ledger.rows(
        "SELECT detail FROM event WHERE arrival_id = ?1 AND kind = ?2 AND detail <> ''"
        " AND id > coalesce((SELECT max(id) FROM event WHERE arrival_id = ?1 AND kind = ?3), 0)",
        arrival_id,
        RELEASED,
        FOUND,
    )
    return frozenset(place for row in rows for place in json.loads(row["detail"]))


def release(
    ledger: Ledger, arrival_id: int, places: Iterable[str], who: tuple[str, str], now: datetime
) -> None:
    """Record that these places hold no My Number, and have the mail read again; one transaction."""
    with ledger.writing():
        detail = json.dumps(list(places), ensure_ascii=False)
        verdicts.note(ledger, Note(RELEASED, detail), arrival_id, who, now)
        verdicts.read_again(ledger, arrival_id, who, now)


def sent_by(ledger: Ledger, arrival_id: int) -> tuple[str, str]:
    """The sender's address, and the lgcode of the body that submitted the mail; empty where they are not known. Both
    outlast the erasure."""
    sender = ledger.row("SELECT sender FROM message WHERE arrival_id = ?", arrival_id)
    body = ledger.row(
        "SELECT iif(submitter = '', body, submitter) AS whose FROM verdict WHERE arrival_id = ?"
        " AND (submitter <> '' OR body <> '') ORDER BY id DESC LIMIT 1",
        arrival_id,
    )
    return (str(sender["sender"]) if sender else "", str(body["whose"]) if body else "")


def times_found(ledger: Ledger, arrival_id: int) -> int:
    """How often an official has said of a mail that a My Number stands in it."""
    row = ledger.row("SELECT count(*) AS n FROM event WHERE arrival_id = ? AND kind = ?", arrival_id, FOUND)
    return int(row["n"]) if row else 0


def steps(ledger: Ledger, arrival_id: int) -> tuple[Step, ...]:
    """The steps to be done after a My Number came, in order; empty if nobody said that one came, or that was taken
    back."""
    found = ledger.row(
        "SELECT id, kind FROM event WHERE arrival_id = ? AND kind IN (?, ?) ORDER BY id DESC LIMIT 1",
        arrival_id,
        FOUND,
        RELEASED,
    )
    if found is None or found["kind"] != FOUND:
        return ()
    ticks = {
        str(row["detail"]): row
        for row in ledger.rows(
            "SELECT detail, done_by, why, recorded_at FROM event WHERE arrival_id = ? AND kind = ? AND id > ?",
            arrival_id,
            TICKED,
            found["id"],
        )
    }
    erased = ledger.row("SELECT done_by, why, recorded_at FROM erasure WHERE arrival_id = ?", arrival_id)
    copies = ledger.rows(_COPIES, BACKED_UP, arrival_id)
    return (
        _step("1", "call", ticks.get("1")),
        _step("2", "ledger", erased),
        _step("3", "folder", ticks.get("3")),
        *(
            _step(number, "backup", ticks.get(number), row["detail"], unstamp(row["recorded_at"]))
            for number, row in ((f"4-{n}", row) for n, row in enumerate(copies, 1))
        ),
        _step("5", "letter", ticks.get("5")),
    )


# The copies that hold the mail: begun after it came, and not after it was erased.
_COPIES = """SELECT e.detail, e.recorded_at FROM event e JOIN arrival a ON a.id = ?2
    LEFT JOIN erasure x ON x.arrival_id = a.id
    WHERE e.kind = ?1 AND e.arrival_id IS NULL AND e.recorded_at >= a.recorded_at
    AND (x.recorded_at IS NULL OR e.recorded_at <= x.recorded_at) ORDER BY e.id"""


def _step(number: str, what: StepKind, tick: Row | None, detail: str = "", made_at: datetime | None = None) -> Step:
    if tick is None:
        return Step(number, what, detail, made_at)
    return Step(number, what, detail, made_at, tick["done_by"], tick["why"], unstamp(tick["recorded_at"]))


def tick(
    ledger: Ledger, arrival_id: int, done: Iterable[Step], who: tuple[str, str], now: datetime
) -> None:
    """Record that steps are done, inside the caller's transaction."""
    for step in done:
        verdicts.note(ledger, Note(TICKED, step.number), arrival_id, who, now)
    note_end(ledger, arrival_id, who, now)


def note_end(ledger: Ledger, arrival_id: int, who: tuple[str, str], now: datetime) -> None:
    """Record that all steps are done, where they are; inside the caller's transaction."""
    found = steps(ledger, arrival_id)
    if found and all(step.at for step in found):
        verdicts.note(ledger, Note(DONE), arrival_id, who, now)
