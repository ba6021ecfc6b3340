"""The story of one mail, from arrival to reply, as the ledger has it: for `show`, and for whoever asks why."""

from __future__ import annotations

from typing import Any

from config.frozen import frozen
from routing.clock import stamp
from routing.ledger.last_decision import last_word
from routing.ledger.store import Ledger


@frozen
class HistoryTable:
    """One table of the story."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]

    def as_dict(self) -> dict[str, Any]:
        """The title and the rows as objects, for programs."""
        return {"title": self.title, "rows": [dict(zip(self.columns, r, strict=True)) for r in self.rows]}


_QUERIES: tuple[tuple[str, str], ...] = (
    ("到着", "SELECT id, receipt AS 受付番号, mailbox AS 提出先, received_at AS 受領, recorded_at AS 記録,"
     " size AS バイト数, sha256, added_by AS 記録者 FROM arrival WHERE id = ?"),
    ("所在", "SELECT uidvalidity, uid, recorded_at AS 確認 FROM sighting WHERE arrival_id = ?"),
    ("メール", "SELECT kind AS 種別, sender AS 差出人, subject AS 件名, message_id FROM message WHERE arrival_id = ?"),
    ("添付ファイル", "SELECT position AS 番号, filename AS 名前, kind AS 種類, form AS 様式, size AS バイト数, sha256"
     " FROM attachment WHERE arrival_id = ? ORDER BY position"),
    ("根拠", "SELECT DISTINCT piece AS 対象, source AS 出所, claim AS 記載, lgcodes AS 団体コード"
     " FROM evidence WHERE arrival_id = ?"),
    ("判定", "SELECT id, piece AS 対象, outcome AS 判定, rules AS 規則, submitter AS 提出者, body AS 回答団体,"
     " program AS 制度等, part AS 区分, late AS 期限後, proof AS 裏付け, decided_by AS 判定者, why AS 理由,"
     " recorded_at AS 日時"
     " FROM verdict WHERE arrival_id = ? ORDER BY id"),
    ("指摘", "SELECT f.verdict_id AS 判定, f.code, f.severity AS 重大度, f.sheet AS シート, f.cell AS セル,"
     " f.question AS 問, f.label AS 項目, f.found AS 現在, f.expected AS 期待"
     " FROM finding f WHERE f.arrival_id = ? ORDER BY f.id"),
    ("出来事", "SELECT kind AS 種類, detail AS 内容, lgcode AS 団体,"
     " program AS 制度等, done_by AS 実施者, why AS 理由, recorded_at AS 日時"
     " FROM event WHERE arrival_id = ? ORDER BY id"),
    ("消去", "SELECT kind AS 種類, bytes AS バイト数, done_by AS 実施者, why AS 理由, recorded_at AS 日時"
     " FROM erasure WHERE arrival_id = ?"),
    ("返信", "SELECT o.kind AS 種類, o.recipient AS 宛先, o.subject AS 件名, p.state AS 状態, p.detail AS 内容,"
     " p.recorded_at AS 日時, o.message_id FROM outbox o JOIN posting p ON p.outbox_id = o.id"
     " WHERE o.arrival_id = ? ORDER BY p.id"),
)  # fmt: skip


def story(ledger: Ledger, arrival_id: int) -> list[HistoryTable]:
    """Every table that has rows for this arrival, in the order of the journey."""
    found = []
    for title, query in _QUERIES:
        rows = ledger.rows(query, arrival_id)
        if rows:
            found.append(HistoryTable(title, tuple(rows[0].keys()), tuple(tuple(r) for r in rows)))
    if last := last_word(ledger, arrival_id):
        found.append(HistoryTable("直前の判断", ("しるし", "判定者", "日時"), ((last.token, last.by, stamp(last.at)),)))
    return found
