"""Nothing that is printed or found changes unseen (tests/goldens.py)."""

from __future__ import annotations

import pytest

from tests.goldens import GOLDENS, MADE


@pytest.mark.parametrize("name", MADE)
def test_what_is_printed_and_found_is_what_was_looked_at(name: str) -> None:
    """Where the change is wanted, `python -m tests.goldens` writes it down, and its diff is reviewed."""
    assert MADE[name]().splitlines() == (GOLDENS / name).read_text(encoding="utf-8").splitlines()
