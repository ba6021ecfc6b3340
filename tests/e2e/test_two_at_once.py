"""Two programs on one ledger: one works, the other says so and leaves; nobody inherits the place of a dead one."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable

import pytest

from tests.e2e.kinds import KINDS, Kind, poison
from tests.e2e.scene import Stage
from tests.matrix import note
from tests.servers.machine import eventually

Record = Callable[[str, object], None]


@pytest.mark.long
def test_run_once_beside_run_leaves_with_75_and_disturbs_nothing(
    stage: Stage, record_property: Record
) -> None:
    note(record_property, "run --once beside run")
    scene = stage.everything()
    worker = scene.start()
    try:
        worker.wait_for("受付を開始しました")
        for _ in range(3):
            code, said = scene.command("run", "--once")
            assert code == 75
            assert (
                said
                == "この台帳では別の uketsuke が動いています。しばらくしてからもう一度実行してください。\n"
            )
        assert eventually(scene.settled, 30), worker.log()
        assert worker.terminate() == 0
    finally:
        worker.kill()
    scene.check()


@pytest.mark.long
def test_of_three_workers_started_at_once_one_works(stage: Stage, record_property: Record) -> None:
    note(record_property, "three workers at once")
    scene = stage.everything()
    workers = [scene.start() for _ in range(3)]
    try:
        assert eventually(scene.settled, 30), workers[0].log()
        assert eventually(lambda: sum(worker.process.poll() is not None for worker in workers) >= 2, 60)
        ended = [worker.process.poll() for worker in workers]
        assert sorted(map(str, ended)) == ["75", "75", "None"]
        assert workers[ended.index(None)].terminate() == 0
    finally:
        for worker in workers:
            worker.kill()
    scene.check()


@pytest.mark.long
def test_sigterm_in_mid_batch_leaves_the_rest_for_the_next_run(stage: Stage, record_property: Record) -> None:
    note(record_property, "SIGTERM in mid-batch")
    scene = stage.everything()
    worker = scene.start()
    try:
        worker.wait_for(" / 返信")
        assert worker.terminate() == 0, worker.log()
    finally:
        worker.kill()
    assert not scene.settled()  # the poison alone takes three readers
    assert scene.once() == 0, scene.log()
    scene.check()


@pytest.mark.long
def test_a_worker_killed_in_its_place_leaves_it_free_though_its_reader_lives_on(
    stage: Stage, record_property: Record
) -> None:
    """The reader hangs in a mail and does not see that its parent is gone; it holds neither lock nor ledger."""
    note(record_property, "killed while holding the lock")
    scene = stage.scene("n_mynumber", "yoboseshu")
    worker = scene.start()
    orphan = 0
    try:
        worker.wait_for("受付を開始しました")
        scene.arrive(
            Kind("held", lambda n, _: poison(n, "hang"), "otherwise", "otherwise", "acknowledgement"), 70
        )
        busy = "SELECT count(*) FROM to_read"
        assert eventually(lambda: scene.rows(busy) == [(1,)], 20)
        worker.wait_for("the reader hangs")
        (orphan,) = _children(worker.process.pid)
        worker.kill()
        time.sleep(1)
        os.kill(orphan, 0)  # it is still there: one that waits for work would have ended
        for number, kind in enumerate(KINDS):
            scene.arrive(kind, number, stage.reply_id)

        code, said = scene.command("run", "--once", poisoned=False)

        assert code == 0, said
        for sha256, kind in scene.put.items():
            if kind.name == "poison":  # this time by a reader that takes no harm
                scene.put[sha256] = Kind("poison", kind.make, "otherwise", "otherwise", "acknowledgement")
        scene.check()
    finally:
        worker.kill()
        if orphan:
            os.kill(orphan, signal.SIGKILL)


def _children(pid: int) -> list[int]:
    listed = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False)
    return [int(child) for child in listed.stdout.split()]
