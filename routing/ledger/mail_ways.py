"""Since when each kind of mail goes out: what the survey's table said at each start, as events that are only added.

A kind that was switched on never catches up what was due before. What every release has sent by itself was on from the
beginning, where nothing else is on record.
"""

from __future__ import annotations

from datetime import datetime

from config.jst import JST
from config.mails import Mails
from config.shape import keys_of
from config.survey import Survey
from routing.clock import unstamp
from routing.ledger import verdicts
from routing.ledger.store import Ledger
from routing.records import Note

KIND = "mail_way"
_FROM_THE_BEGINNING = datetime.min.replace(tzinfo=JST)


def remember(ledger: Ledger, survey: Survey, now: datetime) -> None:
    """Record every kind whose row has changed since it was last recorded, in a transaction of its own."""
    recorded = _recorded(ledger)
    changed = [
        (kind, way)
        for kind in keys_of(Mails)
        if (way := survey.mails.way(kind)) != (recorded[kind][-1][0] if kind in recorded else Mails().way(kind))
    ]
    if changed:
        with ledger.writing():
            for kind, way in changed:
                verdicts.note(ledger, Note(KIND, f"{kind} {way}"), None, ("uketsuke", ""), now)


def may_fall_due(ledger: Ledger, survey: Survey, kind: str, instant: datetime) -> bool:
    """Whether a kind is on now, and was when this instant of the calendar came."""
    if survey.mails.way(kind) == "off":
        return False
    since: datetime | None = None if Mails().way(kind) == "off" else _FROM_THE_BEGINNING
    for way, at in _recorded(ledger).get(kind, ()):
        if way == "off":
            since = None
        elif since is None:
            since = at
    return since is not None and since <= instant


def _recorded(ledger: Ledger) -> dict[str, list[tuple[str, datetime]]]:
    found: dict[str, list[tuple[str, datetime]]] = {}
    for row in ledger.rows("SELECT detail, recorded_at FROM event WHERE kind = ? ORDER BY id", KIND):
        kind, _, way = row["detail"].partition(" ")
        found.setdefault(kind, []).append((way, unstamp(row["recorded_at"])))
    return found
