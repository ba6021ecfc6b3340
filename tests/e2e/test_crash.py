"""Kill -9 at any moment: every mail is in the ledger once, decided once and answered once (promises 1 and 2 of
docs/design.md)."""

from __future__ import annotations

import random
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.counting_smtp import Accepted, counting_smtp
from tests.e2e.office import MAILBOXES, Answer, Office, Worker, mail
from tests.e2e.traffic import Traffic, traffic
from tests.servers.correspondents import SAGAMIHARA
from tests.servers.machine import eventually

ARRIVALS = "SELECT count(*) FROM arrival"
VERDICTS = "SELECT count(*) FROM verdict WHERE piece = '0'"
SENT = "SELECT count(*) FROM posting WHERE state = 'sent'"


@pytest.fixture
def server() -> Iterator[Accepted]:
    with counting_smtp() as accepted:
        yield accepted


@pytest.fixture
def counted(office: Office, server: Accepted) -> Office:
    """An office whose replies go to the server that counts."""
    office.configure(sender=f'kind = "smtp"\nhost = "127.0.0.1"\nport = {server.port}\ntls = "none"')
    return office


def _deliver(office: Office, mails: list[Traffic]) -> None:
    for one in mails:
        office.servers.dovecot.put(MAILBOXES[one.mailbox], one.raw)


def _count(office: Office, query: str) -> int:
    try:
        return int(office.ledger(query)[0][0])
    except sqlite3.OperationalError:  # the ledger is not made yet
        return 0


def _kill_when(office: Office, reached: Callable[[], bool]) -> Worker:
    worker = office.run()
    eventually(lambda: reached() or worker.process.poll() is not None, 60)
    assert worker.process.poll() is None and reached(), worker.log()
    worker.kill()
    return worker


def _run_to_the_end(office: Office, mails: int, replies: int) -> Worker:
    worker = office.run()
    done = eventually(lambda: (_count(office, VERDICTS), _count(office, SENT)) == (mails, replies), 60)
    assert done, f"{_count(office, VERDICTS)} verdicts, {_count(office, SENT)} sent\n{worker.log()[-3000:]}"
    return worker


def _readers(survey: Path) -> list[str]:
    """Command lines of the reader children that live."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:  # it has ended meanwhile
                continue
            if "intake.child" in command and str(survey) in command:
                found.append(command)
    return found


def _crash(counted: Office, server: Accepted, mails: list[Traffic], kills: int, seed: int) -> None:
    """Kills the worker while it fetches, then at random numbers of verdicts and of accepted replies."""
    due = sum(one.due for one in mails)
    draw = random.Random(seed)
    _deliver(counted, mails)

    _kill_when(counted, lambda: _count(counted, ARRIVALS) > 0)
    assert _count(counted, ARRIVALS) < len(mails)
    for goal in sorted(draw.sample(range(10, due - 10), kills - 1)):
        query = draw.choice([VERDICTS, None])
        _kill_when(
            counted, lambda q=query, g=goal: (_count(counted, q) if q else len(server.message_ids)) >= g
        )  # type: ignore[misc]
    last = _run_to_the_end(counted, len(mails), due)

    assert last.terminate() == 0
    arrivals = "SELECT count(*), count(DISTINCT sha256) FROM arrival"
    assert counted.ledger(arrivals) == [(len(mails), len(mails))]
    once = "SELECT count(*), count(DISTINCT arrival_id) FROM verdict WHERE piece = '0'"
    assert counted.ledger(once) == [(len(mails), len(mails))]
    assert counted.ledger("SELECT count(*) FROM to_read") == [(0,)]
    assert counted.ledger("SELECT count(*) FROM to_send") == [(0,)]
    times = Counter(server.message_ids)
    assert len(times) == due
    assert set(times) == {message_id for (message_id,) in counted.ledger("SELECT message_id FROM outbox")}
    assert max(times.values()) <= 2
    assert sum(times.values()) - due <= kills
    assert eventually(lambda: _readers(counted.folder / "survey") == [], 5)


@pytest.mark.long
def test_killed_five_times_in_300_mails_nothing_is_lost_and_nothing_done_twice(
    counted: Office, server: Accepted
) -> None:
    _crash(counted, server, traffic(300), kills=5, seed=20230721)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(2))
def test_killed_twenty_times_in_600_mails(counted: Office, server: Accepted, seed: int) -> None:
    _crash(counted, server, traffic(600), kills=20, seed=seed)


@pytest.mark.long
def test_a_reply_whose_acceptance_was_never_heard_goes_out_once_more_and_never_a_third_time(
    counted: Office, server: Accepted
) -> None:
    answer = Answer("14神奈川県相模原市", "指定都市", "難病")
    raw = mail(SAGAMIHARA, MAILBOXES["n_mynumber"], "<1@city.test>", answer, answer.workbook())
    counted.servers.dovecot.put(MAILBOXES["n_mynumber"], raw)

    for attempts in (1, 2):
        worker = counted.run()
        server.before_answer = worker.kill  # between the server's acceptance and our hearing of it
        assert eventually(lambda n=attempts: len(server.message_ids) == n, 20), worker.log()  # type: ignore[misc]
        worker.process.wait(10)
    server.before_answer = lambda: None
    counted.run().wait_for("担当者が確認してください")
    counted.wait_for_rows("SELECT state FROM reply_overview", [("unsure",)])

    assert len(server.message_ids) == 2
    assert len(set(server.message_ids)) == 1
