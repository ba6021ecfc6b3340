"""職員補記: answers entered by an official, on the values of a sheet that was read. Cells as on the printed form."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from intake.amendment import AmendmentRefused, amend_sheet, question_key
from intake.submission import AnswerSheet
from tests.workbooks.forms_at_hand import COMPLETE_2, filled, the_roster, the_sheet, the_survey

NO_6_TO_9 = dict.fromkeys(("6", "7-1", "7-2", "7-3", "7-4", "8-1", "8-1-text", "8-2", "9"))


def amended(sheet: AnswerSheet, changes: Mapping[str, str]) -> AnswerSheet:
    return amend_sheet(sheet, changes, the_survey(), the_roster())


def told(sheet: AnswerSheet) -> set[tuple[str, str]]:
    return {(f.code, f.question) for f in sheet.findings}


def test_without_changes_the_sheet_says_the_same() -> None:
    for data in (filled({}), filled({"5": None, "telephone": None, "2": 3}), filled({}, COMPLETE_2, "form2")):
        sheet = the_sheet(data)
        again = amended(sheet, {})
        assert told(again) == told(sheet)
        assert again.answers == sheet.answers
        assert (again.fields, again.program, again.body) == (sheet.fields, sheet.program, sheet.body)


def test_a_missing_answer_is_entered_in_its_cell_with_the_choices_whole_text() -> None:
    sheet = the_sheet(filled({"5": None}))
    assert told(sheet) == {("answer_missing", "5")}
    made = amended(sheet, {"5": "②"})
    (answer,) = [a for a in made.answers if a.question == "5"]
    assert (answer.cell, answer.number, answer.value[0]) == ("E21", 2, "②")
    assert told(made) == set()
    assert told(sheet) == {("answer_missing", "5")}  # the sheet that was read is not touched


def test_q5_2_makes_q6_and_what_follows_required() -> None:
    sheet = the_sheet(filled({**NO_6_TO_9, "5": 1}))
    assert told(sheet) == set()
    # Q7-3, Q7-4 and Q8 are open until Q7-2 is answered: only roots are told
    missing = {("marks_none", "6"), *(("answer_missing", q) for q in ("7-1", "7-2", "9"))}
    assert told(amended(sheet, {"5": "②"})) == missing


@pytest.mark.parametrize("value", ["②", "2", "２", "② 導入していない"])
def test_a_choice_may_be_written_by_its_number(value: str) -> None:
    made = amended(the_sheet(filled({"9": None})), {"9": value})
    assert {a.question: a.number for a in made.answers}["9"] == 2


def test_circles_are_written_as_their_numbers() -> None:
    sheet = the_sheet(filled({"7-4": None}))
    made = amended(sheet, {"7-4": "①③"})
    assert {a.question: a.marks for a in made.answers}["7-4"] == (1, 3)
    assert told(amended(made, {"7-4": ""})) == {("marks_none", "7-4")}


def test_an_empty_value_takes_an_answer_away() -> None:
    assert told(amended(the_sheet(filled({})), {"10": ""})) == {("answer_missing", "10")}


def test_a_free_text_is_entered_by_its_key() -> None:
    sheet = the_sheet(filled({"8-1-text": None}))
    assert told(sheet) == {("text_missing", "8-1")}
    assert told(amended(sheet, {"8-1-text": "二人で確認する。"})) == set()


@pytest.mark.parametrize("key", ["7-1", "７－１", "７‐１", "7ー1", " 7-1 "])
def test_a_question_may_be_written_in_any_width_and_with_any_dash(key: str) -> None:
    assert question_key(key) == "7-1"
    made = amended(the_sheet(filled({})), {key: "②"})
    assert {a.question: a.number for a in made.answers}["7-1"] == 2


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"99": "①"}, "Q99 という問はありません"),
        ({"5": "⑨"}, "①②"),
        ({"5": "たぶん"}, "①②"),
        ({"6": "③"}, "Q6=③"),
        ({"7-4": "全部"}, "Q7-4=全部"),
        ({"9": "①", "99": "①"}, "Q99"),
    ],
)
def test_what_is_no_answer_is_refused_and_told(changes: dict[str, str], said: str) -> None:
    with pytest.raises(AmendmentRefused, match=said):
        amended(the_sheet(filled({})), changes)
