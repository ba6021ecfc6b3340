"""A question that is answered in the respondent's own words, from the blank form to the export: required, or not."""

from __future__ import annotations

import io
from collections.abc import Mapping
from functools import cache

import pytest
from openpyxl import Workbook, load_workbook

from config.check_form import check_form
from config.form import Form
from config.kinds.any_kind import KINDS
from config.kinds.kind import Kind
from config.shape import keys_of
from config.survey import Survey
from config.toml_values import made
from intake.amendment import amend_sheet
from intake.answers import AttachedFile, read_file
from intake.finding import CATALOGUE
from intake.sheets.columns import list_columns
from intake.submission import AnswerSheet
from replies.points import requests
from replies.wording import load_wording
from replies.workbooks.export import values_of
from replies.workbooks.form import blank, fill, layout
from routing.decision.compare import differences
from tests.workbooks.forms_at_hand import COMPLETE, the_roster, the_survey

# cell of each, counted by hand on the form that is printed: the ten questions of 別添１ end in row 36
REASON, WISH, PEOPLE, OF_THEM = "E37", "E38", "E39", "E40"
ANSWERED = {REASON: "地域の実情による。", PEOPLE: 30, OF_THEM: 2}


@cache
def the_form() -> Form:
    """別添１ with two texts and two numbers, of which the second of each may be left blank."""
    base = the_survey().form("form1")
    data = {key: getattr(base, key) for key in keys_of(Form) if key != "grid"}
    asked = [
        {"key": "11", "item": "11", "text": "導入していない理由を記載してください。", "kind": "text"},
        {"key": "12", "item": "12", "text": "困っていること（自由）", "kind": "text", "length": 1100, "required": False},
        {"key": "13", "item": "13", "text": "職員の数", "kind": "number", "unit": "人"},
        {"key": "14", "item": "14", "text": "そのうち専任の職員の数", "kind": "number", "unit": "人", "required": False},
    ]
    rules = [
        {"check": "Q14 <= Q13", "say": "専任の職員（{Q14}人）が、職員（{Q13}人）より多くなっています。"},
        {"when": "Q14 == 0", "check": 'Q12 == ""', "say": "専任がいないのに、Q12に記載があります。", "severity": "note"},
    ]
    return made(Form, {**data, "questions": [*base.questions, *asked], "rules": rules})


@cache
def survey() -> Survey:
    return the_survey().changed({"forms": (the_form(), *the_survey().forms[1:])})


def with_cells(cells: Mapping[str, object]) -> AnswerSheet:
    book = load_workbook(io.BytesIO(fill(the_form(), survey(), COMPLETE)))
    for cell, value in {**ANSWERED, **cells}.items():
        book[the_form().sheet][cell] = value  # type: ignore[index]
    out = io.BytesIO()
    book.save(out)
    (sheet,) = read_file(AttachedFile("回答.xlsx", out.getvalue()), survey(), the_roster()).sheets
    return sheet


def told(sheet: AnswerSheet) -> list[tuple[str, str, str]]:
    return [(f.code, f.question, f.cell) for f in sheet.findings]


def said(sheet: AnswerSheet, key: str) -> str:
    return next(answer.value for answer in sheet.answers if answer.question == key)


def test_the_form_is_one_that_a_survey_may_have() -> None:
    assert check_form(the_form(), "form1.toml") == ()
    assert [layout(the_form()).cell(key) for key in ("11", "12", "13", "14")] == [REASON, WISH, PEOPLE, OF_THEM]


LONG = "①人手が足りない。\n②費用がかかる。\n" + "これについては、別途ご相談したい。" * 60


@pytest.mark.parametrize(
    "text",
    ["特になし", "なし", "－", "地域の実情\nによる。", "12", "〇", "1,234人", "=総務課に照会", "令和６年度", "①", LONG],
)
def test_whatever_was_written_is_taken_as_it_stands(text: str) -> None:
    """Also what would be "nothing" elsewhere: who writes 「なし」 as his reason has answered."""
    book_text = text.replace("=", "＝")  # a formula is none of this test
    sheet = with_cells({REASON: book_text, WISH: book_text, OF_THEM: 3})
    assert told(sheet) == []
    assert (said(sheet, "11"), said(sheet, "12")) == (book_text, book_text)


@pytest.mark.parametrize(("length", "codes"), [(1100, []), (1101, ["value_out_of_range"])])
def test_a_text_that_is_too_long_is_told_by_how_much(length: int, codes: list[str]) -> None:
    sheet = with_cells({WISH: "秘密" * 500 + "\n" + "あ" * (length - 1000)})
    assert [f.code for f in sheet.findings] == codes
    assert [f.expected for f in sheet.findings] == ["1,100文字以内"] * len(codes)
    assert [f.found for f in sheet.findings] == ["1,101文字"] * len(codes)


def test_what_a_kind_says_unless_it_says_otherwise_has_words() -> None:
    assert Kind.unread == "value_unreadable"
    assert {code for kind in KINDS.values() for code in (kind.unread, kind.missing)} <= CATALOGUE.keys()


@pytest.mark.parametrize("nothing", [None, "　", " \n ", "\u200b"])
def test_a_blank_is_missed_where_it_is_required(nothing: object) -> None:
    assert told(with_cells({REASON: nothing, WISH: nothing})) == [("value_missing", "11", REASON)]


@pytest.mark.parametrize("nothing", [None, "　", "－", "なし", "該当なし", 0, "0", "―"])
def test_a_number_that_may_be_left_out_is_none_or_nothing(nothing: object) -> None:
    assert told(with_cells({OF_THEM: nothing})) == []


@pytest.mark.parametrize(
    ("value", "code"), [("多数", "number_unreadable"), (-1, "number_out_of_range"), (31, "rule_broken")]
)
def test_but_what_is_written_there_is_looked_at(value: object, code: str) -> None:
    assert told(with_cells({OF_THEM: value})) == [(code, "14", OF_THEM)]


@pytest.mark.parametrize(
    ("of_them", "wish", "broken"), [(None, None, False), (None, "人手", True), ("－", "人手", True), (1, "人手", False)]
)
def test_a_blank_that_may_be_left_counts_in_rules(of_them: object, wish: object, broken: bool) -> None:
    codes = [f.code for f in with_cells({OF_THEM: of_them, WISH: wish}).findings]
    assert codes == (["rule_broken"] if broken else [])


def test_no_finding_and_no_letter_quotes_the_text() -> None:
    """Under a choice that leaves it out, in an amendment, and beside another one's answer."""
    sheet = with_cells({REASON: "秘密の事情", PEOPLE: "秘密の人数"})
    (point,) = requests(sheet.findings, survey(), load_wording())
    assert [place.found for place in point.places] == ["秘密の人数"]  # a number that is none is quoted
    other = amend_sheet(sheet, {"11": "別の事情", "13": "9"}, survey(), the_roster())
    found = {f.question: (f.found, f.expected) for f in differences(sheet, other, survey())}
    assert found["11"] == ("", "")
    assert told(amend_sheet(sheet, {"11": "", "13": "9"}, survey(), the_roster())) == [("value_missing", "11", REASON)]


def test_the_letter_asks_for_it_in_words_of_its_own() -> None:
    (point,) = requests(with_cells({REASON: None}).findings, survey(), load_wording())
    assert point.sentence == "ご回答の記入が見当たりませんでした。"
    assert point.places[0].where == f"セル {REASON}　Q11"


def test_the_form_leaves_room_for_it_and_flags_only_what_is_required() -> None:
    page = load_workbook(io.BytesIO(blank(the_form(), survey())))[the_form().sheet]
    assert page.row_dimensions[37].height >= 90
    assert not page[REASON].protection.locked
    flag = next(c.value for row in page.iter_rows() for c in row if "未回答" in str(c.value) and str(c.value)[0] == "=")
    assert REASON in flag
    assert WISH not in flag
    assert OF_THEM not in flag


def test_it_is_exported_as_it_stands_and_a_list_may_lack_what_need_not_be_told() -> None:
    sheet = with_cells({REASON: "012", WISH: None})
    columns = list_columns(the_form())
    values = dict(zip((c.heading for c in columns), values_of(sheet, the_form()), strict=True))
    assert (values["Q11"], values["Q12"], values["Q14"]) == ("012", "", "2")
    book = Workbook()
    page = book.worksheets[0]
    kept = [c.heading for c in columns if c.heading not in ("Q12", "Q14")]
    page.append(kept)
    for name in ("14神奈川県横浜市", "14神奈川県川崎市"):
        page.append([name if heading == "組織名" else values[heading] or None for heading in kept])
    out = io.BytesIO()
    book.save(out)
    reading = read_file(AttachedFile("一覧.xlsx", out.getvalue()), survey(), the_roster())
    assert [(s.row, [f.code for f in s.findings if f.question in ("11", "12", "14")]) for s in reading.sheets] == [
        (2, []), (3, []),
    ]  # fmt: skip
    assert [f.code for f in reading.findings if f.code == "list_columns_differ"] == []


def test_words_behind_the_question_are_an_answer_only_where_they_say_enough() -> None:
    """A remark that somebody put behind the printed question is no answer to it."""
    question = "導入していない理由を記載してください。"
    sheet = with_cells({REASON: None, "C37": question + "（必須）"})
    assert [f.code for f in sheet.findings] == ["label_edited", "value_missing"]
