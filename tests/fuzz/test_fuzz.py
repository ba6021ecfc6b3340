"""Damaged mails: none makes the reading raise, hang or fill the memory; and those that once did are read since."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.load import default_survey
from routing.reading.reader import Reader

ROOT = Path(__file__).parents[2]
BROKEN = ROOT / "tests" / "mails" / "once_broken"
ONCE = tomllib.loads((BROKEN / "expected.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    child = Reader(default_survey())
    yield child
    child.close()


def test_each_mail_that_once_broke_us_has_its_story() -> None:
    assert sorted(path.stem for path in BROKEN.glob("*.eml")) == sorted(ONCE)
    assert all(story["why"] for story in ONCE.values())


@pytest.mark.parametrize("name", ONCE)
def test_a_mail_that_once_broke_us_is_read(reader: Reader, name: str) -> None:
    """In the child, so that one that hangs again is stopped after ten seconds."""
    read = reader.read_mail((BROKEN / f"{name}.eml").read_bytes())
    assert read.message.subject == ONCE[name]["subject"]
    assert [f.filename for f in read.files] == ONCE[name]["files"]


def _fuzz(tmp_path: Path, *options: str) -> str:
    command = [sys.executable, "-m", "tests.fuzz", "--keep", str(tmp_path / "found"), *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=180)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_damaged_mails_are_read(tmp_path: Path) -> None:
    tried = int(_fuzz(tmp_path, "--mails", "60", "--seed", "2023").split()[0])
    assert tried == 60


@pytest.mark.long
@pytest.mark.parametrize("seed", ["7", "21"])
def test_many_damaged_mails_are_read(tmp_path: Path, seed: str) -> None:
    assert int(_fuzz(tmp_path, "--mails", "800", "--seed", seed).split()[0]) == 800
