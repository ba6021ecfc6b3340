"""The matrix of faults × kinds of mail, printed at the end of the session from what the tests noted.

A test notes its cell by `note`; the cell shows how the test ended. A pytest plugin (see conftest.py); works
over pytest-xdist, since what is noted travels with the report.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from typing import Any

import pytest

COLUMNS = (
    *("accepted", "correction", "held", "inquiry", "auto reply", "bounce", "resend", "zip", "list"),
    *("poison", "too large"),
)
CELL = "matrix cell"
FIGURE = "figure"
ALL_KINDS = "all"


def note(record: Callable[[str, Any], None], fault: str, kind: str = ALL_KINDS, mark: str = "✓") -> None:
    """Notes which cell the running test fills, and what it shows if the test passes."""
    assert kind in (*COLUMNS, ALL_KINDS)
    record(CELL, (fault, kind, mark))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """pytest's hook: the matrix, and the figures that tests measured."""
    cells: dict[tuple[str, str], str] = {}
    figures: list[str] = []
    for outcome in ("passed", "failed", "error"):
        for report in terminalreporter.getreports(outcome):
            for name, value in getattr(report, "user_properties", ()):
                if name == CELL:
                    fault, kind, mark = value
                    cells[(fault, kind)] = mark if outcome == "passed" else "✗"
                elif name == FIGURE and value not in figures:
                    figures.append(value)
    if cells:
        terminalreporter.section("faults × kinds of mail (✓ passed, ✗ failed, – does not occur, · not run)")
        for line in table(cells):
            terminalreporter.write_line(line)
    for figure in figures:
        terminalreporter.write_line(figure)


def table(cells: dict[tuple[str, str], str]) -> Iterable[str]:
    """The lines; a fault noted for all kinds at once fills its row."""
    faults = sorted({fault for fault, _ in cells})
    width = max(_width(fault) for fault in faults) + 2
    yield " " * width + "  ".join(COLUMNS)
    for fault in faults:
        for_all = cells.get((fault, ALL_KINDS), "·")
        marks = (cells.get((fault, kind), for_all).center(_width(kind)) for kind in COLUMNS)
        yield fault + " " * (width - _width(fault)) + "  ".join(marks)


def _width(text: str) -> int:
    """Columns on a terminal: a wide character takes two (UAX #11)."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


@pytest.fixture
def figure(record_property: Callable[[str, Any], None]) -> Callable[[str], None]:
    """Prints a measured figure at the end of the session."""
    return lambda text: record_property(FIGURE, text)
