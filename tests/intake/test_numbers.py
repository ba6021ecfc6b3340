"""A question for a number, from the blank form to the export: typed cells as Excel stores them, lists, rules, letters."""

from __future__ import annotations

import io
from collections.abc import Mapping
from functools import cache
from itertools import takewhile

import pytest
from openpyxl import Workbook, load_workbook

from config.check_form import check_form
from config.form import Form
from config.shape import keys_of
from config.survey import Survey
from config.toml_values import made
from intake.answers import AttachedFile, read_file
from intake.sheets.columns import list_columns
from intake.submission import AnswerSheet, FileReading
from replies.points import requests
from replies.wording import load_wording
from replies.workbooks.export import values_of
from replies.workbooks.form import blank, fill, layout
from tests.replies.rows_at_hand import exported, one
from tests.workbooks.forms_at_hand import COMPLETE, the_roster, the_survey

# cell of each, counted by hand on the form that is printed: the ten questions of 別添１ end in row 36
PEOPLE, SHARE, BUDGET, STAFF = "E37", "E38", "E39", "F41"
ANSWERED = {PEOPLE: 1234, SHARE: 0.5, BUDGET: 5000, "E40": "① いる。", STAFF: 3}


@cache
def the_form() -> Form:
    """別添１ with a count, a share, an amount, and a count beside a choice."""
    base = the_survey().form("form1")
    data = {key: getattr(base, key) for key in keys_of(Form) if key != "grid"}
    staff = {"key": "14-n", "label": "その人数", "kind": "number", "unit": "人", "choices": [1]}
    asked = [
        {"key": "11", "item": "11", "text": "登録している児童は何人か。", "kind": "number", "unit": "人"},
        {"key": "12", "item": "12", "text": "利用した割合。", "kind": "number", "unit": "％", "max": 100, "places": 1},
        {"key": "13", "item": "13", "text": "予算の額はいくらか。", "kind": "number", "unit": "千円"},
        {
            "key": "14", "item": "14", "text": "専任の職員がいるか。", "free_texts": [staff],
            "choices": [{"number": 1, "text": "① いる。"}, {"number": 2, "text": "② いない。"}],
        },
    ]  # fmt: skip
    rule = {"check": "Q14-n <= Q11", "say": "職員（{Q14-n}人）が、児童（{Q11}人）より多くなっています。"}
    return made(Form, {**data, "questions": [*base.questions, *asked], "rules": [rule]})


@cache
def survey() -> Survey:
    return the_survey().changed({"forms": (the_form(), *the_survey().forms[1:])})


def read(data: bytes) -> FileReading:
    return read_file(AttachedFile("回答.xlsx", data), survey(), the_roster())


def with_cells(cells: Mapping[str, object]) -> AnswerSheet:
    """The form with these cells as Excel stores what is typed: the number format is the form's own."""
    book = load_workbook(io.BytesIO(fill(the_form(), survey(), COMPLETE)))
    for cell, value in {**ANSWERED, **cells}.items():
        book[the_form().sheet][cell] = value  # type: ignore[index]
    out = io.BytesIO()
    book.save(out)
    (sheet,) = read(out.getvalue()).sheets
    return sheet


def told(sheet: AnswerSheet) -> list[tuple[str, str, str]]:
    return [(f.code, f.question, f.cell) for f in sheet.findings]


def test_the_form_is_one_that_a_survey_may_have() -> None:
    assert check_form(the_form(), "form1.toml") == ()
    places = layout(the_form())
    assert [places.cell(key) for key in ("11", "12", "13", "14-n")] == [PEOPLE, SHARE, BUDGET, STAFF]


def test_a_number_is_no_plan() -> None:
    """upcoming is for months: a number would be compared with one."""
    base, question = the_form(), the_form().questions[-1]
    planned = question.free_texts[0].changed({"upcoming": True})
    asked = (*base.questions[:-1], question.changed({"free_texts": (planned,)}))
    (mistake,) = check_form(base.changed({"questions": asked}), "form1.toml")
    assert mistake.key == f"questions.{len(asked)}.free_texts.1.upcoming"


def test_typed_numbers_are_read_as_the_cell_shows_them() -> None:
    sheet = with_cells({})
    assert told(sheet) == []
    assert {a.question: a.understood for a in sheet.answers if int(a.question.split("-")[0]) > 10} == {
        "11": "1234", "12": "50%", "13": "5000", "14": "1",
    }  # fmt: skip


@pytest.mark.parametrize("zero", [0, 0.0, "0", "０"])
def test_zero_is_an_answer(zero: object) -> None:
    sheet = with_cells({PEOPLE: zero, SHARE: zero, BUDGET: zero, STAFF: zero})
    assert told(sheet) == []
    assert [a.understood for a in sheet.answers if a.question in ("11", "12", "13")] == ["0", "0%", "0"]


@pytest.mark.parametrize(
    ("cell", "value", "code", "question"),
    [
        (PEOPLE, None, "number_missing", "11"),
        (PEOPLE, "－", "number_unreadable", "11"),
        (BUDGET, -1, "number_out_of_range", "13"),
        (PEOPLE, 12.5, "number_out_of_range", "11"),
        (SHARE, 50, "number_out_of_range", "12"),  # in a cell that shows 5000.0%
        (SHARE, "0.5", "number_unreadable", "12"),
        (BUDGET, "5,000,000円", "number_unreadable", "13"),
        (STAFF, None, "text_missing", "14"),
        (STAFF, "数名", "number_unreadable", "14"),
        (STAFF, -2, "number_out_of_range", "14"),
        (STAFF, 1235, "rule_broken", "14"),
    ],
)
def test_what_is_wrong_is_told_where_it_stands(cell: str, value: object, code: str, question: str) -> None:
    assert told(with_cells({cell: value})) == [(code, question, cell)]


@pytest.mark.parametrize("value", ["50％", "50", 0.333333333333333, 1, "0.5%"])
def test_shares_of_every_spelling_are_right(value: object) -> None:
    assert told(with_cells({SHARE: value})) == []


def test_a_share_in_a_cell_that_shows_no_percent_is_asked_about() -> None:
    book = load_workbook(io.BytesIO(fill(the_form(), survey(), {**COMPLETE, "14": 2})))
    page = book[the_form().sheet]
    for cell, value in {PEOPLE: 1, SHARE: 0.5, BUDGET: 2}.items():
        page[cell] = value
    page[SHARE].number_format = "General"
    out = io.BytesIO()
    book.save(out)
    (sheet,) = read(out.getvalue()).sheets
    (finding,) = sheet.findings
    assert (finding.code, finding.expected) == ("number_unreadable", "「0.5％」か「50％」")


def test_the_letter_says_what_is_wanted() -> None:
    sheet = with_cells({BUDGET: "1,000円"})
    (point,) = requests(sheet.findings, survey(), load_wording())
    assert point.sentence == "ご回答を、一つの数として読み取ることができませんでした。"
    (place,) = point.places
    assert (place.where, place.found, place.expected) == ("セル E39　Q13", "1,000円", "「1,000千円」か「1千円」")


def test_the_blank_form_helps_to_type_it() -> None:
    page = load_workbook(io.BytesIO(blank(the_form(), survey())))[the_form().sheet]
    rules = {str(v.sqref): v for v in page.data_validations.dataValidation if v.type != "list"}
    assert {cell: (v.type, v.operator, v.formula1, v.formula2) for cell, v in rules.items()} == {
        PEOPLE: ("whole", "greaterThanOrEqual", "0", None),
        SHARE: ("decimal", "between", "0", "1"),
        BUDGET: ("whole", "greaterThanOrEqual", "0", None),
        STAFF: ("whole", "greaterThanOrEqual", "0", None),
    }
    assert [page[cell].number_format for cell in (PEOPLE, SHARE, BUDGET)] == ['#,##0"人"', "0.0%", '#,##0"千円"']
    assert rules[SHARE].prompt == "0以上100以下の数（％）で、小数第1位まで"
    assert not page[PEOPLE].protection.locked
    listing = load_workbook(io.BytesIO(blank(the_form(), survey())))[the_form().list_sheet]
    heads = [cell.value for cell in listing[1]]
    assert listing.cell(2, heads.index("Q12") + 1).number_format == "0.0%"  # else 0.5 is copied into the list


def test_it_is_exported_as_a_number_and_what_was_not_read_as_it_stands() -> None:
    number = [c.heading for c in list_columns(the_form())].index("Q11")
    rows = []
    for cells in ({PEOPLE: "約１，２００人"}, {PEOPLE: "多数"}):
        values = values_of(with_cells(cells), the_form())
        rows.append(one(survey(), form="form1", program="nanbyo", values=values))
    book = load_workbook(io.BytesIO(exported(survey(), rows, personal=True)))
    page = book["別添１"]
    heads = [cell.value for cell in page[1]]
    held = [[page.cell(row, heads.index(f"Q{key}") + 1).value for key in (11, 12, 13)] for row in (2, 3)]
    assert held == [[1200, 0.5, 5000], ["多数", 0.5, 5000]]
    assert values[number] == "多数"


def test_the_summary_adds_up_what_was_accepted() -> None:
    """By hand: 1,200 + 34 + 0 of three bodies; 多数 is counted apart, and what is not accepted is not in it."""
    rows = []
    for cells, state in (
        ({PEOPLE: "約１，２００人"}, "accepted"),
        ({PEOPLE: 34, SHARE: 0.25}, "accepted"),
        ({PEOPLE: 0, "E40": "② いない。", STAFF: None}, "accepted"),
        ({PEOPLE: "多数"}, "accepted"),
        ({PEOPLE: 99999}, "correction"),
    ):
        values = values_of(with_cells(cells), the_form())
        rows.append(one(survey(), form="form1", program="nanbyo", values=values, state=state))
    page = load_workbook(io.BytesIO(exported(survey(), rows)))["集計"]
    heads = [cell.value for cell in next(r for r in page.iter_rows() if r[0].value == "Q11")]
    whole = heads.index("計")

    def figures(question: str) -> dict[str, object]:
        top = next(n for n, row in enumerate(page.iter_rows(), 1) if row[0].value == question)
        lines = takewhile(lambda line: line[1].value, page.iter_rows(min_row=top + 1))
        return {str(line[1].value): line[whole].value for line in lines}

    assert figures("Q11") == {
        "数のご記入の件数": 3, "合計": 1234, "平均": pytest.approx(1234 / 3), "最小": 0, "最大": 1200,
        "数として読み取れないご記入の件数": 1,
    }  # fmt: skip
    assert figures("Q12") == {"数のご記入の件数": 4, "平均": pytest.approx(0.4375), "最小": 0.25, "最大": 0.5}
    assert figures("Q13")["合計"] == 4 * 5000


def test_a_list_of_rows_keeps_its_zeros() -> None:
    """Two bodies of one prefecture, their rows as 一覧用 has them, with a 0 in one and a blank in the other."""
    columns = list_columns(the_form())
    book = Workbook()
    page = book.worksheets[0]
    page.title = "一覧表"
    page.append([column.heading for column in columns])
    for name, zero in (("14神奈川県横浜市", 0), ("14神奈川県川崎市", None)):
        sheet = with_cells({PEOPLE: 3, BUDGET: 7, "E40": "② いない。", STAFF: None})
        values = dict(zip(columns, values_of(sheet, the_form()), strict=True))
        row: list[object] = [value or None for value in values.values()]
        for place, column in enumerate(columns):
            if column.heading == "組織名":
                row[place] = name
            elif column.heading == "Q11":
                row[place] = zero
            elif column.heading == "Q13":
                row[place] = 7
        page.append(row)
    out = io.BytesIO()
    book.save(out)
    reading = read(out.getvalue())
    found = {s.row: [f.code for f in s.findings if f.question == "11"] for s in reading.sheets}
    assert found == {2: [], 3: ["number_missing"]}


HOUSEHOLDS = {"key": "households", "label": "世帯数", "kind": "number", "unit": "世帯"}


@pytest.mark.parametrize(
    ("value", "codes"),
    [
        (0, []),
        ("１，２３４世帯", []),
        (None, [("field_missing", "世帯数")]),
        ("なし", [("number_unreadable", "世帯数")]),
        ("約千世帯", [("number_unreadable", "世帯数")]),
        (-3, [("number_out_of_range", "世帯数")]),
        (5000, [("rule_broken", "")]),
    ],
)
def test_a_field_of_the_head_may_be_a_number(value: object, codes: list[tuple[str, str]]) -> None:
    """The head of 別添１ has ten fields in rows 2 to 11; this one stands in row 12."""
    base = the_survey().form("form1")
    data = {key: getattr(base, key) for key in keys_of(Form) if key != "grid"}
    rule = {"check": "households < 5000", "say": "世帯数が{households}と書かれています。"}
    form = made(Form, {**data, "fields": [*base.fields, HOUSEHOLDS], "rules": [rule]})
    whole = the_survey().changed({"forms": (form, *the_survey().forms[1:])})
    book = load_workbook(io.BytesIO(fill(form, whole, COMPLETE)))
    book[form.sheet]["D12"] = value  # type: ignore[index]
    out = io.BytesIO()
    book.save(out)
    (sheet,) = read_file(AttachedFile("回答.xlsx", out.getvalue()), whole, the_roster()).sheets
    assert [(f.code, f.label) for f in sheet.findings] == codes
