"""Mail of ours that answers none (`outbox.arrival_id` is NULL), named by the number in its Message-ID, such as
R0719-1000-141003-N: looked up, told from end to end, and what became of it marked as seen.
"""

from __future__ import annotations

import unicodedata
from datetime import datetime

from config.frozen import frozen
from intake.mail.ids import receipt_in
from routing.clock import unstamp
from routing.ledger import verdicts
from routing.ledger.history import HistoryTable
from routing.ledger.store import Ledger
from routing.records import Note


@frozen
class SentNotice:
    """One such mail in the outbox."""

    id: int
    number: str
    kind: str
    respondent: str
    recorded_at: datetime


def find_notice(ledger: Ledger, text: str) -> SentNotice | None:
    """The mail that a person names by its number."""
    number = unicodedata.normalize("NFKC", text).strip().upper()
    if not number.replace("-", "").isalnum() or not number.isascii():
        return None
    row = ledger.row(
        "SELECT id, kind, respondent, message_id, recorded_at FROM outbox"
        " WHERE arrival_id IS NULL AND message_id LIKE '<uketsuke.' || ? || '.%'",
        number,
    )
    if row is None:
        return None
    named = receipt_in(row["message_id"])
    return SentNotice(row["id"], named, row["kind"], row["respondent"], unstamp(row["recorded_at"]))


def mark_notice_seen(ledger: Ledger, notice: SentNotice, who: tuple[str, str], now: datetime) -> None:
    """Take a mail that did not reach its reader off the list of what waits for a human."""
    verdicts.add_event(ledger, Note("seen", notice.number, notice.respondent), None, who, now)


_STORY: tuple[tuple[str, str], ...] = (
    ("送信したメール", "SELECT kind AS 種類, mailbox AS 提出先, respondent AS 団体, recipient AS 宛先,"
     " subject AS 件名, recorded_at AS 作成, message_id FROM outbox WHERE id = :id"),
    ("送信の経過", "SELECT state AS 状態, detail AS 内容, recorded_at AS 日時 FROM posting"
     " WHERE outbox_id = :id ORDER BY id"),
    ("出来事", "SELECT kind AS 種類, detail AS 内容, done_by AS 実施者, why AS 理由, recorded_at AS 日時 FROM event"
     " WHERE arrival_id IS NULL AND detail IN (:number, :key) ORDER BY id"),
)  # fmt: skip


def notice_story(ledger: Ledger, notice: SentNotice) -> list[HistoryTable]:
    """Every table that has rows for this mail."""
    row = ledger.row("SELECT key FROM outbox WHERE id = ?", notice.id)
    values = {"id": notice.id, "number": notice.number, "key": row["key"] if row else ""}
    found = []
    for title, query in _STORY:
        rows = ledger.connection.execute(query, values).fetchall()
        if rows:
            found.append(HistoryTable(title, tuple(rows[0].keys()), tuple(tuple(r) for r in rows)))
    return found
