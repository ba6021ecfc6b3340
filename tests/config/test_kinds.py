"""Every kind of answer by its own examples: read, written into a form's workbook, and read back."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from config.form import Form
from config.kinds.any_kind import KINDS
from config.kinds.kind import Around, Attribute, Examples, Kind
from config.shape import keys_of
from config.toml_values import made
from intake.answers import AttachedFile, read_file
from intake.submission import Answer, AnswerSheet
from replies.workbooks.form import fill
from tests.workbooks.forms_at_hand import COMPLETE, the_roster, the_survey

ROOT = Path(__file__).parents[2]
ASKED = "11"

AROUND = Around(attributes=(Attribute(number=1, name="胃がん検診"), Attribute(number=3, name="肺がん検診")))
# What a kind needs to be one: its keys as they stand in a file.
KEYS: dict[str, dict[str, object]] = {
    "choice": {"choices": ["① 実施している。", "② 実施していない。"]},
    "marks": {"marks": [{"number": 1, "text": "① 窓口"}, {"number": 2, "text": "② 郵送"}]},
    "number": {"unit": "人", "max": 1234},
    "position": {"fitting": ["課長"], "below": ["係長"], "wanted": "課長以上"},
}
ALONE = [name for name in KINDS if name not in ("table", "lines")]  # asked cell by cell (tests/intake/test_tables.py)
FIELDS_ONLY = {"organisation", "position", "attributes", "telephone", "email"}  # whose faults are told at the head


def kind_of(name: str) -> Kind:
    return made(KINDS[name], {"kind": name, **KEYS.get(name, {})})


def examples(name: str) -> Examples:
    return kind_of(name).examples()


def each(which: str) -> list[object]:
    return [
        pytest.param(name, case, id=f"{name} {case}") for name in ALONE for case in getattr(examples(name), which)
    ]


@pytest.mark.parametrize("name", ALONE)
def test_every_kind_has_examples_and_no_mistake(name: str) -> None:
    kind = kind_of(name)
    assert kind.examples().read
    assert list(kind.mistakes()) == []


@pytest.mark.parametrize(("name", "case"), each("read"))
def test_it_reads_its_examples_and_finds_no_fault(name: str, case: tuple[str, str]) -> None:
    kind, (text, value) = kind_of(name), case
    assert kind.read(text) == value
    assert kind.read(value) == value
    assert list(kind.faults(text, AROUND)) == []
    assert kind.read(kind.shown(value)) == value
    assert str(kind.typed(value)) == value


@pytest.mark.parametrize(("name", "text"), each("unread"))
def test_what_is_none_of_its_kind_is_not_read(name: str, text: str) -> None:
    assert kind_of(name).read(text) == ""


@pytest.mark.parametrize(("name", "case"), each("faulty"))
def test_what_is_wrong_is_told_by_its_code(name: str, case: tuple[str, str]) -> None:
    text, code = case
    assert [fault.code for fault in kind_of(name).faults(text, AROUND)] == [code]


@pytest.mark.parametrize("name", [name for name in ALONE if name not in FIELDS_ONLY])
def test_through_the_workbook_and_back(name: str) -> None:
    """The blank form, filled in as a person would, and read as the desk reads it: the same value, nothing noticed."""
    form = form_with(name)
    for text, value in examples(name).read:
        sheet = sheet_with(form, text, value)
        assert answer_of(sheet).understood == value, text
        assert [f.code for f in sheet.findings] == []


@pytest.mark.parametrize("name", [name for name in ALONE if name not in {*FIELDS_ONLY, "marks"}])
def test_what_is_not_read_is_asked_about_and_kept(name: str) -> None:
    form = form_with(name)
    for text in examples(name).unread:
        sheet = sheet_with(form, text, "")
        assert [(f.code, f.question) for f in sheet.findings] == [(kind_of(name).unread, ASKED)]
        assert (answer_of(sheet).value, answer_of(sheet).understood) == (text, "")


def form_with(name: str) -> Form:
    """The form of the survey at hand with one question more, as a survey's file would write it."""
    base = the_survey().form("form1")
    data = {key: getattr(base, key) for key in keys_of(Form) if key != "grid"}
    question = {"key": ASKED, "item": "１１", "text": "このほかに、お答えください。", "kind": name, **KEYS.get(name, {})}
    return made(Form, {**data, "questions": [*base.questions, question]})


def sheet_with(form: Form, text: str, value: str) -> AnswerSheet:
    question = form.question(ASKED)
    survey = the_survey().changed({"forms": (form, *the_survey().forms[1:])})
    written = {question.keys[int(number)]: "〇" for number in value.split(",")} if question.in_lines else {ASKED: text}
    data = fill(form, survey, {**COMPLETE, **written})
    (sheet,) = read_file(AttachedFile("回答.xlsx", data), survey, the_roster()).sheets
    return sheet


def answer_of(sheet: AnswerSheet) -> Answer:
    return next(answer for answer in sheet.answers if answer.question == ASKED)


# A module that asks which kind it has: by the file or the class of one, by its name, or by a key that it alone has.
KIND_BY_NAME = re.compile(
    r"""config\.kinds\.(?:choice|marks|numbered|option)\b | \b(?:Choice|Marks)Kind\b
    | \bkind(?:\.kind)?\s*(?:[!=]=|in)\s*[("']+(?:choice|marks)\b | getattr\([^)]*kind[^)]*"(?:choices|marks)
    | \b(?:kind|question|q|ask|field|column|table|cell|before|self\._?question)\.(?:choices|marks|none_marked)\b""",
    re.VERBOSE,
)


def test_choices_and_marks_are_named_by_their_own_files_alone() -> None:
    found = {
        name
        for layer in ("config", "intake", "replies", "routing")
        for file in (ROOT / layer).rglob("*.py")
        if not (name := file.relative_to(ROOT).as_posix()).startswith("config/kinds/")
        and KIND_BY_NAME.search(file.read_text(encoding="utf-8"))
    }
    assert found == set()


@pytest.mark.parametrize("way", (
    "from config.kinds.choice import ChoiceKind", "if isinstance(kind, MarksKind):", 'if ask.kind.kind == "choice":',
    'if kind in ("marks", "choice"):', "for choice in question.kind.choices:", 'getattr(column.kind, "choices", ())',
    "severity = q.kind.none_marked",
))  # fmt: skip
def test_each_way_to_name_them_is_seen(way: str) -> None:
    assert KIND_BY_NAME.search(way)
