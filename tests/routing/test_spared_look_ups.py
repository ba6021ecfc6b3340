"""What a line of the log costs: nothing is looked up for it that no format of ours names."""

from __future__ import annotations

import logging

import pytest

from routing.cli.run import spare_look_ups

ASKED = ("_srcfile", "logThreads", "logProcesses", "logMultiprocessing")


def test_the_place_of_a_line_is_not_looked_up(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """As the standard library goes: its private attribute is there, and without it no frame is looked for."""
    for name in ASKED:
        monkeypatch.setattr(logging, name, getattr(logging, name))  # as it was, afterwards
    logging.getLogger("desk").warning("before")
    spare_look_ups()
    logging.getLogger("desk").warning("after")
    before, after = caplog.records
    assert (before.funcName, before.lineno > 0) == ("test_the_place_of_a_line_is_not_looked_up", True)
    assert (after.funcName, after.lineno, after.thread, after.process) == ("(unknown function)", 0, None, None)
