"""A pattern of ours is that of `re`, compiled by its first use."""

from __future__ import annotations

import re

import pytest

from config.patterns import pattern


def test_it_does_what_a_compiled_one_does() -> None:
    ours, theirs = pattern(r"(\d+)人", re.ASCII), re.compile(r"(\d+)人", re.ASCII)
    for text in ("12人", "１２人", ""):
        assert [hit.groups() for hit in ours.finditer(text)] == [hit.groups() for hit in theirs.finditer(text)]
        assert ours.sub(r"\1名", text) == theirs.sub(r"\1名", text)
    assert (ours.pattern, ours.flags) == (theirs.pattern, theirs.flags)
    assert pattern(rb"a+").findall(b"aab") == [b"aa"]


def test_a_mistake_in_it_is_raised_by_its_use() -> None:
    broken = pattern("(")
    with pytest.raises(re.error):
        broken.search("(")


def test_what_it_does_not_have_it_does_not_have() -> None:
    with pytest.raises(AttributeError):
        _ = pattern("a").found  # type: ignore[attr-defined]
