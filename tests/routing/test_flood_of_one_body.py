"""However much one body sends, no page and no report costs more than its share: what is done for each mail is not done
for each pair of them. Counted are calls of functions, which no busy machine changes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from routing.ledger.store import Ledger
from routing.reading.reader import Reader
from routing.register import Register
from routing.tracking.instant import open_instant
from routing.views.held import held_rows
from tests.calls import calls
from tests.routing.console_at_hand import Visitor, site_of
from tests.routing.desk_at_hand import Office, form, mail, open_office

FEW, MANY = 24, 96  # of each kind
RATIO = 7.0  # linear: 4, and not all begin to wait at the first; of pairs: 16
SUBJECT = "【横浜市】マイナンバーアンケート回答"
KINDS: dict[str, Callable[[int], bytes]] = {
    "a question": lambda n: mail({}, f"お尋ね{n}", body=f"記入の仕方を教えてください。{n}"),
    "without a file": lambda n: mail({}, SUBJECT, body=f"送付します。{n}"),
    "a file that cannot be opened": lambda n: mail({f"資料{n}.xlsx": b"PK\x03\x04" + b"%d" % n * 50}, body=f"{n}"),
    "a document": lambda n: mail({f"資料{n}.pdf": b"%PDF-1.4 " + b"%d" % n * 50}, body=f"{n}"),
    "a new version": lambda n: mail({f"{SUBJECT}.xlsx": _sheet(f"045-671-{n:04d}")}, body=f"{n}"),
    "the same answer": lambda n: mail(body=f"{n}"),
    "from elsewhere": lambda n: mail(sender=f"a{n}@city.kawasaki.lg.jp", body=f"{n}"),
}
PAGES = ("/", "/today", "/owed", "/owed?prefecture=14", "/letters", "/notices", "/body/141003", "/health")


def _sheet(telephone: str) -> bytes:
    return form({"program": "難病", "telephone": telephone})


def flooded(folder: Path, register: Register, reader: Reader, of_each: int) -> Office:
    folder.mkdir()
    office = open_office(folder, register, reader, Ledger(folder / "ledger.db"))
    for made in KINDS.values():
        for number in range(of_each):
            office.settle(made(number))
            office.now += timedelta(seconds=5)
    return office


def costs(office: Office) -> dict[str, int]:
    """Calls of each page, of the list, and of the books that every report opens."""
    visitor = Visitor(site_of(office))
    receipts = [str(row["receipt"]) for row in office.ledger.rows("SELECT receipt FROM arrival ORDER BY id")]
    paths = (*PAGES, *(f"/mail/{receipts[at]}" for at in (0, len(receipts) // 3, -1)))
    seen = {f"page {at}": calls(partial(visitor.get, path)) for at, path in enumerate(paths)}
    seen["search"] = calls(lambda: visitor.post("/search", words="横浜"))
    seen["held"] = calls(lambda: held_rows(office.desk))
    seen["books"] = calls(lambda: open_instant(office.ledger, office.desk.register, office.now))
    return seen


@pytest.mark.long
def test_what_one_body_sends_costs_no_page_the_square_of_it(
    tmp_path: Path, register: Register, reader: Reader
) -> None:
    few, many = flooded(tmp_path / "few", register, reader, FEW), flooded(tmp_path / "many", register, reader, MANY)
    for office in (few, many):
        costs(office)  # what is loaded once is loaded
    before, after = costs(few), costs(many)
    few.ledger.close(), many.ledger.close()
    assert {what: (before[what], after[what]) for what in after if after[what] > RATIO * before[what]} == {}
