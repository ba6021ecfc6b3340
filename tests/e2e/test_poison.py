"""Poison, the whole way: a mail that kills the reader, in a batch with every other kind of mail (promise 4 of
docs/design.md).

The reader child really dies (tests/e2e/poisoned/sitecustomize.py); the worker, its ledger and its servers know
of nothing.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.kinds import KIND_BY_NAME, KINDS, Kind, poison
from tests.e2e.office import Worker
from tests.e2e.scene import Scene, Stage
from tests.matrix import note
from tests.servers.machine import eventually

Record = Callable[[str, object], None]
WAYS = ("signal", "memory", "exit", "hang")  # a hang is given up after 10 seconds, three times for each round


def _kind(how: str) -> Kind:
    return Kind("poison", lambda n, _: poison(n, how), "poison", decided=False)


def _with_others(stage: Stage, kind: Kind) -> Scene:
    """The poisoned mail first, then one of every kind; the poison among them is this one."""
    scene = stage.scene("n_mynumber", "yoboseshu")
    scene.arrive(kind, 70, stage.reply_id)
    for number, other in enumerate(k for k in KINDS if k.name != "poison"):
        scene.arrive(other, number, stage.reply_id)
    return scene


def _held(scene: Scene, reason: str) -> list[dict[str, Any]]:
    code, said = scene.command("held", "--json")
    assert code == 0, said
    return [item for item in json.loads(said) if reason in json.dumps(item, ensure_ascii=False)]


@pytest.mark.long
@pytest.mark.parametrize("how", WAYS)
def test_a_mail_that_kills_the_reader_is_quarantined_shown_and_read_on_command(
    stage: Stage, how: str, record_property: Record
) -> None:
    note(record_property, f"reader: {how}")
    scene = _with_others(stage, _kind(how))

    assert scene.once() == 0, scene.log()

    scene.check()
    last = "SELECT a.receipt FROM verdict v JOIN arrival a ON a.id = v.arrival_id ORDER BY v.id DESC LIMIT 1"
    ((receipt,),) = scene.rows(last)  # the others were not kept waiting
    (held,) = _held(scene, "隔離")
    assert receipt in held.values()
    deaths = (
        "SELECT e.kind, count(*) FROM event e JOIN arrival a ON a.id = e.arrival_id"
        f" WHERE e.kind IN ('reader_died', 'reader_hung') AND a.receipt = '{receipt}' GROUP BY e.kind"
    )
    kind, enough = ("reader_hung", 2) if how == "hang" else ("reader_died", 3)
    assert scene.rows(deaths) == [(kind, enough)]

    retry = ("decide", receipt, "retry", "--by", "山田", "--why", "読み取りの改修後")
    assert scene.command(*retry)[0] == 0
    assert scene.once() == 0  # it still kills, as often as before, and it is held again
    assert len(_held(scene, "隔離")) == 1
    assert scene.rows(deaths) == [(kind, 2 * enough)]
    assert scene.command(*retry)[0] == 0
    code, said = scene.command("run", "--once", poisoned=False)  # the reader has been mended
    assert code == 0, said
    assert _held(scene, "隔離") == []
    assert scene.rows(f"SELECT kind, state FROM reply_overview WHERE receipt = '{receipt}'") == [
        ("acknowledgement", "sent")
    ]


@pytest.mark.long
def test_a_check_that_raises_becomes_the_operators_finding(stage: Stage, record_property: Record) -> None:
    """The sheet could not be checked to its end: it waits for an official, its sender hears that it came."""
    note(record_property, "a check raises")
    scene = stage.scene("n_mynumber", "yoboseshu")
    scene.arrive(
        Kind("accepted", lambda n, _: poison(n, "check"), "otherwise", "check_failed", "arrival"), 70
    )
    for number, other in enumerate(KINDS):
        scene.arrive(other, number, stage.reply_id)

    assert scene.once() == 0, scene.log()

    scene.check()
    (held,) = _held(scene, "点検の一部が途中で止まりました")
    code, said = scene.command("show", str(held["receipt"]))
    assert code == 0 and "broken_check" in said and "ZeroDivisionError" in said


def _reader_of(worker: Worker) -> list[int]:
    """The reader children of this worker."""
    listed = subprocess.run(
        ["pgrep", "-P", str(worker.process.pid)], capture_output=True, text=True, check=False
    )
    return [int(pid) for pid in listed.stdout.split()]


@pytest.mark.long
def test_a_survey_that_can_no_longer_be_loaded_is_no_mails_fault(
    stage: Stage, record_property: Record
) -> None:
    """Somebody edits the survey while the worker runs, and the next reader child cannot start."""
    note(record_property, "reader: the survey cannot be loaded")
    scene = stage.scene("n_mynumber", "yoboseshu")
    scene.survey = Path(shutil.copytree(scene.survey, scene.folder / "survey"))
    scene.configure()
    file, kept = scene.survey / "survey.toml", (scene.survey / "survey.toml").read_bytes()
    worker = scene.start()
    try:
        worker.wait_for("受付を開始しました")
        file.write_bytes(b"deadline = \n")
        for pid in _reader_of(worker):
            os.kill(pid, signal.SIGKILL)
        for number, kind in enumerate(KINDS):
            scene.arrive(kind, number, stage.reply_id)
        worker.wait_for("読み取りのプロセスを起動できません")
        arrived = "SELECT count(*) FROM to_read"
        assert eventually(lambda: scene.rows(arrived) == [(len(KINDS),)], 20)
        file.write_bytes(kept)
        assert eventually(scene.settled, 40), worker.log()
        assert worker.terminate() == 0
    finally:
        worker.kill()
    scene.check()
    assert KIND_BY_NAME["poison"] in scene.put.values()
    file.write_bytes(b"deadline = \n")
    code, said = scene.command("run", "--once")
    assert code == 78 and "survey.toml" in said
