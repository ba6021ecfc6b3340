"""What each thing that an official says of a mail means by itself: does it make an answer of a check before handing in, and
does it say that the answer is the body's (proof 4, docs/proof.ja.md)?"""

from __future__ import annotations

import pytest

from routing.decision.override import NO_OVERRIDE, Override
from routing.records import Note


@pytest.mark.parametrize(
    ("said", "books", "stands_for_it"),
    [
        (Override(), False, False),
        (Override(outcome="accepted"), True, True),
        (Override(outcome="correction"), True, False),  # asked to mend: whose it is stays as proven
        (Override(outcome="ignored"), False, False),
        (Override(outcome="held"), False, False),
        (Override(assigned="141003"), True, True),
        (Override(program="nanbyo"), False, False),
        (Override(notes=(Note("amend"),)), True, True),
        (Override(notes=(Note("seen"),)), False, False),
        (Override(take_in=True), False, False),  # a person wrote it: not whose it is
        (Override(vouched=True), False, True),
        (Override(counts=True), True, False),
        (Override(revises=True), False, False),
    ],
)
def test_what_an_official_says_means_no_more_than_that(said: Override, books: bool, stands_for_it: bool) -> None:
    assert (said.books, said.stands_for_it) == (books, stands_for_it)


def test_who_says_nothing_takes_nothing_in_and_mends_no_check() -> None:
    assert not (NO_OVERRIDE.take_in or NO_OVERRIDE.vouched or NO_OVERRIDE.counts or NO_OVERRIDE.revises)
