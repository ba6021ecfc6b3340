"""Runs `uketsuke` in a child of its own and has it end at a step, as the kernel ends a process: SIGKILL.

A program apart from the tests: it has loaded everything and forks for each run, so that a run costs no
second of imports. Requests and answers are lines of JSON on its pipe. Only the child that is to be killed
wraps anything; without a step the ordinary program runs.
"""

from __future__ import annotations

import functools
import importlib
import json
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


class Driver:
    """The tests' side of it."""

    def __init__(self) -> None:
        command = [sys.executable, str(Path(__file__))]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
        )

    def run(
        self,
        arguments: list[str],
        log: Path,
        step: tuple[str, str, int] | None = None,
        environment: dict[str, str] | None = None,
    ) -> int:
        """Runs `uketsuke` with these arguments to its end; its exit code, or -9 where it was killed.
        `step`: where (module:name), "before" or "after", and at which passage."""
        asked = {"arguments": arguments, "log": str(log), "step": step, "environment": environment or {}}
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def close(self) -> None:
        """Ends it."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()


# --- the other side -----------------------------------------------------------------------------------------


def kill_at(where: str, when: str, passage: int) -> None:
    """Wraps a function so that this process is killed at its n-th passage. AttributeError where the program
    has no such function any more."""
    module, _, name = where.partition(":")
    owner: Any = importlib.import_module(module)
    *path, last = name.split(".")
    for part in path:
        owner = getattr(owner, part)
    real: Callable[..., Any] = getattr(owner, last)
    left = passage

    def pass_by() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    @functools.wraps(real)
    def wrapped(*arguments: Any, **named: Any) -> Any:
        if when == "before":
            pass_by()
        result = real(*arguments, **named)
        if when == "after":
            pass_by()
        return result

    setattr(owner, last, wrapped)


def _run(asked: dict[str, Any]) -> int:
    """In the child: the command, its output in a file."""
    from routing.cli.app import run_command

    log = os.open(asked["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.environ.update(asked["environment"])
    if asked["step"] is not None:
        kill_at(*asked["step"])
    return run_command(asked["arguments"])


def main() -> None:
    """Loads the program once, then forks for each request. Commands load their own modules, so each is named here."""
    from routing.cli.app import COMMANDS

    for place in COMMANDS.values():
        importlib.import_module(f"routing.cli.{place.partition('.')[0]}")
    for line in iter(sys.stdin.readline, ""):
        child = os.fork()
        if child == 0:
            code = 70
            try:
                code = _run(json.loads(line))
            except BaseException:  # noqa: BLE001 - whatever it was, the log tells it and the parent hears 70
                traceback.print_exc()
            finally:
                sys.stdout.flush()
                os._exit(code)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main()
