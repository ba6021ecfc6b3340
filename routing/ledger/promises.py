"""The promises (docs/design.md, "Promises") as questions to the ledger: each finds the rows that break it, none
where it holds.

One table of (name, promise, sentence, query), read from top to bottom by `verify`; a query gives one column, the
number or name of what is wrong. Only reads, and on any connection: the ledger's own or a backup's.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from itertools import islice

from config.frozen import frozen
from intake.frames import MOST_BYTES
from routing.ledger import outbox
from routing.ledger.undone import verdict_counts
from routing.ledger.withdrawing import SUPERSEDED
from routing.proof import LEAST

SHOWN = 20  # of what is wrong, at most


@frozen
class Promise:
    """One question. `number`: the promise of docs/design.md that it is about, 0 for the ledger's own order."""

    name: str
    number: int
    sentence: str
    query: str


@frozen
class PromiseResult:
    """What the ledger answered: `broken` names up to SHOWN rows that break the promise."""

    name: str
    number: int
    sentence: str
    broken: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether nothing breaks it."""
        return not self.broken


_LAST = "(SELECT p.state FROM posting p WHERE p.outbox_id = o.id ORDER BY p.id DESC LIMIT 1)"
_WAITS = "EXISTS (SELECT 1 FROM to_send q WHERE q.outbox_id = o.id)"
_OF_A_BODY = int(LEAST["own_again"])
_FINAL = f"({', '.join(repr(state) for state in sorted(outbox.FINAL))})"

PROMISES: tuple[Promise, ...] = (
    Promise("raw_or_erased", 1, "どのメールも、原本があるか、消去の記録があります",
     """SELECT a.id FROM arrival a WHERE NOT EXISTS (SELECT 1 FROM raw r WHERE r.arrival_id = a.id)
        AND NOT EXISTS (SELECT 1 FROM erasure e WHERE e.arrival_id = a.id)"""),
    Promise("sighted", 1, "どのメールも、どこで見つけたかが分かります",
     "SELECT id FROM arrival a WHERE NOT EXISTS (SELECT 1 FROM sighting s WHERE s.arrival_id = a.id)"
     " AND NOT EXISTS (SELECT 1 FROM event e WHERE e.arrival_id = a.id AND e.kind = 'content_changed')"),
    Promise("cursor_kept", 1, "読み進めた位置のメールは、台帳にあります",
     """SELECT c.mailbox FROM cursor c WHERE NOT EXISTS (SELECT 1 FROM sighting s WHERE s.mailbox = c.mailbox
        AND s.uidvalidity = c.uidvalidity AND s.uid = c.uid)"""),
    Promise("judged", 1, "どのメールも、判定済みか判定待ちです",
     """SELECT a.id FROM arrival a WHERE NOT EXISTS (SELECT 1 FROM to_read q WHERE q.arrival_id = a.id)
        AND NOT EXISTS (SELECT 1 FROM verdict v WHERE v.arrival_id = a.id AND v.piece = '0')"""),
    Promise("committed", 2, "どの返信も、その判定より先には作られていません",
     """SELECT o.id FROM outbox o WHERE o.arrival_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM verdict v
        WHERE v.arrival_id = o.arrival_id AND v.recorded_at <= o.recorded_at)"""),
    Promise("queued_first", 2, "どの返信も、まず送信待ちに置かれています",
     """SELECT o.id FROM outbox o WHERE coalesce((SELECT p.state FROM posting p WHERE p.outbox_id = o.id
        ORDER BY p.id LIMIT 1), '') <> 'queued'"""),
    Promise("begun", 2, "送った返信は、どれも送信の開始が先に記録されています",
     """SELECT p.outbox_id FROM posting p WHERE p.state IN ('sent', 'drafted') AND NOT EXISTS (
        SELECT 1 FROM posting b WHERE b.outbox_id = p.outbox_id AND b.state = 'sending' AND b.id < p.id)"""),
    Promise("sent_once", 2, "同じ返信を二度送ったものはありません",
     """SELECT outbox_id FROM posting WHERE state IN ('sent', 'drafted') GROUP BY outbox_id
        HAVING count(*) > 1"""),
    Promise("never_thrice", 2, "結果の分からない送信を、三度試みたものはありません",
     """SELECT outbox_id FROM posting GROUP BY outbox_id
        HAVING sum(state = 'sending') - sum(state IN ('later', 'refused')) > 2"""),
    Promise("waiting_replies", 2, "送り終えていない返信は、送信待ちにあります",
     f"""SELECT o.id FROM outbox o WHERE {_LAST} NOT IN {_FINAL} AND NOT {_WAITS}
        AND NOT EXISTS (SELECT 1 FROM event e WHERE e.kind = 'reminder_taken_back' AND e.detail = o.key)
        AND NOT EXISTS (SELECT 1 FROM erasure e WHERE e.arrival_id = coalesce(o.arrival_id,
            (SELECT b.arrival_id FROM about b WHERE b.outbox_id = o.id)))"""),
    Promise("finished_replies", 2, "送り終えた返信は、送信待ちにありません",
     f"SELECT o.id FROM outbox o WHERE {_LAST} IN {_FINAL} AND {_WAITS}"),
    Promise("proven_stays", 7, "裏付けのある回答が、裏付けの弱い回答に自動で替わったものはありません",
     f"""SELECT w.arrival_id FROM verdict w JOIN verdict v ON v.body = w.body AND v.program = w.program
        AND v.part = w.part AND v.attribute = w.attribute AND v.outcome = 'accepted' AND v.id < w.id
        WHERE w.outcome = 'accepted' AND w.piece <> '0' AND w.decided_by = 'uketsuke' AND w.proof < {_OF_A_BODY}
        AND w.body <> '' AND v.piece <> '0' AND v.proof >= {_OF_A_BODY} AND v.arrival_id <> w.arrival_id
        AND {verdict_counts("w")}
        AND NOT EXISTS (SELECT 1 FROM verdict x WHERE x.arrival_id = v.arrival_id AND x.piece = '0'
                        AND x.id > v.id AND x.id < w.id)"""),
    Promise("bounces_named", 7, "戻ったとした手紙には、どれも、戻ったことを知らせたメールがあります",
     """SELECT outbox_id FROM posting WHERE state = 'undelivered'
        AND NOT EXISTS (SELECT 1 FROM arrival a WHERE a.receipt = posting.detail)"""),
    Promise("bounded", 8, "どのメールの読み取り結果も、上限に収まっています",
     f"SELECT arrival_id FROM message WHERE length(CAST(submission AS BLOB)) > {2 * MOST_BYTES}"),
    Promise("withdrawn_stays", 9, "取り消した手紙を、後から送ったものはありません",
     """SELECT w.outbox_id FROM posting w WHERE w.state = 'withdrawn' AND EXISTS (SELECT 1 FROM posting p
        WHERE p.outbox_id = w.outbox_id AND p.id > w.id AND p.state IN ('queued', 'sending', 'sent', 'drafted'))
        AND NOT EXISTS (SELECT 1 FROM posting q JOIN outbox o ON o.id = q.outbox_id JOIN undone n
            ON n.arrival_id = o.arrival_id AND n.recorded_at = q.recorded_at
            WHERE q.outbox_id = w.outbox_id AND q.id > w.id AND q.state = 'queued')"""),
    Promise("newest_letter", 9, "新しい判断と食い違う手紙が、送信待ちや下書きに残っていません", SUPERSEDED),
    Promise("held_after_restore", 10, "控えから戻した台帳では、送ったかもしれない手紙の送信が止められています",
     """SELECT 'event ' || id FROM event e WHERE kind = 'restored'
        AND NOT EXISTS (SELECT 1 FROM sending_hold h WHERE h.mails_before = e.recorded_at)"""),
    Promise("not_again", 10, "控えから戻した後、送信の停止が解かれるまでに、送ったかもしれない手紙を送ったものはありません",
     """SELECT p.outbox_id FROM posting p JOIN outbox o ON o.id = p.outbox_id
        JOIN sending_hold h ON h.mails_before <> '' AND h.mails_before < p.recorded_at
        WHERE p.state = 'sending' AND p.detail = '' AND o.kind <> 'alert'
        AND (o.arrival_id IS NULL
             OR (SELECT a.received_at FROM arrival a WHERE a.id = o.arrival_id) < h.mails_before)
        AND NOT EXISTS (SELECT 1 FROM sending_release l WHERE l.hold_id = h.id AND l.recorded_at <= p.recorded_at)
        AND NOT EXISTS (SELECT 1 FROM let_go g WHERE g.outbox_id = o.id AND g.hold_id = h.id
                        AND g.recorded_at <= p.recorded_at)"""),
    Promise("no_loop", 3, "自動送信のメールに返信したものはありません",
     """SELECT o.id FROM outbox o JOIN message m ON m.arrival_id = o.arrival_id
        WHERE m.kind IN ('auto_reply', 'bounce', 'receipt', 'list', 'own')
        UNION ALL SELECT o.id FROM outbox o JOIN about b ON b.outbox_id = o.id AND o.kind = 'answer'
        JOIN message m ON m.arrival_id = b.arrival_id
        WHERE m.kind IN ('auto_reply', 'bounce', 'receipt', 'list', 'own')"""),
    Promise("readable", 4, "判定待ちのメールには、原本があります",
     """SELECT q.arrival_id FROM to_read q
        WHERE NOT EXISTS (SELECT 1 FROM raw r WHERE r.arrival_id = q.arrival_id)"""),
    Promise("queued_to_read", 4, "判定を始めたメールと後回しのメールは、判定待ちにあります",
     """SELECT arrival_id FROM (SELECT arrival_id FROM deciding UNION SELECT arrival_id FROM deferred)
        WHERE arrival_id NOT IN (SELECT arrival_id FROM to_read)"""),
    Promise("characters", 5, "読み取れなかった文字は、件名にあれば全て指摘されています",
     """SELECT m.arrival_id FROM message m WHERE instr(m.subject, char(65533)) > 0 AND m.submission <> ''
        AND json_array_length(m.submission, '$.message.defects') = 0"""),
    Promise("rules", 6, "どの判定にも、当てはまった規則があります",
     "SELECT id FROM verdict WHERE NOT json_valid(rules) OR json_array_length(rules) = 0"),
    Promise("who_and_why", 6, "職員の判定、記録、消去には、実施者と理由があります",
     """SELECT 'verdict ' || id FROM verdict WHERE decided_by = '' OR (decided_by <> 'uketsuke' AND why = '')
        UNION ALL SELECT 'event ' || id FROM event WHERE done_by = '' OR (done_by <> 'uketsuke' AND why = '')
        UNION ALL SELECT 'erasure ' || arrival_id FROM erasure WHERE done_by = '' OR why = ''"""),
    Promise("correction_named", 6, "確認のお願いには、どれも指摘があります",
     """SELECT v.id FROM verdict v WHERE v.outcome = 'correction' AND v.piece <> '0'
        AND v.decided_by = 'uketsuke' AND NOT EXISTS (SELECT 1 FROM finding f WHERE f.arrival_id = v.arrival_id)"""),
    Promise("erased_gone", 0, "消去したメールの原本と読み取り結果は、残っていません",
     """SELECT e.arrival_id FROM erasure e WHERE EXISTS (SELECT 1 FROM raw r WHERE r.arrival_id = e.arrival_id)
        OR EXISTS (SELECT 1 FROM message m WHERE m.arrival_id = e.arrival_id
                   AND m.submission || m.subject || m.sender_name <> '')
        OR EXISTS (SELECT 1 FROM attachment t WHERE t.arrival_id = e.arrival_id AND t.filename <> '')"""),
    Promise("words_kept", 0, "語の検索に使う表は、読み取り結果と合っています",
     """SELECT m.arrival_id FROM message m LEFT JOIN words w ON w.arrival_id = m.arrival_id
        WHERE w.said IS NOT m.subject || char(10) || m.sender_name || char(10) || m.sender || char(10)
            || coalesce(iif(json_valid(m.submission), json_extract(m.submission, '$.message.body'), ''), '')
        UNION ALL SELECT arrival_id FROM words WHERE arrival_id NOT IN (SELECT arrival_id FROM message)"""),
    Promise("wiped", 0, "消去の仕上げを待つものはありません", "SELECT arrival_id FROM to_wipe"),
    Promise("secret", 0, "Message-ID の鍵は、台帳にあります",
     """SELECT 'message_id' WHERE NOT EXISTS (
        SELECT 1 FROM secret WHERE name = 'message_id' AND length(value) = 32)"""),
    Promise("instants", 0, "日時は、どれも日本時間で秒まで書かれています",
     " UNION ALL ".join(
        f"SELECT '{table} ' || rowid FROM {table} WHERE {column} NOT GLOB"
        " '[12][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]+09:00'"
        for table, column in (("arrival", "received_at"), ("arrival", "recorded_at"), ("verdict", "recorded_at"),
                              ("event", "recorded_at"), ("posting", "recorded_at"))
     )),
)  # fmt: skip


def ask(connection: sqlite3.Connection) -> Iterator[PromiseResult]:
    """Every answer: SQLite's own checks, the promises, and the hash of each raw mail computed anew; for a damaged
    file only that it is damaged. Raises sqlite3.DatabaseError where it cannot be read even so far."""
    whole = _answer("integrity", "ファイルは壊れていません", _integrity(connection))
    yield whole
    if not whole.holds:
        return
    yield _answer("foreign_keys", "表の間のつながりは切れていません", (
        f"{row[0]} {row[1]}" for row in connection.execute("PRAGMA foreign_key_check")))  # fmt: skip
    for promise in PROMISES:
        broken = (str(row[0]) for row in connection.execute(promise.query))
        yield PromiseResult(promise.name, promise.number, promise.sentence, tuple(islice(broken, SHOWN)))
    hashes = tuple(islice(_wrong_hashes(connection), SHOWN))
    yield PromiseResult("raw_hash", 1, "原本のハッシュ値と大きさは、届いた時のままです", hashes)


def _answer(name: str, sentence: str, broken: Iterator[str]) -> PromiseResult:
    return PromiseResult(name, 0, sentence, tuple(islice(broken, SHOWN)))


def _integrity(connection: sqlite3.Connection) -> Iterator[str]:
    """What SQLite finds wrong with the file; at some kinds of damage its check itself fails (SQLITE_CORRUPT)."""
    try:
        yield from (row[0] for row in connection.execute("PRAGMA integrity_check") if row[0] != "ok")
    except sqlite3.OperationalError:  # locked, or no right to read: no damage
        raise
    except sqlite3.DatabaseError as damage:
        yield str(damage)


def _wrong_hashes(connection: sqlite3.Connection) -> Iterator[str]:
    """Mails whose bytes are not those that came, one after the other: they are never all in memory."""
    query = """SELECT a.id, a.sha256, a.size, a.header_only, r.bytes
        FROM raw r JOIN arrival a ON a.id = r.arrival_id ORDER BY a.id"""
    for id, sha256, size, header_only, raw in connection.execute(query):
        if hashlib.sha256(raw).hexdigest() != sha256 or (not header_only and len(raw) != size):
            yield str(id)
