"""Rows and columns taken out of a ministry's own workbook: what went with them is asked for, and nothing else is; no answer
is taken for another.

Forms and cells are those of `test_given.py`; of a line of an open table the lines below it take its place.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.cell import coordinate_from_string
from openpyxl.worksheet.worksheet import Worksheet

from config.survey import Survey
from config.tables import line_of
from tests.calls import calls
from tests.intake.test_given import cells_of, expected, form_of, read, survey_of, values_of, written
from tests.replies.office_hands import Job, Step, by_hand
from tests.workbooks.given_forms import MAKERS, GivenForm
from tests.workbooks.ministry_habits import HABITS
from tests.workbooks.published_forms import PUBLISHED

QUICK = ("children", "staff")
REST = [name for name in (*MAKERS, "grants", "boxes", *PUBLISHED) if name not in QUICK]
IN_SHORT = [*QUICK, *(pytest.param(name, marks=pytest.mark.long) for name in REST)]


@pytest.fixture(scope="module")
def surveys(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Survey]:
    names = (*MAKERS, *HABITS, *PUBLISHED)
    return {name: survey_of(form_of(name), tmp_path_factory.mktemp(name)) for name in names}


def taken_out(sheet: Worksheet, row: int = 0, column: int = 0) -> None:
    """As Excel does it: a merged area that was only partly there goes on with its text."""
    areas = [(a.min_row, a.min_col, a.max_row, a.max_col) for a in sheet.merged_cells.ranges]
    for area in list(sheet.merged_cells.ranges):
        sheet.unmerge_cells(str(area))
    kept = {}
    for top, left, bottom, right in areas:
        if (top == row < bottom) or (left == column < right):
            kept[top, left] = sheet.cell(top, left).value
    if row:
        sheet.delete_rows(row)
    else:
        sheet.delete_cols(column)
    for (top, left), value in kept.items():
        sheet.cell(top, left).value = value
    for top, left, bottom, right in areas:
        a, b = (top - (0 < row < top), left - (0 < column < left))
        c, d = (bottom - (0 < row <= bottom), right - (0 < column <= right))
        if (a, b) != (c, d) and a <= c and b <= d:
            sheet.merge_cells(start_row=a, start_column=b, end_row=c, end_column=d)


def _areas(form: GivenForm) -> Mapping[str, tuple[int, int]]:
    """How many rows and columns the cell of each answer takes."""
    sheet = load_workbook(io.BytesIO(form.data))[form.sheet]
    return {a.start_cell.coordinate: (a.size["rows"], a.size["columns"]) for a in sheet.merged_cells.ranges}


def left(form: GivenForm, survey: Survey, row: int = 0, column: str = "") -> dict[str, str]:
    """What is still on the sheet, by the cells in which the survey has it."""
    areas, told = _areas(form), {}
    keys = {cell: key for key, cell in cells_of(survey).items()}
    wanted = {cell: value for cell, value in expected(form, survey).items() if cell in keys}
    table = {cell: (line_of(keys[cell]) or ("",))[0] for cell in wanted}
    for cell, value in wanted.items():
        (letters, number), (rows, columns) = coordinate_from_string(cell), areas.get(cell, (1, 1))
        above = table[cell] and table.get(f"{letters}{row}") == table[cell] and number > row
        if not (number == row and rows == 1) and not (letters == column and columns == 1):
            told[f"{letters}{number - 1}" if above else cell] = value
    return told


@pytest.mark.parametrize("name", IN_SHORT)
def test_whichever_column_is_taken_out_every_other_value_is_read(name: str, surveys: Mapping[str, Survey]) -> None:
    form, survey = form_of(name), surveys[name]
    last = load_workbook(io.BytesIO(form.data))[form.sheet].max_column
    for number in range(1, last + 1):
        column = get_column_letter(number)
        wanted = left(form, survey, column=column)
        (sheet,) = read(written(form, lambda sheet, n=number: taken_out(sheet, column=n)), survey).sheets  # type: ignore[misc]
        told = {cell: value for cell, value in values_of(sheet, survey).items() if value}
        assert told == wanted, column
        gone = {key for key, cell in cells_of(survey).items() if cell not in wanted}
        errors = [f for f in sheet.findings if f.severity == "error"]
        assert {f.question for f in errors if f.question} <= gone and (errors or not gone), column


@pytest.mark.parametrize("name", IN_SHORT)
def test_whichever_row_is_taken_out_every_other_value_is_read(name: str, surveys: Mapping[str, Survey]) -> None:
    form, survey = form_of(name), surveys[name]
    last = load_workbook(io.BytesIO(form.data))[form.sheet].max_row
    for row in range(1, last + 1):
        wanted = left(form, survey, row=row)
        if (name, row) == ("care", 10):
            continue  # the heads went, and the cells now stand beside their own label: they are asked for
        (sheet,) = read(written(form, lambda sheet, n=row: taken_out(sheet, row=n)), survey).sheets  # type: ignore[misc]
        assert {cell: value for cell, value in values_of(sheet, survey).items() if value} == wanted, row


def test_a_column_of_an_open_table_that_is_gone_is_asked_for_once(surveys: Mapping[str, Survey]) -> None:
    """資格 stands in column C of each of twelve lines."""
    form, survey = form_of("duty"), surveys["duty"]
    (sheet,) = read(written(form, lambda sheet: taken_out(sheet, column=3)), survey).sheets
    assert [(f.code, f.question, f.label) for f in sheet.findings if f.severity == "error"] == [
        ("label_missing", "2.1.c", "資格")
    ]


def test_the_last_line_is_read_where_the_sums_below_were_taken_out(surveys: Mapping[str, Survey]) -> None:
    form, survey = form_of("duty"), surveys["duty"]
    (sheet,) = read(written(form, lambda sheet: taken_out(sheet, row=20)), survey).sheets
    assert values_of(sheet, survey)["D19"] == "職員19"


def test_the_rest_of_a_group_is_not_taken_for_its_first_row(surveys: Mapping[str, Survey]) -> None:
    """本庁 is merged over 保健師, 管理栄養士, 事務職 and 小計, and stays when the first of them goes."""
    form, survey = form_of("staff"), surveys["staff"]
    (sheet,) = read(written(form, lambda sheet: taken_out(sheet, row=8)), survey).sheets
    told = values_of(sheet, survey)
    assert (told.get("D8"), told["D9"], told["D10"]) == (None, "205", "209")
    assert [f.question for f in sheet.findings if f.code == "label_missing"] == ["1", "2", "3", "4"]


def test_a_field_is_not_said_to_stand_in_the_cell_of_another_one(surveys: Mapping[str, Survey]) -> None:
    """市町村コード is blank, and in its row the 都道府県名 is filled in."""
    form, survey = form_of("children"), surveys["children"]
    (sheet,) = read(written(form, G3=""), survey).sheets
    assert [(f.code, f.cell) for f in sheet.findings if f.severity == "error"] == [("field_missing", "G3")]


TAKEN: dict[str, tuple[tuple[Step, ...], dict[str, int | str]]] = {
    "vaccines": ((("unprotect",), ("columns_out", "E", "1")), {"column": "E"}),
    "staff": ((("rows_out", "12", "1"),), {"row": 12}),
    "grants": ((("columns_out", "H", "1"),), {"column": "H"}),
    "duty": ((("columns_out", "F", "1"),), {"column": "F"}),
    "costs": ((("rows_out", "8", "1"),), {"row": 8}),
}


def test_taken_out_by_libreoffice_every_other_value_is_read(surveys: Mapping[str, Survey], tmp_path: Path) -> None:
    jobs = []
    for name, (steps, _) in TAKEN.items():
        book = tmp_path / f"{name}.xlsx"
        book.write_bytes(written(form_of(name)))
        jobs.append(Job(book, form_of(name).sheet, steps, tmp_path / f"{name}-out.xlsx"))
    by_hand(jobs, tmp_path)
    for (name, (_, what)), job in zip(TAKEN.items(), jobs, strict=True):
        (sheet,) = read(job.to.read_bytes(), surveys[name]).sheets
        told = {cell: value for cell, value in values_of(sheet, surveys[name]).items() if value}
        assert told == left(form_of(name), surveys[name], **what), name  # type: ignore[arg-type]


def test_with_two_columns_gone_none_is_read_under_the_head_of_another(surveys: Mapping[str, Survey]) -> None:
    """男, 女, 計 stand twice beside each other; without D and H they are 女, 計, 男, 計."""

    def two(sheet: Worksheet) -> None:
        taken_out(sheet, column=8)
        taken_out(sheet, column=4)

    form, survey = form_of("staff"), surveys["staff"]
    (sheet,) = read(written(form, two), survey).sheets
    told = {cell: value for cell, value in values_of(sheet, survey).items() if value}
    assert told.items() <= expected(form, survey).items()
    asked = {cells_of(survey)[f.question] for f in sheet.findings if f.code == "label_missing"}
    assert asked >= {f"{column}{row}" for column in "DH" for row in (8, 9, 10, 12, 13, 14)}


def test_a_label_whose_column_went_is_no_answer(surveys: Mapping[str, Survey]) -> None:
    """前年度との増減の理由 was merged over A to C."""

    def two(sheet: Worksheet) -> None:
        taken_out(sheet, column=9)
        taken_out(sheet, column=1)

    form, survey = form_of("staff"), surveys["staff"]
    (sheet,) = read(written(form, two, D20=""), survey).sheets
    assert not values_of(sheet, survey).get("D20")
    assert "25" in {f.question for f in sheet.findings if f.severity == "error"}


@pytest.mark.parametrize("name", ["staff", "equipment"])
def test_a_form_torn_apart_by_the_length_of_a_sheet_costs_no_more_than_a_few_others(
    surveys: Mapping[str, Survey], name: str
) -> None:
    """Where a row without words went is looked for on both sides of the gap, not in 900,000 rows of it."""

    def torn(sheet: Worksheet) -> None:
        for area in [*sheet.merged_cells.ranges]:
            sheet.unmerge_cells(str(area))
        half = sheet.max_row // 2
        sheet.move_range(f"A{half}:{get_column_letter(sheet.max_column)}{sheet.max_row}", rows=900_000)

    form, survey = form_of(name), surveys[name]
    as_sent, far_apart = written(form), written(form, torn)
    read(as_sent, survey)  # what is made of a form once is made
    assert calls(lambda: read(far_apart, survey)) < 60 * calls(lambda: read(as_sent, survey))
