"""systemd's watchdog over the desk (sd_notify(3), WatchdogSec=), with a small part of systemd played by the test.

It listens on a datagram socket as systemd does, aborts a worker whose signs stay away for longer than WATCHDOG_USEC,
and begins it anew. An SMTP server counts what goes out.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.counting_smtp import Accepted, counting_smtp
from tests.e2e.machines import Desk, FaultyDisk, faulty_disk_of
from tests.servers.machine import eventually

WATCHDOG_SECONDS = 12.0  # a sign every five seconds, and a busy machine


@dataclass
class Watchdog:
    """What systemd does for a unit of Type=notify with WatchdogSec and Restart."""

    desk: Desk
    listener: socket.socket

    def start(self) -> None:
        """Begins the worker and waits until it says that it is ready."""
        self.desk.start()
        assert self.heard("READY=1", 60), self.desk.log()

    def heard(self, word: str, seconds: float) -> bool:
        """Whether the worker says this within so many seconds, whatever else it says."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self.listener.settimeout(left)
            try:
                if word in self.listener.recv(4096).decode().split("\n"):
                    return True
            except TimeoutError:
                return False
        return False

    def lives(self) -> bool:
        """Whether a sign of life comes in time, from now on."""
        self.listener.setblocking(False)
        with suppress(BlockingIOError):
            while self.listener.recv(4096):
                pass
        return self.heard("WATCHDOG=1", WATCHDOG_SECONDS)

    def waits_in_vain(self) -> bool:
        """Whether the signs stop; one may have been on its way. Then the worker is aborted, as systemd does it: with
        a SIGCONT behind the signal, lest a stopped process never hear of it."""
        if self.lives() and self.lives():
            return False
        assert self.desk.process is not None
        self.desk.process.send_signal(signal.SIGABRT)
        self.desk.process.send_signal(signal.SIGCONT)
        return True

    def aborted(self) -> bool:
        """Whether that has ended the worker."""
        assert self.desk.process is not None
        return self.desk.process.wait(20) == -signal.SIGABRT


@contextmanager
def watching(desk: Desk, at: Path) -> Iterator[Watchdog]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(at))
        desk.environment = {
            "NOTIFY_SOCKET": str(at),
            "WATCHDOG_USEC": str(int(WATCHDOG_SECONDS * 1_000_000)),
        }
        yield Watchdog(desk, listener)


@pytest.fixture
def server() -> Iterator[Accepted]:
    with counting_smtp() as accepted:
        yield accepted


@pytest.fixture
def desk(tmp_path: Path, server: Accepted) -> Iterator[Desk]:
    """Its replies go to the server that counts."""
    sender = f'kind = "smtp"\nhost = "127.0.0.1"\nport = {server.port}\ntls = "none"\n'
    made = Desk(tmp_path, sender=sender)
    yield made
    made.kill()


@pytest.fixture
def watchdog(desk: Desk, tmp_path: Path) -> Iterator[Watchdog]:
    with watching(desk, tmp_path / "notify") as made:
        yield made


def _answered(server: Accepted, count: int) -> None:
    """So many replies went out, each once."""
    eventually(lambda: len(server.message_ids) >= count, 60)
    assert (len(server.message_ids), set(Counter(server.message_ids).values())) == (count, {1})


@pytest.mark.long
def test_a_desk_that_works_gives_signs_of_life_all_the_while(
    desk: Desk, watchdog: Watchdog, server: Accepted
) -> None:
    watchdog.start()
    assert watchdog.lives()  # while it has nothing to do …
    desk.deliver(20)
    assert watchdog.lives() and watchdog.lives()  # … and while it has
    _answered(server, 20)

    assert desk.end() == 0
    assert watchdog.heard("STOPPING=1", 5)


@pytest.mark.long
def test_a_desk_that_hangs_gives_no_sign_is_begun_anew_and_nothing_is_lost_or_sent_twice(
    desk: Desk, watchdog: Watchdog, server: Accepted
) -> None:
    watchdog.start()
    desk.deliver(3)
    _answered(server, 3)
    assert eventually(lambda: desk.count("SELECT count(*) FROM to_send") == 0, 20)
    assert desk.process is not None
    os.kill(desk.process.pid, signal.SIGSTOP)
    desk.deliver(5)

    assert watchdog.waits_in_vain() and watchdog.aborted()
    watchdog.start()
    _answered(server, 8)

    assert desk.end() == 0
    assert desk.count() == 8
    assert desk.run("verify").returncode == 0


@pytest.mark.long
def test_a_disk_on_which_every_write_hangs_is_found_out_by_the_watchdog(
    desk: Desk, watchdog: Watchdog, server: Accepted
) -> None:
    """The kernel keeps a process that waits for such a disk until the disk goes on; only then does the signal end
    it. What was begun and never committed is done by the next one: at most one reply may have been in the window
    between the server's acceptance and the commit."""
    with faulty_disk_of(desk) as disk:
        watchdog.start()
        desk.deliver(35)
        assert eventually(lambda: len(server.message_ids) >= 3, 60), desk.log()
        disk.freeze()  # in the middle of the desk's work …
        desk.deliver(5)  # … or at its end, where nothing was left to be written

        assert watchdog.waits_in_vain()
        _thaw_and_wait(disk, watchdog)
        watchdog.start()
        assert eventually(lambda: len(set(server.message_ids)) == 40, 60), desk.log()[-3000:]

        assert desk.end() == 0
        assert len(server.message_ids) <= 41
        assert disk.count() == 40
        assert desk.run("verify").returncode == 0


def _thaw_and_wait(disk: FaultyDisk, watchdog: Watchdog) -> None:
    assert watchdog.desk.process is not None
    with pytest.raises(subprocess.TimeoutExpired):
        watchdog.desk.process.wait(1)
    disk.thaw()
    assert watchdog.aborted()
