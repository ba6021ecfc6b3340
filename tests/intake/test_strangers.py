"""Sheets as strangers fill them (tests/workbooks/strangers.toml): what a careful clerk reads is what is read."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.workbooks.forms_at_hand import filled, reading, told

BOOKS = Path(__file__).parents[1] / "workbooks" / "strangers"
EXPECTED: dict[str, dict[str, Any]] = tomllib.loads(BOOKS.with_suffix(".toml").read_text(encoding="utf-8"))


def test_every_file_has_its_entry_and_every_entry_its_file() -> None:
    assert sorted(EXPECTED) == sorted(path.name for path in BOOKS.iterdir())


@pytest.mark.parametrize("name", EXPECTED)
def test_what_a_careful_clerk_reads_is_what_is_read(name: str) -> None:
    expected = EXPECTED[name]
    read = reading((BOOKS / name).read_bytes(), name)
    assert read.kind == expected.get("kind", "answer_sheet")
    found = [[f.code, f.question, f.cell] for sheet in read.sheets for f in sheet.findings]
    assert found == expected.get("sheet", [])
    answers = {answer.question: answer for answer in read.sheets[0].answers}
    texts = {t.key: t.value for answer in answers.values() for t in answer.texts}
    assert {key: answers[key].number or 0 for key in expected.get("numbers", {})} == expected.get("numbers", {})
    assert {key: list(answers[key].marks) for key in expected.get("marks", {})} == expected.get("marks", {})
    assert {key: texts[key] for key in expected.get("texts", {})} == expected.get("texts", {})
    assert read.sheets[0].program == expected.get("program", read.sheets[0].program)
    assert list(read.sheets[0].attributes) == expected.get("attributes", list(read.sheets[0].attributes))


def test_a_stroke_where_a_contact_belongs_is_quoted_and_asked_about() -> None:
    assert told(filled({"telephone": "－", "contact": "なし", "department": "－"})) == [
        ("field_says_nothing", "", "D9"),
        ("field_says_nothing", "", "D10"),
    ]
