"""The office of each end-to-end test, closed after it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.e2e.counting_smtp import counting_smtp
from tests.e2e.driver import Driver
from tests.e2e.machines import Desk, FaultyDisk, SmallDisk, faulty_disk_of, small_disk_of
from tests.e2e.office import OPERATORS, Office, Worker, shift_survey
from tests.e2e.scene import Stage
from tests.servers.correspondents import Correspondents, settle
from tests.servers.mail import MailServers


@pytest.fixture
def writers(mail_servers: MailServers) -> Correspondents:
    """The ministry's mailboxes, the operators' and some senders', all empty."""
    return settle(mail_servers, [OPERATORS])


@pytest.fixture
def office(tmp_path: Path, writers: Correspondents, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """Three mailboxes, mode send, a look every second. Workers that a test leaves behind are killed."""
    shift_survey(tmp_path / "survey")
    made = Office(tmp_path, writers.servers)
    made.configure()
    started: list[Worker] = []
    start = made.run

    def run(log: str = "worker.log") -> Worker:
        started.append(start(log))
        return started[-1]

    monkeypatch.setattr(made, "run", run)
    yield made
    for worker in started:
        worker.kill()


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory, mail_servers: MailServers) -> Iterator[Stage]:
    """Scenes of faults, one for each test; the program is loaded once for all of them."""
    driver = Driver()
    with counting_smtp() as smtp:
        yield Stage(tmp_path_factory.mktemp("stage"), mail_servers, driver, smtp)
    driver.close()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """On folders, without a server."""
    made = Desk(tmp_path)
    yield made
    made.kill()


@pytest.fixture
def small_disk(desk: Desk) -> Iterator[SmallDisk]:
    """The desk's ledger lies on it."""
    with small_disk_of(desk) as disk:
        yield disk


@pytest.fixture
def faulty_disk(desk: Desk) -> Iterator[FaultyDisk]:
    """The same."""
    with faulty_disk_of(desk) as disk:
        yield disk


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Chromium as the system has it."""
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield made
        made.close()


@pytest.fixture
def browser(chromium: Browser) -> Iterator[Browser]:
    """The same browser without a window of the test before."""
    yield chromium
    for context in chromium.contexts:
        context.close()
