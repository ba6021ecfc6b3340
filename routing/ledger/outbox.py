"""The outbox: finished replies and each step of their way out.

queued -> sending (committed before the attempt) -> sent | drafted | later | refused | unsure | overtaken (a
human has answered) | withdrawn (by a newer decision: `withdrawing.py`); a draft goes on: -> edited | discarded |
sent_by_hand, by a human. A reply found in `sending` after a crash is tried once more, under the same Message-ID,
and never a third time: `unsure` waits for a human. Nothing here sends.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from sqlite3 import Row

from config.frozen import frozen
from intake.mail.ids import receipt_in
from intake.sources.source import SeenMail
from replies.letter_kinds import TRAITS
from replies.senders.sender import OutgoingMail
from routing.clock import stamp, unstamp
from routing.ledger import wordings
from routing.ledger.holds import HELD, MAY_HAVE_LEFT
from routing.ledger.store import Ledger
from routing.records import FinishedReply

LIGHTER = ":lighter"  # behind the key of a letter that goes out once more without its attachments
BY_PEOPLE = frozenset({"overtaken", "sent_by_hand", "edited", "discarded"})
FINAL = frozenset({"sent", "drafted", "refused", "unsure", "undelivered", "withdrawn"}) | BY_PEOPLE
FOUND_SENT = "控えから戻す前に送信済みです（送信済みのフォルダーにあります）"
SAID_SENT = "控えから戻す前に送信済みです（職員が確かめました）"
_ASKING = tuple(kind for kind, traits in TRAITS.items() if traits.asks_to_mend)
_BACK_OFF = (1, 2, 5, 10, 20, 30)  # minutes after the first, second … "later"; the last one repeats
_LONGEST_REST = timedelta(hours=1)


@frozen
class Outgoing:
    """A reply that waits. `interrupted`: how many attempts were begun and never ended, the last one among
    them; `tries`: all attempts so far. `asked`: the mail that it answers, if somebody may have answered that
    already; None for what an official decided, and for mail that answers none. `may_have_left`: before the ledger
    was put back from a backup."""

    id: int
    receipt: str
    kind: str
    mail: OutgoingMail
    interrupted: int
    tries: int
    key: str = ""
    mailbox: str = ""
    respondent: str = ""
    asked: SeenMail | None = None
    may_have_left: bool = False


def queue(
    ledger: Ledger, reply: FinishedReply, arrival_id: int | None, now: datetime, about: int | None = None
) -> None:
    """Put a finished reply into the outbox, inside the caller's transaction. The same key again changes nothing: that
    reply exists already. `about`: the mail that the letter is about, where it answers none."""
    if ledger.row("SELECT 1 FROM outbox WHERE key = ?", reply.key):
        return
    outbox_id = ledger.run(
        "INSERT INTO outbox (key, arrival_id, mailbox, kind, message_id, mail_from, recipient, rcpt_to, respondent,"
        " subject, data, recorded_at, wording) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        reply.key,
        arrival_id,
        reply.mailbox,
        reply.kind,
        reply.message_id,
        reply.mail_from,
        reply.recipient,
        reply.rcpt_to,
        reply.respondent,
        reply.subject,
        reply.data,
        stamp(now),
        reply.wording,
    )
    if about is not None:
        ledger.run("INSERT INTO about VALUES (?, ?)", outbox_id, about)
    step(ledger, outbox_id, "queued", "", now)
    ledger.run("INSERT INTO to_send VALUES (?, ?)", outbox_id, stamp(now + reply.rests))
    if reply.waits or (reply.unless_approved and not wordings.is_approved(ledger, reply.kind, reply.wording)):
        ledger.run("INSERT INTO to_release VALUES (?)", outbox_id)


def queue_again(ledger: Ledger, outbox_id: int, now: datetime) -> None:
    """Put a reply that was refused back into the queue, inside the caller's transaction."""
    step(ledger, outbox_id, "queued", "", now)
    ledger.run("INSERT INTO to_send VALUES (?, ?)", outbox_id, stamp(now))


_OUTGOING = f"""SELECT o.id, o.key, o.mailbox, o.respondent, o.kind, o.mail_from, o.rcpt_to, o.message_id, o.data,
        coalesce(a.receipt, '') AS receipt, a.received_at,
        (SELECT m.message_id FROM message m WHERE m.arrival_id = a.id) AS answers,
        (SELECT v.decided_by FROM verdict v WHERE v.arrival_id = a.id AND v.piece = '0'
         ORDER BY v.id DESC LIMIT 1) AS decided_by,
        (SELECT s.uidvalidity FROM sighting s WHERE s.arrival_id = a.id
         ORDER BY s.recorded_at DESC, s.uid DESC LIMIT 1) AS uidvalidity,
        (SELECT s.uid FROM sighting s WHERE s.arrival_id = a.id
         ORDER BY s.recorded_at DESC, s.uid DESC LIMIT 1) AS uid,
        (SELECT p.state FROM posting p WHERE p.outbox_id = o.id ORDER BY p.id DESC LIMIT 1) AS state,
        (SELECT count(*) FROM posting p WHERE p.outbox_id = o.id AND p.state = 'sending') AS tries,
        (SELECT count(*) FROM posting p WHERE p.outbox_id = o.id AND p.state IN ('later', 'refused')) AS ended,
        {MAY_HAVE_LEFT} AS may_have_left
    FROM to_send q JOIN outbox o ON o.id = q.outbox_id LEFT JOIN arrival a ON a.id = o.arrival_id
    {{where}} ORDER BY q.not_before, q.outbox_id LIMIT ?"""


def says_again(ledger: Ledger, reply: FinishedReply, arrival_id: int) -> bool:
    """Whether the last reply to this arrival said the very same to the same person: a mail that is decided
    anew with the same result is not answered anew, unless that reply did not leave or came back."""
    row = ledger.row(
        "SELECT o.key, o.kind, o.recipient, o.data, (SELECT p.state FROM posting p WHERE p.outbox_id = o.id"
        " ORDER BY p.id DESC LIMIT 1) AS state FROM outbox o WHERE o.arrival_id = ? AND state <> 'withdrawn'"
        " ORDER BY o.id DESC LIMIT 1",
        arrival_id,
    )
    if row is None or (row["kind"], row["recipient"]) != (reply.kind, reply.recipient):
        return False
    if failed(ledger, row["key"]):
        return False
    return _body(bytes(row["data"])) == _body(reply.data)


def _body(mail: bytes) -> bytes:
    """What follows the header (RFC 5322 §2.1), which names date and Message-ID."""
    return mail.partition(b"\r\n\r\n")[2]


def last_to(ledger: Ledger, arrival_id: int) -> tuple[str, str]:
    """(kind, subject) of the last reply to an arrival; empty strings if there is none."""
    row = ledger.row(
        "SELECT kind, subject FROM outbox WHERE arrival_id = ? ORDER BY id DESC LIMIT 1", arrival_id
    )
    return (str(row["kind"]), str(row["subject"])) if row else ("", "")


def due(ledger: Ledger, now: datetime, limit: int = 100) -> list[Outgoing]:
    """Replies that are due and not held, oldest first. A reply whose attempt failed comes after all that have not
    been tried since, so that it cannot hold them up for ever."""
    found: list[Outgoing] = []
    for kinds in ("NOT IN", "IN"):  # what only tells of a check lets all others go first
        if len(found) < limit:
            of = f"o.kind {kinds} ('pre_check', 'collation')"
            query = _OUTGOING.format(where=f"WHERE q.not_before <= ? AND {of} AND NOT {HELD}")
            found += [_outgoing(row) for row in ledger.rows(query, stamp(now), limit - len(found))]
    return found


def begun_twice(ledger: Ledger) -> list[Outgoing]:
    """Replies with two attempts begun whose end nobody knows."""
    query = _OUTGOING.format(where="WHERE state = 'sending' AND tries - ended > 1")
    return [_outgoing(row) for row in ledger.rows(query, -1)]


def _outgoing(row: Row) -> Outgoing:
    return Outgoing(
        id=row["id"],
        receipt=row["receipt"] or receipt_in(row["message_id"]),
        kind=row["kind"],
        mail=OutgoingMail(row["mail_from"], row["rcpt_to"], row["message_id"], bytes(row["data"])),
        interrupted=row["tries"] - row["ended"] if row["state"] == "sending" else 0,
        tries=row["tries"],
        key=row["key"],
        mailbox=row["mailbox"],
        respondent=row["respondent"],
        asked=_asked(row),
        may_have_left=bool(row["may_have_left"]),
    )


def _asked(row: Row) -> SeenMail | None:
    if row["decided_by"] != "uketsuke" or row["uid"] is None:
        return None
    return SeenMail(row["answers"], row["uidvalidity"], row["uid"], unstamp(row["received_at"]))


def begin(ledger: Ledger, outbox_id: int, now: datetime) -> None:
    """Commit that an attempt begins, before the first byte goes out."""
    with ledger.writing():
        step(ledger, outbox_id, "sending", "", now)


def finish(ledger: Ledger, outgoing: Outgoing, state: str, detail: str, now: datetime) -> None:
    """Commit what became of an attempt. "later" puts it back into the queue with a growing delay."""
    with ledger.writing():
        step(ledger, outgoing.id, state, detail, now)
        if state == "drafted":
            ledger.run("INSERT OR REPLACE INTO open_draft VALUES (?, ?)", outgoing.id, detail)
        if state in FINAL - {"drafted"}:  # a draft may still be taken back
            ledger.run("DELETE FROM to_withdraw WHERE outbox_id = ?", outgoing.id)
        if state in FINAL:
            ledger.run("DELETE FROM to_send WHERE outbox_id = ?", outgoing.id)
        else:
            wait = timedelta(minutes=_BACK_OFF[min(outgoing.tries, len(_BACK_OFF) - 1)])
            ledger.run(
                "UPDATE to_send SET not_before = ? WHERE outbox_id = ?", stamp(now + wait), outgoing.id
            )


def note_found_sent(ledger: Ledger, outbox_id: int, now: datetime) -> None:
    """Commit that a waiting letter had left before the ledger was put back: it lies among the sent mails."""
    with ledger.writing():
        if ledger.row("SELECT 1 FROM to_send WHERE outbox_id = ?", outbox_id):
            mark_left(ledger, outbox_id, FOUND_SENT, now)


def mark_left(ledger: Ledger, outbox_id: int, how: str, now: datetime) -> None:
    """Record that a waiting letter had left already, inside the caller's transaction. `how`: how that is known."""
    step(ledger, outbox_id, "sending", how, now)
    step(ledger, outbox_id, "sent", how, now)
    ledger.run("DELETE FROM to_send WHERE outbox_id = ?", outbox_id)


def has_key(ledger: Ledger, key: str) -> bool:
    """Whether a mail with this key stands in the outbox, sent or not."""
    return ledger.row("SELECT 1 FROM outbox WHERE key = ?", key) is not None


def failed(ledger: Ledger, key: str) -> bool:
    """Whether the mail with this key did not leave, or came back."""
    row = ledger.row(
        "SELECT p.state FROM posting p JOIN outbox o ON o.id = p.outbox_id WHERE o.key = ?"
        " ORDER BY p.id DESC LIMIT 1",
        key,
    )
    return row is not None and row["state"] in ("refused", "unsure", "undelivered", "overtaken", "discarded")


def take_back(ledger: Ledger, outbox_id: int, now: datetime) -> None:
    """Take a mail whose reason is gone out of the queue, inside the caller's transaction."""
    step(ledger, outbox_id, "withdrawn", "", now)
    ledger.run("DELETE FROM to_send WHERE outbox_id = ?", outbox_id)


def postpone(ledger: Ledger, outbox_id: int, until: datetime) -> None:
    """Let a reply that still waits rest until an instant, without a step of its own."""
    with ledger.writing():
        ledger.run("UPDATE to_send SET not_before = ? WHERE outbox_id = ?", stamp(until), outbox_id)


def bring_forward(ledger: Ledger, now: datetime) -> None:
    """Shorten every rest that is longer than any rest can be: what is due in more than an hour was put off by a clock
    that has been put back since."""
    if ledger.row("SELECT 1 FROM to_send WHERE not_before > ? LIMIT 1", stamp(now + _LONGEST_REST)):
        with ledger.writing():
            ledger.run(
                "UPDATE to_send SET not_before = ? WHERE not_before > ?", stamp(now), stamp(now + _LONGEST_REST)
            )


def step(ledger: Ledger, outbox_id: int, state: str, detail: str, now: datetime) -> None:
    """Add a state to a letter's way, inside the caller's transaction."""
    ledger.run(
        "INSERT INTO posting (outbox_id, state, detail, recorded_at) VALUES (?, ?, ?, ?)",
        outbox_id,
        state,
        detail,
        stamp(now),
    )


def is_ours(ledger: Ledger, message_id: str) -> bool:
    """Whether a reply with this Message-ID stands in the outbox, or a human sent one of our drafts under it."""
    sent = ledger.row("SELECT 1 FROM outbox WHERE message_id = ?", message_id)
    by_hand = "SELECT 1 FROM posting WHERE state = 'sent_by_hand' AND detail = ?"
    return sent is not None or ledger.row(by_hand, message_id) is not None


def asked_about(ledger: Ledger, message_ids: Iterable[str]) -> datetime | None:
    """When the first mail was received that one of these letters of ours asked to be mended."""
    found = [
        row["received_at"]
        for message_id in message_ids
        for row in ledger.rows(
            "SELECT a.received_at FROM outbox o JOIN arrival a ON a.id = o.arrival_id"
            f" WHERE o.message_id = ? AND o.kind IN ({', '.join('?' * len(_ASKING))})",
            message_id,
            *_ASKING,
        )
    ]
    return unstamp(min(found)) if found else None
