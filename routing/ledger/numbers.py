"""A My Number in a mail, or what looked like one: places that officials released, and the steps after a real one.

All of it is folded from events; what they tell is places, never what stands there. Decides nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime

from routing.ledger import verdicts
from routing.ledger.store import Ledger
from routing.records import Note

RELEASED, FOUND = "not_my_number", "my_number"


def allowed(ledger: Ledger, arrival_id: int) -> frozenset[str]:
    """The places in a mail of which officials said that they hold no My Number, unless one said later that there is
    one after all."""
    rows = ledger.rows(
        "SELECT detail FROM event WHERE arrival_id = ?1 AND kind = ?2 AND detail <> ''"
        " AND id > coalesce((SELECT max(id) FROM event WHERE arrival_id = ?1 AND kind = ?3), 0)",
        arrival_id,
        RELEASED,
        FOUND,
    )
    return frozenset(place for row in rows for place in json.loads(row["detail"]))


def release(
    ledger: Ledger, arrival_id: int, places: Iterable[str], who: tuple[str, str], now: datetime
) -> None:
    """Records that these places hold no My Number, and has the mail read again; one transaction."""
    with ledger.writing():
        detail = json.dumps(list(places), ensure_ascii=False)
        verdicts.note(ledger, Note(RELEASED, detail), arrival_id, who, now)
        verdicts.read_again(ledger, arrival_id, who, now)
