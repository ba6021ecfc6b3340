"""An OOXML file as the archive that it is (ECMA-376 part 2): its parts, their relationships, their XML.

Never unpacks more than the archive's own directory announces, and never accepts a document type (so no
entities). Knows nothing of sheets and cells.
"""

from __future__ import annotations

import posixpath
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from xml.parsers import expat

from config.cache import cache_short
from intake.sniff import archive_of

MAX_UNPACKED = 100 * 1024 * 1024
MAX_PARTS = 2_000
_KEPT = 1 << 20  # bytes of a part that is kept for as long as the archive is open


class Broken(Exception):
    """No archive, no workbook in it, or XML that is not well-formed."""


class TooCostly(Exception):
    """Too large to be unpacked; the text says what is too large."""


# What a part that is not the worksheet itself may be met with, where it is left out and the workbook is read.
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,  # an encoding that expat does not know
    LookupError,
    expat.ExpatError,
    Broken,
)


@contextmanager
def opened(data: bytes) -> Iterator[Package]:
    """The archive, for as long as the block lasts. Raises TooCostly, and Broken for whatever the block meets in
    it that cannot be read."""
    try:
        yield Package(archive_of(data), data)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        raise Broken from error
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise Broken from error


class Package:
    """The parts of an archive by name, whatever their case (ECMA-376 part 2, 6.2.2.3) and slashes."""

    def __init__(self, archive: zipfile.ZipFile, data: bytes) -> None:
        infos = archive.infolist()
        if len(infos) > MAX_PARTS:
            raise TooCostly(f"{len(infos):,}個の構成ファイル")
        if sum(info.file_size for info in infos) > MAX_UNPACKED:
            raise TooCostly(f"展開後 {MAX_UNPACKED // 1024 // 1024} MB超")
        self._archive = archive
        self._data = data
        self._read: dict[str, bytes] = {}  # small parts, which are looked at more than once
        self._infos = {info.filename.replace("\\", "/").lstrip("/").lower(): info for info in infos}

    def read(self, part: str) -> bytes:
        """The bytes of one part; KeyError if there is none."""
        known = self._read.get(part)
        if known is not None:
            return known
        info = self._infos[part.lower()]
        content = _inflated(self._data, info)
        if content is None:
            content = self._archive.read(info)
        if len(content) <= _KEPT:
            self._read[part] = content
        return content

    def __contains__(self, part: str) -> bool:
        return part.lower() in self._infos

    def sizes(self) -> dict[str, int]:
        """The name of each part, in lower case → its bytes when unpacked."""
        return {name: info.file_size for name, info in self._infos.items()}

    def related(self, part: str) -> Mapping[str, tuple[str, str]]:
        """The relationships of a part ("" for the package): id → (last word of its type, target part)."""
        folder, name = posixpath.split(part)
        return _relationships(self.read(posixpath.join(folder, "_rels", f"{name}.rels")), folder)


def _inflated(data: bytes, info: zipfile.ZipInfo) -> bytes | None:
    """The content of a member as Excel packs it (PKWARE APPNOTE 4.3.7: local header, deflated bytes), in half the
    time that zipfile takes over small ones; None where anything is unusual, for zipfile to read or to refuse."""
    begin = info.header_offset + _LOCAL.size
    local_header = data[info.header_offset : begin].ljust(_LOCAL.size)
    signature, flags, method, name_size, extra_size = _LOCAL.unpack(local_header)
    named = data[begin : begin + name_size] == info.orig_filename.encode("ascii", "backslashreplace")
    deflated = method == info.compress_type == zipfile.ZIP_DEFLATED
    if signature != b"PK\x03\x04" or not named or not deflated or (flags | info.flag_bits) & _ENCRYPTED:
        return None
    begin += name_size + extra_size
    inflating = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        content = inflating.decompress(data[begin : begin + info.compress_size], info.file_size + 1)
    except zlib.error:
        return None
    whole = inflating.eof and len(content) == info.file_size and zlib.crc32(content) == info.CRC
    return content if whole else None


_LOCAL = struct.Struct("<4s2xHH16xHH")  # signature, flags, method, lengths of name and extra field
_ENCRYPTED = 1 | 1 << 5 | 1 << 6  # or patched, or strongly encrypted: what zipfile refuses


@cache_short(16, 1 << 16)  # the same in every answer that was filled in with one program
def _relationships(xml: bytes, folder: str) -> Mapping[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}

    def start(tag: str, attributes: dict[str, str]) -> None:
        if local(tag) == "Relationship" and attributes.get("TargetMode") != "External":
            target = attributes["Target"].replace("\\", "/")
            path = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
            found[attributes["Id"]] = (attributes["Type"].rpartition("/")[2], path)

    parse_xml(xml, start)
    return found


def local(tag: str) -> str:
    """An element's name without its prefix."""
    return tag.rpartition(":")[2]


def parse_xml(xml: bytes, start: Callable[[str, dict[str, str]], None]) -> None:
    """Calls `start` with each element's name and attributes. Raises ExpatError and Broken."""
    parser = new_parser()
    parser.StartElementHandler = start
    parser.Parse(xml, True)


def new_parser() -> Any:
    """An expat parser that accepts no document type."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    return parser


def _refuse_doctype(*_: object) -> None:
    raise Broken
