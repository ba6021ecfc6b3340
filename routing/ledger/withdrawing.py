"""Letters that a newer decision takes back: what has not left does not leave.

One that waits is `withdrawn` at once. Of a draft that lies untouched in its mailbox, and of one whose sending has
begun, that is not ours to say now: they stand in the queue `to_withdraw` until the mailbox's thread has removed the
draft, or the attempt has ended. Nothing here sends or talks to a server.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from sqlite3 import Row
from typing import Literal

from config.frozen import frozen
from intake.mail.ids import receipt_in
from replies.senders.draft_watch import OpenDraft
from routing.clock import stamp
from routing.ledger import mailbox_tasks, outbox, verdicts
from routing.ledger.outbox import Outgoing
from routing.ledger.store import Ledger
from routing.records import Note

WithdrawalState = Literal["withdrawn", "draft", "sending", "edited", "sent"]
REST = timedelta(minutes=1)  # until the mailbox is looked into again
_LAST = "(SELECT p.state FROM posting p WHERE p.outbox_id = o.id ORDER BY p.id DESC LIMIT 1)"


@frozen
class TakenBack:
    """One letter of an older decision. `how`: "withdrawn" from the queue; "draft": is removed from Drafts at the next
    look; "sending": has begun to leave, and is taken back if it does not; "edited": a human has changed the draft,
    which stays; "sent": has left. `number`: a receipt number, or the letter's own."""

    kind: str
    number: str
    how: WithdrawalState


def take_back(ledger: Ledger, arrival_id: int, now: datetime) -> tuple[TakenBack, ...]:
    """Take back every letter to a mail that has not left, oldest first, inside the transaction of the decision that
    contradicts it. What left before is told, too."""
    rows = ledger.rows(_LETTERS.format(where="o.arrival_id = ?"), arrival_id)
    return tuple(_take_back(ledger, row, arrival_id, now) for row in rows if row["how"])


def take_back_notices(ledger: Ledger, key: str, now: datetime) -> tuple[TakenBack, ...]:
    """Take back, as `take_back` does, every notice (a letter that answers no mail) whose key in the outbox begins
    with `key`."""
    rows = ledger.rows(_LETTERS.format(where="substr(o.key, 1, length(?1)) = ?1"), key)
    return tuple(_take_back(ledger, row, None, now) for row in rows if row["how"])


_LETTERS = f"""SELECT o.id, o.kind, o.message_id, CASE
        WHEN EXISTS (SELECT 1 FROM to_send q WHERE q.outbox_id = o.id)
            THEN iif({_LAST} = 'sending', 'sending', 'withdrawn')
        WHEN {_LAST} = 'drafted' THEN 'draft'
        WHEN {_LAST} = 'edited' THEN 'edited'
        WHEN {_LAST} IN ('sent', 'sent_by_hand', 'unsure') THEN 'sent'
        ELSE '' END AS how
    FROM outbox o WHERE {{where}} ORDER BY o.id"""


def _take_back(ledger: Ledger, row: Row, arrival_id: int | None, now: datetime) -> TakenBack:
    id, how = row["id"], row["how"]
    if how == "withdrawn":
        outbox.take_back(ledger, id, now)
    elif how in ("draft", "sending"):
        ledger.run("INSERT OR IGNORE INTO to_withdraw VALUES (?)", id)
    elif how == "edited":
        verdicts.note(ledger, Note(mailbox_tasks.DRAFT_KEPT), arrival_id, ("uketsuke", ""), now)
    return TakenBack(row["kind"], receipt_in(row["message_id"]), how)


def rest_until(ledger: Ledger, after: int, until: datetime) -> None:
    """Let the letters that were queued behind number `after` of the outbox rest until an instant, so that they can be
    taken back; inside the transaction that queues them."""
    ledger.run("UPDATE to_send SET not_before = max(not_before, ?) WHERE outbox_id > ?", stamp(until), after)



def is_wanted(ledger: Ledger, outbox_id: int) -> bool:
    """Whether a letter is to be taken back as soon as that can be done."""
    return ledger.row("SELECT 1 FROM to_withdraw WHERE outbox_id = ?", outbox_id) is not None


def keeps_back(ledger: Ledger, outgoing: Outgoing, now: datetime) -> bool:
    """Whether a letter whose turn it is does not leave now. A letter that was taken back does not leave at all: if an
    attempt had begun and never ended, nobody knows whether it left, and operators are told. A newer letter waits
    until the draft before it is out of the way."""
    if ledger.row("SELECT 1 FROM to_withdraw LIMIT 1") is None:
        return False
    if is_wanted(ledger, outgoing.id):
        outbox.finish(ledger, outgoing, "unsure" if outgoing.interrupted else "withdrawn", "", now)
        return True
    if ledger.row(_DRAFT_BEFORE, outgoing.id) is None:
        return False
    outbox.postpone(ledger, outgoing.id, now + REST)
    return True


_DRAFT_BEFORE = """SELECT 1 FROM outbox o JOIN outbox e ON e.arrival_id = o.arrival_id AND e.id < o.id
    JOIN to_withdraw w ON w.outbox_id = e.id JOIN open_draft d ON d.outbox_id = e.id WHERE o.id = ?"""


def ended(ledger: Ledger, outgoing: Outgoing, state: str, now: datetime) -> str:
    """The end of an attempt at a letter that was taken back while it was made, inside the caller's transaction: a
    letter that did not leave is withdrawn; of one that did, operators are told."""
    if not is_wanted(ledger, outgoing.id):
        return state
    if state == "sent":
        row = ledger.row("SELECT arrival_id FROM outbox WHERE id = ?", outgoing.id)
        verdicts.note(ledger, Note(mailbox_tasks.LETTER_LEFT), row["arrival_id"] if row else None, ("uketsuke", ""), now)
    return "withdrawn" if state in ("later", "refused", "overtaken") else state


def drafts(ledger: Ledger, mailbox: str) -> list[OpenDraft]:
    """The drafts of a mailbox that are to be removed, oldest first; not while the decision that took a draft back may
    be taken back itself."""
    wanted = {row["outbox_id"] for row in ledger.rows(_TO_REMOVE)}
    return [d for d in mailbox_tasks.open_drafts(ledger, mailbox) if d.key in wanted] if wanted else []


_TO_REMOVE = """SELECT w.outbox_id FROM to_withdraw w CROSS JOIN outbox o ON o.id = w.outbox_id
    WHERE NOT EXISTS (SELECT 1 FROM undoable u WHERE u.arrival_id = o.arrival_id)"""

# Letters that wait, or lie in Drafts, though a newer one to the same person about the same mail was written.
SUPERSEDED = f"""SELECT o.id FROM outbox o WHERE NOT EXISTS (SELECT 1 FROM to_withdraw w WHERE w.outbox_id = o.id)
    AND EXISTS (SELECT 1 FROM outbox n WHERE n.arrival_id = o.arrival_id AND n.recipient = o.recipient AND n.id > o.id
        AND 'withdrawn' <> (SELECT p.state FROM posting p WHERE p.outbox_id = n.id ORDER BY p.id DESC LIMIT 1))
    AND (EXISTS (SELECT 1 FROM to_send q WHERE q.outbox_id = o.id)
        OR EXISTS (SELECT 1 FROM open_draft d WHERE d.outbox_id = o.id) AND {_LAST} = 'drafted')"""
