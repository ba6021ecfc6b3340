"""How long each page of `uketsuke console` takes on a ledger of 20,000 mails: the demo's, many times over.

The copies are spread over all respondents, each with its own receipt number; what waits for people is the demo's own. Over
HTTP, from request to last byte, as the command serves it; median and the slowest page's.
"""

from __future__ import annotations

import http.client
import sqlite3
import statistics
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlencode

from config.load import default_survey
from routing.demo.run import REHEARSAL_PASSWORD, run_demo
from routing.register import build_register
from tests.e2e.console_served import Served

MAILS = 20_000
ROUNDS = 9
PATHS = {
    "held": "/", "mail": "/mail/{mail}", "preview": "/mail/{held}/accept", "body": "/body/141500",
    "owed": "/owed?prefecture=14",
    "today": "/today?day=2023-07-20", "letters": "/letters", "notices": "/notices", "health": "/health",
}  # fmt: skip
SEARCHES = {"search_word": "予防接種", "search_nothing": "ありえない言葉", "search_receipt": "{mail}",
            "search_name": "相模原"}  # fmt: skip


def measure(mails: int = MAILS) -> dict[str, float]:
    """Milliseconds (median) of each page and search, of all of them together, and of the slowest one."""
    with tempfile.TemporaryDirectory(prefix="uk-console-") as folder:
        out = Path(folder) / "demo"
        run_demo(default_survey(), out)
        grow(out / "ledger.db", mails)
        served = Served(out)
        try:
            found = _ask(served)
        finally:
            served.close()
    told = {f"{name}_ms": round(statistics.median(took), 1) for name, took in found.items()}
    every = [ms for took in found.values() for ms in took]
    return told | {"median_ms": round(statistics.median(every), 1), "slowest_ms": max(told.values()), "mails": float(mails)}


def _ask(served: Served) -> dict[str, list[float]]:
    ledger = sqlite3.connect(served.ledger)
    mail, held = (ledger.execute("SELECT receipt FROM arrival WHERE id = ?", (id,)).fetchone()[0] for id in (4, 20))
    ledger.close()
    line = http.client.HTTPConnection("127.0.0.1", served.port, timeout=60)
    ours = {"Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded"}
    line.request("POST", "/login", urlencode({"login": "kanri", "password": REHEARSAL_PASSWORD}), ours)
    answer = line.getresponse()
    answer.read()
    ours["Cookie"] = (answer.getheader("Set-Cookie") or "").partition(";")[0]

    def one(path: str, form: dict[str, str] | None) -> float:
        began = time.perf_counter()
        line.request("POST" if form else "GET", path, urlencode(form) if form else None, ours)
        answer = line.getresponse()
        answer.read()
        assert answer.status in (200, 303), (path, answer.status)
        return (time.perf_counter() - began) * 1000

    asked: dict[str, tuple[str, dict[str, str] | None]] = {
        name: (path.format(mail=mail, held=held), None) for name, path in PATHS.items()
    } | {name: ("/search", {"words": words.format(mail=mail)}) for name, words in SEARCHES.items()}
    for path, form in asked.values():  # each once unmeasured
        one(path, form)
    return {name: [one(path, form) for _ in range(ROUNDS)] for name, (path, form) in asked.items()}


def grow(path: Path, mails: int) -> None:
    """Fills a demo's ledger up to this many mails with copies of those that wait for nobody."""
    ledger = sqlite3.connect(path)
    codes = [o.lgcode for o in build_register(default_survey()).obligations]
    ledger.execute("CREATE TEMP TABLE body (n INTEGER PRIMARY KEY, code TEXT)")
    ledger.executemany("INSERT INTO body VALUES (?, ?)", enumerate(dict.fromkeys(codes)))
    (bodies,) = ledger.execute("SELECT count(*) FROM body").fetchone()
    ledger.execute(f"CREATE TEMP TABLE again AS {_AT_REST}")
    (each,) = ledger.execute("SELECT count(*) FROM again").fetchone()
    columns = {t: [r[1] for r in ledger.execute(f"PRAGMA table_info({t})")] for t in _COPIED}
    for k in range(1, mails // each + 1):
        for table, key in _COPIED.items():
            values = ", ".join(_value(table, c, k, bodies) for c in columns[table])
            ledger.execute(f"INSERT INTO {table} SELECT {values} FROM {table} t WHERE t.{key} IN ({_WHICH[key]})")
    ledger.commit()
    ledger.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    ledger.close()


STEP = 100_000  # between the numbers of one copy and the next
_AT_REST = f"""SELECT id FROM arrival a WHERE id < {STEP} AND NOT EXISTS (SELECT 1 FROM verdict v WHERE v.arrival_id = a.id
    AND v.outcome = 'held') AND NOT EXISTS (SELECT 1 FROM event e WHERE e.arrival_id = a.id)
    AND NOT EXISTS (SELECT 1 FROM erasure e WHERE e.arrival_id = a.id) AND NOT EXISTS (SELECT 1 FROM outbox o JOIN posting p
    ON p.outbox_id = o.id WHERE o.arrival_id = a.id AND p.state NOT IN ('queued', 'sending', 'sent'))"""
_COPIED = {"arrival": "id", "raw": "arrival_id", "sighting": "arrival_id", "message": "arrival_id",
           "attachment": "arrival_id", "verdict": "arrival_id", "finding": "arrival_id", "evidence": "arrival_id",
           "outbox": "arrival_id", "posting": "outbox_id"}  # fmt: skip
_WHICH = {"id": "SELECT id FROM again", "arrival_id": "SELECT id FROM again",
          "outbox_id": "SELECT o.id FROM outbox o WHERE o.arrival_id IN (SELECT id FROM again)"}  # fmt: skip


def _value(table: str, column: str, k: int, bodies: int) -> str:
    """What stands in a column of copy number k."""
    whose = f"(SELECT code FROM body WHERE n = (t.arrival_id + {k}) % {bodies})"
    if column in ("id", "arrival_id", "outbox_id", "verdict_id"):
        return f"t.{column} + {k * STEP}"
    if (table, column) == ("arrival", "receipt"):
        return f"substr(t.receipt, 1, 6) || printf('%04d-%04d', {k}, t.id)"
    if (table, column) == ("arrival", "sha256"):
        return f"t.sha256 || '-{k}'"
    if (table, column) == ("sighting", "uid"):
        return f"t.uid || '-{k}'"
    if (table, column) in (("outbox", "key"), ("outbox", "message_id")):
        return f"t.{column} || '-{k}'"
    if column in ("body", "submitter", "respondent"):
        return f"iif(t.{column} = '', '', {whose})"
    return f"t.{column}"


if __name__ == "__main__":
    for name, figure in measure(int(sys.argv[1]) if len(sys.argv) > 1 else MAILS).items():
        print(f"{name:24} {figure}")
