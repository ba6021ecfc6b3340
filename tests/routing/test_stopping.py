"""A signal that a library takes for an error of its own still ends the command as a signal does."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

BEGUN = """
import os, signal, sys, time
from routing.cli import stopping
with stopping.loading():
    pass
with stopping.obeyed():
    try:
        {sent}
        time.sleep(0.01)
    except SystemExit as raised:
        {becomes}
    {after}
"""
SENT = "os.kill(os.getpid(), signal.SIGTERM)"
ERROR = 'raise ValueError("a model could not be built") from raised'


def ended(command: str, sent: str = SENT, becomes: str = ERROR, after: str = "pass") -> tuple[int, str]:
    """(exit code, what it said) of a command at which a signal comes while a library is at work."""
    code = BEGUN.format(sent=sent, becomes=becomes, after=after)
    done = subprocess.run([sys.executable, "-c", code, command], capture_output=True, text=True, timeout=60)
    return done.returncode, done.stderr


@pytest.mark.parametrize("becomes", [ERROR, "sys.exit(78)", "raise"])
def test_the_code_is_the_signal_s_and_nothing_is_told(becomes: str) -> None:
    assert ended("run", becomes=becomes) == (0, "")
    assert ended("status", becomes=becomes) == (128 + signal.SIGTERM, "")


def test_without_a_signal_an_error_is_told_as_ever() -> None:
    code, said = ended("run", sent="pass", after='raise ValueError("ours")')
    assert code == 1 and "ValueError: ours" in said
    assert ended("run", sent="pass", after="sys.exit(78)") == (78, "")
