"""A head that was pasted one row too low or too high is told once; fields that are merely wrong are told one by one."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from openpyxl.worksheet.worksheet import Worksheet

from replies.workbooks.form import FillValue
from tests.workbooks.forms_at_hand import COMPLETE_2, edited, filled, the_sheet

ROWS = range(2, 12)  # D2 制度等 … D11 メールアドレス


def slip(by: int, values: Mapping[str, FillValue | None], id: str = "form1") -> bytes:
    """The complete sheet with its head moved; what falls out of it at either end is lost."""

    def edit(sheet: Worksheet) -> None:
        head = {row: sheet.cell(row, 4).value for row in ROWS}
        for row in ROWS:
            sheet.cell(row, 4).value = head.get(row - by)

    return edited(filled(values, COMPLETE_2, id) if id == "form2" else filled(values), edit)


SLIPS: list[tuple[int, dict[str, FillValue | None], str, str]] = [
    (1, {}, "form1", "D4、D11"),
    (1, {"program": "難病"}, "form1", "D3、D4、D11"),
    (-1, {}, "form1", "D2、D9、D10"),
    (1, {"attribute": "1"}, "form2", "D4、D11"),
    (-1, {"position": None}, "form2", "D2、D9、D10"),
]


@pytest.mark.parametrize(("by", "values", "id", "cells"), SLIPS)
def test_a_head_off_by_one_row_is_told_once(
    by: int, values: dict[str, FillValue | None], id: str, cells: str
) -> None:
    sheet = the_sheet(slip(by, values, id))
    assert [(f.code, f.found) for f in sheet.findings] == [("head_shifted", cells)]
    assert (sheet.body.lgcode, sheet.field("department")) == ("141003", "健康福祉局健康推進課")
    assert sheet.program == ("nanbyo" if "program" in values else sheet.program)


def only_some(cells: Mapping[str, str | None]) -> bytes:
    def edit(sheet: Worksheet) -> None:
        for cell, value in cells.items():
            sheet[cell].value = value

    return edited(filled({}), edit)


@pytest.mark.parametrize(
    "cells",
    [
        {"D10": "kenko@city.example.lg.jp", "D11": "045-000-0000"},  # the two of them changed places
        {"D9": "045-000-0000", "D10": None},
        {"D3": None, "D4": "指定都市"},
        {"D10": None, "D11": None},
        {"D10": "内線1234", "D11": "同上"},
        {"D2": "指定都市", "D3": None, "D10": "－", "D11": "－"},
    ],
)
def test_single_fields_in_wrong_places_are_told_one_by_one(cells: dict[str, str | None]) -> None:
    found = {f.code for f in the_sheet(only_some(cells)).findings}
    assert found and "head_shifted" not in found
