"""What arrived and has no place in the books, as an instant or a decision asks for it. Only reads; judges nothing.

What of it is still open, and what it may be about, is told by `routing/provisional.py`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from sqlite3 import Row

from routing.clock import stamp, unstamp
from routing.ledger import letters
from routing.ledger.store import Ledger
from routing.proof import LEAST, Proof, is_theirs
from routing.provisional import one_for_each_answer
from routing.register import Register
from routing.standing import Booking
from routing.unbooked import ASKED, OF_THE_SENDER, WAITING, Unbooked


def at(ledger: Ledger, register: Register, instant: datetime, received_until: datetime | None = None) -> list[Unbooked]:
    """Everything without a place in the books at an instant, oldest first; if asked, only what had been received
    until another instant."""
    until, now = stamp(received_until or datetime.max.replace(tzinfo=instant.tzinfo)), stamp(instant)
    rows = ledger.rows(_FOUND.format(whose="v.received_at <= ? AND"), until, now, now, now)
    return one_for_each_answer(_told(ledger, register, rows), register)


def of(ledger: Ledger, register: Register, lgcodes: Iterable[str], now: datetime) -> list[Unbooked]:
    """What these bodies sent, or what is theirs, without a place in the books, as it stands now."""
    codes, instant = json.dumps(list(lgcodes)), stamp(now)
    rows = ledger.rows(_FOUND.format(whose=_OF_THESE), codes, codes, instant, instant, instant)
    return one_for_each_answer(_told(ledger, register, rows), register)


_PARTLESS = "part = '' AND outcome IN ('correction', 'held')"  # as the index has it
_OF_THESE = f"""v.id IN (
        SELECT id FROM verdict WHERE {_PARTLESS} AND submitter IN (SELECT value FROM json_each(?))
        UNION SELECT id FROM verdict WHERE {_PARTLESS} AND body IN (SELECT value FROM json_each(?))) AND"""


def _listed(rules: Iterable[str]) -> str:
    return "(" + ", ".join(f"'{rule}'" for rule in sorted(rules)) + ")"


# The mail's own verdict counts where none of its pieces has one.
_FOUND = f"""SELECT v.*, a.receipt, a.mailbox, coalesce(m.sender, '') AS sender, coalesce(m.subject, '') AS subject,
        coalesce(t.filename, '') AS filename,
        EXISTS (SELECT 1 FROM finding f WHERE f.verdict_id = v.id AND f.code = 'not_a_workbook') AS beside
    FROM verdict v JOIN arrival a ON a.id = v.arrival_id LEFT JOIN message m ON m.arrival_id = v.arrival_id
    LEFT JOIN attachment t ON t.arrival_id = v.arrival_id AND t.position = CAST(v.piece AS INTEGER)
    WHERE {{whose}} v.part = '' AND v.outcome IN ('correction', 'held')
    AND (v.outcome = 'correction' AND json_extract(v.rules, '$[0]') IN {_listed(ASKED)}
         OR v.outcome = 'held' AND json_extract(v.rules, '$[0]') IN {_listed(WAITING)})
    AND v.rules NOT LIKE '%"pre_check"%' AND v.rules NOT LIKE '%"collation"%'
    AND v.recorded_at <= ? AND v.id >= (SELECT max(w.id) FROM verdict w WHERE w.arrival_id = v.arrival_id
        AND w.piece = '0' AND w.recorded_at <= ?)
    AND NOT (v.piece = '0' AND EXISTS (SELECT 1 FROM verdict x WHERE x.arrival_id = v.arrival_id AND x.piece <> '0'
        AND x.id > v.id AND x.recorded_at <= ?))
    ORDER BY v.received_at, v.id"""


def _told(ledger: Ledger, register: Register, rows: Iterable[Row]) -> Iterable[Unbooked]:
    @cache  # a sender's hundred mails ask the same
    def vouched(address: str) -> frozenset[str]:
        return letters.vouched(ledger, address)

    @cache
    def of_theirs(sender: str, lgcode: str) -> bool:
        return is_theirs(sender, lgcode, vouched, register.roster)

    for row in rows:
        rule, submitter, body = json.loads(row["rules"])[0], row["submitter"], row["body"]
        proved = row["proof"] >= LEAST["standing"] and row["piece"] != "0"
        theirs = proved or of_theirs(row["sender"], submitter)
        may_tell = rule in OF_THE_SENDER or body in ("", submitter) or register.roster.is_above(submitter, body)
        yield Unbooked(
            verdict_id=row["id"],
            arrival_id=row["arrival_id"],
            piece=row["piece"],
            receipt=row["receipt"],
            mailbox=row["mailbox"],
            outcome=row["outcome"],
            rule=rule,
            submitter=submitter,
            body=body,
            received_at=unstamp(row["received_at"]),
            recorded_at=unstamp(row["recorded_at"]),
            sender=row["sender"],
            subject=row["subject"],
            filename=row["filename"],
            vouched=theirs and may_tell,
            beside=bool(row["beside"]),
            proof=max(row["proof"], LEAST["standing"]) if theirs else row["proof"],
        )


def senders(found: Iterable[Unbooked], register: Register) -> tuple[Booking, ...]:
    """The senders of what could not be booked, in the shape in which recipients are told (`recipients.handed_in`):
    without proof where only a name in the mail says whose it is."""
    first = {m.id: next(p.id for p in register.survey.programs if p.mailbox == m.id) for m in register.survey.mailboxes}
    return tuple(
        Booking(
            id=one.verdict_id, arrival_id=one.arrival_id, piece=one.piece, receipt=one.receipt, outcome=one.outcome,
            rule=one.rule, submitter=one.submitter, body=one.whose, program=first[one.mailbox], part="own",
            attributes=(), late=False, received_at=one.received_at, recorded_at=one.recorded_at, sender=one.sender,
            proof=one.proof if one.vouched else Proof.NOTHING, provisional=one.whose,
        )
        for one in found
    )  # fmt: skip
