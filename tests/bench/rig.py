"""What every question is asked with: Dovecot, a sink for the replies, a survey of these days, a running worker.

The servers have a core of their own; what is measured gets the cores that the question gives it.
"""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.machine import SERVERS, cpu_seconds, memory_mib, pinned
from tests.bench.sink import Sink, sink
from tests.e2e.office import MAILBOXES, Office, Worker, shift_survey
from tests.e2e.traffic import Traffic
from tests.servers.machine import eventually
from tests.servers.mail import MailServers, running

ARRIVALS = "SELECT count(*) FROM arrival"
WAITING = "SELECT (SELECT count(*) FROM to_read) + (SELECT count(*) FROM to_send)"
VERDICTS = "SELECT count(*) FROM verdict WHERE piece = '0'"
PATIENCE = 300.0  # seconds
EVERY = 0.1  # seconds between two looks: whoever looks on takes time from what is looked at


@dataclass(frozen=True)
class Rig:
    """Servers, sink and survey, for all questions."""

    folder: Path
    servers: MailServers
    sink: Sink
    survey: Path

    def empty(self) -> None:
        """Every mailbox new and without mail."""
        for address in MAILBOXES.values():
            self.servers.add_user(address)
            self.servers.dovecot.empty(address)
        self.sink.forget()

    def put(self, mails: Sequence[Traffic]) -> None:
        """Lays mails into their mailboxes."""
        for mail in mails:
            self.servers.dovecot.put(MAILBOXES[mail.mailbox], mail.raw)

    @contextmanager
    def office(self, readers: int = 1) -> Iterator[Office]:
        """An office with an empty ledger, whose replies go to the sink."""
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            shutil.copytree(self.survey, Path(folder) / "survey")
            office = Office(Path(folder), self.servers)
            office.configure(
                sender=f'kind = "smtp"\nhost = "127.0.0.1"\nport = {self.sink.port}\ntls = "none"'
            )
            settings = office.folder / "settings.toml"
            settings.write_text(f"readers = {readers}\n{settings.read_text()}")
            yield office

    def wait_for_replies(self, count: int, worker: Worker, seconds: float = PATIENCE) -> None:
        """Returns once so many replies were accepted; AssertionError if they are not in time."""
        done = eventually(lambda: len(self.sink.accepted()) >= count, seconds)
        assert done, f"{len(self.sink.accepted())} of {count} replies\n{worker.log()[-2000:]}"


@contextmanager
def rig() -> Iterator[Rig]:
    """Everything running, on the servers' core, for as long as the block lasts."""
    with pinned(SERVERS), tempfile.TemporaryDirectory(prefix="uk-bench-") as name:
        folder = Path(name)
        with running() as servers, sink(folder) as replies:
            yield Rig(folder, servers, replies, shift_survey(folder / "survey"))


@dataclass(frozen=True)
class Run:
    """One measured run: seconds from the first batch in the ledger to the last reply committed as sent, and
    the peak memory of the worker and its children. Processor seconds of the worker and of its children."""

    seconds: float
    peak_mib: float
    worker_cpu: float
    readers_cpu: float


def timed(rig: Rig, office: Office, worker: Worker, mails: Sequence[Traffic], replies: int) -> Run:
    """A worker that is warm meets these mails all at once: it stands still while they are laid into the
    mailboxes. `replies`: how many of them are answered. The clock starts with the first batch in the ledger:
    until then the worker waits for Dovecot to tell it, which is a matter of latency and not of work."""
    _wait_until_quiet(office)
    before = office.ledger(VERDICTS)[0][0]
    cpu = cpu_seconds(worker.process.pid)
    rig.sink.forget()
    os.kill(worker.process.pid, signal.SIGSTOP)
    rig.put(mails)
    os.kill(worker.process.pid, signal.SIGCONT)
    with closing(office.reading()) as ledger:
        _wait_for(ledger, worker, ARRIVALS, lambda number: number > before)
        began = time.monotonic()
        _wait_for(ledger, worker, VERDICTS, lambda number: number >= before + len(mails))
        _wait_for(ledger, worker, WAITING, lambda number: number == 0)
        seconds = time.monotonic() - began
    spent = [now - then for now, then in zip(cpu_seconds(worker.process.pid), cpu, strict=True)]
    run = Run(seconds, memory_mib(worker.process.pid), *spent)
    assert len(rig.sink.accepted()) == replies, worker.log()[-2000:]
    return run


def _wait_for(ledger: sqlite3.Connection, worker: Worker, query: str, enough: Callable[[int], bool]) -> None:
    """Returns once the number that a query tells is enough; AssertionError, with what stands there, if it is not in
    time."""
    if not eventually(lambda: enough(_number(ledger, query)), PATIENCE, EVERY):
        told = {asked: _number(ledger, asked) for asked in (ARRIVALS, VERDICTS, *_QUEUED)}
        raise AssertionError(f"waited for {query}: {told}\n{worker.log()[-2000:]}")


_QUEUED = tuple(f"SELECT count(*) FROM {queue}" for queue in ("to_read", "deciding", "deferred", "wait", "to_send"))


def _number(ledger: sqlite3.Connection, query: str) -> int:
    return int(ledger.execute(query).fetchone()[0])


def _wait_until_quiet(office: Office) -> None:
    """Returns once nothing waits and nothing new was written for two seconds: first looks into full mailboxes
    and what the calendar asked for at the start are over."""
    rows = "SELECT (SELECT count(*) FROM outbox) + (SELECT count(*) FROM event)"
    before = -1
    while (now := office.ledger(rows)[0][0]) != before:
        office.wait_for_rows(WAITING, [(0,)], PATIENCE)
        before = now
        time.sleep(2)


@contextmanager
def warm_worker(rig: Rig, office: Office, cores: set[int], first: Sequence[Traffic]) -> Iterator[Worker]:
    """A running worker that has answered these first mails, on these cores."""
    rig.put(first)
    with pinned(cores):
        worker = office.run()
    try:
        rig.wait_for_replies(len(first), worker)
        office.wait_for_rows(WAITING, [(0,)])
        yield worker
        assert worker.terminate() == 0, worker.log()[-2000:]
    finally:
        worker.kill()
