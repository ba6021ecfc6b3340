"""Whoever writes a survey knows nothing of programs: whatever he types instead of any value, or leaves out, is told in
Japanese with its file, or it is a survey that can be made, filled in and shown."""

from __future__ import annotations

import copy
import json
import re
import shutil
import tomllib
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pytest

from config.errors import SurveyError
from config.load import default_survey
from replies.workbooks.form import blank, fill
from routing.authoring.preview import logic
from routing.authoring.sample import sample
from routing.authoring.trial import filling_in_form, read
from routing.register import build_register
from tests.config.surveys_at_hand import TINY

FOLDERS = [TINY, TINY.parent / "gakudo2024", TINY.parent / "gakko", default_survey().parent / "hinan2025"]
GONE: Any = object()
TYPED = (
    GONE, "", "　", "あ", "長" * 5_000, "一行\n二行", "{{ x }}", "}{", "\x07", "=1+1", "１２", "../x", 0, -1, 10**30, 1.5,
    float("nan"), True, [], ["a"], {}, {"a": 1}, date(1, 1, 1), datetime(9999, 12, 31, 23, tzinfo=UTC), time(12),
)  # fmt: skip
ENGLISH = re.compile(r"[A-Za-z]{3,} [a-z]{2,} [a-z]{2,}")


def places(node: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every key, table and item of a TOML file's data."""
    if path:
        yield path
    inside = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for step, value in inside:
        yield from places(value, (*path, step))


def written(value: Any) -> str:
    """A value as TOML has it."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {written(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(written, value)) + "]"
    if isinstance(value, date | time):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str | bool) else repr(value)


def mistyped(whole: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """(what was done, the file's new text)."""
    for path in places(whole):
        for value in TYPED:
            data = copy.deepcopy(whole)
            holder: Any = data
            for step in path[:-1]:
                holder = holder[step]
            if value is GONE:
                del holder[path[-1]]
            else:
                holder[path[-1]] = value
            yield f"{path} {value!r:.20}", "\n".join(f"{json.dumps(key)} = {written(one)}" for key, one in data.items())


def goes_wrong(folder: Path) -> str:
    """What somebody would see who knows nothing of programs; nothing where he is told, or the survey works."""
    try:
        register = build_register(folder)
    except SurveyError as told:
        said = [str(mistake) for mistake in told.mistakes]
        return next((one for one in said if "\n" in one or len(one) > 400 or ENGLISH.search(one)), "")
    list(logic(register))
    survey = register.survey
    for form in survey.forms:
        read(blank(form, survey), survey, register.roster)
        for whose in list(filling_in_form(form, survey, register.roster))[:1]:
            read(fill(form, survey, sample(form, survey, whose)), survey, register.roster)
    return ""


@pytest.mark.parametrize("most", [10, pytest.param(600, marks=pytest.mark.long)], ids=["some", "many"])
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_whatever_is_typed_is_told_or_works(folder: Path, most: int, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "s", ignore=shutil.ignore_patterns("samples"))
    wrong = {}
    for file in sorted((tmp_path / "s").glob("*.toml")):
        text = file.read_text(encoding="utf-8")
        each = list(mistyped(tomllib.loads(text)))
        for what, new in each[:: max(1, len(each) // most)]:
            file.write_text(new, encoding="utf-8")
            if seen := goes_wrong(tmp_path / "s"):
                wrong[what] = seen
        file.write_text(text, encoding="utf-8")
    assert wrong == {}
