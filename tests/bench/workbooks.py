"""Workbooks through the whole check, beside openpyxl and python-calamine merely opening the same files."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

from config.roster import Body
from replies.workbooks.collated_list import write_list
from routing.offline import check_file
from routing.reading.pool import Readers
from routing.register import build_register
from tests.municipalities import municipalities
from tests.workbooks.forms_at_hand import COMPLETE, filled, reading, the_roster, the_survey

ROUNDS = 5  # times that the long list is read


def workbooks(survey: Path, sheets: list[bytes]) -> dict[str, float]:
    """Answer sheets, and rows of the longest list, per second: through the whole check, and merely opened by
    openpyxl (a fifth of the sheets: it is slow) and by python-calamine."""
    long, rows = longest_list()
    lists = [long] * ROUNDS
    return {
        "check_sheets_per_second": checked_per_second(survey, sheets, "answer_sheet"),
        "openpyxl_opens_sheets_per_second": opened_per_second(sheets[: len(sheets) // 5], by_openpyxl),
        "calamine_opens_sheets_per_second": opened_per_second(sheets, by_calamine),
        "check_list_rows_per_second": rows * checked_per_second(survey, lists, "collated_list"),
        "openpyxl_opens_list_rows_per_second": rows * opened_per_second(lists, by_openpyxl),
        "calamine_opens_list_rows_per_second": rows * opened_per_second(lists, by_calamine),
    }


def checked_per_second(survey: Path, files: list[bytes], kind: str) -> float:
    """Files through the whole of `uketsuke check`, without starting the program."""
    register = build_register(survey)
    reader = Readers(survey)
    check_file(reader, "warm.xlsx", files[0], register)
    began = time.perf_counter()
    kinds = {check_file(reader, "回答.xlsx", file, register).kind for file in files}
    taken = time.perf_counter() - began
    reader.close()
    assert kinds == {kind}
    return len(files) / taken


def opened_per_second(files: list[bytes], read: Callable[[bytes], int]) -> float:
    """The same files merely opened, every cell read."""
    began = time.perf_counter()
    cells = [read(file) for file in files]
    taken = time.perf_counter() - began
    assert min(cells) > 30
    return len(files) / taken


def by_openpyxl(data: bytes) -> int:
    """The filled cells of a workbook, by openpyxl."""
    book = load_workbook(io.BytesIO(data), data_only=True, keep_links=False)
    rows = (row for sheet in book.worksheets for row in sheet.iter_rows(values_only=True))
    return sum(value is not None for row in rows for value in row)


def by_calamine(data: bytes) -> int:
    """The filled cells of a workbook, by python-calamine."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    sheets = (book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names)
    return sum(value != "" for sheet in sheets for row in sheet for value in row)


@cache
def longest_list() -> tuple[bytes, int]:
    """北海道's collated list of 自治体検診, the longest there is, and how many rows it has."""
    hokkaido = the_roster().by_code("010006")
    assert hokkaido is not None
    bodies = municipalities(the_roster(), hokkaido)
    form = the_survey().form("form2")
    return write_list([_row(body) for body in bodies], form, the_survey()), len(bodies)


def _row(body: Body):  # type: ignore[no-untyped-def]
    own = {
        "kind": "市区町村",
        "organisation": body.lgcode[:2] + body.full_name,
        "a": 1,
        "b": 1,
        "c": 1,
        "d": 1,
    }
    return reading(filled(own, COMPLETE, "form2")).sheets[0]
