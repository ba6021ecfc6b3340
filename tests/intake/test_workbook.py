"""Bytes → grid: real and hand-made workbooks, whole and broken. Expected values were written by hand."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable

import pytest

from intake.finding import Finding
from intake.sheets.grid import Cell, Workbook
from intake.sheets.ooxml import name_of, place_of
from intake.sheets.workbook import open_workbook
from intake.sniff import sniff
from tests.workbooks.expectations import EXPECTED, FILES, told
from tests.workbooks.forms_at_hand import filled, reading


def opened(name: str) -> Workbook:
    book = open_workbook((FILES / name).read_bytes())
    assert isinstance(book, Workbook), book
    return book


def test_every_sample_has_its_expectation() -> None:
    assert {path.name for path in FILES.iterdir()} == set(EXPECTED)


HARMLESS = [name for name, expected in EXPECTED.items() if not expected.get("hostile")]


@pytest.mark.parametrize("name", HARMLESS)
def test_a_sample_is_read_as_a_person_would_read_it(name: str) -> None:
    told(reading((FILES / name).read_bytes(), name), EXPECTED[name])


def test_there_are_as_many_samples_as_were_asked_for() -> None:
    """Issue B: at least 60, of which at least 15 saved by LibreOffice."""
    assert len(EXPECTED) >= 60
    assert sum(name.startswith("lo_") for name in EXPECTED) >= 15


@pytest.mark.parametrize("name", ["values.xlsx", "strict.xlsx"])
def test_every_type_of_cell_is_read_as_it_is_displayed(name: str) -> None:
    (sheet,) = opened(name).sheets
    assert sheet.cells == {
        place_of("B2"): Cell("東京"),  # not 東京トウキョウ: furigana are no part of the value
        place_of("C2"): Cell("横浜 市"),  # two rich-text runs
        place_of("D2"): Cell("一行目\n二行目"),  # _x000D_ is a carriage return (ECMA-376 part 1, 22.9.2.19)
        place_of("E2"): Cell("#REF!", error=True),  # not a blank
        place_of("F2"): Cell("", formula=True, uncached=True),  # not a blank either
        place_of("G2"): Cell("", formula=True),  # a formula whose result is the empty text
        place_of("H2"): Cell("京都"),
        place_of("I2"): Cell("1"),  # not 1.0
        place_of("J2"): Cell("TRUE"),
        place_of("K2"): Cell("5.9"),
        place_of("L2"): Cell("2023-09-01"),
        place_of("M2"): Cell("2", formula=True),
        place_of("N2"): Cell("7"),  # a cell without a reference stands right of the one before
    }


def test_a_far_cell_is_read_and_nothing_is_made_of_the_emptiness_before_it() -> None:
    (sheet,) = opened("far_corner.xlsx").sheets
    assert sheet.cells == {(1, 1): Cell("左上"), (1_048_576, 16_384): Cell("右下")}


def test_hidden_sheets_are_told_as_hidden() -> None:
    book = open_workbook(filled({}))
    assert isinstance(book, Workbook)
    assert [(sheet.name, sheet.hidden) for sheet in book.sheets] == [
        ("様式", ""),
        ("一覧用", ""),
        ("リスト", "hidden"),
    ]


@pytest.mark.parametrize("end", [1, 4, 30, 100, 1_000, 5_000, 12_000])
def test_a_workbook_cut_off_anywhere_is_unreadable_and_raises_nothing(end: int) -> None:
    found = open_workbook(filled({})[:end])
    assert isinstance(found, Finding)
    assert found.code in ("unreadable", "not_a_workbook")


@pytest.mark.parametrize("place", range(0, 13_000, 997))
def test_a_flipped_byte_raises_nothing(place: int) -> None:
    data = bytearray(filled({}))
    data[place] ^= 0xFF
    assert isinstance(open_workbook(bytes(data)), Workbook | Finding)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", "empty"),
        (b"%PDF-1.7", "pdf"),
        (b"\xef\xbb\xbf<!DOCTYPE html>", "html"),
        (b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>', "xml"),
        ("組織名,回答".encode("cp932"), "text"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "other"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "ole"),
    ],
)
def test_types_are_told_from_the_bytes(data: bytes, kind: str) -> None:
    assert sniff(data) == kind


@pytest.mark.parametrize(
    ("name", "place"),
    [("A1", (1, 1)), ("Z9", (9, 26)), ("AA10", (10, 27)), ("XFD1048576", (1_048_576, 16_384))],
)
def test_references_in_a1_style(name: str, place: tuple[int, int]) -> None:
    assert place_of(name) == place
    assert name_of(place) == name


_LISTS_ELSEWHERE = (  # as Excel 2010 and later write a drop-down whose list stands on another sheet ([MS-XLSX] 2.6.14)
    b'<extLst><ext uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}" '
    b'xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main">'
    b'<x14:dataValidations count="1" xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main">'
    b'<x14:dataValidation type="list"><x14:formula1><xm:f>\xe3\x83\xaa\xe3\x82\xb9\xe3\x83\x88!$A$1:$A$4</xm:f>'
    b"</x14:formula1><xm:sqref>D16</xm:sqref></x14:dataValidation></x14:dataValidations></ext></extLst></worksheet>"
)


def _with_first_sheet(change: Callable[[bytes], bytes]) -> Workbook:
    """A filled form, the XML of its first sheet changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(filled({}))) as old, zipfile.ZipFile(out, "w") as new:
        for item in old.infolist():
            data = old.read(item)
            new.writestr(item, change(data) if item.filename == "xl/worksheets/sheet1.xml" else data)
    read = open_workbook(out.getvalue())
    assert isinstance(read, Workbook)
    return read


def test_the_formula_of_a_drop_down_is_no_cells() -> None:
    """It follows the cells; the last of them must not be taken for a formula without a result."""
    plain = _with_first_sheet(lambda xml: xml)
    extended = _with_first_sheet(lambda xml: xml.replace(b"</worksheet>", _LISTS_ELSEWHERE))

    assert extended.sheets == plain.sheets
    assert any(cell.formula for cell in plain.sheets[0].cells.values())


def test_a_sheet_whose_elements_bear_a_prefix_is_read_all_the_same() -> None:
    """As the .NET libraries write them: <x:c>, <x:f>."""

    def prefixed(xml: bytes) -> bytes:
        tags = re.sub(rb"<(/?)(?=[A-Za-z])", rb"<\1x:", xml)
        return tags.replace(b' xmlns="', b' xmlns:x="')

    assert _with_first_sheet(prefixed).sheets[0] == _with_first_sheet(lambda xml: xml).sheets[0]
