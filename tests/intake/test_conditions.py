"""`asked_if` in the language of rules: what is asked, what is not, and what nobody can tell: the desk, the form, the check.

The form is that of tests/fixtures/surveys/tiny (Q1 a choice, Q2 circles, Q3 a choice) with numbers and a condition behind.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
from openpyxl import load_workbook

from config.errors import SurveyError
from config.load import load_survey
from config.roster import load_roster
from config.survey import Survey
from intake.submission import AnswerSheet
from replies.workbooks.form import FillValue, fill, layout
from routing.authoring.trial import never_asked, try_all
from routing.authoring.trial import read as read_as_desk
from tests.config.surveys_at_hand import TINY
from tests.replies.office import convert

ROSTER = load_roster()
GOOD: dict[str, FillValue] = {"organisation": "14神奈川県横浜市", "contact": "公園太郎", "1": 1, "2": (1,), "3": 2}
NUMBER = '\n[[questions]]\nkey = "{key}"\nitem = "{key}"\ntext = "{text}"\nkind = "number"\nunit = "か所"\n'
HANGS = 'asked_if = \'{condition}\'\n'


def with_condition(folder: Path, condition: str, more: str = "") -> Path:
    shutil.copytree(TINY, folder)
    made = NUMBER.format(key="4", text="公園の数") + more
    made += NUMBER.format(key="5", text="遊具のある公園の数") + HANGS.format(condition=condition)
    with (folder / "form1.toml").open("a", encoding="utf-8") as file:
        file.write(made)
    return folder


def read(survey: Survey, changes: Mapping[str, FillValue]) -> AnswerSheet:
    values = {key: value for key, value in {**GOOD, **changes}.items() if value != ""}
    (sheet,) = read_as_desk(fill(survey.form("sheet"), survey, values), survey, ROSTER).sheets
    return sheet


def about_five(sheet: AnswerSheet) -> list[str]:
    return [finding.code for finding in sheet.findings if finding.question == "5"]


MISSING, SUPERFLUOUS, NOTHING = ["number_missing"], ["should_be_blank"], []


@pytest.mark.parametrize(
    ("condition", "answers", "blank", "filled"),
    [
        # (what is said of a blank Q5, what of one that is filled in)
        ("Q1 == 1 and Q4 > 0", {"4": "3"}, MISSING, NOTHING),
        ("Q1 == 1 and Q4 > 0", {"4": "３か所"}, MISSING, NOTHING),
        ("Q1 == 1 and Q4 > 0", {"4": "0"}, NOTHING, SUPERFLUOUS),
        ("Q1 == 1 and Q4 > 0", {"4": ""}, NOTHING, NOTHING),
        ("Q1 == 1 and Q4 > 0", {"4": "多数"}, NOTHING, NOTHING),
        ("Q1 == 1 and Q4 > 0", {"1": 2, "2": (), "4": ""}, NOTHING, SUPERFLUOUS),
        ("Q1 == 1 and Q4 > 0", {"1": "", "4": "0"}, NOTHING, SUPERFLUOUS),
        ("Q1 == 1 or Q4 > 0", {"1": "", "4": "1"}, MISSING, NOTHING),
        ("1 in Q2", {"4": "1"}, MISSING, NOTHING),
        ("1 in Q2", {"2": (2,), "4": "1"}, NOTHING, SUPERFLUOUS),
        ("1 in Q2", {"1": 2, "2": (), "4": "1"}, NOTHING, SUPERFLUOUS),  # Q2 is left out
        ("not (1 in Q2)", {"1": 2, "2": (), "4": "1"}, MISSING, NOTHING),
        ("Q3 in (1, 2) and Q4 >= 10", {"4": "10"}, MISSING, NOTHING),
        ('kind == "designated" and Q4 > 0', {"4": "1"}, MISSING, NOTHING),
        ('kind == "core" and Q4 > 0', {"4": "1"}, NOTHING, SUPERFLUOUS),
    ],
)
def test_what_is_asked(
    tmp_path: Path, condition: str, answers: dict[str, FillValue], blank: list[str], filled: list[str]
) -> None:
    survey = load_survey(with_condition(tmp_path / "s", condition))
    assert about_five(read(survey, answers)) == blank
    assert about_five(read(survey, {**answers, "5": "1"})) == filled


def test_who_is_told_to_leave_it_blank_is_told_why(tmp_path: Path) -> None:
    survey = load_survey(with_condition(tmp_path / "s", "Q1 == 1 and Q4 > 0"))
    sheet = read(survey, {"4": "0", "5": "1"})
    assert [f.expected for f in sheet.findings if f.question == "5"] == ["空欄（Q1、Q4のご回答による）"]


@pytest.mark.parametrize(
    ("condition", "reason"),
    [
        ("Q5 > 0", "質問「5」は前の質問ではありません。"),
        ("Q4", "比べる式（==、<= など）にしてください。"),
        ("Q1 == 7", "Q1 に選択肢 7 はありません（1、2）。"),
        ("Q9 == 1", "質問「9」がありません（questions）。"),
        ('organisation == "市"', "organisation は書けません（書けるのは、前の質問と kind です。表の欄は書けません）。"),
        ("1 == 1", "質問が書かれていません。"),
        ("__import__(Q4) == 1", "「__import__」が分かりません。"),
    ],
)
def test_a_condition_that_makes_no_sense_is_refused(tmp_path: Path, condition: str, reason: str) -> None:
    with pytest.raises(SurveyError) as told:
        load_survey(with_condition(tmp_path / "s", condition))
    (mistake,) = told.value.mistakes
    assert mistake.key == "questions.5.asked_if"
    assert mistake.reason.startswith(reason)


@pytest.mark.parametrize(
    ("condition", "never"),
    [
        ("Q4 > 0", []),
        ("Q4 == 12345", []),
        ("Q1 == 2 and Q3 == 2 and Q4 > 7", []),
        ("2 in Q2", []),
        ("Q4 < 0", ["5"]),
        ("Q1 == 2 and 1 in Q2", ["5"]),  # who answers ② is led past Q2
        ("Q1 == 1 and Q1 == 2", ["5"]),
    ],
)
def test_the_check_walks_every_way(tmp_path: Path, condition: str, never: list[str]) -> None:
    survey = load_survey(with_condition(tmp_path / "s", condition))
    assert [key for _, key in never_asked(survey, ROSTER)] == never
    assert {fault for trial in try_all(survey, ROSTER) for fault in trial.faults} == set()


@pytest.mark.long
def test_the_flag_of_the_form_goes_by_it(tmp_path: Path) -> None:
    survey = load_survey(with_condition(tmp_path / "s", "Q1 == 1 and Q4 > 0"))
    form, told = survey.form("sheet"), []
    for name, answers in (("asked", {"4": 3}), ("answered", {"4": 3, "5": 1}), ("none", {"4": 0}), ("skipped", {"1": 2})):
        book = tmp_path / f"{name}.xlsx"
        values = {**GOOD, **({"2": ()} if name == "skipped" else {}), "4": "9"}
        book.write_bytes(fill(form, survey, {**values, **{k: v for k, v in answers.items() if k == "1"}}))
        opened = load_workbook(book)
        for key, number in answers.items():
            if key != "1":
                opened[form.sheet][layout(form).cell(key)] = number
        if name == "skipped":
            opened[form.sheet][layout(form).cell("4")] = 9
        opened.save(book)
        (made,) = convert(book, "xlsx", tmp_path / name)
        told.append(load_workbook(made, data_only=True)[form.sheet]["E4"].value or "")
    assert told == ["質問に空欄あり", "", "", ""]
