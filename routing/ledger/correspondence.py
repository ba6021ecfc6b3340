"""What was written and received, for people who ask: a letter whole, the mails and letters of one body or one day, a
search. Only reads.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from sqlite3 import Row

from config.frozen import frozen
from intake.finding import Finding
from intake.mail.ids import receipt_in
from routing.clock import stamp, unstamp
from routing.ledger.store import Ledger
from routing.ledger.undone import event_counts

BEGINNING = 400  # characters of a mail's text
SHOWN = 500  # rows of a listing


@frozen
class LetterRecord:
    """One letter of ours and what became of it. `number` as it stands in its Message-ID: a receipt number, or its own;
    `arrival_id`: the mail that it answers (None: none); `state` of its newest step, `at` which that was made;
    `leaves_at`: before which it is not sent (None: it does not wait); `to_release`: an official is to release it;
    `wording`: by which it was written, as approvals name it (empty: by an older release)."""

    id: int
    number: str
    arrival_id: int | None
    mailbox: str
    kind: str
    recipient: str
    respondent: str
    subject: str
    state: str
    detail: str
    at: datetime
    written_at: datetime
    leaves_at: datetime | None
    to_release: bool = False
    wording: str = ""


_LETTER = """SELECT o.id, o.message_id, o.arrival_id, o.mailbox, o.kind, o.recipient, o.respondent, o.subject,
        o.recorded_at, o.wording, p.state, p.detail, p.recorded_at AS at, q.not_before,
        q.outbox_id IS NOT NULL AND EXISTS (SELECT 1 FROM to_release w WHERE w.outbox_id = o.id) AS to_release
    FROM outbox o JOIN posting p ON p.outbox_id = o.id AND p.id = (SELECT max(r.id) FROM posting r WHERE r.outbox_id = o.id)
    LEFT JOIN to_send q ON q.outbox_id = o.id"""


def letters_to(ledger: Ledger, arrival_id: int) -> list[LetterRecord]:
    """The letters that answer one mail, or are about it, oldest first."""
    about = "SELECT b.outbox_id FROM about b WHERE b.arrival_id = ?1"
    return _letters(ledger.rows(f"{_LETTER} WHERE o.arrival_id = ?1 OR o.id IN ({about}) ORDER BY o.id", arrival_id))


def letters_after(ledger: Ledger, id: int) -> list[LetterRecord]:
    """The letters that were queued behind this number of the outbox, oldest first."""
    return _letters(ledger.rows(f"{_LETTER} WHERE o.id > ? ORDER BY o.id", id))


def newest_letter(ledger: Ledger) -> int:
    """The highest number in the outbox; 0 while it is empty."""
    row = ledger.row("SELECT coalesce(max(id), 0) AS id FROM outbox")
    return int(row["id"]) if row else 0


def letters_of_body(ledger: Ledger, lgcode: str) -> list[LetterRecord]:
    """The letters to one respondent, oldest first: those that answer its mails, and those that answer none."""
    return _letters(ledger.rows(f"{_LETTER} WHERE o.respondent = ? ORDER BY o.id", lgcode))


def letters_between(ledger: Ledger, start: datetime, end: datetime, mailboxes: tuple[str, ...] = ()) -> list[LetterRecord]:
    """The letters of which something became in this time, the newest first; at most SHOWN of these mailboxes (none named:
    of all)."""
    query = f"{_LETTER} WHERE p.id IN ({_NEWEST_BETWEEN.format(mine=_of('x.mailbox', '?3'))}) ORDER BY p.id DESC"
    return _letters(ledger.rows(query, stamp(start), stamp(end), json.dumps(mailboxes)))


# From the newest posting backwards (+: by no index), until enough are found: a week may hold every letter that there is.
_NEWEST_BETWEEN = f"""SELECT n.id FROM posting n CROSS JOIN outbox x ON x.id = n.outbox_id
    WHERE +n.recorded_at >= ?1 AND +n.recorded_at < ?2 AND {{mine}}
    AND n.id = (SELECT max(r.id) FROM posting r WHERE r.outbox_id = n.outbox_id) ORDER BY n.id DESC LIMIT {SHOWN}"""


def letters_waiting(ledger: Ledger, mailboxes: tuple[str, ...] = ()) -> list[LetterRecord]:
    """The letters that wait to be sent, in the order in which their turn comes; at most SHOWN of these mailboxes (none
    named: of all)."""
    waiting = f"WHERE o.id IN (SELECT outbox_id FROM to_send) AND {_of('o.mailbox', '?1')}"
    query = f"{_LETTER} {waiting} ORDER BY q.not_before LIMIT {SHOWN}"
    return _letters(ledger.rows(query, json.dumps(mailboxes)))


def _of(column: str, mailboxes: str) -> str:
    """SQL for what belongs to one of these mailboxes (a JSON list; an empty one: to any), or to none: asked before a
    listing is cut."""
    named = f"{column} IN (SELECT value FROM json_each({mailboxes}))"
    return f"(json_array_length({mailboxes}) = 0 OR {column} = '' OR {named})"


def letter(ledger: Ledger, id: int) -> tuple[LetterRecord, bytes] | None:
    """One letter by its number in the outbox, with its bytes as they are sent (empty: erased)."""
    found = _letters(ledger.rows(f"{_LETTER} WHERE o.id = ?", id))
    row = ledger.row("SELECT data FROM outbox WHERE id = ?", id)
    return (found[0], bytes(row["data"])) if found and row else None


def _letters(rows: Iterable[Row]) -> list[LetterRecord]:
    return [
        LetterRecord(
            id=r["id"],
            number=receipt_in(r["message_id"]),
            arrival_id=r["arrival_id"],
            mailbox=r["mailbox"],
            kind=r["kind"],
            recipient=r["recipient"],
            respondent=r["respondent"],
            subject=r["subject"],
            state=r["state"],
            detail=r["detail"],
            at=unstamp(r["at"]),
            written_at=unstamp(r["recorded_at"]),
            leaves_at=unstamp(r["not_before"]) if r["not_before"] else None,
            to_release=bool(r["to_release"]),
            wording=r["wording"],
        )
        for r in rows
    ]


@frozen
class Mail:
    """One mail in a listing. `outcome` and `by` of its newest decision: empty while there is none."""

    id: int
    receipt: str
    mailbox: str
    sender: str
    subject: str
    body: str
    outcome: str
    rules: str
    by: str
    received_at: datetime


_MAIL = """SELECT a.id, a.receipt, a.mailbox, a.received_at, coalesce(m.sender, '') AS sender,
        coalesce(m.subject, '') AS subject, coalesce(iif(v.submitter = '', v.body, v.submitter), '') AS body,
        coalesce(v.outcome, '') AS outcome, coalesce(v.rules, '[]') AS rules, coalesce(v.decided_by, '') AS by
    FROM arrival a LEFT JOIN message m ON m.arrival_id = a.id
    LEFT JOIN verdict v ON v.id = (SELECT max(w.id) FROM verdict w WHERE w.arrival_id = a.id AND w.piece = '0')"""


def mails_of_body(ledger: Ledger, lgcode: str) -> list[Mail]:
    """The mails that a body sent, or that speak of it, by their newest decision, oldest first."""
    of = """WHERE a.id IN (SELECT x.arrival_id FROM verdict x WHERE (x.body = ?1 OR x.submitter = ?1) AND x.id >=
            (SELECT max(w.id) FROM verdict w WHERE w.arrival_id = x.arrival_id AND w.piece = '0'))"""
    return _mails(ledger.rows(f"{_MAIL} {of} ORDER BY a.received_at, a.id LIMIT {SHOWN}", lgcode))


def mails_between(ledger: Ledger, start: datetime, end: datetime) -> list[Mail]:
    """The mails received in this time, the newest first; at most SHOWN."""
    query = f"{_MAIL} WHERE a.received_at >= ? AND a.received_at < ? ORDER BY a.received_at DESC LIMIT {SHOWN}"
    return _mails(ledger.rows(query, stamp(start), stamp(end)))


def mails_saying(ledger: Ledger, words: str, mailboxes: tuple[str, ...] = ()) -> list[Mail]:
    """The mails with these words in subject, sender, file names or text, the newest first; at most SHOWN of these
    mailboxes (none named: of all). What was erased is not found."""
    pattern = f"%{words.replace('!', '!!').replace('%', '!%').replace('_', '!_')}%"
    said = """WHERE a.id IN (SELECT w.arrival_id FROM words w WHERE w.said LIKE ?1 ESCAPE '!'
        UNION SELECT t.arrival_id FROM attachment t WHERE t.filename LIKE ?1 ESCAPE '!')"""
    query = f"{_MAIL} {said} AND {_of('a.mailbox', '?2')} ORDER BY a.received_at DESC, a.id DESC LIMIT {SHOWN}"
    return _mails(ledger.rows(query, pattern, json.dumps(mailboxes)))


def _mails(rows: Iterable[Row]) -> list[Mail]:
    return [
        Mail(
            id=r["id"],
            receipt=r["receipt"],
            mailbox=r["mailbox"],
            sender=r["sender"],
            subject=r["subject"],
            body=r["body"],
            outcome=r["outcome"],
            rules=r["rules"],
            by=r["by"],
            received_at=unstamp(r["received_at"]),
        )
        for r in rows
    ]


def beginning(ledger: Ledger, arrival_id: int) -> str:
    """How the text of a mail begins; empty where it was not read, was erased, or places in it raised an alarm."""
    row = ledger.row(
        "SELECT substr(json_extract(submission, '$.message.body'), 1, ?) AS text FROM message WHERE arrival_id = ?"
        " AND submission <> '' AND json_array_length(submission, '$.personal') = 0",
        BEGINNING,
        arrival_id,
    )
    return str(row["text"] or "") if row else ""


@frozen
class DecisionRecord:
    """One decision about a mail or a piece of it, as the ledger has it."""

    id: int
    piece: str
    outcome: str
    rules: str
    submitter: str
    body: str
    program: str
    late: bool
    by: str
    why: str
    at: datetime


def decisions(ledger: Ledger, arrival_id: int) -> list[DecisionRecord]:
    """Every decision about a mail, oldest first."""
    rows = ledger.rows("SELECT * FROM verdict WHERE arrival_id = ? ORDER BY id", arrival_id)
    return [
        DecisionRecord(
            r["id"], r["piece"], r["outcome"], r["rules"], r["submitter"], r["body"], r["program"], bool(r["late"]),
            r["decided_by"], r["why"], unstamp(r["recorded_at"]),
        )
        for r in rows
    ]  # fmt: skip


def newest_decisions(ledger: Ledger, arrival_id: int) -> list[DecisionRecord]:
    """The decisions that hold: from the newest one about the mail itself on."""
    said = decisions(ledger, arrival_id)
    start = max((n for n, s in enumerate(said) if s.piece == "0"), default=0)
    return said[start:]


def findings(ledger: Ledger, verdict_ids: Iterable[int]) -> list[Finding]:
    """What was noticed with these decisions, in the order in which it was noticed."""
    rows = (row for id in verdict_ids for row in ledger.rows("SELECT * FROM finding WHERE verdict_id = ? ORDER BY id", id))
    return [
        Finding(r["code"], r["severity"], r["sheet"], r["cell"], r["question"], r["label"], r["about"], r["found"],
                r["expected"])
        for r in rows
    ]  # fmt: skip


@frozen
class Act:
    """Something that was noted at a mail or a body: by the desk ("uketsuke") or an official. `undone`: it was taken back
    with the decision that it belonged to."""

    kind: str
    detail: str
    program: str
    by: str
    why: str
    at: datetime
    undone: bool = False


def acts_at(ledger: Ledger, arrival_id: int) -> list[Act]:
    """What officials noted at a mail, oldest first."""
    counts = f"SELECT e.*, {event_counts('e')} AS counts FROM event e"
    return _acts(ledger.rows(f"{counts} WHERE arrival_id = ? AND done_by <> 'uketsuke' ORDER BY id", arrival_id))


def acts_at_body(ledger: Ledger, lgcode: str) -> list[Act]:
    """What officials noted at a body, not at one of its mails, oldest first."""
    query = "SELECT *, 1 AS counts FROM event WHERE lgcode = ? AND arrival_id IS NULL AND done_by <> 'uketsuke' ORDER BY id"
    return _acts(ledger.rows(query, lgcode))


def _acts(rows: Iterable[Row]) -> list[Act]:
    return [
        Act(r["kind"], r["detail"], r["program"], r["done_by"], r["why"], unstamp(r["recorded_at"]), not r["counts"])
        for r in rows
    ]


def evidence(ledger: Ledger, arrival_id: int) -> list[tuple[str, str, tuple[str, ...]]]:
    """What told whose answer a mail is: (source, what stands there, lgcodes), without repetition."""
    rows = ledger.rows("SELECT DISTINCT source, claim, lgcodes FROM evidence WHERE arrival_id = ?", arrival_id)
    return [(str(r["source"]), str(r["claim"]), tuple(r["lgcodes"].split())) for r in rows]
