"""What is not as it should be with the desk itself: a table of (condition, where to look).

Each is computed from the ledger and the clock. Tells nobody (`notices/alerts.py` does) and mends nothing.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from config.frozen import frozen
from config.settings import Settings
from config.survey import Survey
from replies.japanese import era_instant
from replies.letters.alert import Alert, alert_sentence
from replies.wording import load_wording
from routing.clock import stamp, unstamp
from routing.ledger import conditions, holds, missing_uids, reader_doubt, reader_health, releasing, sending
from routing.ledger.store import Ledger
from routing.office import Office
from routing.tracking import sending_holds

MISSING_MINUTES = 5  # a mail that the server keeps back may come at the next look
READER_MINUTES = 5  # a reader that cannot be had, as for want of memory, may be had again
SHOWN = 50  # UIDs, or receipt numbers, of one mailbox in one letter


@frozen
class View:
    """What the conditions look at. `free_bytes`: of the ledger's disk."""

    ledger: Ledger
    settings: Settings
    now: datetime
    free_bytes: int
    survey: Survey


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that is as it should not be. `key` names the very occurrence: it is told once, when it is
    `ripe`."""

    key: str
    mailbox: str = ""
    values: dict[str, str] = field(default_factory=dict)
    details: tuple[str, ...] = ()
    ripe: bool = True


def _unreadable(view: View) -> Iterator[Found]:
    long_ago = view.now - timedelta(minutes=view.settings.alerts.mailbox_minutes)
    for one in conditions.health(view.ledger):
        since = one.failing_since
        if one.mailbox in view.settings.mailboxes and since is not None and since <= long_ago:
            values = {"since": era_instant(since), "detail": one.detail}
            yield Found(f"{one.mailbox}:{stamp(since)}", one.mailbox, values)


def _readable(view: View) -> Iterator[Found]:
    """A mailbox of which it was told that it cannot be read, and which can be."""
    for one in conditions.health(view.ledger):
        prefix = f"alert:unreadable:{one.mailbox}:"
        told = conditions.newest_key(view.ledger, prefix).removeprefix(prefix)
        if told and one.failing_since is None:
            yield Found(f"{one.mailbox}:{told}", one.mailbox, {"since": era_instant(unstamp(told))})


def _missing(view: View) -> Iterator[Found]:
    found = missing_uids.missing(view.ledger, view.now)
    long_ago = view.now - timedelta(minutes=MISSING_MINUTES)
    for mailbox in dict.fromkeys(m.mailbox for m in found):
        here = [m for m in found if m.mailbox == mailbox]
        details = _shown(tuple(f"UID {m.uid}（{era_instant(m.since)}から）" for m in here))
        prefix = f"alert:missing:{mailbox}:"
        told = conditions.newest_key(view.ledger, prefix).removeprefix(prefix)  # these, and perhaps more
        newest = max(told, f"{here[-1].number:09}")
        ripe = any(m.since <= long_ago for m in here)
        yield Found(f"{mailbox}:{newest}", mailbox, {"count": str(len(here))}, details, ripe)


def _poison(view: View) -> Iterator[Found]:
    told = max((int(key.rpartition(":")[2]) for key in conditions.told_keys(view.ledger, "alert:poison:")), default=0)
    found = conditions.quarantined(view.ledger, view.now, after=told)
    for mailbox in dict.fromkeys(mailbox for _, mailbox, _ in found):
        here = [(number, receipt) for number, other, receipt in found if other == mailbox]
        details = tuple(f"受付番号 {receipt}" for _, receipt in here)
        yield Found(f"{mailbox}:{here[-1][0]}", mailbox, {"count": str(len(here))}, _shown(details))


def _reader(view: View) -> Iterator[Found]:
    """The trouble that no reader can be had: no mail is read, and no mail is blamed."""
    lost = reader_health.lasting(view.ledger, view.now)
    if lost is not None:
        ripe = lost.since <= view.now - timedelta(minutes=READER_MINUTES)
        values = {"since": era_instant(lost.since), "detail": lost.detail, "count": str(lost.waiting)}
        yield Found(f"{lost.number:09}", values=values, ripe=ripe)


def _reader_back(view: View) -> Iterator[Found]:
    """The news that a reader can be had again, after operators were told that none could."""
    told = conditions.newest_key(view.ledger, "alert:reader:")
    if told and reader_health.lasting(view.ledger, view.now) is None:
        yield Found(told.rpartition(":")[2])


def _reader_doubted(view: View) -> Iterator[Found]:
    """Mails of several senders over which readers end in one way: told once a day while any waits."""
    found = reader_doubt.lasting(view.ledger, view.now)
    if found is not None:
        values = {"since": era_instant(found.since), "detail": found.way, "count": str(found.count)}
        yield Found(_day(view), values=values)


def _shown(details: tuple[str, ...]) -> tuple[str, ...]:
    more = len(details) - SHOWN
    return (*details[:SHOWN], f"ほか{more}件") if more > 0 else details


def _stuck(view: View) -> Iterator[Found]:
    before = view.now - timedelta(minutes=view.settings.alerts.reply_minutes)
    waiting = conditions.stuck(view.ledger, before)
    if waiting is not None:
        count, since = waiting
        yield Found(_day(view), values={"count": str(count), "since": era_instant(since)})


def _held(view: View, name: str) -> Iterator[Found]:
    """Sending that people hold: shown at once, told once a day while letters have waited for long."""
    long_ago = view.now - timedelta(minutes=view.settings.alerts.reply_minutes)
    for one in holds.in_force(view.ledger):
        if sending_holds.condition(one) == name:
            ripe = one.waiting > 0 and one.since <= long_ago
            yield Found(f"{one.number}:{_day(view)}", values=sending_holds.values(one), ripe=ripe)


def _to_release(view: View) -> Iterator[Found]:
    """Letters that were written and wait for an official: told once a day while they do."""
    waiting = releasing.drafts(view.ledger)
    for kind in dict.fromkeys(d.kind for d in waiting):
        here = [d for d in waiting if d.kind == kind]
        values = {"what": load_wording().of(view.survey).subject.get(kind, kind), "detail": kind, "count": str(len(here))}
        yield Found(f"{kind}:{_day(view)}", here[0].mailbox, values)


def _unsendable(view: View) -> Iterator[Found]:
    for one in sending.troubles(view.ledger):
        values = {"since": era_instant(one.since), "detail": one.detail, "count": str(one.waiting)}
        yield Found(f"{one.mail_from}:{stamp(one.since)}", one.mail_from, values)


def _capped(view: View) -> Iterator[Found]:
    midnight = view.now.replace(hour=0, minute=0, second=0, microsecond=0)
    count = conditions.capped(view.ledger, midnight, view.now)
    if count:
        yield Found(_day(view), values={"count": str(count)})


def _disk(view: View) -> Iterator[Found]:
    free = view.free_bytes >> 20
    if free < view.settings.alerts.disk_mb:
        yield Found(_day(view), values={"count": str(free)})


def _day(view: View) -> str:
    """The key of a trouble that is told once a day while it lasts."""
    return f"{view.now:%Y-%m-%d}"


CONDITIONS: tuple[tuple[str, Callable[[View], Iterable[Found]]], ...] = (
    ("unreadable", _unreadable),
    ("readable", _readable),
    ("missing", _missing),
    ("poison", _poison),
    ("reader", _reader),
    ("reader_back", _reader_back),
    ("reader_doubted", _reader_doubted),
    ("stuck", _stuck),
    ("sending_held", partial(_held, name="sending_held")),
    ("restored", partial(_held, name="restored")),
    ("to_release", _to_release),
    ("unsendable", _unsendable),
    ("capped", _capped),
    ("disk", _disk),
)
LASTING = frozenset(
    {"missing", "reader", "reader_doubted", "stuck", "sending_held", "restored", "to_release", "unsendable", "disk"}
)  # shown for as long as they last; the others stand elsewhere

SHOWN_ONLY = frozenset({"unsendable"})  # told by no letter: letters are what does not leave


def free_bytes(ledger: Path) -> int:
    """Room on the ledger's disk."""
    return shutil.disk_usage(ledger.absolute().parent).free


def view_of(office: Office) -> View:
    """What there is to look at now."""
    return View(
        office.ledger, office.settings, office.clock(), free_bytes(office.ledger.path), office.register.survey
    )


def lasting(view: View) -> list[str]:
    """The sentences of what is not as it should be now, for `status` and `doctor`."""
    wording = load_wording()
    return [
        "　".join((alert_sentence(alert_of(name, found, view), wording), *found.details))
        for name, find in CONDITIONS
        if name in LASTING
        for found in find(view)
    ]


def alert_of(name: str, found: Found, view: View) -> Alert:
    """One thing as the operators read of it."""
    return Alert(name, view.now, {"mailbox": view.survey.mailbox_name(found.mailbox), **found.values}, found.details)
