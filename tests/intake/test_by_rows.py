"""A sheet seen row by row shows what the whole of it shows, whatever its XML is like."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from unittest import mock
from xml.parsers import expat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.sheets import ooxml
from intake.sheets.package import Broken

FILES = sorted((Path(__file__).parents[1] / "workbooks").rglob("*.xlsx"))
LARGEST = 1 << 20  # bytes; larger sheets are never taken apart


def sheets() -> Iterator[object]:
    """The XML of every worksheet on the shelf that is read in pieces, or might be."""
    for path in FILES:
        try:
            with zipfile.ZipFile(path) as archive:
                for info in archive.infolist():
                    if "worksheets/sheet" in info.filename and info.file_size <= LARGEST:
                        yield pytest.param(archive.read(info), id=f"{path.stem}-{Path(info.filename).stem}")
        except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError):
            continue


def seen(xml: bytes) -> ooxml.Seen | str:
    try:
        return ooxml.see(xml)
    except (expat.ExpatError, ValueError, LookupError, Broken) as error:  # what `opened` calls broken
        return type(error).__name__


def as_a_whole(xml: bytes) -> ooxml.Seen | str:
    with mock.patch.object(ooxml, "_seen_by_rows", lambda _: None):
        return seen(xml)


@pytest.mark.parametrize("xml", [*sheets()])
def test_the_shelf(xml: bytes) -> None:
    assert seen(xml) == as_a_whole(xml)


HEADS = st.sampled_from(
    [
        b"<worksheet>",
        b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n<worksheet>',
        b'<?xml version="1.0" encoding="Shift_JIS"?>\n<worksheet>',
        b"<x:worksheet>",
        b"<worksheet><!-- <sheetData> -->",
        b"<!DOCTYPE a><worksheet>",
    ]
)
PIECES = st.sampled_from(
    [
        b'<row r="1">',
        b'<row r="2" ht="15">',
        b'<row r="7"/>',
        b"<row>",
        b"</row>",
        b'<c r="A1"><v>1</v></c>',
        b'<c r="B2" s="4" t="str"><f>A1</f><v>2</v></c>',
        b'<c r="C3"><f>A1</f><v/></c>',
        b'<c r="D4" t="e"><f>A1</f><v>#REF!</v></c>',
        b"<c><f>A1</f><v>3</v></c>",
        b"<c r='E5' t='inlineStr'><is><t>&#65;</t></is></c>",
        b'<x:c r="F6"><x:f>A1</x:f></x:c>',
        b'<c r="nowhere"><v>1</v></c>',
        b"<!-- </row> -->",
        b'<![CDATA[</row><row r="9">]]>',
        b"<!--",
        b"-->",
        b"<sheetData>",
        b"</sheetData>",
        "様式".encode("cp932"),
        b"&undefined;",
        b" \n",
    ]
)
TAILS = st.sampled_from(
    [
        b'<mergeCells><mergeCell ref="A1:B2"/></mergeCells></worksheet>',
        b"<headerFooter><oddHeader>&amp;L1</oddHeader></headerFooter></worksheet>",
        b"<ext><xm:f>A1</xm:f></ext></worksheet>",
        b"<!-- </sheetData> --></worksheet>",
        b"</worksheet>",
        b"",
    ]
)


@given(HEADS, st.lists(PIECES, max_size=12), TAILS)
def test_any_sheet_of_such_pieces(head: bytes, pieces: list[bytes], tail: bytes) -> None:
    xml = head + b"<sheetData>" + b"".join(pieces) + b"</sheetData>" + tail
    assert seen(xml) == as_a_whole(xml)


CELLS = st.lists(
    st.sampled_from([b'<c r="%b"><v>1</v></c>', b'<c r="%b" t="str"><f>A1</f><v>x</v></c>', b'<c r="%b"/>']),
    max_size=26,
)


@given(st.lists(CELLS, min_size=1, max_size=6))
def test_a_plain_sheet_is_taken_apart_and_its_rows_are_known_again(rows: list[list[bytes]]) -> None:
    lines = [
        b'<row r="%d">' % row + b"".join(c % f"{chr(65 + n)}{row}".encode() for n, c in enumerate(cells)) + b"</row>"
        for row, cells in enumerate(rows, 1)
    ]
    xml = b"<worksheet><sheetData>" + b"".join(lines) + b"</sheetData></worksheet>"
    pieces = ooxml._seen_by_rows(xml)
    assert pieces is not None
    assert len(pieces) == 1 + len(rows)
    assert seen(xml) == as_a_whole(xml)
    with mock.patch.object(ooxml, "_see", None):  # asked for no row again
        assert ooxml._seen_by_rows(xml) == pieces


def test_a_cell_that_stands_in_two_rows_shows_both_errors() -> None:
    rows = b'<row r="1"><c r="A1" t="e"><v>#N/A</v></c></row>' * 2
    xml = b"<worksheet><sheetData>" + rows + b"</sheetData></worksheet>"
    found = seen(xml)
    assert isinstance(found, ooxml.Seen)
    assert (found.errors, found.bottom, found.right, found.filled) == ({(1, 1): "#N/A#N/A"}, 1, 1, 2)
    assert found == as_a_whole(xml)
