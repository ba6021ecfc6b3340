"""A form that was left as it was sent out is located by its print alone, exactly as by all of its cells."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.given import Place
from config.kinds.marks import Mark
from intake.sheets import recognise
from intake.sheets.grid import Cell, Sheet, Workbook
from intake.sheets.workbook import open_workbook
from replies.workbooks.form import fill
from tests.workbooks.expectations import EXPECTED, FILES
from tests.workbooks.forms_at_hand import COMPLETE, COMPLETE_2, filled, the_survey

READABLE = [FILES / name for name, expected in EXPECTED.items() if not expected.get("hostile")]


def by_all_cells(sheet: Sheet) -> recognise.Located | None:
    keys = recognise._keys(sheet)
    form = recognise._tell_form(tuple(keys.items()), the_survey())
    return recognise._locate(form, keys, sheet.merged) if form else None


def sheet_of(data: bytes) -> Sheet:
    workbook = open_workbook(data)
    assert isinstance(workbook, Workbook)
    return workbook.sheets[0]


@pytest.mark.parametrize("path", READABLE, ids=lambda path: path.name)
def test_the_shelf(path: Path) -> None:
    workbook = open_workbook(path.read_bytes())
    sheets = workbook.sheets if isinstance(workbook, Workbook) else ()
    assert [recognise.recognise(sheet, the_survey()) for sheet in sheets] == [by_all_cells(s) for s in sheets]


FORMS = {"form1": sheet_of(filled({}, COMPLETE)), "form2": sheet_of(filled({}, COMPLETE_2, "form2"))}


@pytest.mark.parametrize("id", FORMS)
def test_a_form_as_sent_out_needs_no_other_cell(id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    sheet = FORMS[id]
    located = recognise.recognise(sheet, the_survey())
    assert located is not None
    assert located.form.id == id
    monkeypatch.setattr(recognise, "_locate", None)  # not even asked again
    assert recognise.recognise(sheet, the_survey()) == located


def test_an_edited_line_is_not_taken_for_another_one_that_reads_much_the_same() -> None:
    survey = the_survey()
    form = survey.form("form1")
    question = form.question("7-4")
    lines = tuple(Mark(number=n, text=f"窓口で書類の控えを確かめる（{n}回目）") for n in question.by_number)
    alike = question.changed({"kind": question.kind.changed({"marks": lines})})
    questions = tuple(alike if q.key == "7-4" else q for q in form.questions)
    changed = form.changed({"questions": questions})
    sheet = sheet_of(fill(changed, survey, COMPLETE))
    (place,) = [place for place, cell in sheet.cells.items() if "（1回目）" in cell.value]
    edited = {**sheet.cells, place: Cell("窓口で書類の控えを確かめること（初回）")}
    other = survey.changed({"forms": (changed,)})
    located = recognise.recognise(Sheet(sheet.name, "", edited, sheet.merged), other)
    assert located is not None
    assert located.questions["7-4"].labels["7-4#1"] == place


EDITS = st.sampled_from(["{}", "{}（確認済）", "※{}", "{}{}", "なし", ""])


@given(st.sampled_from(sorted(FORMS)), st.data())
def test_a_form_with_some_cells_edited_swapped_or_emptied(id: str, data: st.DataObject) -> None:
    sheet = FORMS[id]
    cells: dict[Place, Cell] = dict(sheet.cells)
    places = st.sampled_from(sorted(cells))
    for one, other, edit in data.draw(st.lists(st.tuples(places, places, EDITS), max_size=4)):
        value = sheet.cells[other].value
        cells[one] = Cell(edit.format(value, value))
    changed = Sheet(sheet.name, "", cells, sheet.merged)
    assert recognise.recognise(changed, the_survey()) == by_all_cells(changed)
