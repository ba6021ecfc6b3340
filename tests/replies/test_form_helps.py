"""A form that helps says of a filling what the desk says of it: filled along every way through it and at random,
computed by LibreOffice, and compared with `check`, question by question."""

from __future__ import annotations

import io
import random
import shutil
from collections.abc import Iterator
from itertools import cycle, islice, product
from pathlib import Path

import pytest
from openpyxl import load_workbook

from config.conditions import steering
from config.form import Field, Form, Question
from config.kinds.choice import ChoiceKind
from config.load import default_survey, load_survey
from config.roster import load_roster
from config.survey import Survey
from intake.answers import AttachedFile, read_file
from replies.form_layout import layout
from replies.workbooks.form import FillValue, blank, fill
from tests.replies.office import convert_all

SURVEYS = Path(__file__).parents[2] / "config" / "surveys"
HOKAGO = Path(__file__).parents[1] / "fixtures" / "surveys" / "hokago"
CONDITIONS = {'asked_if = { question = "3", choices = [1, 2] }': 'asked_if = "Q3 in (1, 2)"',
              'asked_if = { question = "8", choices = [3] }': 'asked_if = "Q8 == 3"'}  # fmt: skip
HINAN = load_survey(SURVEYS / "hinan2025")
JUNK = "どちらでもない"  # in no list, and understood by nobody
MISSING = {"answer_missing", "value_missing", "number_missing", "marks_none", "text_missing"}
UNLISTED = {"answer_not_a_choice", "answer_says_nothing", "field_not_a_choice"}
Told = dict[str, set[str]]  # "missing", "unlisted", "superfluous" → keys of questions and fields


def helping(survey: Survey) -> Survey:
    """The same survey with forms that help."""
    return survey.changed({"forms": tuple(form.changed({"helps": True}) for form in survey.forms)})


def by_desk(data: bytes, survey: Survey) -> Told:
    (sheet,) = read_file(AttachedFile("a.xlsx", data), survey, load_roster()).sheets
    form = survey.form(sheet.form, sheet.version)
    labels = {field.label: field.key for field in form.fields}

    def keys(*codes: str) -> set[str]:
        found = [f for f in sheet.findings if f.code in codes and (f.code != "marks_none" or f.severity == "error")]
        return {form.question(f.question).printed_key if f.question else labels[f.label] for f in found}

    return {
        "missing": keys(*MISSING, "field_missing"),
        "unlisted": keys(*UNLISTED),
        "superfluous": keys("should_be_blank"),
    }


def by_form(data: bytes, form: Form) -> tuple[Told, str]:
    """What the computed form says in its check column, by question, and its flag."""
    sheet = load_workbook(io.BytesIO(data), data_only=True)[form.sheet]
    places = layout(form)
    rows = {key: range(row, row + 1) for key, row in places.fields.items()}
    rows |= {block.question.printed_key: range(block.top, block.bottom + 1) for block in places.blocks}
    said = {k: [str(sheet.cell(row, places.last_column + 1).value or "") for row in span] for k, span in rows.items()}

    def keys(word: str) -> set[str]:
        return {key for key, texts in said.items() if any(word in text for text in texts)}

    told = {"missing": keys("※ 未"), "unlisted": keys("※ リスト"), "superfluous": keys("△")}
    return told, str(sheet.cell(places.flags, 5).value or "")


def ways(form: Form, dice: random.Random, many: int) -> Iterator[dict[str, FillValue]]:
    """So many fillings: every combination of the choices that steer, blank and in no list among them, as far as they go,
    with the rest at random."""
    looked_at = frozenset[str]().union(*steering(form).values())
    steer = [question for question in form.questions if question.skips or question.key in looked_at]
    every = list(product(*([None, JUNK, *question.by_number] for question in steer)))
    dice.shuffle(every)
    for combination in islice(cycle(every), many):
        values = {f.key: _in_field(f, dice) for f in form.fields} | {q.key: _answer(q, dice) for q in form.questions}
        values |= {t.key: dice.choice((None, "令和９年４月")) for q in form.questions for t in q.free_texts}
        values |= dict(zip((q.key for q in steer), combination, strict=True))
        if values["organisation"] and "kind" in values:  # the roster tells the kind of a body by its name, the form cannot
            values["kind"] = "指定都市"
        yield {key: value for key, value in values.items() if value not in (None, ())}


def _in_field(field: Field, dice: random.Random) -> FillValue | None:
    good = {"OrganisationKind": "14神奈川県横浜市", "PositionKind": "課長", "AttributesKind": None}
    if isinstance(field.kind, ChoiceKind):
        return dice.choice((None, JUNK, *field.kind.options))
    return dice.choice((None, good.get(type(field.kind).__name__, "総務課")))


def _answer(question: Question, dice: random.Random) -> FillValue | None:
    kind = question.kind
    if question.in_lines:
        return dice.choice(((), tuple(n for n in question.by_number if dice.random() < 0.5)))
    if question.by_number:
        return dice.choice((None, JUNK, *question.by_number))
    return dice.choice((None, "3" if kind.numeric else "防災計画による。"))


@pytest.mark.long
@pytest.mark.parametrize(
    ("folder", "many"),
    [(SURVEYS / "hinan2025", 80), (default_survey(), 30), (HOKAGO, 20)],
    ids=("hinan", "mynumber", "hokago"),
)
def test_the_form_says_what_the_desk_says(folder: Path, many: int, tmp_path: Path) -> None:
    survey, dice = helping(load_survey(folder)), random.Random(19)
    cases = [(form, fill(form, survey, values)) for form in survey.forms for values in ways(form, dice, many)]
    files = []
    for number, (_, data) in enumerate(cases):
        files.append(tmp_path / f"{number:03}.xlsx")
        files[-1].write_bytes(data)
    made = convert_all(files, "xlsx", tmp_path / "out")
    assert len(made) == len(cases) >= 20
    wrong = []
    for path, (form, data) in zip(made, cases, strict=True):
        computed = path.read_bytes()
        said, flag = by_form(computed, form)
        desk = by_desk(data, survey)
        if said != desk or by_desk(computed, survey) != desk:
            wrong.append((path.name, form.id, said, desk))
        asked = said["missing"] - {field.key for field in form.fields}
        assert ("（" in flag) == bool(asked), path.name
    assert wrong == []


@pytest.mark.long
def test_so_it_does_where_questions_hang_on_conditions(tmp_path: Path) -> None:
    folder = shutil.copytree(SURVEYS / "hinan2025", tmp_path / "survey", ignore=shutil.ignore_patterns("samples"))
    text = (folder / "form1.toml").read_text("utf-8")
    for plain, condition in CONDITIONS.items():
        assert plain in text
        text = text.replace(plain, condition)
    (folder / "form1.toml").write_text(text, "utf-8")
    (tmp_path / "books").mkdir()
    test_the_form_says_what_the_desk_says(folder, 40, tmp_path / "books")


def test_only_a_survey_that_says_so_has_such_a_form() -> None:
    given = load_survey(default_survey())
    for form in given.forms:
        sheet = load_workbook(io.BytesIO(blank(form, given)))[form.sheet]
        assert not sheet.conditional_formatting and sheet.max_column == 6
    (form,) = HINAN.forms
    sheet = load_workbook(io.BytesIO(blank(form, HINAN)))[form.sheet]
    assert form.helps and sheet.conditional_formatting and sheet["G10"].value == "確認"


def test_what_it_says_beside_the_answers_is_no_answer() -> None:
    (form,) = HINAN.forms
    values: dict[str, FillValue] = {"organisation": "14神奈川県横浜市", "1": 2, "3": 1}
    data = fill(form, HINAN, values)
    told = by_desk(data, HINAN)
    assert told == {
        "missing": {"code", "department", "contact", "telephone", "email", "7", "8", "10"},
        "unlisted": set(),
        "superfluous": {"3"},
    }


def test_no_formula_is_longer_than_excel_takes() -> None:
    for survey in (HINAN, helping(load_survey(default_survey()))):
        for form in survey.forms:
            sheet = load_workbook(io.BytesIO(blank(form, survey)))[form.sheet]
            formulas = [str(c.value) for row in sheet.iter_rows() for c in row if str(c.value).startswith("=")]
            formulas += [f for area in sheet.conditional_formatting for rule in area.rules for f in rule.formula]
            assert max(map(len, formulas)) < 8_192
