"""Numbers under a format that prints digits of its own are read as they are seen (ECMA-376 part 1, 18.8.31)."""

from __future__ import annotations

import pytest
from openpyxl.worksheet.worksheet import Worksheet

from tests.workbooks.forms_at_hand import edited, filled, reading, the_sheet

# What Excel shows, worked out by hand.
SHOWN = [
    ('"03-"0000-0000', 12345678, "03-1234-5678"),
    ('"(03)"0000"-"0000', 12345678, "(03)1234-5678"),
    ("\\0\\4\\5-000-0000", 6712454, "045-671-2454"),
    ('"TEL 045-"###-####', 6712454, "TEL 045-671-2454"),
    ('[$-411]"０３－"0000"－"0000', 52531111, "03-5253-1111"),
    ('"045-"000-0000_ ;-0', 6712454, "045-671-2454"),
    ('"03-"0000-0000', 345678, "03-0034-5678"),
    ('"03-"####-####', 345678, "03-34-5678"),
    ('"0"0-0000-0000', 352531111, "03-5253-1111"),
    ('"0"00-000-0000', 456712454, "045-671-2454"),
]
# The stored number is what counts: no digits of the format's own, too few places, a date, a thousands' comma, a text.
AS_STORED = [
    ("0000-0000", 52531111, "52531111"),
    ('"03"0', 12345678, "12345678"),
    ('"03-"#,##0', 12345678, "12345678"),
    ('"03"yyyy-mm', "045-671-2454", "045-671-2454"),
    ('"03-"0000-0000', "045-671-2454", "045-671-2454"),
    ('"1-"0000-0000', 123456789018, "123456789018"),
    ('"03-"0000-0000', 1234.5, "1234.5"),
]


def put(sheet: Worksheet, code: str, value: object) -> None:
    sheet["D10"].value = value
    sheet["D10"].number_format = code


@pytest.mark.parametrize(("code", "value", "seen"), [*SHOWN, *AS_STORED])
def test_a_number_is_read_as_it_is_seen(code: str, value: object, seen: str) -> None:
    assert the_sheet(edited(filled({}), lambda sheet: put(sheet, code, value))).field("telephone") == seen


def test_a_telephone_with_its_area_code_in_the_format_is_a_good_one() -> None:
    sheet = the_sheet(edited(filled({}), lambda sheet: put(sheet, '"03-"0000-0000', 52531111)))
    assert sheet.findings == the_sheet(filled({})).findings == ()


def test_a_format_hides_no_number_of_a_person() -> None:
    """123456789018 is the example of a My Number with a right check digit."""
    made = edited(filled({}), lambda sheet: put(sheet, '"1-"000000000000', 123456789018))
    assert reading(made).personal
