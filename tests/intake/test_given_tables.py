"""A table in a workbook that the ministry has: its area is named by one `at`, and each cell read as a number."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from config.errors import ConfigError
from config.load import load_survey
from config.survey import Survey
from intake.answers import AttachedFile, read_file
from intake.submission import AnswerSheet
from tests.config.surveys_at_hand import TINY
from tests.workbooks.forms_at_hand import the_roster

FORM = """
id = "yoshiki1"
version = "1"
title = "別紙様式１"
file_name = "別紙様式1.xlsx"
sheet = "様式1"
given = "form.xlsx"
fields = [
    { key = "organisation", label = "市区町村名", kind = "organisation", at = "B2" },
    { key = "department", label = "所管部局", kind = "text", at = "B3" },
]
[[questions]]
key = "1"
item = "１"
text = "１　実施場所別、運営主体別のクラブの数"
kind = "table"
rows = { jidokan = "児童館", other = "その他", total = "合計" }
columns = { koei = "公立公営", komin = "公立民営", minmin = "民立民営", total = "合計" }
totals = ["total"]
at = "B6:E8"
[[questions]]
key = "2"
item = "２"
text = "２　登録児童の数"
kind = "number"
at = "B10"
"""
LABELS = {
    "A1": "放課後児童健全育成事業の実施状況（様式）", "A2": "市区町村名", "A3": "所管部局",
    "A4": "１　実施場所別、運営主体別のクラブの数", "A10": "２　登録児童の数",
    "B5": "公立公営", "C5": "公立民営", "D5": "民立民営", "E5": "合計", "A6": "児童館", "A7": "その他", "A8": "合計",
}  # fmt: skip
NUMBERS = {
    "B6": 1, "C6": 2, "D6": 0, "E6": 3, "B7": 10, "C7": 20, "D7": 30, "E7": 60, "B8": 11, "C8": 22, "D8": 30, "E8": 63,
}  # fmt: skip
READ = ["1", "2", "0", "3", "10", "20", "30", "60", "11", "22", "30", "63", "300"]


def folder_of(tmp_path: Path, form: str = FORM) -> Path:
    folder = shutil.copytree(TINY.parent / "gakudo", tmp_path / "survey")
    book = Workbook()
    book.worksheets[0].title = "様式1"
    for cell, label in LABELS.items():
        book.worksheets[0][cell] = label
    book.save(folder / "form.xlsx")
    (folder / "form1.toml").write_text(form, encoding="utf-8")
    return folder


def read(folder: Path, survey: Survey, cells: dict[str, object], change: Callable[[Any], None] | None) -> AnswerSheet:
    book = load_workbook(folder / "form.xlsx")
    page = book["様式1"]
    for cell, value in {"B2": "01北海道泊村", "B3": "住民課", "B10": 300, **NUMBERS, **cells}.items():
        page[cell] = value
    if change:
        change(page)
    out = io.BytesIO()
    book.save(out)
    (sheet,) = read_file(AttachedFile("回答.xlsx", out.getvalue()), survey, the_roster()).sheets
    return sheet


def row_put_in(page: Any) -> None:
    page.insert_rows(7)
    page["A7"], page["B7"] = "公民館", 5


def column_put_in(page: Any) -> None:
    page.insert_cols(3)


@pytest.mark.parametrize(
    ("cells", "change", "errors"),
    [
        ({}, None, []),
        ({"D7": "３０", "B6": "約１"}, None, []),
        ({}, column_put_in, []),
        ({"C7": "数か所"}, None, [("number_unreadable", "C7")]),
        ({"E7": 61}, None, [("rule_broken", "E7"), ("rule_broken", "E8")]),
        (dict.fromkeys(NUMBERS), None, [("number_missing", "B6")]),
        ({}, row_put_in, [("table_beyond", "B7")]),
    ],
)
def test_each_number_is_in_its_place(
    tmp_path: Path, cells: dict[str, object], change: Callable[[Any], None] | None, errors: list[tuple[str, str]]
) -> None:
    folder = folder_of(tmp_path)
    sheet = read(folder, load_survey(folder), cells, change)
    assert [(f.code, f.cell) for f in sheet.findings if f.severity == "error"] == errors
    if not cells.keys() & NUMBERS.keys():
        assert [answer.understood for answer in sheet.answers] == READ


def test_an_area_of_another_size_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="B6:D8 は9セルですが、答えは12セルです"):
        load_survey(folder_of(tmp_path, FORM.replace("B6:E8", "B6:D8")))
