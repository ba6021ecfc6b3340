"""Number and words together: the table of docs/choices.ja.md, case by case (tests/choices.toml, written by hand)."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from config.kinds.choice import read_choice
from config.load import default_survey, load_survey

TABLE = Path(__file__).parents[1] / "choices.toml"
CASES = [
    pytest.param(question["key"], case, id=f"{question['key']} {case['written'][:20]}")
    for question in tomllib.loads(TABLE.read_text(encoding="utf-8"))["questions"]
    for case in question["cases"]
]


@pytest.mark.parametrize(("key", "case"), CASES)
def test_a_choice_is_taken_where_number_and_words_agree(key: str, case: dict[str, Any]) -> None:
    survey = load_survey(default_survey())
    read = read_choice(case["written"], survey.form("form1").question(key).choices)
    assert read.number == (case["taken"] or None)
    if "between" in case:
        assert sorted(read.may_mean) == case["between"]
