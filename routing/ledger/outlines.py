"""Outlines that come alone: the answer that waits for one, found by the letter of ours that asked for it."""

from __future__ import annotations

from collections.abc import Iterable

from config.domains import aligned
from routing.ledger.store import Ledger
from routing.ledger.undone import verdict_counts

JOINED = "outline_joined"  # at the answer: an outline has come in another mail, whose receipt number is the detail
JOINS = "joins"  # at that other mail: it is part of an answer


def wanting(ledger: Ledger, message_ids: Iterable[str], sender: str) -> int | None:
    """The arrival (id) of an answer that still waits for an outline, by the desk's own decision, and about which one
    of these letters of ours went to this address, or its house; None if there is none. The newest such letter
    counts."""
    domain = sender.rpartition("@")[2].lower()
    for message_id in message_ids:
        for row in ledger.rows(_WANTING, message_id, message_id):
            to = str(row["recipient"]).lower()
            if to == sender.lower() or aligned(to.rpartition("@")[2], domain):
                return int(row["arrival_id"])
    return None


_WANTING = f"""SELECT DISTINCT o.arrival_id, o.recipient FROM outbox o
    JOIN verdict v ON v.arrival_id = o.arrival_id AND v.outcome = 'correction' AND v.decided_by = 'uketsuke'
    JOIN finding f ON f.verdict_id = v.id AND f.code = 'outline_missing' AND f.severity = 'error'
    WHERE (o.message_id = ?
        OR o.id IN (SELECT p.outbox_id FROM posting p WHERE p.state = 'sent_by_hand' AND p.detail = ?))
    AND {verdict_counts("v")}
    AND v.id >= (SELECT max(w.id) FROM verdict w WHERE w.arrival_id = v.arrival_id AND w.piece = '0')
    AND NOT EXISTS (SELECT 1 FROM verdict n WHERE n.body = v.body AND n.program = v.program AND n.attribute = v.attribute
                    AND n.outcome IN ('accepted', 'correction') AND n.arrival_id > v.arrival_id)
    AND NOT EXISTS (SELECT 1 FROM event e WHERE e.arrival_id = v.arrival_id AND e.kind = '{JOINED}')
    ORDER BY o.id DESC"""
