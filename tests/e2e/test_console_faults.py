"""The operators' page when things go wrong: killed within a decision, beside a worker and the command line, a busy ledger.

Real processes over a demo's ledger. Whatever happens, a decision is there whole or not at all, no letter leaves twice, and
every promise holds.
"""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from routing.demo.run import REHEARSAL_PASSWORD, Demo
from routing.ledger import promises
from routing.ledger.store import Ledger
from tests.demo_at_hand import copied
from tests.e2e.console_served import Served
from tests.e2e.console_visitor import HttpVisitor
from tests.matrix import note

Record = Callable[[str, Any], None]
# Where the page is killed: module, function, before or after it; whether the decision is in the ledger then.
KILLS = [
    ("routing.operate.wishes", "fulfil", "before", False), ("routing.ledger.verdicts", "record", "after", False),
    ("routing.ledger.outbox", "queue", "after", False), ("routing.ledger.undoing", "remember", "after", False),
    ("routing.operate", "fulfil_later", "after", True),
]  # fmt: skip
KILLER = """
import os, signal, sys
module, name, when = sys.argv[1:4]
sys.argv = ["uketsuke", *sys.argv[4:]]
import importlib
home = importlib.import_module(module)
real = getattr(home, name)
armed = os.environ["ARMED"]
def deadly(*given, **named):
    if when == "before" and os.path.exists(armed):
        os.kill(os.getpid(), signal.SIGKILL)
    made = real(*given, **named)
    if os.path.exists(armed):
        os.kill(os.getpid(), signal.SIGKILL)
    return made
for one in list(sys.modules.values()):
    if getattr(one, name, None) is real and getattr(one, "__name__", "").startswith("routing."):
        setattr(one, name, deadly)
setattr(home, name, deadly)
from routing.cli import main
main()
"""


@pytest.fixture
def demo(finished_demo: Demo, tmp_path: Path) -> Path:
    return copied(finished_demo, tmp_path / "demo").out


def broken(ledger: Path) -> list[str]:
    opened = Ledger(ledger)
    try:
        return [a.name for a in promises.ask(opened.connection) if not a.holds]
    finally:
        opened.close()


def rows(ledger: Path, query: str) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(ledger, timeout=30)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


VERDICTS = "SELECT count(*) FROM verdict"


@pytest.mark.long
@pytest.mark.parametrize("module,name,when,stays", KILLS)
def test_killed_within_a_decision_it_is_there_whole_or_not_at_all(  # noqa: PLR0913 - where, and what is to be seen
    demo: Path, module: str, name: str, when: str, stays: bool, record_property: Record
) -> None:
    armed = demo / "armed"
    served = Served(demo, [sys.executable, "-c", KILLER, module, name, when], {"ARMED": str(armed)})
    ledger, before = served.ledger, rows(demo / "ledger.db", VERDICTS)
    try:
        visitor = HttpVisitor(served, "kakari", REHEARSAL_PASSWORD)
        form = visitor.previewed("/mail/20/accept", why="電話で確認")
        armed.touch()
        assert visitor.post("/mail/20/accept", **form)[0] == 0  # the line broke
        assert served.process.wait(30) == -9
    finally:
        served.close()
        armed.unlink()
    assert (rows(ledger, VERDICTS) != before) == stays and broken(ledger) == []
    again = Served(demo)
    try:
        visitor = HttpVisitor(again, "kakari", REHEARSAL_PASSWORD)
        status, _ = visitor.post("/mail/20/accept", **form)  # the same form again: a double click, or the button once more
        assert status == (409 if stays else 303)
    finally:
        again.close()
    assert len(rows(ledger, "SELECT 1 FROM outbox o JOIN to_send q ON q.outbox_id = o.id WHERE o.arrival_id = 20")) == 1
    assert broken(ledger) == []
    note(record_property, "page killed in a decision")


@pytest.mark.long
def test_page_worker_and_command_line_beside_each_other(demo: Path, record_property: Record) -> None:
    """Officials at two browsers decide, take back and decide again, while a worker runs and others type commands."""
    served, settings = Served(demo), str(demo / "settings.toml")
    seen: list[int] = []
    held = "SELECT DISTINCT arrival_id FROM latest_verdict WHERE outcome = 'held'"
    ids = [int(r[0]) for r in rows(demo / "ledger.db", held)]

    def clicks(login: str) -> None:
        visitor = HttpVisitor(served, login, REHEARSAL_PASSWORD)
        for id in ids:
            for action in ("ignore", "seen"):
                form = visitor.previewed(f"/mail/{id}/{action}", why="並行の試験")
                if not form:
                    seen.append(503)
                    continue
                seen.append(visitor.post(f"/mail/{id}/{action}", **form)[0])
                if found := re.search(r'name="seen" value="([^"]*)"><p><button>取り消す', visitor.get(f"/mail/{id}")[1]):
                    seen.append(visitor.post(f"/mail/{id}/undo", seen=found[1])[0])

    def commands(*words: str) -> None:
        for id in ids[:6]:
            given = [*(w.format(id=id) for w in words)]
            command = [sys.executable, "-m", "routing.cli", "--settings", settings, *given]
            done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
            assert done.returncode in (0, 1, 75), done.stderr

    threads = [
        *(threading.Thread(target=clicks, args=(login,)) for login in ("kakari", "kanri")),
        threading.Thread(target=commands, args=("run", "--once")),
        threading.Thread(target=commands, args=("decide", "{id}", "seen", "--by", "山田", "--why", "並行の試験")),
    ]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(300)
        assert not any(t.is_alive() for t in threads) and served.process.poll() is None
    finally:
        served.close()
    assert set(seen) <= {303, 409, 503} and seen.count(303) > len(ids)
    assert broken(served.ledger) == []
    note(record_property, "page beside worker and commands")


@pytest.mark.long
def test_a_busy_ledger_answers_again_and_keeps_the_page_alive(demo: Path, record_property: Record) -> None:
    served = Served(demo)
    try:
        visitor = HttpVisitor(served, "kakari", REHEARSAL_PASSWORD)
        form = visitor.previewed("/mail/20/accept", why="電話で確認")
        before = rows(served.ledger, VERDICTS)
        holder = sqlite3.connect(served.ledger, isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        try:
            assert visitor.get("/")[0] == 200  # looking needs no turn
            status, text = visitor.post("/mail/20/accept", **form)
            assert status == 503 and "もう一度お試しください" in text
        finally:
            holder.execute("ROLLBACK")
            holder.close()
        assert rows(served.ledger, VERDICTS) == before
        assert visitor.post("/mail/20/accept", **form)[0] == 303
    finally:
        served.close()
    note(record_property, "page: ledger busy")
