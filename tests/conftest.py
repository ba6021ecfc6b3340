"""Fixtures for every test folder: the real mail servers; the folder for files that do not last; and the matrix at the end
of the session."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.load import default_survey
from routing.demo.run import Demo, run_demo
from tests.matrix import figure, pytest_terminal_summary
from tests.servers.correspondents import Correspondents, settle
from tests.servers.machine import ServerMissing
from tests.servers.mail import MailServers, running

__all__ = ["figure", "pytest_terminal_summary"]  # pytest finds them here


MEMORY = Path("/dev/shm")
ROOM = 4 << 30  # bytes; a run of all tests takes a tenth of it


def _in_memory() -> bool:
    """Whether the tests' files can lie in memory. A ledger waits for the disk at every commit, and a test makes many;
    what a disk must have had when is tests/e2e/test_power_off.py's."""
    if "TMPDIR" in os.environ or not os.access(MEMORY, os.W_OK | os.X_OK):
        return False
    if os.statvfs(MEMORY).f_flag & os.ST_NOEXEC:
        return False
    return shutil.disk_usage(MEMORY).free > ROOM < os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


if _in_memory():
    os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)  # for the processes that tests start, too


@pytest.fixture(scope="session")
def mail_servers() -> Iterator[MailServers]:
    """A real Dovecot and a real Postfix, started once. Fails, never skips, where they are not installed."""
    try:
        with running() as servers:
            yield servers
    except ServerMissing as missing:
        pytest.fail(str(missing), pytrace=False)


@pytest.fixture(scope="session")
def finished_demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """The demo, run once. Nobody writes into its folder: tests/demo_at_hand.py makes copies."""
    return run_demo(default_survey(), tmp_path_factory.mktemp("demo") / "out")


@pytest.fixture
def correspondents(mail_servers: MailServers) -> Correspondents:
    """The ministry's mailboxes and some senders', all empty."""
    return settle(mail_servers)
