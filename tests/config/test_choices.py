"""Number and words together: the table of docs/choices.ja.md, case by case (tests/choices.toml, written by hand)."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from config.kinds.numbered import read_choice
from config.kinds.option import Choice
from config.load import default_survey, load_survey
from tests.workbooks.forms_at_hand import choices_of

TABLE = Path(__file__).parents[1] / "choices.toml"
CASES = [
    pytest.param(question["key"], case, id=f"{question['key']} {case['written'][:20]}")
    for question in tomllib.loads(TABLE.read_text(encoding="utf-8"))["questions"]
    for case in question["cases"]
]


@pytest.mark.parametrize(("key", "case"), CASES)
def test_a_choice_is_taken_where_number_and_words_agree(key: str, case: dict[str, Any]) -> None:
    survey = load_survey(default_survey())
    read = read_choice(case["written"], choices_of(survey.form("form1").question(key)))
    assert read.number == (case["taken"] or None)
    if "between" in case:
        assert sorted(read.may_mean) == case["between"]


@pytest.mark.parametrize(
    ("written", "taken"),
    [("1 有", 1),
     ("1有り", 1), ("2 無し", 2), ("1 3件", 1), ("1 有りません", None), ("2 有", None), ("1 無（委託）", None)],
)
def test_choices_of_one_character(written: str, taken: int | None) -> None:
    choices = (Choice(number=1, text="1 有"), Choice(number=2, text="2 無"))
    assert read_choice(written, choices).number == taken
