"""Retention: mails whose time is over lose their content; what standings and accountability need stays.

The same as an erasure (`erasure.py`), for every mail received before an instant, and for our own letters of
that time. What waits for the reader, for an official or to be sent is left alone, and so is what was not handed over.
Decides no time limit.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from config.frozen import frozen
from intake.mail.ids import receipt_in
from routing.clock import stamp
from routing.ledger import erasure, held_queue, verdicts
from routing.ledger.handed_over import AS_IT_IS
from routing.ledger.store import Ledger
from routing.records import Note

BATCH = 50  # mails in one transaction: the desk is never held up for long


@frozen
class Due:
    """What a purge takes: `size` in bytes of raw mail and letters, `answers` of accepted files among the mails
    (export will not have them any more), `letters` of ours that answer no mail; `waiting`: mails left alone;
    `unfiled`: receipt numbers, or numbers of letters, that were not handed over and are left alone for that."""

    arrivals: tuple[int, ...]
    letters: tuple[int, ...]
    size: int
    answers: int
    waiting: int
    unfiled: tuple[str, ...] = ()


@frozen
class Limits:
    """The instants before which what was received, or written, is past its time, by kind; None: never. `answers`:
    mails that submit; `words`: inquiries and replies; `others`: whatever else came; `letters`: ours that answer no
    mail; `pre_checks`: mails that were checked only, and never taken in."""

    answers: datetime | None
    words: datetime | None
    others: datetime | None
    letters: datetime | None
    pre_checks: datetime | None = None

    @classmethod
    def all(cls, before: datetime) -> Limits:
        """The limits with one instant for every kind."""
        return cls(before, before, before, before, before)


_DUE = f"""SELECT a.id, a.receipt, {AS_IT_IS} AS filed, coalesce(length(r.bytes), 0)
        + coalesce((SELECT sum(length(o.data)) FROM outbox o WHERE o.arrival_id = a.id), 0) AS size,
        EXISTS (SELECT 1 FROM to_read q WHERE q.arrival_id = a.id)
        OR EXISTS (SELECT 1 FROM to_send s JOIN outbox o ON o.id = s.outbox_id
                   WHERE o.arrival_id = a.id) AS waits,
        (SELECT count(*) FROM verdict v WHERE v.arrival_id = a.id AND v.outcome = 'accepted' AND v.part <> ''
            AND v.id >= (SELECT max(w.id) FROM verdict w WHERE w.arrival_id = a.id AND w.piece = '0')) AS answers
    FROM arrival a LEFT JOIN raw r ON r.arrival_id = a.id LEFT JOIN message m ON m.arrival_id = a.id
    WHERE a.received_at < CASE WHEN (SELECT json_extract(v.rules, '$[0]') FROM verdict v WHERE v.arrival_id = a.id
            AND v.piece = '0' ORDER BY v.id DESC LIMIT 1) IN ('pre_check', 'collation') THEN ?
        WHEN m.kind = 'submission' THEN ? WHEN m.kind IN ('inquiry', 'reply') THEN ? ELSE ? END
    AND NOT EXISTS (SELECT 1 FROM erasure e WHERE e.arrival_id = a.id) ORDER BY a.id"""
_LETTERS = """SELECT o.id, o.message_id, length(o.data) AS size, o.kind = 'alert' OR EXISTS (
        SELECT 1 FROM handed_over h WHERE h.outbox_id = o.id) AS filed FROM outbox o
    WHERE o.arrival_id IS NULL AND o.recorded_at < ? AND length(o.data) > 0
    AND NOT EXISTS (SELECT 1 FROM to_send s WHERE s.outbox_id = o.id) ORDER BY o.id"""


def due(ledger: Ledger, limits: Limits, now: datetime, named: Collection[str] = ()) -> Due:
    """What is past its time, waits for nobody and was handed over, or is `named` by its number."""
    held = {item.id for item in held_queue.held(ledger, now)}
    mails = ledger.rows(_DUE, *map(_until, (limits.pre_checks, limits.answers, limits.words, limits.others)))
    loose = [row for row in mails if not row["waits"] and row["id"] not in held]
    free = [row for row in loose if row["filed"] or row["receipt"] in named]
    ours = ledger.rows(_LETTERS, _until(limits.letters))
    letters = [row for row in ours if row["filed"] or receipt_in(row["message_id"]) in named]
    unfiled = [row["receipt"] for row in loose if row not in free]
    return Due(
        arrivals=tuple(row["id"] for row in free),
        letters=tuple(row["id"] for row in letters),
        size=sum(row["size"] for row in (*free, *letters)),
        answers=sum(row["answers"] for row in free),
        waiting=len(mails) - len(loose),
        unfiled=(*unfiled, *(receipt_in(row["message_id"]) for row in ours if row not in letters)),
    )


def _until(instant: datetime | None) -> str:
    """The text before which a recorded time counts as past; nothing is before the empty one."""
    return stamp(instant) if instant else ""


def purge(ledger: Ledger, found: Due, who: tuple[str, str], now: datetime) -> bool:
    """Take out the content that is due, some mails to a transaction; `who` is (name, reason). Return whether no trace
    is left in the write-ahead log (else the desk sees to it later). Cut short, the next purge goes on."""
    for some in _batches(found.arrivals):
        with ledger.writing():
            for arrival_id in (id for id in some if not _waits(ledger, id)):
                erasure.erase(ledger, arrival_id, who, now, "purged")
                erasure.erase_replies(ledger, arrival_id)
    for some in _batches(found.letters):
        with ledger.writing():
            ledger.run_many("UPDATE outbox SET data = x'', subject = '' WHERE id = ?", [(id,) for id in some])
    if found.arrivals or found.letters:
        detail = f"{len(found.arrivals)} mails, {len(found.letters)} letters, {found.size} bytes"
        verdicts.add_event(ledger, Note("purge", detail), None, who, now)
    return erasure.wipe(ledger)


def _waits(ledger: Ledger, arrival_id: int) -> bool:
    """Whether an official has had a mail read or answered again since it was found due."""
    query = """SELECT 1 WHERE EXISTS (SELECT 1 FROM to_read WHERE arrival_id = ?) OR EXISTS (
        SELECT 1 FROM to_send s JOIN outbox o ON o.id = s.outbox_id WHERE o.arrival_id = ?)"""
    return ledger.row(query, arrival_id, arrival_id) is not None


def _batches(ids: Sequence[int]) -> list[Sequence[int]]:
    return [ids[start : start + BATCH] for start in range(0, len(ids), BATCH)]
