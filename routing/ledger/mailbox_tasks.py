"""What is still to be done in the mailboxes themselves: mails to be filed, drafts to be followed.

Queues, and the events that tell what became of each: a mail is filed once per verdict, and one that
somebody else has moved or deleted is no fault. Nothing here talks to a server.
"""

from __future__ import annotations

from datetime import datetime

from intake.sources.filing import Filed, ToFile
from replies.senders.draft_watch import Fate, OpenDraft
from replies.senders.sent_folder import SentCopy
from routing.clock import stamp
from routing.ledger import verdicts
from routing.ledger.store import Ledger
from routing.records import Arrival, Note

FILED, GONE = "filed", "filed_by_others"
DRAFT_KEPT, LETTER_LEFT = "draft_kept", "letter_left"  # of letters that a newer decision takes back
_AT_ONCE = 100


def queue_filing(ledger: Ledger, arrival: Arrival, folder: str) -> None:
    """Note the folder that a mail belongs into by its newest verdict, inside the caller's transaction; no folder: the
    mail stays where it is. What an official recorded by hand lies in no mailbox."""
    if folder and not arrival.added_by:
        ledger.run("INSERT OR REPLACE INTO to_file VALUES (?, ?, ?)", arrival.id, arrival.mailbox, folder)
    else:
        ledger.run("DELETE FROM to_file WHERE arrival_id = ?", arrival.id)


def to_file(ledger: Ledger, mailbox: str) -> list[ToFile]:
    """The mails of a mailbox that can be filed now, oldest first, at most 100. Not those that a reply waits for:
    until it has left, the mark that somebody has answered is looked for in the watched folder."""
    rows = ledger.rows(
        "SELECT q.arrival_id, q.folder, coalesce(m.message_id, '') AS message_id, coalesce((SELECT e.detail"
        " FROM event e WHERE e.arrival_id = q.arrival_id AND e.kind = ? ORDER BY e.id DESC LIMIT 1), '')"
        " AS lies_in FROM to_file q LEFT JOIN message m ON m.arrival_id = q.arrival_id WHERE q.mailbox = ?"
        " AND NOT EXISTS (SELECT 1 FROM outbox o JOIN to_send s ON s.outbox_id = o.id"
        " WHERE o.arrival_id = q.arrival_id) ORDER BY q.arrival_id LIMIT ?",
        FILED,
        mailbox,
        _AT_ONCE,
    )
    return [
        ToFile(
            r["arrival_id"],
            r["folder"],
            *_sightings(ledger, mailbox, r["arrival_id"]),
            r["message_id"],
            r["lies_in"],
        )
        for r in rows
    ]


def _sightings(ledger: Ledger, mailbox: str, arrival_id: int) -> tuple[str, tuple[str, ...]]:
    """UIDVALIDITY and UIDs under which a mail was last seen in its mailbox."""
    rows = ledger.rows(
        "SELECT uidvalidity, uid FROM sighting WHERE arrival_id = ? AND mailbox = ? ORDER BY recorded_at DESC",
        arrival_id,
        mailbox,
    )
    validity = str(rows[0]["uidvalidity"]) if rows else ""
    return validity, tuple(str(r["uid"]) for r in rows if r["uidvalidity"] == validity)


def note_filed(ledger: Ledger, done: Filed, now: datetime) -> None:
    """Commit what became of a mail that was to be filed: add an event and take the mail off the queue."""
    with ledger.writing():
        row = ledger.row("SELECT folder FROM to_file WHERE arrival_id = ?", done.key)
        if row is None:  # this has been committed before
            return
        if row["folder"] == done.folder:  # else decided anew meanwhile: to be filed again
            ledger.run("DELETE FROM to_file WHERE arrival_id = ?", done.key)
        kind = GONE if done.how == "gone" else FILED
        why = "元のメールには削除の印を付けました" if done.how == "marked" else ""
        verdicts.note(ledger, Note(kind, done.folder), done.key, ("uketsuke", why), now)


def queue_copy(ledger: Ledger, outbox_id: int) -> None:
    """Note that a letter has left of which a copy is to be put among the sent mails, inside the caller's
    transaction."""
    ledger.run("INSERT OR IGNORE INTO to_copy VALUES (?)", outbox_id)


def to_copy(ledger: Ledger, mailbox: str) -> list[SentCopy]:
    """The letters of a mailbox of which a copy is still to be put among its sent mails, oldest first, at most 100."""
    rows = ledger.rows(
        "SELECT o.id, o.message_id, o.data FROM to_copy q JOIN outbox o ON o.id = q.outbox_id WHERE o.mailbox = ?"
        " AND length(o.data) > 0 ORDER BY q.outbox_id LIMIT ?",
        mailbox,
        _AT_ONCE,
    )
    return [SentCopy(r["id"], r["message_id"], bytes(r["data"])) for r in rows]


def note_copied(ledger: Ledger, outbox_id: int) -> None:
    """Commit that the copy of a letter lies among the sent mails."""
    with ledger.writing():
        ledger.run("DELETE FROM to_copy WHERE outbox_id = ?", outbox_id)


def open_drafts(ledger: Ledger, mailbox: str) -> list[OpenDraft]:
    """The drafts of a mailbox whose end is not known, oldest first."""
    rows = ledger.rows(
        "SELECT d.outbox_id, d.place, o.message_id, coalesce(m.message_id, '') AS answers FROM open_draft d"
        " JOIN outbox o ON o.id = d.outbox_id LEFT JOIN message m ON m.arrival_id = o.arrival_id"
        " WHERE o.mailbox = ? ORDER BY d.outbox_id",
        mailbox,
    )
    return [OpenDraft(r["outbox_id"], r["message_id"], r["answers"], r["place"]) for r in rows]


def note_fate(ledger: Ledger, fate: Fate, now: datetime) -> None:
    """Commit what a human did with a draft, or that we took it back. One that a human deleted is still looked for
    among the sent mails: some programs delete the draft first."""
    with ledger.writing():
        row = ledger.row("SELECT place FROM open_draft WHERE outbox_id = ?", fate.key)
        if row is None or (fate.state != "sent_by_hand" and row["place"] == fate.detail):
            return  # this has been committed before
        ledger.run(
            "INSERT INTO posting (outbox_id, state, detail, recorded_at) VALUES (?, ?, ?, ?)",
            fate.key,
            fate.state,
            fate.detail,
            stamp(now),
        )
        if fate.state in ("sent_by_hand", "withdrawn"):
            ledger.run("DELETE FROM open_draft WHERE outbox_id = ?", fate.key)
        else:
            ledger.run("UPDATE open_draft SET place = ? WHERE outbox_id = ?", fate.detail, fate.key)
        _tell_of_withdrawal(ledger, fate, now)


def _tell_of_withdrawal(ledger: Ledger, fate: Fate, now: datetime) -> None:
    """End the withdrawal of a draft that was to be taken back; if a human was faster, tell operators."""
    wanted = ledger.row(
        "SELECT o.arrival_id FROM to_withdraw w JOIN outbox o ON o.id = w.outbox_id WHERE w.outbox_id = ?", fate.key
    )
    if wanted is None:
        return
    ledger.run("DELETE FROM to_withdraw WHERE outbox_id = ?", fate.key)
    kind = {"edited": DRAFT_KEPT, "sent_by_hand": LETTER_LEFT}.get(fate.state)
    if kind is not None:
        verdicts.note(ledger, Note(kind), wanted["arrival_id"], ("uketsuke", ""), now)
