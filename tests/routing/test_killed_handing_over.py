"""`handover`, ended by SIGKILL anywhere within: a folder is whole or not there, and what is run again ends."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from routing.ledger import promises
from routing.ledger.store import Ledger
from tests.e2e.driver import Driver
from tests.routing.desk_at_hand import Office, mail

pytestmark = pytest.mark.long
PLACES = (
    "routing.operate.handover_folder:Folder.put", "routing.operate.handover_folder:Folder.finish",
    "routing.ledger.handed_over:record", "routing.ledger.handed_over:mark", "os:fsync", "pathlib:Path.rename",
)  # fmt: skip
BY = ("--by", "職員", "--why", "保存")


@pytest.fixture(scope="module")
def driver() -> Iterator[Driver]:
    made = Driver()
    yield made
    made.close()


def _state(file: Path) -> tuple[int, list[str]]:
    """How many handovers are recorded, and which promises are broken."""
    with closing(Ledger(file)) as ledger:
        broken = [answer.name for answer in promises.ask(ledger.connection) if not answer.holds]
        return int(ledger.rows("SELECT count(*) FROM handover")[0][0]), broken


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("place", PLACES)
def test_a_folder_is_whole_or_not_there_and_recorded_only_when_whole(
    office: Office, tmp_path: Path, driver: Driver, place: str, when: str
) -> None:
    """A folder that is whole and was not recorded is left alone, and counts for no purge."""
    office.settle(mail())
    list(office.desk.dispatch.deliver(office.sender))
    office.ledger.close()
    program = ["--settings", str(tmp_path / "settings.toml"), "--now", office.now.isoformat(), "handover"]
    killed = 0
    for passage in (1, 2, 5):
        folder = tmp_path / f"引継ぎ{passage}"
        before, _ = _state(tmp_path / "ledger.db")
        code = driver.run([*program, str(folder), *BY], tmp_path / "said", (place, when, passage))
        if code == 0:  # fewer passages than that
            break
        assert code == -signal.SIGKILL, (tmp_path / "said").read_text()
        killed += 1
        recorded, broken = _state(tmp_path / "ledger.db")
        assert broken == []
        assert recorded == before or folder.exists()
        if folder.exists():
            assert (folder / "SHA256SUMS.txt").exists() and (folder / "お読みください.txt").exists()
        again = folder if not folder.exists() else folder.with_name(f"{folder.name}再")
        assert driver.run([*program, str(again), *BY], tmp_path / "said") == 0, (tmp_path / "said").read_text()
        assert _state(tmp_path / "ledger.db") == (recorded + 1, [])
    assert killed > 0, "it never came by"
