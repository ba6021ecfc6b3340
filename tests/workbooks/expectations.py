"""What `expected.toml` says, and the comparison with what was read."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from intake.submission import FileReading

FILES = Path(__file__).parent / "files"
EXPECTED: dict[str, dict[str, Any]] = tomllib.loads(
    (FILES.parent / "expected.toml").read_text(encoding="utf-8")
)


def told(read: FileReading, expected: dict[str, Any]) -> None:
    """AssertionError where a file was read other than a person would read it."""
    assert read.kind == expected["kind"]
    assert [finding.code for finding in read.findings] == expected.get("findings", [])
    assert read.looks_like_workbook == expected.get("looks_like_workbook", True)
    findings = [[f.code, f.question, f.cell] for sheet in read.sheets for f in sheet.findings]
    assert findings == expected.get("sheet", [])
    assert list(read.personal) == expected.get("personal", [])
    for key, value in expected.get("fields", {}).items():
        assert read.sheets[0].field(key) == value
    texts = {t.key: t.value for sheet in read.sheets for a in sheet.answers for t in a.texts}
    for key, value in expected.get("texts", {}).items():
        assert texts[key] == value
    if "bodies" in expected:
        assert [sheet.body.lgcode for sheet in read.sheets] == expected["bodies"]
    answers = {a.question: a for sheet in read.sheets for a in sheet.answers}
    for key, number in expected.get("numbers", {}).items():
        assert answers[key].number == (number or None)
    for key, marks in expected.get("marks", {}).items():
        assert list(answers[key].marks) == marks
    if "attributes" in expected:
        assert list(read.sheets[0].attributes) == expected["attributes"]
