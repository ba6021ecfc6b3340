"""The program's files are replaced under a running worker, as an upgrade does that nobody stopped it for."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.office import Worker
from tests.e2e.scene import Scene, Stage
from tests.matrix import note
from tests.servers.machine import eventually

ROOT = Path(__file__).parents[2]
FOLDERS = ("config", "intake", "replies", "routing")


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A copy of the program that may be meddled with."""
    for folder in FOLDERS:
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__", "surveys"))
    shutil.copytree(ROOT / "config" / "surveys", tmp_path / "config" / "surveys")
    return tmp_path


@pytest.fixture
def everything(stage: Stage, program: Path) -> Iterator[tuple[Scene, Worker]]:
    """A worker of that copy, which has begun, before a mail of each kind."""
    scene = stage.scene("n_mynumber", "yoboseshu")
    worker = scene.start(program)
    worker.wait_for("受付を開始しました")
    yield scene, worker
    worker.kill()


@pytest.mark.long
def test_a_worker_whose_texts_are_taken_away_answers_every_kind_of_mail_as_ever(
    everything: tuple[Scene, Worker],
    program: Path,
    stage: Stage,
    record_property: Callable[[str, object], None],
) -> None:
    note(record_property, "wording and templates gone")
    scene, worker = everything
    (program / "replies" / "wording.toml").write_text("# another release")
    shutil.rmtree(program / "replies" / "templates")
    (program / "config" / "tiles.toml").unlink()

    stage.fill(scene)
    assert eventually(scene.settled, 100), scene.log()[-3000:]
    assert worker.terminate() == 0
    assert "Traceback" not in scene.log()
    scene.check()


@pytest.mark.long
def test_a_reader_of_another_release_is_told_and_the_mails_wait_for_a_new_start(
    everything: tuple[Scene, Worker],
    program: Path,
    stage: Stage,
    record_property: Callable[[str, object], None],
) -> None:
    """No child had been started yet, as after the death of one."""
    note(record_property, "code replaced before a reader starts")
    scene, worker = everything
    with (program / "intake" / "answers.py").open("a") as file:
        file.write("# a later release\n")

    stage.fill(scene)
    worker.wait_for("プログラムが入れ替えられています")
    assert scene.rows("SELECT count(*) FROM event WHERE kind IN ('reader_died', 'read_failed')") == [(0,)]
    assert worker.terminate() == 0

    anew = scene.start(program)
    assert eventually(scene.settled, 100), scene.log()[-3000:]
    assert anew.terminate() == 0
    scene.check()
