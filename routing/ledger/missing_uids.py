"""Mails that a server lists and the ledger does not have, by UID (promise 1 of docs/design.md).

Rows are only added: "missing" when the server did not hand a mail out, "gone" when it no longer lists it. A mail that
came in after all has a sighting, and is missing no longer.
"""

from __future__ import annotations

from datetime import datetime

from config.frozen import frozen
from routing.clock import stamp, unstamp
from routing.ledger.store import Ledger


@frozen
class Missing:
    """One mail that a server keeps back. `number`: that of its row; `since`: when it was first noticed."""

    number: int
    mailbox: str
    uidvalidity: str
    uid: str
    since: datetime


_OPEN = """SELECT s.* FROM missing s WHERE s.state = 'missing' AND s.recorded_at <= ?
    AND NOT EXISTS (SELECT 1 FROM missing g WHERE g.mailbox = s.mailbox AND g.uidvalidity = s.uidvalidity
        AND g.uid = s.uid AND g.id > s.id AND g.recorded_at <= ?)
    AND NOT EXISTS (SELECT 1 FROM sighting t WHERE t.mailbox = s.mailbox AND t.uidvalidity = s.uidvalidity
        AND t.uid = s.uid AND t.recorded_at <= ?)"""


def missing(ledger: Ledger, at: datetime) -> list[Missing]:
    """Every mail that is missing at an instant, by mailbox, the longest first."""
    now = stamp(at)
    return [
        Missing(r["id"], r["mailbox"], r["uidvalidity"], r["uid"], unstamp(r["recorded_at"]))
        for r in ledger.rows(f"{_OPEN} ORDER BY s.mailbox, s.id", now, now, now)
    ]


def uids(ledger: Ledger, mailbox: str, uidvalidity: str) -> tuple[str, ...]:
    """The UIDs that are missing now in one mailbox, the longest first."""
    end = "9999"
    query = f"{_OPEN} AND s.mailbox = ? AND s.uidvalidity = ? ORDER BY s.id"
    return tuple(r["uid"] for r in ledger.rows(query, end, end, end, mailbox, uidvalidity))


@frozen
class UidDifference:
    """What one look told of a mailbox: the UIDs that the server lists and keeps back, and those missing before that
    it no longer lists."""

    mailbox: str
    uidvalidity: str
    kept_back: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()


def record(ledger: Ledger, told: UidDifference, now: datetime) -> tuple[str, ...]:
    """Note a difference; return the UIDs that were not known to be kept back. What was noted before is not noted
    again. All of an earlier UIDVALIDITY are gone with it."""
    known = [m for m in missing(ledger, now) if m.mailbox == told.mailbox]
    here = {m.uid for m in known if m.uidvalidity == told.uidvalidity}
    place = (told.mailbox, told.uidvalidity)
    new = tuple(uid for uid in told.kept_back if uid not in here)
    rows = [(*place, uid, "missing", stamp(now)) for uid in new]
    rows += [(*place, uid, "gone", stamp(now)) for uid in told.gone if uid in here]
    rows += [
        (m.mailbox, m.uidvalidity, m.uid, "gone", stamp(now)) for m in known if m.uidvalidity != told.uidvalidity
    ]
    if rows:
        with ledger.writing():
            ledger.run_many(
                "INSERT INTO missing (mailbox, uidvalidity, uid, state, recorded_at) VALUES (?, ?, ?, ?, ?)",
                rows,
            )
    return new
