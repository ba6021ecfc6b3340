"""What a made form tells beside a table with a line for each thing, computed by LibreOffice, against what the desk finds.

The form of tests/fixtures/surveys/gakudo2024: heads in F17:J17, forty lines in F18:J57, the next question in row 58. Its
rules, told in K18, compare the number of clubs with I14, and their children with E15: 2 and 70.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from replies.workbooks.form import blank
from routing.authoring.trial import read
from tests.intake.test_lines import CHILDREN, CLUBS, HEAD, ROSTER, put, the_form, the_survey, unmerged
from tests.replies.office import CSV, convert_all

FIRST, SECOND = ("ひまわり", "児童館", 40, 30, None), ("すみれ", "余裕教室", 45, 40, None)
THIRD = ("つくし", "その他", 5, 6, None)
_ROW = re.compile(r"(?<![A-Z0-9$])(\$?[A-Z]{1,2}\$?)([0-9]+)(?![0-9(])")


def row_put_in(page: Any, row: int) -> None:
    """As Excel puts one in: what stands below moves, and formulas with it."""
    unmerged(page)
    page.insert_rows(row)
    for cells in page.iter_rows():
        for cell in cells:
            if isinstance(cell.value, str) and cell.value.startswith("="):
                cell.value = _ROW.sub(lambda hit: f"{hit[1]}{int(hit[2]) + (int(hit[2]) >= row)}", cell.value)


def listed(*lines: tuple[object, ...], first: int = 18) -> Callable[[Any], None]:
    def change(page: Any) -> None:
        for row, line in enumerate(lines, first):
            put(page, row, *line)

    return change


def behind_the_last(page: Any) -> None:
    """A row put in below the forty that are printed, and the third club in it."""
    row_put_in(page, 58)
    listed(FIRST, SECOND)(page)
    put(page, 58, *THIRD)


def above_the_first(page: Any) -> None:
    row_put_in(page, 18)
    listed(THIRD, FIRST, SECOND)(page)


def within(page: Any) -> None:
    row_put_in(page, 30)
    listed(FIRST, SECOND)(page)
    put(page, 30, *THIRD)


def fifty(page: Any) -> None:
    for _ in range(10):
        row_put_in(page, 58)
    listed(*((f"第{n}クラブ", "その他", 10, 2, None) for n in range(50)))(page)


BOTH = (CLUBS, CHILDREN)
# Each list, what the desk says to it, and what of that the form leaves to the desk.
LISTS: Mapping[str, tuple[Callable[[Any], None], tuple[str, ...], tuple[str, ...]]] = {
    "right": (listed(FIRST, SECOND), (), ()),
    "one_more": (listed(FIRST, SECOND, THIRD), BOTH, ()),
    "behind_the_last": (behind_the_last, BOTH, ()),
    "above_the_first": (above_the_first, BOTH, ()),
    "within": (within, BOTH, ()),
    "fifty": (fifty, ("問５のクラブの数（50）が、問３の合計（2）と合いません。",
                      "問５の登録児童の計（100人）が、問４（70人）と合いません。"), ()),
    "a_sum": (listed(FIRST, SECOND, ("合　計", None, None, 70, None)), (), ()),
    "a_sum_of_three": (listed(FIRST, SECOND, THIRD, ("計", None, None, 76, None)), BOTH, BOTH),
    "a_remark": (listed(FIRST, SECOND, ("※見込みを含む", None, None, None, None)), (), ()),
    "headed_again": (listed(("クラブの名称", "実施場所", "定員", "登録児童", "開設日"), FIRST, SECOND), (), ()),
    "strokes": (listed(FIRST, SECOND, ("－", None, "－", "－", None)), (), ()),
    "no_name": (listed(FIRST, SECOND, (None, "その他", 5, 6, None)), (CHILDREN,), ()),
    "no_children": (listed(FIRST, SECOND, ("つくし", "その他", 5, None, None)), (CLUBS,), ()),
    "with_units": (listed(FIRST, SECOND, ("つくし", "その他", "5人", "6人", None)), BOTH, (CHILDREN,)),
    "none": (listed(), (), ()),
}  # fmt: skip


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The lists in the form, as openpyxl leaves it and as LibreOffice computes it."""
    folder, source = tmp_path_factory.mktemp("lists"), blank(the_form(), the_survey())
    for name, (change, _, _) in LISTS.items():
        book = load_workbook(io.BytesIO(source))
        for cell, value in HEAD.items():
            book["様式1"][cell] = value
        change(book["様式1"])
        book.save(folder / f"{name}.xlsx")
    convert_all(sorted(folder.glob("*.xlsx")), CSV, folder)
    return folder


@pytest.mark.parametrize("name", LISTS)
def test_the_form_says_what_the_desk_says_or_nothing(books: Path, name: str) -> None:
    _, said, left = LISTS[name]
    (sheet,) = read((books / f"{name}.xlsx").read_bytes(), the_survey(), ROSTER).sheets
    assert tuple(f.expected for f in sheet.findings if f.code == "rule_broken") == said
    with (books / f"{name}-様式1.csv").open(encoding="utf-8", newline="") as file:
        shown = "".join(row[10] for row in list(csv.reader(file))[16:60])
    assert shown == "".join(f"※ {text}" for text in said if text not in left)
