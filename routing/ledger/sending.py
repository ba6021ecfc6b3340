"""Whether replies can leave: what an attempt, or a line that does not open, means for the replies that wait, and
under which of our addresses nothing leaves, since when and why. Nothing here sends, or blames a reply.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from config.frozen import frozen
from routing.clock import stamp, unstamp
from routing.ledger import outbox
from routing.ledger.outbox import Outgoing
from routing.ledger.store import Ledger

REST = timedelta(minutes=1)  # after a sign that nothing can be sent
NextTry = Literal["", "rest", "barred", "at_once"]


@frozen
class Trouble:
    """An address of ours under which replies wait and do not leave. `detail`: the server's words."""

    mail_from: str
    since: datetime
    detail: str
    waiting: int


def afterwards(ledger: Ledger, outgoing: Outgoing, after: NextTry, now: datetime) -> None:
    """Put off the waiting replies as an attempt demands, inside the caller's transaction. "rest": this reply lets the
    others go first. "barred": all replies from its sender wait, and this one longest, so that another is tried
    next time. "at_once": it is due now."""
    if after == "barred":
        ledger.run(
            "UPDATE to_send SET not_before = max(not_before, ?)"
            " WHERE outbox_id IN (SELECT o.id FROM to_send q JOIN outbox o ON o.id = q.outbox_id"
            " WHERE o.mail_from = ?)",
            stamp(now + REST),
            outgoing.mail.mail_from,
        )
    if after:
        wait = {"rest": REST, "barred": 2 * REST, "at_once": timedelta(0)}[after]
        outbox.postpone(ledger, outgoing.id, now + wait)


def note_trouble(ledger: Ledger, mail_from: str, detail: str, now: datetime) -> None:
    """Record that nothing leaves under this address, inside the caller's transaction; since when is kept."""
    ledger.run(
        "INSERT INTO sending_trouble VALUES (?, ?, ?) ON CONFLICT (mail_from) DO UPDATE SET detail = excluded.detail",
        mail_from,
        stamp(now),
        detail,
    )


def note_success(ledger: Ledger, mail_from: str) -> None:
    """Record that the server lets us send under this address, inside the caller's transaction."""
    ledger.run("DELETE FROM sending_trouble WHERE mail_from = ?", mail_from)


def troubles(ledger: Ledger) -> list[Trouble]:
    """The addresses under which nothing leaves now, of those from which something waits."""
    rows = ledger.rows(
        "SELECT t.*, count(*) AS waiting FROM to_send q CROSS JOIN outbox o ON o.id = q.outbox_id"
        " JOIN sending_trouble t ON t.mail_from = o.mail_from GROUP BY t.mail_from ORDER BY t.mail_from"
    )
    return [Trouble(r["mail_from"], unstamp(r["since"]), r["detail"], r["waiting"]) for r in rows]
