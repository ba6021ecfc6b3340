"""One mail over which the desk itself comes to grief, with real processes that are killed while they decide: it
is held, and hides no other.

The desk is made to hang, or killed, by tests/e2e/poisoned/sitecustomize.py; the test plays the watchdog.
"""

from __future__ import annotations

import json
import random
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.machines import Desk
from tests.matrix import note
from tests.routing.desk_at_hand import mail
from tests.servers.machine import eventually, takes_sigterm

Record = Callable[[str, object], None]
POISONED = Path(__file__).with_name("poisoned")
WORD = "the desk decides over poison"
HOSTILE = mail(subject="【横浜市】毒", headers={"Message-ID": "<hostile@city.test>"})
DEATHS = "SELECT count(*) FROM event WHERE kind = 'decision_died'"
POISON = "SELECT count(*) FROM event WHERE kind = 'poison'"


@pytest.fixture
def poisoned(desk: Desk) -> Desk:
    desk.environment = {"PYTHONPATH": str(POISONED), "UKETSUKE_DECIDES": "hang"}
    return desk


def _start(desk: Desk) -> bool:
    """The worker runs until its decision hangs and is killed as a watchdog does it (True), or until it has held the
    mail."""
    hung = desk.log().count(WORD) if (desk.folder / "log").exists() else 0
    desk.start()
    eventually(lambda: desk.log().count(WORD) > hung or desk.count(POISON) > 0, 60)
    hangs = desk.log().count(WORD) > hung
    if hangs:
        desk.kill()
    return hangs


@pytest.mark.long
def test_a_decision_that_hangs_is_held_after_three_starts_and_hides_no_other(
    poisoned: Desk, record_property: Record
) -> None:
    note(record_property, "the desk hangs over a mail")
    poisoned.put(HOSTILE)
    poisoned.deliver(2)
    assert _start(poisoned)
    poisoned.deliver(1)  # an hour later, as it were

    assert _start(poisoned)
    assert "<m3@city.test>" in poisoned.replies()  # at the first start after

    assert _start(poisoned)
    assert not (_start(poisoned) and _start(poisoned))  # the first time counts where it was alone even then
    poisoned.wait_for_all()
    assert poisoned.count(DEATHS) == 3
    assert eventually(lambda: poisoned.count("SELECT count(*) FROM outbox WHERE kind = 'alert'") == 1, 20)
    assert poisoned.end() == 0
    assert poisoned.run("verify").returncode == 0
    assert poisoned.count("SELECT count(*) FROM outbox WHERE arrival_id IS NOT NULL") == 3  # none to the hostile one


@pytest.mark.long
def test_a_pass_that_is_killed_over_a_mail_answers_those_behind_it_at_the_next(poisoned: Desk) -> None:
    """attack.md: oldest first, so each start began with the same mail, and the good one was never decided."""
    poisoned.environment["UKETSUKE_DECIDES"] = "kill"
    poisoned.put(HOSTILE)
    poisoned.deliver(3)
    assert poisoned.run("run", "--once").returncode == -signal.SIGKILL
    codes = [poisoned.run("run", "--once").returncode for _ in range(2)]
    assert codes == [-signal.SIGKILL] * 2
    assert "<m3@city.test>" in poisoned.replies()
    assert 0 in [poisoned.run("run", "--once").returncode for _ in range(2)]  # it may have been alone the first time
    poisoned.wait_for_all()
    assert (poisoned.count(DEATHS), poisoned.count(POISON)) == (3, 1)
    who = ("--by", "山田", "--why", "改修後")
    receipt = json.loads(poisoned.run("held", "--json").stdout)[0]["receipt"]
    assert poisoned.run("decide", receipt, "retry", *who).returncode == 0
    poisoned.environment.clear()  # it has been mended
    assert poisoned.run("run", "--once").returncode == 0
    assert "<hostile@city.test>" in poisoned.replies()
    assert poisoned.run("verify").returncode == 0


@pytest.mark.long
def test_a_stop_in_the_midst_of_a_decision_counts_against_no_mail(poisoned: Desk) -> None:
    poisoned.put(HOSTILE)
    for number in range(1, 5):
        poisoned.start("run", "--once")
        poisoned.wait_for(WORD)
        assert eventually(lambda n=number: poisoned.log().count(WORD) == n, 40)  # type: ignore[misc]
        assert poisoned.end() == 128 + signal.SIGTERM
        assert poisoned.count("SELECT count(*) FROM deciding") == 0
    poisoned.environment.clear()
    assert poisoned.run("run", "--once").returncode == 0
    assert poisoned.replies() == ["<hostile@city.test>"]
    assert poisoned.count(DEATHS) == 0


@pytest.mark.parametrize("seed", range(3))
def test_whenever_it_is_told_to_stop_from_its_first_moment_on_it_ends_in_order(desk: Desk, seed: int) -> None:
    """Also while it still loads itself, or opens a new ledger."""
    desk.start()
    process = desk.process
    assert process is not None
    assert eventually(lambda: takes_sigterm(process.pid), 30)
    time.sleep(random.Random(seed).uniform(0, 1.5))
    process.terminate()
    assert process.wait(30) == 0, desk.log()
    assert "Traceback" not in desk.log()
