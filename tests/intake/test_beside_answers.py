"""Columns that somebody added beside a form, and numbers that stand far off: nothing in them is taken for an answer."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from openpyxl.worksheet.worksheet import Worksheet

from replies.workbooks.form import FillValue
from tests.workbooks.forms_at_hand import edited, filled, the_sheet

ALL = range(15, 37)  # the rows of the questions
NOBODYS: dict[str, dict[str, str | int]] = {
    "a tick for each line": {f"G{row}": "レ" for row in ALL},
    "a tick for each line, farther off": {f"J{row}": "✓" for row in ALL},
    "a circle for what the section chief saw": {f"H{row}": "〇" for row in ALL},
    "ticks at the circles only": {f"G{row}": "✓" for row in range(27, 32)},
    "remarks under a heading": {"G14": "備考", "G17": "令和6年改訂予定", "G19": "窓口で確認", "G35": "課長含む"},
    "the rows counted": {f"J{row}": row - 14 for row in ALL},
    "last year's answers, the same": {"G14": "昨年度", "G17": "① 定めている。", "G19": "① 求めている。"},
    "the person in charge": {f"G{row}": "鈴木" for row in ALL},
}


def beside(cells: Mapping[str, str | int], values: Mapping[str, FillValue | None]) -> bytes:
    def edit(sheet: Worksheet) -> None:
        for cell, value in cells.items():
            sheet[cell].value = value

    return edited(filled(values), edit)


def read(data: bytes) -> tuple[dict[str, str], list[tuple[str, str, str]]]:
    sheet = the_sheet(data)
    return {a.question: a.understood for a in sheet.answers}, [(f.code, f.question, f.cell) for f in sheet.findings]


@pytest.mark.parametrize("cells", NOBODYS.values(), ids=NOBODYS)
def test_a_column_beside_the_answers_changes_nothing(cells: dict[str, str | int]) -> None:
    assert read(beside(cells, {})) == read(filled({}))


@pytest.mark.parametrize("name", sorted(NOBODYS.keys() - {"ticks at the circles only"}))
def test_nor_does_it_answer_what_was_left_blank(name: str) -> None:
    """7-4 has no circle, 9 no answer: asked about, whatever stands beside them."""
    answers, found = read(beside(NOBODYS[name], {"7-4": None, "9": None}))
    assert (answers["7-4"], answers["9"]) == ("", "")
    assert {question for _, question, _ in found} == {"7-4", "9"}


@pytest.mark.parametrize(("cell", "taken"), [("G19", "2"), ("H19", ""), ("K19", "")])
def test_a_number_without_a_circle_is_an_answer_beside_its_cell_only(cell: str, taken: str) -> None:
    answers, _ = read(beside({cell: 2}, {"3": None, "4": None, "5": None}))
    assert answers["3"] == taken


@pytest.mark.parametrize("cell", ["G19", "H19", "K19"])
def test_a_circled_one_is_an_answer_wherever_it_stands(cell: str) -> None:
    answers, found = read(beside({cell: "②"}, {"3": None, "4": None, "5": None}))
    assert (answers["3"], found) == ("2", [])


def test_all_answers_in_the_next_column_are_read_there() -> None:
    cells = {f"G{row}": "①" for row in (15, 17, 19, 20, 24, 25, 26, 34, 35, 36)}
    blank = dict.fromkeys(("1-1", "2", "3", "4", "7-1", "7-2", "7-3", "8-2", "9", "10"))
    assert read(beside(cells, blank)) == read(filled({}))


@pytest.mark.parametrize("two", [{"G17": "②"}, {"G17": "②", "G19": "②"}, {"G17": "②に訂正"}, {"H17": "② 定めていない。"}])
def test_another_choice_beside_the_answer_is_asked_about_all_the_same(two: dict[str, str | int]) -> None:
    answers, _ = read(beside(two, {}))
    assert answers["2"] == ""
