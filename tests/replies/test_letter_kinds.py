"""What a kind of letter is known by: a kind without its traits, or traits of no kind, is seen here."""

from __future__ import annotations

from typing import get_args

from config.load import default_survey, load_survey
from replies.letter_kinds import TRAITS, LetterKind, NoticeKind
from replies.letters.specimens import NOTICES
from tests.replies.letters_at_hand import LETTERS


def test_every_kind_has_its_traits() -> None:
    assert list(TRAITS) == [*get_args(LetterKind), *get_args(NoticeKind)]


def test_every_kind_of_reply_has_a_letter_that_was_read() -> None:
    survey = load_survey(default_survey())
    assert {make(survey).kind for make in LETTERS.values()} == set(get_args(LetterKind))


def test_every_kind_that_a_machine_writes_has_an_example_for_those_who_approve_it() -> None:
    assert set(NOTICES) == {kind for kind in get_args(NoticeKind) if not TRAITS[kind].by_hand}
