"""Signs of life: the file, systemd's datagrams, and the unit that asks for them."""

from __future__ import annotations

import json
import os
import re
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from routing.ledger import arrivals
from routing.ledger.store import Ledger
from routing.tracking import heartbeat
from routing.tracking.heartbeat import Heart, read_sign
from tests.routing.cases_at_hand import IN_TIME

UNIT = Path(__file__).parents[2] / "docs" / "uketsuke.service"


@contextmanager
def systemd(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """The other end of sd_notify(3)."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as hears:
        hears.bind(str(folder / "notify"))
        hears.settimeout(5)
        monkeypatch.setenv("NOTIFY_SOCKET", str(folder / "notify"))
        yield hears


def test_the_file_tells_who_works_when_and_how_the_mailboxes_are(ledger: Ledger, tmp_path: Path) -> None:
    arrivals.health(ledger, "n_mynumber", "", IN_TIME)
    arrivals.health(ledger, "sukoyaka", "connection refused", IN_TIME)
    before = os.umask(0)
    try:
        Heart(tmp_path / "beat.json", ledger).beat(IN_TIME)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "beat.json").stat().st_mode) == 0o600
    assert json.loads((tmp_path / "beat.json").read_text()) == {
        "pid": os.getpid(),
        "at": "2023-07-18T10:00:00+09:00",
        "to_read": 0,
        "to_send": 0,
        "mailboxes": {
            "n_mynumber": {"last_success_at": "2023-07-18T10:00:00+09:00", "failing_since": None, "detail": ""},
            "sukoyaka": {"last_success_at": None, "failing_since": "2023-07-18T10:00:00+09:00",
                         "detail": "connection refused"},
        },
    }  # fmt: skip


def test_systemd_hears_that_it_is_ready_lives_and_ends(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with systemd(tmp_path, monkeypatch) as hears:
        heart = Heart(None, ledger)
        heart.ready()
        heart.beat(IN_TIME)
        heart.beat(IN_TIME)  # too soon: none
        heart.stopping()
        assert [hears.recv(64) for _ in range(3)] == [b"READY=1", b"WATCHDOG=1", b"STOPPING=1"]


def test_without_systemd_and_without_a_file_nothing_happens(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    files = sorted(tmp_path.iterdir())
    heart = Heart(None, ledger)
    heart.ready()
    heart.beat(IN_TIME)
    heart.stopping()
    assert sorted(tmp_path.iterdir()) == files


def test_a_file_that_cannot_be_written_is_told_once_and_stops_nothing(
    ledger: Ledger, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heartbeat, "EVERY_SECONDS", 0.0)
    heart = Heart(tmp_path / "nowhere" / "beat.json", ledger)
    heart.beat(IN_TIME)
    heart.beat(IN_TIME)
    assert [r.getMessage().count("受付は続けます") for r in caplog.records] == [1]


def test_a_sign_of_life_is_believed_for_a_minute(ledger: Ledger, tmp_path: Path) -> None:
    file = tmp_path / "beat.json"
    assert read_sign(file, IN_TIME).said == "run は動いていません"
    heart = Heart(file, ledger)
    heart.beat(IN_TIME)
    assert read_sign(file, IN_TIME + timedelta(seconds=60)).lives
    old = read_sign(file, IN_TIME + timedelta(seconds=61))
    assert (old.lives, "2023-07-18T10:00:00+09:00 から止まっています" in old.said) == (False, True)
    heart.stopping()
    assert not file.exists()
    file.write_text("[]")
    assert not read_sign(file, IN_TIME).lives


# --- the unit ---------------------------------------------------------------------------------------------


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """The unit as it would stand in /etc, with this environment's program in it."""
    text = UNIT.read_text(encoding="utf-8")
    here = Path(sys.executable).with_name("uketsuke")
    made = tmp_path / "uketsuke.service"
    made.write_text(text.replace("/opt/uketsuke/.venv/bin/uketsuke", str(here)), encoding="utf-8")
    return made


def analyze(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["systemd-analyze", *words], capture_output=True, text=True, check=False)


def test_systemd_accepts_the_unit_without_a_word(unit: Path) -> None:
    said = analyze("verify", str(unit))
    assert (said.returncode, said.stdout, said.stderr) == (0, "", "")


def test_the_unit_exposes_at_most_two_points_of_ten(unit: Path) -> None:
    """What is left (1.2 when this was written): the network, AF_UNIX, the host's root, @resources."""
    said = analyze("security", "--offline=true", "--threshold=20", str(unit))
    assert said.returncode == 0, said.stdout
    (score,) = re.findall(r"Overall exposure level for uketsuke.service: ([0-9.]+) ", said.stdout)
    assert float(score) <= 2.0


def test_the_unit_allows_what_the_program_needs() -> None:
    text = UNIT.read_text(encoding="utf-8")
    assert "Type=notify" in text and "WatchdogSec=120" in text
    families = re.search(r"^RestrictAddressFamilies=(.*)$", text, re.MULTILINE)
    assert families is not None and families[1].split() == ["AF_INET", "AF_INET6", "AF_UNIX"]
    assert "~@resources" not in text  # the reader child calls setrlimit
    assert "StateDirectory=uketsuke" in text
    assert text.count("LoadCredential=") == 4
    assert heartbeat.EVERY_SECONDS * 10 < 120  # many chances before the watchdog bites
