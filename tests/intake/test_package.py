"""The parts of an archive are what zipfile makes of them, and what it refuses is refused."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.sheets.package import Package, TooCostly

SHELF = Path(__file__).parents[1] / "workbooks" / "files"
REFUSED = ("bomb", "many_parts")  # before anything is unpacked
WORKBOOKS = sorted(
    path for path in SHELF.rglob("*.xls[xm]") if zipfile.is_zipfile(path) and path.stem not in REFUSED
)
ERRORS = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError)
WORDS = "回答 ".encode() * 200


def written(method: int = zipfile.ZIP_DEFLATED, name: str = "xl/workbook.xml") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(zipfile.ZipInfo(name), WORDS, method)
    return out.getvalue()


def by_zipfile(data: bytes) -> dict[str, bytes | type[Exception]]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {_usual(info): _tried(lambda i=info: archive.read(i)) for info in archive.infolist()}


def _usual(info: zipfile.ZipInfo) -> str:
    return info.filename.lower().replace("\\", "/").lstrip("/")


def by_us(data: bytes) -> dict[str, bytes | type[Exception]]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        package = Package(archive, data)
        return {name: _tried(lambda n=name: package.read(n)) for name in package.sizes()}


def _tried(read: Callable[[], bytes]) -> bytes | type[Exception]:
    try:
        return read()
    except ERRORS as error:
        return type(error)


@pytest.mark.parametrize("path", WORKBOOKS, ids=lambda path: path.stem)
def test_the_shelf(path: Path) -> None:
    data = path.read_bytes()
    assert by_us(data) == by_zipfile(data)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
@pytest.mark.parametrize("name", ["xl/workbook.xml", "xl/様式.xml"])
def test_every_method_and_name(method: int, name: str) -> None:
    assert by_us(written(method, name))[name] == WORDS


def test_something_before_the_archive() -> None:
    assert by_us(b"before it" + written())["xl/workbook.xml"] == WORDS


def test_what_excel_packs_is_not_left_to_zipfile() -> None:
    data = written()
    archive = zipfile.ZipFile(io.BytesIO(data))
    with mock.patch.object(archive, "read", side_effect=AssertionError):
        assert Package(archive, data).read("xl/workbook.xml") == WORDS


@given(st.data())
def test_a_damaged_byte(data: st.DataObject) -> None:
    whole = bytearray(written())
    whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    damaged = bytes(whole)
    try:
        found = by_us(damaged)
    except (*ERRORS, TooCostly):
        return  # its directory cannot be read, or announces too much: nobody gets further
    assert found == by_zipfile(damaged)


def test_a_member_that_unpacks_to_more_than_it_says_is_refused() -> None:
    data = written()
    lying = data.replace(len(WORDS).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    assert lying != data
    assert by_us(lying)["xl/workbook.xml"] is zipfile.BadZipFile
