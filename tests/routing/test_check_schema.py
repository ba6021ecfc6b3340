"""What `check --json` prints is what docs/check.schema.json promises to other programs, for every file and code."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError

from config.load import default_survey
from intake.finding import CATALOGUE, Finding
from replies.wording import load_wording
from routing.cli.check import file_as_json
from routing.offline import Checked, check_file
from routing.reading.reader import Reader
from routing.register import build_register

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "check.schema.json").read_text(encoding="utf-8"))
PROMISED = Draft202012Validator(SCHEMA)
REGISTER = build_register(default_survey())
WORDING = load_wording().of(REGISTER.survey)
SHELF = Path(__file__).parents[1] / "workbooks"
FOLDERS = ("files", "strangers", "lists/files")
FILES = sorted(path for folder in FOLDERS for path in (SHELF / folder).iterdir() if path.is_file())


@pytest.mark.long
def test_every_file_of_the_shelves_is_told_as_promised() -> None:
    seen: set[str] = set()
    with closing(Reader(default_survey())) as reader:
        for path in FILES:
            told = file_as_json(check_file(reader, path.name, path.read_bytes(), REGISTER), WORDING)
            PROMISED.validate([told])
            _nothing_undescribed(told)
            seen |= {finding["code"] for finding in told["findings"]}
    assert len(FILES) > 100 and len(seen) > 50


@pytest.mark.parametrize("code", CATALOGUE)
def test_every_code_is_told_as_promised(code: str) -> None:
    found = Finding(code, CATALOGUE[code].severity, "様式", "E21", "5", "回答", "141003", "x" * 60, "y")
    sparse = Finding(code, CATALOGUE[code].severity)
    checked = Checked("a.xlsx", "answer_sheet", "form1", "nanbyo", "141003", (found, sparse))
    PROMISED.validate([file_as_json(checked, WORDING)])


def _nothing_undescribed(told: dict[str, Any]) -> None:
    definitions = SCHEMA["$defs"]
    assert set(told) == set(definitions["file"]["properties"])
    for finding in told["findings"]:
        assert set(finding) == set(definitions["finding"]["properties"])


@pytest.mark.parametrize("lost", ["code", "severity", "cell", "message"])
def test_a_key_that_went_would_be_noticed(lost: str) -> None:
    checked = Checked("a.xlsx", "other", "", "", "", (Finding("unreadable", "error"),))
    told = file_as_json(checked, WORDING)
    del told["findings"][0][lost]
    with pytest.raises(ValidationError):
        PROMISED.validate([told])
