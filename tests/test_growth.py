"""No function that takes a stranger's text takes time that grows faster than the text (tests/growing.py finds them)."""

from __future__ import annotations

import pytest

from tests.growing import FEW, MANY, grows, modules, not_at_hand, takers
from tests.strangers_texts import texts

FOUND = {taker.name: taker for module in modules() for taker in takers(module)}


def test_the_functions_are_found() -> None:
    assert "intake.mail.addresses.addresses(field)" in FOUND and "intake.read_mail.read_mail(raw)" in FOUND
    assert not [name for module in modules() for name in not_at_hand(module) if name.startswith("intake.mail.intent")]


@pytest.mark.long
@pytest.mark.parametrize("name", sorted(FOUND))
def test_time_grows_no_faster_than_the_text(name: str) -> None:
    few, many = texts(FEW), texts(MANY)
    slow = {kind: told for kind in few if (told := grows(FOUND[name], few[kind], many[kind]))}
    assert slow == {}
