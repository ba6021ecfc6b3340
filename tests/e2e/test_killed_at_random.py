"""Kill -9 at random instants while 500 mails come in, among a real Dovecot and a real Postfix, twenty times.

What Postfix says it took is the truth about what went out. No mail is lost; no reply goes out twice except
in the one window between Postfix's acceptance and our commit, whose length and hits are measured here.
"""

from __future__ import annotations

import os
import random
import re
import statistics
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.e2e.office import COMMAND, MAILBOXES, Office, Worker
from tests.e2e.traffic import Traffic, traffic
from tests.matrix import note
from tests.servers import machine
from tests.servers.correspondents import Correspondents
from tests.servers.machine import eventually
from tests.servers.postfix import Postfix

pytestmark = pytest.mark.long

RUNS, MAILS, KILLS = 20, 500, 4
TIMED = Path(__file__).with_name("timed")
_CLEANUP = re.compile(r"/cleanup\[\d+\]: (\w+): message-id=(<[^>]+>)")
_QUEUED = re.compile(r"/qmgr\[\d+\]: (\w+): from=<[^>]*>, size=")


@pytest.fixture(scope="module")
def postfix(mail_servers: object) -> Iterator[Postfix]:
    """Takes every reply and throws it away: what it took stands in its log."""
    with machine.folder() as at:
        made = Postfix(at / "postfix", machine.certificate(at / "tls"), 1, "virtual_transport = discard:\n")
        made.start()
        yield made
        made.stop()


@pytest.fixture(scope="module")
def mails() -> list[Traffic]:
    return traffic(MAILS)


@dataclass
class Tally:
    """Over all runs."""

    kills: int = 0
    hits: int = 0  # replies that went out twice
    unsure: int = 0
    windows: list[float] = field(default_factory=list)  # seconds

    def line(self, runs: int) -> str:
        lengths = statistics.quantiles(self.windows, n=100)
        return (
            f"kill -9: {runs} runs of {MAILS} mails, {self.kills} kills, 0 lost; the window (SMTP acceptance to"
            f" commit) hit {self.hits} times, {self.unsure} replies left to people; its length over"
            f" {len(self.windows)} replies: p50 {lengths[49] * 1000:.1f} ms, p99 {lengths[98] * 1000:.1f} ms"
        )


TALLY = Tally()


def accepted(postfix: Postfix, since: int, ours: set[str]) -> Counter[str]:
    """How often each of our Message-IDs was queued: cleanup names it, qmgr once it was taken as a whole.
    `since`: how long the log was when this run began."""
    log = postfix.log()[since:]
    named = dict(_CLEANUP.findall(log))
    return Counter(named[queue_id] for queue_id in set(_QUEUED.findall(log)) if named.get(queue_id) in ours)


def _start(office: Office) -> Worker:
    path = office.folder / "worker.log"
    windows = {"PYTHONPATH": str(TIMED), "UKETSUKE_WINDOWS": str(office.folder / "windows")}
    with path.open("ab") as output:
        process = subprocess.Popen(
            [COMMAND, "--settings", str(office.folder / "settings.toml"), "run"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, **windows},
        )
    return Worker(process, path)


def _said(office: Office) -> int:
    log = office.folder / "worker.log"
    return log.read_text().count("受付を開始しました") if log.exists() else 0


def _kill_at_random(office: Office, draw: random.Random) -> None:
    before = _said(office)
    worker = _start(office)
    assert eventually(lambda: _said(office) > before or worker.process.poll() is not None, 60)
    time.sleep(draw.uniform(0.0, 1.5))
    assert worker.process.poll() is None, worker.log()
    worker.kill()


def _counts(office: Office) -> tuple[int, int]:
    decided = office.ledger("SELECT count(*) FROM verdict WHERE piece = '0'")[0][0]
    waiting = office.ledger("SELECT (SELECT count(*) FROM to_read) + (SELECT count(*) FROM to_send)")[0][0]
    return int(decided), int(waiting)


@pytest.mark.parametrize("run", range(RUNS))
def test_no_mail_is_lost_and_no_reply_goes_out_twice_but_in_the_one_window(  # noqa: PLR0913 - fixtures
    office: Office,
    writers: Correspondents,
    postfix: Postfix,
    mails: list[Traffic],
    run: int,
    record_property: Callable[[str, object], None],
    figure: Callable[[str], None],
) -> None:
    note(record_property, "kill -9 at random, 20 × 500 mails")
    smtp = f'host = "localhost"\nport = {postfix.port}\ntls = "starttls"\ntls_ca = "{postfix.ca}"'
    office.configure(sender=f'kind = "smtp"\n{smtp}')
    for one in mails:
        writers.servers.dovecot.put(MAILBOXES[one.mailbox], one.raw)
    draw = random.Random(run)
    since = len(postfix.log())

    for _ in range(KILLS):
        _kill_at_random(office, draw)
    last = _start(office)
    try:
        done = eventually(lambda: _counts(office) == (MAILS, 0), 180)
        assert done, f"{_counts(office)}\n{last.log()[-3000:]}"
        assert last.terminate() == 0
    finally:
        last.kill()

    _check(office, lambda ours: accepted(postfix, since, ours), sum(one.due for one in mails))
    windows = [float(line) for line in (office.folder / "windows").read_text().split()]
    assert windows, "no window was measured: see tests/e2e/timed"
    TALLY.windows += windows
    if run == RUNS - 1:
        figure(TALLY.line(run + 1))


def _check(office: Office, taken: Callable[[set[str]], Counter[str]], due: int) -> None:
    arrivals = "SELECT count(*), count(DISTINCT sha256) FROM arrival"
    assert office.ledger(arrivals) == [(MAILS, MAILS)]
    once = "SELECT count(*), count(DISTINCT arrival_id) FROM verdict WHERE piece = '0'"
    assert office.ledger(once) == [(MAILS, MAILS)]
    states = dict(office.ledger("SELECT message_id, state FROM reply_overview WHERE kind <> 'alert'"))
    assert len(states) == due
    assert set(states.values()) <= {"sent", "unsure"}
    sent = {message_id for message_id, state in states.items() if state == "sent"}
    assert eventually(lambda: sent <= set(taken(set(states))), 20)
    times = taken(set(states))
    assert max(times.values()) <= 2
    hits = sum(n - 1 for n in times.values())
    assert hits <= KILLS
    TALLY.kills += KILLS
    TALLY.hits += hits
    TALLY.unsure += len(states) - len(sent)
