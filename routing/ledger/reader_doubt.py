"""Mails over which readers come to grief that are otherwise well: whose fault it is, where several senders' mails do it
in one and the same way, as all .xls with a damaged library.

Events: each end of a reader, with its way and who seems to have sent the mail; and each time a mail was put off
instead of being blamed. It waits in the queue `deferred` until an instant to come.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from config.frozen import frozen
from routing.clock import stamp, unstamp
from routing.ledger import beginnings, verdicts
from routing.ledger.store import Ledger
from routing.records import Note

ENDED, DOUBTED = "reader_ended", "reader_doubted"
MANY = 4  # senders
WITHIN = timedelta(minutes=30)
GIVEN_UP = timedelta(days=1)  # then the mail is blamed after all
_FIRST_REST, _DOUBLINGS = timedelta(minutes=15), 3  # up to two hours
_DESK = ("uketsuke", "")


@frozen
class PutOff:
    """The mails that were put off: how many, since when, and in which way the first of them ended a reader."""

    count: int
    since: datetime
    way: str


def blames_no_mail(ledger: Ledger, arrival_id: int, way: str, sender: str, now: datetime) -> bool:
    """Record that a reader came to grief over a mail in this way, in a transaction of its own. Return whether no mail
    is blamed for that: then the mail was put off. `way` has no blank; `sender`: whoever From names, which anybody may
    write."""
    with ledger.writing():
        verdicts.note(ledger, Note(ENDED, f"{way} {sender}"), arrival_id, _DESK, now)
        times = _times(ledger, arrival_id)  # one that was put off comes again when the others need not
        if not (times or _several(ledger, way, now)) or _lasts(ledger, arrival_id, now):
            return False
        verdicts.note(ledger, Note(DOUBTED, way), arrival_id, _DESK, now)
        beginnings.end(ledger, arrival_id)
        beginnings.defer(ledger, arrival_id, now + _FIRST_REST * 2 ** min(times, _DOUBLINGS))
    return True


def _several(ledger: Ledger, way: str, now: datetime) -> bool:
    row = ledger.row(
        "SELECT count(DISTINCT detail) AS n FROM event WHERE kind = ? AND recorded_at > ? AND recorded_at <= ?"
        " AND substr(detail, 1, length(?4) + 1) = ?4 || ' '",
        ENDED, stamp(now - WITHIN), stamp(now), way,
    )  # fmt: skip
    return row is not None and row["n"] >= MANY


def _lasts(ledger: Ledger, arrival_id: int, now: datetime) -> bool:
    row = ledger.row("SELECT min(recorded_at) AS at FROM event WHERE arrival_id = ? AND kind = ?", arrival_id, ENDED)
    return row is not None and row["at"] is not None and unstamp(row["at"]) <= now - GIVEN_UP


def _times(ledger: Ledger, arrival_id: int) -> int:
    row = ledger.row("SELECT count(*) AS n FROM event WHERE arrival_id = ? AND kind = ?", arrival_id, DOUBTED)
    return int(row["n"]) if row else 0


def look_again(ledger: Ledger, now: datetime) -> None:
    """Let what was put off come at once, at a start: somebody may have mended the reader."""
    if ledger.row("SELECT 1 FROM deferred WHERE since > ?", stamp(now)) is not None:
        with ledger.writing():
            ledger.run("UPDATE deferred SET since = ?1 WHERE since > ?1", stamp(now))


def lasting(ledger: Ledger, at: datetime) -> PutOff | None:
    """The mails that are put off now, or None."""
    row = ledger.row(
        "SELECT count(DISTINCT e.arrival_id) AS n, min(e.recorded_at) AS since, e.detail AS way FROM deferred d"
        " JOIN event e ON e.arrival_id = d.arrival_id AND e.kind = ? AND e.recorded_at <= ?",
        DOUBTED, stamp(at),
    )  # fmt: skip
    return PutOff(row["n"], unstamp(row["since"]), row["way"]) if row and row["n"] else None
