"""How the program is begun: as a command, as a module, and on a machine that cannot run it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from routing.cli import app, main
from routing.cli.app import run_command
from tests.routing.desk_at_hand import SETTINGS

# What a Python for Windows does not have: were one of these imported first, this would end in a traceback.
AS_ON_WINDOWS = """
import sys
sys.platform = "win32"
sys.modules["fcntl"] = sys.modules["resource"] = None
from routing.cli import main
main()
"""


def run(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "PYTHONIOENCODING": "utf-8"}
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, encoding="utf-8", env=environment, cwd=cwd
    )


def test_it_runs_as_a_module_as_it_does_as_a_command(tmp_path: Path) -> None:
    module = run("-m", "routing.cli", "form", str(tmp_path / "a"))
    command = subprocess.run(
        [Path(sys.executable).with_name("uketsuke"), "form", str(tmp_path / "a")], capture_output=True, text=True
    )
    assert (module.returncode, module.stdout, module.stderr) == (0, command.stdout, "")
    assert sorted(f.suffix for f in (tmp_path / "a").iterdir()) == [".xlsx", ".xlsx"]
    assert run("-m", "routing.cli", "no-such-command").returncode == app.USAGE


def test_on_windows_it_says_in_one_sentence_that_it_needs_linux(tmp_path: Path) -> None:
    said = run("-c", AS_ON_WINDOWS, cwd=tmp_path)
    assert (said.returncode, said.stdout) == (app.MISCONFIGURED, "")
    assert said.stderr.startswith("受付（uketsuke）は Linux でだけ動きます。この機械は win32 です。")
    assert len(said.stderr.splitlines()) == 1


@pytest.mark.parametrize("platform", ["darwin", "freebsd14", "cygwin"])
def test_any_other_unix_is_told_the_same(
    platform: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == app.MISCONFIGURED
    assert platform in capsys.readouterr().err


def test_doctor_tells_the_machine_and_what_its_python_lacks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A Python that was built with a glibc older than 2.27 has no memfd_create."""
    settings = tmp_path / "uketsuke.toml"
    settings.write_text(SETTINGS, encoding="utf-8")
    run_command(["--settings", str(settings), "doctor"])
    fit = capsys.readouterr().out
    assert "動作環境" in fit and f"Python {sys.version_info.major}.{sys.version_info.minor}" in fit
    monkeypatch.delattr(os, "memfd_create")
    assert run_command(["--settings", str(settings), "doctor"]) == 1
    assert "memfd_create" in capsys.readouterr().out
