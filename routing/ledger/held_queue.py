"""The queues of what waits for a human, at any instant. Only reads."""

from __future__ import annotations

import json
from datetime import datetime
from sqlite3 import Row

from config.frozen import frozen, replace
from intake.mail.ids import receipt_in
from intake.sources.source import SeenMail
from routing.attention import queue_of, sql_list
from routing.clock import stamp, unstamp
from routing.ledger import missing_uids
from routing.ledger.letters import VERDICTS_OF
from routing.ledger.outbox import LIGHTER
from routing.ledger.store import Ledger
from routing.ledger.undone import event_counts, verdict_counts


@frozen
class Held:
    """One item that waits for a human. `queue`: submission, inquiry, reply, alarm or outbox; `reason` the
    name of the rule, or what became of a reply. `id` is 0 for a mail of ours that answers none: its number
    stands in `receipt`, and `received_at` is when it failed; and for a mail that the server keeps back, whose
    UID stands in `receipt`."""

    id: int
    receipt: str
    mailbox: str
    queue: str
    reason: str
    piece: str
    sender: str
    subject: str
    body: str
    program: str
    received_at: datetime
    detail: str = ""  # of an alert
    says: tuple[str, ...] = ()  # what the words of a mail say (wording.toml [says])
    rests: bool = False  # nothing is asked of its body automatically until an official has seen it


def resting(ledger: Ledger, at: datetime) -> frozenset[tuple[str, str]]:
    """(lgcode, program) pairs of which a body has written something that no official has seen, as of an instant:
    nothing is asked of it automatically meanwhile."""
    rows = ledger.rows(_RESTING, stamp(at))
    return frozenset((row["lgcode"], row["program"]) for row in rows)


# What words and requests in vain wait for no more: an official saw them, or answered in his mail program, or the form
# that they were about has come.
_LEFT = "('seen', 'answered_elsewhere', 'form_came')"
_RESTING = f"""SELECT DISTINCT e.lgcode, e.program FROM event e WHERE e.kind = 'rests' AND e.recorded_at <= ?1
    AND NOT EXISTS (SELECT 1 FROM verdict u WHERE u.arrival_id = e.arrival_id AND u.decided_by <> 'uketsuke'
                    AND {verdict_counts("u")})
    AND NOT EXISTS (SELECT 1 FROM event s WHERE s.arrival_id = e.arrival_id AND s.id > e.id
                    AND s.kind IN {_LEFT} AND s.recorded_at <= ?1 AND {event_counts("s")})"""


def held(ledger: Ledger, at: datetime) -> list[Held]:
    """Everything that waits for a human at an instant: mail and files held by a newest verdict, oldest
    first, then replies that did not leave or did not reach their reader."""
    return [
        *_about_mails(ledger, at),
        *(_stranded_notice(row) for row in ledger.rows(_STRANDED_NOTICES, stamp(at))),
        *(_kept_back(mail) for mail in missing_uids.missing(ledger, at)),
    ]


def held_of(ledger: Ledger, arrival_id: int, at: datetime) -> list[Held]:
    """What one mail waits for a human for, at an instant."""
    return _about_mails(ledger, at, arrival_id)


def _about_mails(ledger: Ledger, at: datetime, arrival_id: int | None = None) -> list[Held]:
    """What every mail waits for, or one alone: that one is looked up, and the others are not read for it."""
    one, asked = ("", (stamp(at),)) if arrival_id is None else ("AND a.id = ?2", (stamp(at), arrival_id))
    mails, stranded, capped, alerts = (
        ledger.rows(query.format(one=one), *asked) for query in (_HELD_MAIL, _STRANDED, _CAPPED, _ALERTS)
    )
    return [
        *(_held_mail(row) for row in mails),
        *(_held(row, row["state"], "outbox") for row in stranded),
        *(_held(row, row["kind"], "outbox") for row in capped),
        *(_held(row, row["kind"], _ALERTED.get(row["kind"], "alarm")) for row in alerts),
    ]


# The mail's own verdict is listed where its files have none of their own; a file no more once its sender has
# sent a version that was accepted.
_HELD_MAIL = f"""SELECT a.*, v.piece, v.rules, iif(v.body = '', v.submitter, v.body) AS body, v.program,
        coalesce(m.sender, '') AS sender,
        coalesce(m.subject, '') AS subject,
        EXISTS (SELECT 1 FROM event r WHERE r.arrival_id = a.id AND r.kind = 'rests') AS rests
    FROM verdict v JOIN arrival a ON a.id = v.arrival_id LEFT JOIN message m ON m.arrival_id = a.id
    WHERE v.outcome = 'held' AND v.recorded_at <= ?1 {{one}}
    AND v.id >= (SELECT max(w.id) FROM verdict w WHERE w.arrival_id = v.arrival_id AND w.piece = '0'
                 AND w.recorded_at <= ?1)
    AND NOT (v.piece = '0' AND EXISTS (SELECT 1 FROM verdict x WHERE x.arrival_id = v.arrival_id
             AND x.piece <> '0' AND x.id > v.id AND x.recorded_at <= ?1))
    AND NOT (v.body <> '' AND v.program <> '' AND EXISTS (
        SELECT 1 FROM verdict n LEFT JOIN message mn ON mn.arrival_id = n.arrival_id
        WHERE n.body = v.body AND n.program = v.program AND n.attribute = v.attribute AND n.outcome = 'accepted'
        AND n.id > v.id AND n.arrival_id <> v.arrival_id AND n.received_at >= v.received_at
        AND n.recorded_at <= ?1
        AND (lower(mn.sender) = lower(m.sender) OR v.rules LIKE '%"same_finding_again"%')
        AND n.id >= (SELECT max(w.id) FROM verdict w WHERE w.arrival_id = n.arrival_id AND w.piece = '0'
                     AND w.recorded_at <= ?1)))
    AND NOT (v.piece = '0' AND json_extract(v.rules, '$[0]') IN {sql_list(lambda rule: rule.seen)}
        AND EXISTS (SELECT 1 FROM event s
        WHERE s.arrival_id = v.arrival_id AND (s.kind IN {_LEFT} OR s.kind IN ('content_changed', 'joins'))
        AND s.recorded_at <= ?1 AND {event_counts("s")}))
    ORDER BY a.received_at, a.id, v.piece"""
# An official has acted since: what became of the earlier reply has been seen.
UNTOUCHED = f"""NOT EXISTS (SELECT 1 FROM verdict u WHERE u.arrival_id = a.id AND u.decided_by <> 'uketsuke'
    AND u.recorded_at >= {{since}} AND u.recorded_at <= ?1 AND {verdict_counts("u")})
    AND NOT EXISTS (SELECT 1 FROM event s WHERE s.arrival_id = a.id AND s.kind = 'seen'
                    AND s.recorded_at >= {{since}} AND {event_counts("s")})"""
# It has gone out once more without its attachments: what became of that one counts.
_NO_LIGHTER = f"NOT EXISTS (SELECT 1 FROM outbox l WHERE l.key = o.key || '{LIGHTER}')"
_STRANDED = f"""SELECT a.*, '0' AS piece, o.respondent AS body, '' AS program, o.recipient AS sender, o.subject,
        p.state
    FROM posting p JOIN outbox o ON o.id = p.outbox_id JOIN arrival a ON a.id = o.arrival_id
    WHERE p.state IN ('refused', 'unsure', 'undelivered', 'overtaken') AND {_NO_LIGHTER} {{one}}
    AND p.id = (SELECT max(q.id) FROM posting q WHERE q.outbox_id = o.id AND q.recorded_at <= ?1)
    AND p.recorded_at <= ?1 AND {UNTOUCHED.format(since="p.recorded_at")} ORDER BY p.id"""
_STRANDED_NOTICES = f"""SELECT o.mailbox, o.respondent, o.recipient, o.subject, o.message_id, p.state,
        p.recorded_at
    FROM posting p JOIN outbox o ON o.id = p.outbox_id
    WHERE o.arrival_id IS NULL AND p.state IN ('refused', 'unsure', 'undelivered') AND {_NO_LIGHTER}
    AND p.id = (SELECT max(q.id) FROM posting q WHERE q.outbox_id = o.id AND q.recorded_at <= ?1)
    AND p.recorded_at <= ?1 AND NOT EXISTS (SELECT 1 FROM event s WHERE s.kind = 'seen' AND s.arrival_id IS NULL
        AND o.message_id LIKE '<uketsuke.' || s.detail || '.%' AND s.recorded_at >= p.recorded_at
        AND s.recorded_at <= ?1)
    ORDER BY p.id"""
_CAPPED = f"""SELECT a.*, '0' AS piece, e.lgcode AS body, '' AS program, coalesce(m.sender, '') AS sender,
        coalesce(m.subject, '') AS subject, e.kind, e.detail
    FROM event e JOIN arrival a ON a.id = e.arrival_id LEFT JOIN message m ON m.arrival_id = a.id
    WHERE e.kind IN ('capped', 'unwritable') AND e.recorded_at <= ?1 {{one}}
    AND e.id = (SELECT max(f.id) FROM event f WHERE f.arrival_id = a.id AND f.kind IN ('capped', 'unwritable', 'retry')
                AND f.recorded_at <= ?1)
    AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.arrival_id = a.id AND o.recorded_at > e.recorded_at
                    AND o.recorded_at <= ?1)
    AND {UNTOUCHED.format(since="e.recorded_at")} ORDER BY e.id"""

_ALERTED = {"question": "inquiry", "draft_kept": "outbox", "letter_left": "outbox", "quiet": "outbox"}
# What operators must hear of though nothing has to be decided, until one of them has seen it.
_ALERTS = f"""SELECT a.*, '0' AS piece, e.kind, e.detail, e.lgcode AS body, e.program, coalesce(m.sender, '') AS sender,
        coalesce(m.subject, '') AS subject
    FROM event e JOIN arrival a ON a.id = e.arrival_id LEFT JOIN message m ON m.arrival_id = a.id
    WHERE e.kind IN ('alert', 'attribute_gap', 'check_failed', 'question', 'receipt_doubt', 'draft_kept',
        'letter_left', 'unconfirmed', 'replaced', 'gave_way', 'my_number', 'quiet') AND e.recorded_at <= ?1 {{one}}
    AND e.id = (SELECT max(f.id) FROM event f WHERE f.arrival_id = a.id AND f.kind = e.kind
                AND f.program = e.program AND f.lgcode = e.lgcode AND {event_counts("f")})
    AND {event_counts("e")} AND NOT EXISTS (SELECT 1 FROM event s WHERE s.arrival_id = a.id AND s.id > e.id
                    AND {event_counts("s")}
                    AND (s.kind = 'seen' OR s.kind = 'received' AND e.kind = 'receipt_doubt'
                         OR s.kind = 'answered_elsewhere' AND e.kind = 'question'
                         OR s.kind = 'replaced_told' AND e.kind = 'replaced'
                         OR s.kind IN ('not_my_number', 'my_number_done') AND e.kind = 'my_number')
                    AND s.recorded_at <= ?1)
    AND NOT (e.kind = 'quiet' AND EXISTS (SELECT 1 FROM verdict u WHERE u.arrival_id = a.id
        AND {verdict_counts("u")} AND u.decided_by <> 'uketsuke' AND u.recorded_at >= e.recorded_at
        AND u.recorded_at <= ?1))
    ORDER BY e.id"""


def _held_mail(row: Row) -> Held:
    """A mail or a file that a verdict holds."""
    rule, *remarks = json.loads(row["rules"])
    says = tuple(remarks) if row["piece"] == "0" else ()
    return replace(_held(row, rule, queue_of(rule, says)), says=says, rests=bool(row["rests"]))


def unanswered(ledger: Ledger, mailbox: str) -> list[tuple[int, SeenMail]]:
    """The questions and words of a mailbox that wait for an official, with where they were seen: he may have answered
    in his mail program."""
    return [
        (row["id"], SeenMail(row["message_id"], row["uidvalidity"], row["uid"], unstamp(row["received_at"])))
        for row in ledger.rows(_UNANSWERED, mailbox)
    ]


_UNANSWERED = f"""SELECT a.id, a.received_at, m.message_id, s.uidvalidity, s.uid FROM arrival a
    JOIN message m ON m.arrival_id = a.id JOIN sighting s ON s.arrival_id = a.id
    JOIN verdict v ON v.arrival_id = a.id AND v.piece = '0' AND v.decided_by = 'uketsuke'
    WHERE a.mailbox = ? AND v.id = (SELECT max(w.id) FROM verdict w WHERE w.arrival_id = a.id AND w.piece = '0')
    AND (v.outcome = 'held' AND json_extract(v.rules, '$[0]') IN {sql_list(lambda rule: rule.words)}
        OR EXISTS (SELECT 1 FROM event q WHERE q.arrival_id = a.id AND q.kind = 'question'))
    AND NOT EXISTS (SELECT 1 FROM event e WHERE e.arrival_id = a.id AND e.kind IN {_LEFT}
                    AND {event_counts("e")})
    AND s.recorded_at = (SELECT max(t.recorded_at) FROM sighting t WHERE t.arrival_id = a.id)
    GROUP BY a.id ORDER BY a.id"""


def asking(ledger: Ledger, mailbox: str, whose: tuple[str, str], before: int) -> list[int]:
    """The arrivals up to `before` that wait in a mailbox for an official because a file or a form was missing, or in
    words. `whose`: (address, lgcode), of which one is enough."""
    return [row["id"] for row in ledger.rows(_ASKING, mailbox, before, *whose)]


_ASKING = f"""SELECT a.id FROM ({VERDICTS_OF.format("?3", "?4")}) theirs JOIN verdict v ON v.id = theirs.id
    JOIN arrival a ON a.id = v.arrival_id
    WHERE v.decided_by = 'uketsuke' AND +a.mailbox = ?1 AND a.id < ?2
    AND v.id = (SELECT max(w.id) FROM verdict w WHERE w.arrival_id = a.id AND w.piece = '0') AND v.outcome = 'held'
    AND json_extract(v.rules, '$[0]') IN {sql_list(lambda rule: rule.form_wanted)}
    AND NOT EXISTS (SELECT 1 FROM event e WHERE e.arrival_id = a.id AND e.kind IN {_LEFT}
                    AND {event_counts("e")}) ORDER BY a.id"""


def _kept_back(mail: missing_uids.Missing) -> Held:
    """A mail that a server lists and does not hand out."""
    return Held(0, f"UID {mail.uid}", mail.mailbox, "alarm", "missing", "0", "", "", "", "", mail.since)


def _held(row: object, reason: str, queue: str = "") -> Held:
    r = dict(row)  # type: ignore[call-overload]
    return Held(
        id=r["id"],
        receipt=r["receipt"],
        mailbox=r["mailbox"],
        queue=queue or queue_of(reason),
        reason=reason,
        piece=r["piece"],
        sender=r["sender"],
        subject=r["subject"],
        body=r["body"],
        program=r["program"],
        received_at=unstamp(r["received_at"]),
        detail=r.get("detail", ""),
    )


def _stranded_notice(row: Row) -> Held:
    """A reminder or its like that did not leave, or did not reach its reader."""
    return Held(
        id=0,
        receipt=receipt_in(row["message_id"]),
        mailbox=row["mailbox"],
        queue="outbox",
        reason=f"notice_{row['state']}",
        piece="0",
        sender=row["recipient"],
        subject=row["subject"],
        body=row["respondent"],
        program="",
        received_at=unstamp(row["recorded_at"]),
    )
