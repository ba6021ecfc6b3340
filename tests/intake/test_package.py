"""The parts of an archive, by name; what unpacks to something else than it announces is refused, and not unpacked."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from intake.sheets.package import Broken, opened

SHELF = Path(__file__).parents[1] / "workbooks" / "files"
REFUSED = ("bomb", "many_parts")  # before anything is unpacked
WORKBOOKS = sorted(
    path for path in SHELF.rglob("*.xls[xm]") if zipfile.is_zipfile(path) and path.stem not in REFUSED
)
WORDS = "回答 ".encode() * 200


def written(content: bytes = WORDS, method: int = zipfile.ZIP_DEFLATED, name: str = "xl/workbook.xml") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(zipfile.ZipInfo(name), content, method)
    return out.getvalue()


def part(data: bytes, name: str = "xl/workbook.xml") -> bytes:
    with opened(data) as package:
        return package.read(name)


@pytest.mark.parametrize("path", WORKBOOKS, ids=lambda path: path.stem)
def test_the_shelf(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            try:
                content = archive.read(info)
            except zipfile.BadZipFile:
                continue
            assert part(path.read_bytes(), info.filename.lower().replace("\\", "/").lstrip("/")) == content


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
@pytest.mark.parametrize("name", ["xl/workbook.xml", "xl/様式.xml"])
@pytest.mark.parametrize("content", [WORDS, b""])
def test_every_method_and_name(method: int, name: str, content: bytes) -> None:
    assert part(written(content, method, name), name) == content


def test_something_before_the_archive() -> None:
    assert part(b"before it" + written()) == WORDS


@pytest.mark.parametrize("announced", [0, 10])
@pytest.mark.parametrize("content", [WORDS, bytes(200 << 20)], ids=["small", "200 MiB"])
def test_a_member_that_unpacks_to_more_than_it_announces_is_refused_and_not_unpacked(
    content: bytes, announced: int
) -> None:
    data = written(content)
    lying = data.replace(len(content).to_bytes(4, "little"), announced.to_bytes(4, "little"))
    assert lying != data
    tracemalloc.start()
    try:
        with pytest.raises(Broken):
            part(lying)
        assert tracemalloc.get_traced_memory()[1] < 4 << 20
    finally:
        tracemalloc.stop()
