"""A form filled in at random according to its data gives no finding; with one thing broken it gives exactly the findings
that the notice lets one expect, in the right cells."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.form import Question
from config.roster import Body
from replies.workbooks.form import FillValue, fill
from tests.intake.broken_once import BREAKAGES, CITY, PREFECTURE, Breakage, Told
from tests.workbooks.forms_at_hand import choices_of, edited, form, marks_of, reading, the_roster, the_survey

KIND_NAMES = {"prefecture": "都道府県", "designated": "指定都市", "core": "中核市"}
TEXT_OF = {"2": "令和６年４月", "8-1": "手順書により二人で確認"}
BODIES = [body for body in the_roster() if body.name != "相模原市"]  # whose name is the hint's example
QUICKLY = settings(deadline=None, suppress_health_check=list(HealthCheck))


@st.composite
def sheets(
    draw: st.DrawFn, id: str = "form1", given: Mapping[str, int] | None = None, kind: str = ""
) -> dict[str, FillValue]:
    """The values of a complete sheet: a body, the head, then question by question as the data's arrows lead."""
    fitting = [b for b in BODIES if not kind or (b.kind == "prefecture") == (kind == PREFECTURE)]
    body = draw(st.sampled_from(fitting))
    values: dict[str, FillValue] = {
        "kind": KIND_NAMES.get(body.kind, "市区町村"),
        "organisation": written(body),
        "department": "健康課",
        "position": draw(st.sampled_from(["課長", "健康推進課長", "参事", "主幹"])),
        "responsible": "架空　太郎",
        "contact": "架空　花子",
        "telephone": draw(st.sampled_from(["045-000-0000", "0450000000", "03-0000-0000（内線12）"])),
        "email": "kenko@city.example.lg.jp",
    }
    goal = ""
    for question in form(id).questions:
        if goal and question.key != goal:
            continue
        goal = ""
        if _applies(question, values, body):
            goal = _answer(draw, question, values, given or {})
    return values


def written(body: Body) -> str:
    own = "" if body.kind == "prefecture" else body.name
    return body.lgcode[:2] + body.prefecture + own


def _applies(question: Question, values: dict[str, FillValue], body: Body) -> bool:
    if question.only and body.kind not in question.only:
        return False
    condition = question.asked_if
    return condition is None or values.get(condition.question) in condition.choices


def _answer(
    draw: st.DrawFn, question: Question, values: dict[str, FillValue], given: Mapping[str, int]
) -> str:
    """Answers one question; returns where its choice leads to."""
    if marks_of(question):
        numbers = [mark.number for mark in marks_of(question)]
        values[question.key] = tuple(sorted(draw(st.sets(st.sampled_from(numbers), min_size=1))))
        return ""
    taken = given.get(question.key) or draw(st.sampled_from([c.number for c in choices_of(question)]))
    values[question.key] = taken
    for text in question.free_texts:
        if taken in text.choices:
            values[text.key] = TEXT_OF.get(question.key, "別紙のとおり")
    return next(c.skip_to for c in choices_of(question) if c.number == taken)


def told(data: bytes) -> Told:
    """Every finding about the file and about its one sheet."""
    read = reading(data)
    assert len(read.sheets) == 1, read
    findings = [*read.findings, *read.sheets[0].findings]
    found = {(f.code, f.question, f.cell) for f in findings}
    assert len(found) == len(findings), findings
    return found


@pytest.mark.parametrize("id", ["form1", "form2"])
@settings(QUICKLY, max_examples=15)
@given(data=st.data())
def test_a_complete_sheet_gives_no_finding(id: str, data: st.DataObject) -> None:
    values = data.draw(sheets(id))
    assert told(fill(form(id), the_survey(), values)) == set()


def check_broken(breakage: Breakage, data: st.DataObject) -> None:
    """Fills a sheet in at random, breaks it, and compares what is told with what was to be expected."""
    # Q5 is not asked after Q3 ②; Q6 and the following are, but then nothing of Q5 may stand there
    fixed = {"3": 1, **breakage.given} if "5" in breakage.given else breakage.given
    values = data.draw(sheets(breakage.form, fixed, breakage.body))
    changed = {**values, **breakage.change(values)}
    kept = {key: value for key, value in changed.items() if value is not None}
    workbook = fill(form(breakage.form), the_survey(), kept)
    if breakage.edit:
        workbook = edited(workbook, lambda sheet: breakage.edit and breakage.edit(sheet.parent))
    assert told(workbook) == breakage.expected(values)


@pytest.mark.parametrize("breakage", BREAKAGES, ids=lambda b: b.name)
@settings(QUICKLY, max_examples=2)
@given(data=st.data())
def test_one_thing_broken_is_told_and_nothing_else(breakage: Breakage, data: st.DataObject) -> None:
    check_broken(breakage, data)


@pytest.mark.long
@pytest.mark.parametrize("breakage", BREAKAGES, ids=lambda b: b.name)
@settings(QUICKLY, max_examples=60)
@given(data=st.data())
def test_one_thing_broken_in_many_sheets(breakage: Breakage, data: st.DataObject) -> None:
    check_broken(breakage, data)


def test_each_breakage_has_a_name_of_its_own() -> None:
    names = [breakage.name for breakage in BREAKAGES]
    assert len(set(names)) == len(names) > 60
    assert {b.body for b in BREAKAGES} == {"", CITY, PREFECTURE}
