"""What one command costs whoever types it: processor time, beside that of `python -c "import click, rich"`.

Over the ledger of a finished demo; `check` is given one answer sheet, which its reader child reads. Processor time of the
command and its children, median of the rounds, taken in turn with the floor: waiting for others on the machine is
not counted. Bytecode is written and read, as an installation does it, whatever the environment of the bench says.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

COMMAND = str(Path(sys.executable).with_name("uketsuke"))
SHEET = Path(__file__).parents[1] / "workbooks" / "files" / "answers_missing.xlsx"
ROUNDS = 7


def measure() -> dict[str, float]:
    """Milliseconds of each command and of the floor, and how many times the floor each takes."""
    with tempfile.TemporaryDirectory(prefix="uk-commands-") as folder:
        _processor_ms([COMMAND, "demo", "--out", folder])
        settings = [COMMAND, "--settings", str(Path(folder) / "settings.toml")]
        commands: dict[str, Sequence[str]] = {
            "floor": [sys.executable, "-c", "import click, rich"],
            "held": [*settings, "held"],
            "show": [*settings, "show", "4"],
            "status": [*settings, "status"],
            "check": [COMMAND, "check", str(SHEET)],
        }
        rounds = [{name: _processor_ms(command) for name, command in commands.items()} for _ in range(ROUNDS)]
    found = {name: statistics.median(each[name] for each in rounds) for name in commands}
    return {f"{name}_ms": round(ms, 1) for name, ms in found.items()} | {
        f"times_{name}": round(ms / found["floor"], 1) for name, ms in found.items() if name != "floor"
    }


def _processor_ms(command: Sequence[str]) -> float:
    compiled = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=compiled)
    _, status, used = os.wait4(child.pid, 0)  # with the children that it has waited for
    child.returncode = os.waitstatus_to_exitcode(status)
    assert child.returncode in (0, 1), command  # 1: the sheet has something to be mended
    return (used.ru_utime + used.ru_stime) * 1000
