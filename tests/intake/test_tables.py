"""A table of numbers, from the blank form to the export: read by its labels, told by row and column, summed.

Its cells, counted by hand: the questions of 別添１ end in row 36; columns are labelled in F37:I37, rows in E38:E40.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from config.check_form import check_form
from config.form import Form
from config.shape import keys_of
from config.survey import Survey
from config.toml_values import made
from intake.amendment import AmendmentRefused, amend_sheet
from intake.answers import AttachedFile, read_file
from intake.sheets.columns import list_columns
from intake.submission import AnswerSheet, FileReading
from replies.points import requests
from replies.wording import load_wording
from replies.workbooks.export import values_of
from replies.workbooks.form import blank, fill, layout
from tests.replies.rows_at_hand import exported, one
from tests.workbooks.forms_at_hand import COMPLETE, the_roster, the_survey

TABLE = {
    "key": "11", "item": "11", "text": "実施場所別、運営主体別のクラブの数", "kind": "table",
    "rows": {"jidokan": "児童館", "other": "その他", "total": "合計"},
    "columns": {"koei": "公立公営", "komin": "公立民営", "minmin": "民立民営", "total": "合計"},
    "cell": {"kind": "number", "unit": "か所"}, "totals": ["total"],
}  # fmt: skip
RIGHT = {
    "F38": 1, "G38": 2, "H38": 0, "I38": 3,
    "F39": 10, "G39": 20, "H39": 30, "I39": 60,
    "F40": 11, "G40": 22, "H40": 30, "I40": 63,
}  # fmt: skip
AFTER = {"E41": "① ある。"}


@cache
def the_form(condition: str = "") -> Form:
    """別添１ with the table, and a question behind it."""
    base = the_survey().form("form1")
    data = {key: getattr(base, key) for key in keys_of(Form) if key != "grid"}
    table = {**TABLE, **({"asked_if": {"question": "10", "choices": [2]}} if condition else {})}
    behind = {"key": "12", "item": "12", "text": "増やす予定はあるか。", "choices": ["① ある。", "② ない。"]}
    rule = {"check": "Q11.jidokan.koei <= Q11.total.koei", "say": "{Q11.jidokan.koei}"}
    return made(Form, {**data, "questions": [*base.questions, table, behind], "rules": [rule]})


@cache
def survey(condition: str = "") -> Survey:
    return the_survey().changed({"forms": (the_form(condition), *the_survey().forms[1:])})


def read(data: bytes, condition: str = "") -> FileReading:
    return read_file(AttachedFile("回答.xlsx", data), survey(condition), the_roster())


def with_cells(
    cells: Mapping[str, object], change: Callable[[Any], None] | None = None, condition: str = ""
) -> AnswerSheet:
    book = load_workbook(io.BytesIO(fill(the_form(condition), survey(condition), COMPLETE)))
    page = book[the_form().sheet]
    for cell, value in {**RIGHT, **AFTER, **cells}.items():
        page[cell] = value  # type: ignore[index]
    if change:
        for area in list(page.merged_cells.ranges):  # openpyxl leaves them behind
            page.unmerge_cells(str(area))
        change(page)
    out = io.BytesIO()
    book.save(out)
    (sheet,) = read(out.getvalue(), condition).sheets
    return sheet


def told(sheet: AnswerSheet) -> list[tuple[str, str, str]]:
    return [(f.code, f.question, f.cell) for f in sheet.findings]


def table_of(sheet: AnswerSheet) -> list[str]:
    return [answer.understood for answer in sheet.answers if answer.question.startswith("11.")]


WRITTEN = [str(value) for value in RIGHT.values()]


def test_the_form_is_one_that_a_survey_may_have() -> None:
    assert check_form(the_form(), "form1.toml") == ()
    places = layout(the_form())
    assert [places.cell(f"11.{row}.{column}") for row in ("jidokan", "total") for column in ("koei", "total")] == [
        "F38", "I38", "F40", "I40",
    ]  # fmt: skip
    assert places.cell("12") == "E41"


def test_it_is_printed_as_a_table() -> None:
    page = load_workbook(io.BytesIO(blank(the_form(), survey())))[the_form().sheet]
    assert [cell.value for cell in page[37][4:9]] == [None, "公立公営", "公立民営", "民立民営", "合計"]
    assert [page.cell(row, 5).value for row in (38, 39, 40)] == ["児童館", "その他", "合計"]
    assert not any(page[cell].protection.locked for cell in RIGHT)
    assert page["H39"].number_format == '#,##0"か所"'
    assert {str(v.sqref) for v in page.data_validations.dataValidation if v.type == "whole"} >= set(RIGHT)
    assert "J" in page.print_area or "I41" in page.print_area.replace("$", "")
    assert "内訳の計" in str(page["J38"].value)


def test_what_is_filled_in_rightly_is_read_and_nothing_noticed() -> None:
    sheet = with_cells({})
    assert told(sheet) == []
    assert table_of(sheet) == WRITTEN


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("約２０か所", ""),
        ("２０", ""),
        (20.0, ""),
        ("20箇所", ""),
        (None, "number_missing"),
        ("－", "number_unreadable"),
        ("なし", "number_unreadable"),
        ("10～20", "number_unreadable"),
        (-20, "number_out_of_range"),
        (20.5, "number_out_of_range"),
        ("多数", "number_unreadable"),
        ("20人", "number_unreadable"),
        ("その他", "number_unreadable"),
        ("合計", "number_unreadable"),
        ("=1/0", "number_unreadable"),
    ],
)
def test_a_cell_is_a_number_like_any_other(value: object, code: str) -> None:
    """20 of other places, run by others in public ones. What is no number has no sum that could be wrong."""
    written = value if value != "=1/0" else "＝1/0"
    found = [(c, q, cell) for c, q, cell in told(with_cells({"G39": written})) if c != "rule_broken"]
    assert found == ([(code, "11.other.komin", "G39")] if code else [])


def test_what_does_not_add_up_is_told_at_its_total_with_both_numbers() -> None:
    sheet = with_cells({"I39": 61})
    assert told(sheet) == [("rule_broken", "11.other.total", "I39"), ("rule_broken", "11.total.total", "I40")]
    assert [f.expected for f in sheet.findings] == [
        "「その他・合計」（61）が、内訳の計（60）と合いません。",
        "「合計・合計」（63）が、内訳の計（64）と合いません。",
    ]


def test_the_letter_names_row_and_column_as_they_are_printed() -> None:
    sheet = with_cells({"G39": "数か所", "H38": None})
    points = requests(sheet.findings, survey(), load_wording())
    assert [place.where for point in points for place in point.places] == [
        "セル H38　Q11　「児童館・民立民営」", "セル G39　Q11　「その他・公立民営」",
    ]  # fmt: skip


def test_a_table_that_is_blank_is_asked_for_once() -> None:
    sheet = with_cells(dict.fromkeys(RIGHT))
    assert told(sheet) == [("number_missing", "11.jidokan.koei", "F38")]
    (point,) = requests(sheet.findings, survey(), load_wording())
    assert [place.where for place in point.places] == ["セル F38　Q11"]


def test_one_that_is_not_asked_has_to_be_blank_and_is_told_once() -> None:
    assert told(with_cells(dict.fromkeys(RIGHT), condition="2")) == []
    assert told(with_cells({}, condition="2")) == [("should_be_blank", "11.jidokan.koei", "F38")]


def rows_put_in(page: Any) -> None:
    page.insert_rows(39, 2)
    page.insert_rows(37)


def columns_put_in(page: Any) -> None:
    page.insert_cols(8)
    page.insert_cols(1)


def rows_changed(page: Any) -> None:
    """児童館 and その他 in the other order, with what stands behind them."""
    for column in "EFGHI":
        page[f"{column}38"].value, page[f"{column}39"].value = page[f"{column}39"].value, page[f"{column}38"].value


def labels_edited(page: Any) -> None:
    page["E39"] = "その他（学校など）"
    page["G37"] = "公設民営"


def one_label_gone(page: Any) -> None:
    page["E38"] = None
    page["H37"] = None


def a_remark(page: Any) -> None:
    page["K39"] = "合計"
    page["K40"] = 999


@pytest.mark.parametrize("change", [rows_put_in, columns_put_in, labels_edited, one_label_gone, a_remark])
def test_it_is_read_by_its_labels_wherever_they_are(change: Callable[[Any], None]) -> None:
    sheet = with_cells({}, change)
    assert table_of(sheet) == WRITTEN
    assert [f.code for f in sheet.findings if f.severity == "error"] == []


def test_rows_in_another_order_are_never_taken_for_each_other() -> None:
    sheet = with_cells({}, rows_changed)
    assert table_of(sheet) == WRITTEN
    assert told(sheet) == []


def one_more_kind(page: Any) -> None:
    page.insert_rows(39)
    page["E39"], page["F39"], page["I39"] = "公民館", 5, 5


def one_more_column(page: Any) -> None:
    page.insert_cols(8)
    page["H37"], page["H38"] = "民立公営", 4


@pytest.mark.parametrize(("change", "cell"), [(one_more_kind, "F39"), (one_more_column, "H38")])
def test_a_row_or_column_that_somebody_added_is_not_left_out_in_silence(
    change: Callable[[Any], None], cell: str
) -> None:
    sheet = with_cells({}, change)
    assert table_of(sheet) == WRITTEN
    assert ("table_beyond", "11.jidokan.koei", cell) in told(sheet)


def another_in_its_place(page: Any) -> None:
    """その他 taken out, and another kind at its place in a longer table."""
    page.insert_rows(39)
    page["E39"], page["E40"] = "公民館", "学校"


def test_a_label_is_not_guessed_where_it_may_be_either_of_two() -> None:
    sheet = with_cells({}, another_in_its_place)
    assert table_of(sheet) == []
    assert "label_missing" in [code for code, _, _ in told(sheet)]


def test_without_its_labels_nothing_is_read_and_that_is_told_once() -> None:
    def gone(page: Any) -> None:
        for cell in ("F37", "G37", "H37", "E38", "E39"):
            page[cell] = None

    sheet = with_cells({}, gone)
    assert table_of(sheet) == []
    assert [c for c, _, _ in told(sheet)] == ["label_missing"]


def test_a_word_of_the_table_is_an_answer_elsewhere() -> None:
    """その他 and 合計 are labels within the table only."""
    base = the_form()
    text = {"key": "13", "item": "13", "text": "主な課題", "kind": "text"}
    data = {key: getattr(base, key) for key in keys_of(Form)}
    form = made(Form, {**data, "questions": [*base.questions, text]})
    whole = the_survey().changed({"forms": (form, *the_survey().forms[1:])})
    book = load_workbook(io.BytesIO(fill(form, whole, COMPLETE)))
    for cell, value in {**RIGHT, **AFTER, "E42": "その他"}.items():
        book[form.sheet][cell] = value  # type: ignore[index]
    out = io.BytesIO()
    book.save(out)
    (sheet,) = read_file(AttachedFile("回答.xlsx", out.getvalue()), whole, the_roster()).sheets
    assert told(sheet) == []
    assert sheet.answers[-1].value == "その他"


def test_an_official_enters_a_cell_by_hand() -> None:
    sheet = with_cells({"G39": "数か所"})
    assert told(amend_sheet(sheet, {"11.other.komin": "20か所"}, survey(), the_roster())) == []
    with pytest.raises(AmendmentRefused, match="0以上の整数（か所）"):
        amend_sheet(sheet, {"11.other.komin": "多数"}, survey(), the_roster())


def test_its_cells_are_columns_of_lists_and_numbers_of_the_export() -> None:
    sheet = with_cells({})
    columns = [c.heading for c in list_columns(the_form())]
    assert columns[-13:-9] == [
        "Q11（児童館・公立公営）", "Q11（児童館・公立民営）", "Q11（児童館・民立民営）", "Q11（児童館・合計）",
    ]  # fmt: skip
    rows = [
        one(survey(), form="form1", program="nanbyo", values=values_of(made, the_form()))
        for made in (sheet, with_cells({"G39": "約３０か所"}))
    ]
    book = load_workbook(io.BytesIO(exported(survey(), rows, personal=True)))
    heads = [cell.value for cell in book["別添１"][1]]
    at = heads.index("Q11（その他・公立民営）") + 1
    assert [book["別添１"].cell(row, at).value for row in (2, 3)] == [20, 30]
    page = book["集計"]
    top = next(n for n, row in enumerate(page.iter_rows(), 1) if str(row[1].value).endswith("（その他・公立民営）"))
    assert page.cell(top, 2).value == "実施場所別、運営主体別のクラブの数（その他・公立民営）"
    assert page.cell(top + 2, 2).value == "合計"
    assert 50 in [cell.value for cell in page[top + 2]]
    listed = Workbook()
    values = dict(zip(columns, values_of(sheet, the_form()), strict=True))
    listed.worksheets[0].append(columns)
    for name, there in (("14神奈川県横浜市", 20), ("14神奈川県川崎市", "不明")):
        changed: dict[str, object] = {**values, "組織名": name, "Q11（その他・公立民営）": there}
        listed.worksheets[0].append([changed[heading] or None for heading in columns])
    out = io.BytesIO()
    listed.save(out)
    found = {s.row: [f.code for f in s.findings if f.question.startswith("11.")] for s in read(out.getvalue()).sheets}
    assert found == {2: [], 3: ["number_unreadable"]}


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"rows": {"児童館": "児童館", "b": "b"}}, "rows"),
        ({"columns": {"a": "計", "b": "計"}}, "columns"),
        ({"columns": {"a": "　"}}, "columns"),
        ({"totals": ["sum"]}, "totals"),
        ({"rows": {"total": "合計"}}, "rows"),
        ({"rows": {f"r{n}": f"第{n}" for n in range(51)}}, "rows"),
        ({"cell": {"kind": "number", "places": 9}}, "cell.places"),
        ({"free_texts": [{"key": "11-a", "label": "備考", "choices": [1]}]}, "free_texts"),
    ],
)
def test_a_table_that_makes_no_sense_is_refused(changes: dict[str, object], key: str) -> None:
    base = the_survey().form("form1")
    data = {name: getattr(base, name) for name in keys_of(Form)}
    form = made(Form, {**data, "questions": [*base.questions, {**TABLE, **changes}]})
    assert f"questions.{len(base.questions) + 1}.{key}" in [m.key for m in check_form(form, "form1.toml")]
