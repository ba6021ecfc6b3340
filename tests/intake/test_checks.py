"""The checks of one answer sheet. Cells are read off the printed form by hand: 別添１ has Q1-1's answer in
E15 and Q10's in E36; circles and texts stand in column F."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from openpyxl.worksheet.worksheet import Worksheet

from config.spelling import nfkc
from intake.answers import read_sheets
from intake.sheets.grid import Workbook
from intake.sheets.workbook import open_workbook
from replies.workbooks.form import FillValue
from tests.workbooks.forms_at_hand import (
    COMPLETE,
    COMPLETE_2,
    edited,
    filled,
    only,
    the_roster,
    the_sheet,
    the_survey,
    told,
)

Values = Mapping[str, FillValue | None]
PREFECTURE = {**COMPLETE, "kind": "都道府県", "organisation": "14神奈川県", "1-1": None, "1-2": 2}
NO_6_TO_9 = dict.fromkeys(("6", "7-1", "7-2", "7-3", "7-4", "8-1", "8-1-text", "8-2", "9"))


def test_a_complete_sheet_gives_no_finding() -> None:
    assert told(filled({})) == []
    assert told(filled({}, COMPLETE_2, "form2")) == []
    assert told(filled(PREFECTURE)) == []


def test_a_form_that_nobody_filled_is_one_finding_not_thirty() -> None:
    empty = dict.fromkeys(COMPLETE)
    assert told(filled(empty)) == [("sheet_blank", "", "")]
    assert told(filled({**empty, "program": "難病"})) == [("sheet_blank", "", "")]  # 厚労省で入力


MISSING = [
    ("1-1", {"1-1": None}, "answer_missing", "E15"),
    ("1-2", {**PREFECTURE, "1-2": None}, "answer_missing", "E16"),
    ("2", {"2": None}, "answer_missing", "E17"),
    ("3", {"3": None}, "answer_missing", "E19"),
    ("4", {"4": None}, "answer_missing", "E20"),
    ("5", {"5": None}, "answer_missing", "E21"),
    ("6", {"6": None}, "marks_none", "F22"),
    ("7-1", {"7-1": None}, "answer_missing", "E24"),
    ("7-2", {"7-2": None}, "answer_missing", "E25"),
    ("7-3", {"7-3": None}, "answer_missing", "E26"),
    ("7-4", {"7-4": None}, "marks_none", "F27"),
    ("8-1", {"8-1": None}, "answer_missing", "E32"),
    ("8-1", {"8-1-text": None}, "text_missing", "F33"),
    ("8-2", {"8-2": None}, "answer_missing", "E34"),
    ("9", {"9": None}, "answer_missing", "E35"),
    ("10", {"10": None}, "answer_missing", "E36"),
    ("2", {"2": 3}, "text_missing", "F18"),
]


@pytest.mark.parametrize(("question", "changes", "code", "cell"), MISSING)
def test_what_is_missing_is_told_with_the_cell_where_it_belongs(
    question: str, changes: Values, code: str, cell: str
) -> None:
    assert told(filled(changes)) == [(code, question, cell)]


MISSING_2 = [
    ("a", {"a": None}, "answer_missing", "E38"),
    ("b", {"b": None}, "answer_missing", "E39"),
    ("b", {"b": 5}, "text_missing", "F40"),
    ("c", {"c": None}, "answer_missing", "E41"),
    ("c", {"c": 5}, "text_missing", "F42"),
    ("d", {"d": None}, "answer_missing", "E43"),
    ("d", {"d": 2}, "text_missing", "F44"),
]


@pytest.mark.parametrize(("question", "changes", "code", "cell"), MISSING_2)
def test_what_is_missing_among_the_additional_questions(
    question: str, changes: Values, code: str, cell: str
) -> None:
    assert told(filled(changes, COMPLETE_2, "form2")) == [(code, question, cell)]


NOT_A_CHOICE = [
    ("1-1", {"1-1": "検討中"}, "answer_not_a_choice", "E15"),
    ("1-2", {**PREFECTURE, "1-2": "③"}, "answer_not_a_choice", "E16"),
    ("2", {"2": "⑤"}, "answer_not_a_choice", "E17"),
    ("3", {"3": "①②"}, "answer_not_a_choice", "E19"),
    ("4", {"4": "0"}, "answer_missing", "E20"),  # what a link to a blank cell shows
    ("4", {"4": "－"}, "answer_says_nothing", "E20"),
    ("5", {"5": "その他"}, "answer_not_a_choice", "E21"),
    ("6", {"6#1": "要確認"}, "mark_unreadable", "F22"),
    ("7-1", {"7-1": "一部"}, "answer_not_a_choice", "E24"),
    ("7-2", {"7-2": "〇"}, "answer_not_a_choice", "E25"),
    ("7-3", {"7-3": "1、2"}, "answer_not_a_choice", "E26"),
    ("7-4", {"7-4#3": "一部"}, "mark_unreadable", "F29"),
    ("8-1", {"8-1": "④", "8-1-text": None}, "answer_not_a_choice", "E32"),
    ("8-2", {"8-2": "3"}, "answer_not_a_choice", "E34"),
    ("9", {"9": "#"}, "answer_not_a_choice", "E35"),
    ("10", {"10": "なし"}, "answer_says_nothing", "E36"),
    ("2", {"2": 3, "2-text": "来年中"}, "month_unclear", "F18"),
    ("2", {"2": 3, "2-text": "手引きによる"}, "text_unreadable", "F18"),
]


@pytest.mark.parametrize(("question", "changes", "code", "cell"), NOT_A_CHOICE)
def test_an_answer_outside_the_list_is_told_and_nothing_that_follows_from_it(
    question: str, changes: Values, code: str, cell: str
) -> None:
    assert told(filled(changes)) == [(code, question, cell)]


@pytest.mark.parametrize(("question", "cell"), [("a", "E38"), ("b", "E39"), ("c", "E41"), ("d", "E43")])
def test_an_additional_question_answered_outside_its_list(question: str, cell: str) -> None:
    data = filled({question: "⑥"}, COMPLETE_2, "form2")
    assert told(data) == [("answer_not_a_choice", question, cell)]


# What the notice's arrows leave out: Q3 ② → Q6, Q5 ① → Q10, Q7-2 ② → Q9, Q8-1 ②③ → Q9
SHOULD_BE_BLANK = [
    ("1-1", {**PREFECTURE, "1-1": 1}, "E15"),
    ("1-2", {"1-2": 1}, "E16"),
    ("4", {"3": 2, "5": None}, "E20"),
    ("5", {"3": 2, "4": None}, "E21"),
    ("6", {**NO_6_TO_9, "5": 1, "6": (2,)}, "F23"),
    ("7-1", {**NO_6_TO_9, "5": 1, "7-1": 1}, "E24"),
    ("7-2", {**NO_6_TO_9, "5": 1, "7-2": 1}, "E25"),
    ("7-3", {"7-2": 2, "7-4": None, "8-1": None, "8-1-text": None, "8-2": None}, "E26"),
    ("7-4", {"7-3": 2}, "F27"),
    ("8-1", {"7-2": 2, "7-3": None, "7-4": None, "8-2": None}, "E32"),
    ("8-2", {"8-1": 2, "8-1-text": None}, "E34"),
    ("8-2", {"8-1": 3, "8-1-text": None}, "E34"),
    ("9", {**NO_6_TO_9, "5": 1, "9": 4}, "E35"),
]


@pytest.mark.parametrize(("question", "changes", "cell"), SHOULD_BE_BLANK)
def test_an_answer_that_an_earlier_choice_leaves_out_is_a_warning(
    question: str, changes: Values, cell: str
) -> None:
    sheet = the_sheet(filled(changes))
    assert [(f.code, f.question, f.cell) for f in sheet.findings] == [("should_be_blank", question, cell)]
    assert sheet.findings[0].severity == "warning"


ALWAYS_ASKED = [("2", {"3": 2, "4": None, "5": None}), ("3", {"2": 2}), ("10", {**NO_6_TO_9, "5": 1})]


@pytest.mark.parametrize(("question", "changes"), ALWAYS_ASKED)
def test_no_choice_leaves_out_questions_2_3_and_10(question: str, changes: Values) -> None:
    assert told(filled(changes)) == []
    assert [q for _, q, _ in told(filled({**changes, question: None}))] == [question]


def test_q2_of_form2_leads_to_q3_whatever_is_chosen() -> None:
    for choice in (1, 2, 4):
        assert told(filled({"2": choice}, COMPLETE_2, "form2")) == []


def test_the_additional_questions_follow_every_answer_to_question_5() -> None:
    assert told(filled({**NO_6_TO_9, "5": 1}, COMPLETE_2, "form2")) == []


UNNEEDED = [
    ("2", {"2-text": "令和５年９月"}, "F18", "form1", COMPLETE),
    ("8-1", {"8-1": 2, "8-2": None}, "F33", "form1", COMPLETE),
    ("10", {"10-text": "詳しくは別紙"}, "F36", "form1", COMPLETE),
    ("b", {"b-text": "手入力"}, "F40", "form2", COMPLETE_2),
    ("c", {"c-text": "手入力"}, "F42", "form2", COMPLETE_2),
    ("d", {"d-text": "本人確認"}, "F44", "form2", COMPLETE_2),
]


@pytest.mark.parametrize(("question", "changes", "cell", "id", "base"), UNNEEDED)
def test_a_text_that_the_choice_does_not_ask_for_is_a_warning(
    question: str, changes: Values, cell: str, id: str, base: Values
) -> None:
    sheet = the_sheet(filled(changes, base, id))
    assert [(f.code, f.question, f.cell) for f in sheet.findings] == [("text_unneeded", question, cell)]
    assert sheet.findings[0].severity == "warning"
    assert sheet.findings[0].found == ""


def test_a_text_that_only_says_there_is_nothing_is_not_reproached() -> None:
    assert told(filled({"2-text": "なし", "10-text": "－"})) == []


MONTHS = [
    "令和５年９月",
    "R5.9",
    "2023/9",
    "2023-09",
    "5年9月",
    "令和6年3月頃",
    "２０２３年９月",
    "令和５年７月",
]
MONTHS += ["令和五年九月", "（令和５）年（９）月", "令和５年度９月", "令和６年３月31日"]
MONTHS += ["R05.09.01", "2023年9月末", "202309", "45170"]  # Excel's number of 2023-09-01


@pytest.mark.parametrize("month", MONTHS)
def test_months_in_their_usual_spellings_are_read(month: str) -> None:
    assert told(filled({"2": 3, "2-text": month})) == []


@pytest.mark.parametrize("month", ["令和５年度中", "9月", "未定", "2023年13月", "令和５年", "－", "令和5年9月又は10月"])
def test_a_time_that_is_no_month_is_asked_for_kindly(month: str) -> None:
    assert told(filled({"2": 3, "2-text": month})) == [("month_unclear", "2", "F18")]


@pytest.mark.parametrize("month", ["平成30年3月", "H30.3", "手引きによる"])
def test_a_text_that_names_no_time_of_ours_is_told(month: str) -> None:
    assert told(filled({"2": 3, "2-text": month})) == [("text_unreadable", "2", "F18")]


def test_a_month_that_had_to_be_worked_out_is_told_as_it_was_read() -> None:
    """The fiscal year 令和５年度 ends in March of 令和６年."""
    finding = only(the_sheet(filled({"2": 3, "2-text": "令和５年度３月"})).findings, "read_as")
    assert (finding.severity, finding.cell, finding.found, finding.expected) == (
        "note",
        "F18",
        "令和５年度３月",
        "令和６年３月",
    )


PAST = {"令和４年３月": "令和４年３月", "2023/6": "令和５年６月", "R5.5": "令和５年５月", "令和元年12月": "令和元年12月",
        "令和４年度２月": "令和５年２月", "2022-09-01": "令和４年９月"}  # fmt: skip


@pytest.mark.parametrize(("month", "read"), PAST.items())
def test_a_plan_for_a_month_before_the_deadline_is_looked_at_and_stops_nothing(month: str, read: str) -> None:
    finding = only(the_sheet(filled({"2": 3, "2-text": month})).findings, "plan_past")
    assert (finding.severity, finding.cell, finding.found) == ("warning", "F18", month)
    assert nfkc(finding.expected) == nfkc(read)


def test_a_month_that_is_no_plan_may_be_past() -> None:
    survey = the_survey()
    (form, other), questions = survey.forms, survey.forms[0].questions
    plain = [q.changed({"free_texts": tuple(t.changed({"upcoming": False}) for t in q.free_texts)})
             for q in questions]  # fmt: skip
    changed = survey.changed({"forms": (form.changed({"questions": tuple(plain)}), other)})
    opened = open_workbook(filled({"2": 3, "2-text": "令和４年３月"}))
    assert isinstance(opened, Workbook)
    (sheet,) = read_sheets(opened, changed, the_roster())
    assert sheet.findings == ()


def test_only_the_root_is_told_when_a_question_that_steers_others_is_unanswered() -> None:
    without = dict.fromkeys(("5", *NO_6_TO_9))
    assert told(filled(without)) == [("answer_missing", "5", "E21")]
    assert told(filled({"3": None, "4": None})) == [("answer_missing", "3", "E19")]
    unreadable = {"7-2": "△", "7-3": None, "7-4": None, "8-1": None, "8-1-text": None, "8-2": None}
    assert told(filled(unreadable)) == [("answer_not_a_choice", "7-2", "E25")]


def test_a_question_answered_although_it_should_be_blank_steers_nothing() -> None:
    """Q3 ② → Q6, so Q5 is left out; its ① does not excuse Q6 to Q9."""
    assert told(filled({**NO_6_TO_9, "3": 2, "4": None, "5": 1})) == [
        ("should_be_blank", "5", "E21"),
        ("marks_none", "6", "F22"),
        ("answer_missing", "7-1", "E24"),
        ("answer_missing", "7-2", "E25"),
        ("answer_missing", "9", "E35"),
    ]


def test_should_be_blank_names_the_choice_that_leaves_it_out() -> None:
    finding = only(the_sheet(filled({"7-3": 2})).findings, "should_be_blank")
    assert finding.expected == "空欄（Q7-3で②を選択）"


def test_no_circle_at_all_is_as_serious_as_the_question_says() -> None:
    """Q6: none, one or both are answers, none is asked about; Q7-4 without a circle says nothing."""
    assert only(the_sheet(filled({"6": None})).findings, "marks_none").severity == "warning"
    assert only(the_sheet(filled({"7-4": None})).findings, "marks_none").severity == "error"
    assert told(filled({"6": (1, 2)})) == []


def test_when_the_kind_of_body_is_not_known_one_of_both_questions_is_enough() -> None:
    nameless = {"kind": None, "organisation": None}
    nobody = [("field_missing", "", "D3"), ("field_missing", "", "D5")]
    assert told(filled(nameless)) == nobody
    assert told(filled({**nameless, "1-1": None, "1-2": 1})) == nobody
    assert told(filled({**nameless, "1-1": None})) == [*nobody, ("answer_missing", "1-1", "E15")]


def test_without_a_known_body_the_kind_chosen_tells_which_question_is_asked() -> None:
    unknown = {"organisation": "保健福祉部", "kind": "都道府県", "1-2": 1}
    assert told(filled(unknown)) == [("body_unknown", "", "D5"), ("should_be_blank", "1-1", "E15")]


def test_personal_values_and_free_texts_are_never_quoted() -> None:
    data = filled({"responsible": None, "9": "山" * 80, "8-1": 2, "8-2": None, "8-1-text": "鈴木花子が確認"})
    findings = the_sheet(data).findings
    assert "鈴木" not in repr(findings)
    assert only(findings, "answer_not_a_choice").found == "山" * 59 + "…"


def test_a_my_number_is_not_quoted() -> None:
    """123456789018 has a valid check digit."""
    assert "123456789018" not in repr(the_sheet(filled({"9": "1234 5678 9018"})).findings)


def test_an_outline_for_question_10_may_come_as_a_file_so_intake_only_says_it_is_wanted() -> None:
    for choice in (2, 3, 4):
        sheet = the_sheet(filled({"10": choice}))
        assert (sheet.findings, sheet.alerts, sheet.outlines_wanted) == ((), ("10",), ("10",))
    told_in_cell = the_sheet(filled({"10": 2, "10-text": "令和４年に１件"}))
    assert (told_in_cell.findings, told_in_cell.alerts, told_in_cell.outlines_wanted) == ((), ("10",), ())
    assert the_sheet(filled({"10": 1})).alerts == ()


def test_severities_are_the_surveys() -> None:
    lenient = the_survey().changed({"severities": {"answer_missing": "note"}})
    book = open_workbook(filled({"9": None}))
    assert isinstance(book, Workbook)
    (sheet,) = read_sheets(book, lenient, the_roster())
    assert [(f.code, f.severity) for f in sheet.findings] == [("answer_missing", "note")]


# --- what a person sees is not called missing, and nothing doubtful is taken --------------------------------------


def test_full_and_empty_circles_of_one_question_are_asked_about() -> None:
    """● and ○ side by side may be buttons, of which the full ones are pressed; one sort alone is the circle."""
    mixed = the_sheet(filled({"7-4": None, "7-4#1": "●", "7-4#2": "○", "7-4#3": "●"}))
    assert [(f.code, f.cell, f.found) for f in mixed.findings] == [("mark_unreadable", "F28", "○")]
    assert [a.marks for a in mixed.answers if a.question == "7-4"] == [(1, 3)]
    for circle in "●○":
        assert the_sheet(filled({"7-4": None, "7-4#1": circle, "7-4#3": circle})).findings == ()


def test_zeros_in_place_of_circles_are_asked_about_and_beside_circles_are_blanks() -> None:
    assert told(filled({"7-4": None, "7-4#1": "0", "7-4#3": "0"}))[:2] == [
        ("mark_unreadable", "7-4", "F27"), ("mark_unreadable", "7-4", "F29")
    ]  # fmt: skip
    assert told(filled({"7-4#2": "0"})) == []


def test_an_outline_in_place_of_the_end_of_its_label_is_there() -> None:
    def over_the_end(sheet: Worksheet) -> None:
        sheet["F33"] = None
        sheet["E33"] = "①を選択の場合、「別途の方法」の概要を記載してください。マニュアルあり。二人で確認する。"

    assert told(edited(filled({}), over_the_end)) == []


def test_a_label_cut_short_says_nothing() -> None:
    def cut(sheet: Worksheet) -> None:
        sheet["F33"] = None
        sheet["E33"] = "①を選択の場合、「別途の方法」の概要を記載してください。"

    assert told(edited(filled({}), cut)) == [("text_missing", "8-1", "F33")]


@pytest.mark.parametrize(
    ("written", "unsure"),
    [
        ("① 事例はない。ただし軽微な誤りが1件あった", ("10",)), ("①（1件あったが別制度）", ("10",)),
        ("① 事例はない。（令和５年６月末時点、0件）", ()), ("① 0件", ()), ("① 10システムを確認", ()), ("① 誤りはない", ()),
    ],
)  # fmt: skip
def test_words_beside_no_case_that_may_tell_of_one_are_for_a_person(written: str, unsure: tuple[str, ...]) -> None:
    assert the_sheet(filled({"10": written})).unsure == unsure


@pytest.mark.parametrize(
    ("typed", "dialled"),
    [(456712454, "0456712454"), (9012345678, "09012345678"), ("045-671-2454", "045-671-2454"), ("内線1234", "内線1234")],
)
def test_a_telephone_number_is_kept_as_it_is_dialled(typed: object, dialled: str) -> None:
    """Typed as a number, Excel keeps it without its zero, whatever its format shows."""
    def type_it(sheet: Worksheet) -> None:
        sheet["D10"] = typed

    assert the_sheet(edited(filled({}), type_it)).field("telephone") == dialled
