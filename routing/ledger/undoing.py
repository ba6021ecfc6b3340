"""Taking a decision back while its letters still rest: what a mail was before, remembered beside the decision that changed
it, and put in force again.

Nothing is deleted: the decision stays, and a row of `undone` says which verdicts and events of it never counted. The
verdicts before it are written once more behind it, since the newest holds.
"""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import datetime

from config.frozen import frozen
from routing.clock import stamp, unstamp
from routing.ledger import mailbox_tasks, outbox, verdicts
from routing.ledger.store import Ledger
from routing.records import Note

UNDO = "undo"  # the event that tells who did it
# Queues in which a mail waits, and which a decision empties: they are put back as they were.
_QUEUES = ("to_read", "deciding", "deferred", "wait", "to_pair", "to_file")


@frozen
class Before:
    """Where the ledger stood before a decision about a mail: the newest ids of its tables, the mail's rows in each
    queue, and the letters that were to be taken back already."""

    verdict: int
    event: int
    outbox: int
    posting: int
    approval: int
    queues: dict[str, list[list[object]]]
    wanted: tuple[int, ...]


@frozen
class Undoable:
    """A decision that may still be taken back, `until` then, by whoever may decide. `by`: who made it."""

    arrival_id: int
    by: str
    until: datetime
    token: str
    before: Before
    after: Before


def marked(ledger: Ledger, arrival_id: int) -> Before:
    """Where the ledger stands now, inside the transaction of a decision."""
    row = ledger.row(
        "SELECT coalesce((SELECT max(id) FROM verdict), 0) AS verdict, coalesce((SELECT max(id) FROM event), 0) AS event,"
        " coalesce((SELECT max(id) FROM outbox), 0) AS outbox, coalesce((SELECT max(id) FROM posting), 0) AS posting,"
        " coalesce((SELECT max(id) FROM approval), 0) AS approval"
    )
    assert row is not None
    queues = {q: [list(r) for r in ledger.rows(f"SELECT * FROM {q} WHERE arrival_id = ?", arrival_id)] for q in _QUEUES}
    wanted = tuple(int(r["outbox_id"]) for r in ledger.rows("SELECT outbox_id FROM to_withdraw ORDER BY 1"))
    return Before(row["verdict"], row["event"], row["outbox"], row["posting"], row["approval"], queues, wanted)


def remember(ledger: Ledger, found: Undoable) -> None:
    """Keep what is needed to take the decision back, in its transaction; what was kept for an earlier decision goes."""
    ledger.run(
        "INSERT OR REPLACE INTO undoable VALUES (?, ?, ?, ?, ?, ?)",
        found.arrival_id,
        found.by,
        found.token,
        json.dumps(_flat(found.before)),
        json.dumps(_flat(found.after)),
        stamp(found.until),
    )


def _flat(mark: Before) -> dict[str, object]:
    return {own.name: getattr(mark, own.name) for own in fields(mark)}


def undoable(ledger: Ledger, arrival_id: int, now: datetime) -> Undoable | None:
    """The decision about a mail that can still be taken back; None where its time is over, or nothing was decided at
    the page."""
    row = ledger.row("SELECT * FROM undoable WHERE arrival_id = ? AND until > ?", arrival_id, stamp(now))
    if row is None:
        return None
    before, after = (_mark(json.loads(row[name])) for name in ("before", "after"))
    return Undoable(arrival_id, row["done_by"], unstamp(row["until"]), row["token"], before, after)


def _mark(flat: dict[str, object]) -> Before:
    wanted = flat.pop("wanted")
    assert isinstance(wanted, list)
    return Before(**flat, wanted=tuple(wanted))  # type: ignore[arg-type]


def end_over(ledger: Ledger, now: datetime) -> None:
    """Forget what can no longer be taken back."""
    if ledger.row("SELECT 1 FROM undoable WHERE until <= ? LIMIT 1", stamp(now)):
        with ledger.writing():
            ledger.run("DELETE FROM undoable WHERE until <= ?", stamp(now))


def has_begun(ledger: Ledger, found: Undoable) -> bool:
    """Whether a letter of the decision has begun to leave, or has left: then it cannot be taken back."""
    row = ledger.row(
        "SELECT 1 FROM posting p WHERE p.outbox_id > ? AND p.outbox_id <= ? AND p.state <> 'queued'",
        found.before.outbox,
        found.after.outbox,
    )
    return row is not None


def undo(ledger: Ledger, found: Undoable, who: tuple[str, str], now: datetime) -> None:
    """Take the decision back, inside the caller's transaction (which has asked `has_begun`)."""
    id, before = found.arrival_id, found.before
    for row in ledger.rows(_NEW_LETTERS, before.outbox, found.after.outbox):
        outbox.take_back(ledger, row["id"], now)
    last = _restore_verdicts(ledger, id, before.verdict, now)
    for row in ledger.rows(_NEW_APPROVALS, before.approval, found.after.approval):
        ledger.run("INSERT INTO approval (sender, lgcode, done_by, why, recorded_at, revoked) VALUES (?, ?, ?, ?, ?, 1)",
                   row["sender"], row["lgcode"], *who, stamp(now))  # fmt: skip
    ledger.run(
        "INSERT INTO undone (arrival_id, verdict_after, copies_after, verdict_to, event_after, event_to, done_by, why,"
        " recorded_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        id, before.verdict, found.after.verdict, last, before.event, found.after.event, *who, stamp(now),
    )  # fmt: skip
    _restore_letters(ledger, found, now)
    for queue, rows in before.queues.items():
        ledger.run(f"DELETE FROM {queue} WHERE arrival_id = ?", id)
        for values in rows:
            ledger.run(f"INSERT INTO {queue} VALUES ({', '.join('?' * len(values))})", *values)
    if ledger.row(_FILED_SINCE, id, mailbox_tasks.FILED, before.event) and (folder := _folder_before(ledger, found)):
        ledger.run("INSERT OR REPLACE INTO to_file SELECT id, mailbox, ? FROM arrival WHERE id = ?", folder, id)
    verdicts.note(ledger, Note(UNDO), id, who, now)
    ledger.run("DELETE FROM undoable WHERE arrival_id = ?", id)


_NEW_LETTERS = """SELECT o.id FROM outbox o JOIN to_send q ON q.outbox_id = o.id WHERE o.id > ? AND o.id <= ?
    ORDER BY o.id"""
_FILED_SINCE = "SELECT 1 FROM event WHERE arrival_id = ? AND kind = ? AND id > ?"
_NEW_APPROVALS = "SELECT sender, lgcode FROM approval WHERE id > ? AND id <= ? AND revoked = 0 ORDER BY id"


def _restore_verdicts(ledger: Ledger, arrival_id: int, up_to: int, now: datetime) -> int:
    """Write once more the decision that held before, findings included, by whom and why it was made; return the
    newest id."""
    changed = ledger.row("SELECT 1 FROM verdict WHERE arrival_id = ? AND id > ?", arrival_id, up_to)
    rows = ledger.rows(_HELD_BEFORE, arrival_id, up_to, arrival_id, up_to) if changed else []
    for row in rows:
        copy = ledger.run(
            "INSERT INTO verdict (arrival_id, piece, outcome, rules, submitter, body, program, part, attribute, late,"
            " received_at, recorded_at, decided_by, why, proof) SELECT arrival_id, piece, outcome, rules, submitter, body,"
            " program, part, attribute, late, received_at, ?, decided_by, why, proof FROM verdict WHERE id = ?",
            stamp(now),
            row["id"],
        )
        ledger.run(
            "INSERT INTO finding (arrival_id, verdict_id, code, severity, sheet, cell, question, label, about, found,"
            " expected, key) SELECT arrival_id, ?, code, severity, sheet, cell, question, label, about, found, expected,"
            " key FROM finding WHERE verdict_id = ? ORDER BY id",
            copy,
            row["id"],
        )
    newest = ledger.row("SELECT coalesce(max(id), 0) AS id FROM verdict")
    return int(newest["id"]) if newest else 0


_HELD_BEFORE = """SELECT id FROM verdict WHERE arrival_id = ? AND id <= ? AND id >= (SELECT max(w.id) FROM verdict w
    WHERE w.arrival_id = ? AND w.piece = '0' AND w.id <= ?) ORDER BY id"""


def _folder_before(ledger: Ledger, found: Undoable) -> str:
    """The folder of its mailbox into which the mail was filed last before the decision; empty if it was not filed."""
    row = ledger.row(
        "SELECT detail FROM event WHERE arrival_id = ? AND kind = ? AND id <= ? ORDER BY id DESC LIMIT 1",
        found.arrival_id,
        mailbox_tasks.FILED,
        found.before.event,
    )
    return str(row["detail"]) if row else ""


def _restore_letters(ledger: Ledger, found: Undoable, now: datetime) -> None:
    """Let the letters wait again that the decision took back: they had not left. A draft that was only to be removed
    stays."""
    id, before = found.arrival_id, found.before
    for row in ledger.rows("SELECT w.outbox_id AS id FROM to_withdraw w JOIN outbox o ON o.id = w.outbox_id"
                           " WHERE o.arrival_id = ?", id):  # fmt: skip
        if row["id"] not in before.wanted:
            ledger.run("DELETE FROM to_withdraw WHERE outbox_id = ?", row["id"])
    for row in ledger.rows(_TAKEN_BACK, id, before.outbox, before.posting):
        outbox.queue_again(ledger, row["id"], now)


_TAKEN_BACK = """SELECT o.id FROM outbox o JOIN posting p ON p.outbox_id = o.id WHERE o.arrival_id = ? AND o.id <= ?
    AND p.id > ? AND p.state = 'withdrawn' AND p.id = (SELECT max(q.id) FROM posting q WHERE q.outbox_id = o.id)
    AND NOT EXISTS (SELECT 1 FROM posting d WHERE d.outbox_id = o.id AND d.state = 'drafted') ORDER BY o.id"""
