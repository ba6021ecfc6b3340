"""An OOXML file as the archive that it is (ECMA-376 part 2): its parts, their relationships, their XML.

Never unpacks more than the archive's own directory announces, and never accepts a document type (so no
entities). Knows nothing of sheets and cells.
"""

from __future__ import annotations

import posixpath
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from xml.parsers import expat

from config.cache import cache_short
from intake.sniff import archive_of

OnTag = Callable[[str, dict[str, str]], object]  # an element's name and attributes
OnText = Callable[[str], object]  # a text, or the name of an element that ends
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
        yield Package(archive_of(data))
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        raise Broken from error
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise Broken from error


class Package:
    """The parts of an archive by name, whatever their case (ECMA-376 part 2, 6.2.2.3) and slashes."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        infos = archive.infolist()
        if len(infos) > MAX_PARTS:
            raise TooCostly(f"{len(infos):,}個の構成ファイル")
        if sum(info.file_size for info in infos) > MAX_UNPACKED:
            raise TooCostly(f"展開後 {MAX_UNPACKED // 1024 // 1024} MB超")
        self._archive = archive
        self._read: dict[str, bytes] = {}  # small parts, which are looked at more than once
        self._infos = {info.filename.replace("\\", "/").lstrip("/").lower(): info for info in infos}

    def read(self, part: str) -> bytes:
        """The bytes of one part; KeyError if there is none."""
        known = self._read.get(part)
        if known is not None:
            return known
        info = self._infos[part.lower()]
        with self._archive.open(info) as member:  # ZipFile.read would unpack 2 GiB of a member that announces ten bytes
            content = member.read(info.file_size + 1)
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


def parse_xml(xml: bytes, start: OnTag) -> None:
    """Call `start` with each element's name and attributes. Raises ExpatError and Broken."""
    new_parser(start).Parse(xml, True)


def new_parser(start: OnTag | None = None, end: OnText | None = None, characters: OnText | None = None) -> Any:
    """An expat parser that accepts no document type, and tells these functions what it finds."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, characters
    return parser


def _refuse_doctype(*_: object) -> None:
    raise Broken
