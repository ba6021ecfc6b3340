"""What kind of file some bytes are, told from the bytes alone.

Never opens an archive further than its directory, and never believes a name or a declared type.
"""

from __future__ import annotations

import io
import re
import zipfile
from functools import lru_cache
from typing import Literal

FileType = Literal[
    "empty",
    "xlsx",
    "xlsm",
    "xlsb",
    "ods",
    "xls",
    "encrypted",
    "zip",
    "broken_zip",
    "pdf",
    "html",
    "xml",
    "text",
    "document",
    "ole",
    "other",
]
SPREADSHEETS: frozenset[FileType] = frozenset({"xlsx", "xlsm", "xlsb", "ods", "xls", "encrypted"})
TEXTS: frozenset[FileType] = frozenset({"text", "html", "xml"})
SPREADSHEET_NAMES = (".xlsx", ".xlsm", ".xlsb", ".xls", ".xltx", ".xltm", ".xlt", ".ods")

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # [MS-CFB] 2.2
_BIFF = (b"\x09\x08", b"\x09\x04", b"\x09\x02", b"\x09\x00")  # [MS-XLS] BOF, without OLE around it
# Parts by which a zip archive is one document and no bundle of files: OPC, OpenDocument and EPUB, Java, Google Earth,
# and iWork (Numbers, Pages, Keynote), in a folder of its own where it was packed as the folder that it is on a Mac.
_OF_DOCUMENTS = re.compile(
    r"\A(?:\[content_types\]\.xml|mimetype|meta-inf/manifest\.(?:mf|xml)|doc\.kml"
    r"|index/[^/]+\.iwa|metadata/[^/]+\.plist|index\.apxl(?:\.gz)?|[^/]+\.(?:numbers|pages|key)/.+)\Z"
)
_ODS_TYPE = b"application/vnd.oasis.opendocument.spreadsheet"


@lru_cache(maxsize=1)  # asked several times about one file
def sniff(data: bytes) -> FileType:
    """The type of `data`; "broken_zip" begins like an archive but has no readable directory."""
    if not data:
        return "empty"
    if data.startswith(b"PK"):
        return _archive(data)
    if data.startswith(_OLE):
        return _compound(data)
    if data.startswith(b"%PDF"):
        return "pdf"
    if data[:2] in _BIFF and data[2:4] in (b"\x08\x00", b"\x10\x00", b"\x06\x00", b"\x04\x00"):
        return "xls"
    return _text(data)


def looks_like_workbook(filename: str, kind: FileType) -> bool:
    """Whether somebody meant this as a spreadsheet: by its bytes or by its name. Excel's lock files
    (~$name.xlsx) are no spreadsheets."""
    name = filename.lower().strip()
    if name.startswith("~$"):
        return False
    return kind in SPREADSHEETS or name.endswith(SPREADSHEET_NAMES)


@lru_cache(maxsize=1)  # its directory is looked at before it is opened
def archive_of(data: bytes) -> zipfile.ZipFile:
    """The zip archive that these bytes are. Raises what zipfile raises at a directory that cannot be read."""
    return zipfile.ZipFile(io.BytesIO(data))


def _archive(data: bytes) -> FileType:
    """Zip archives by the parts that their directory names (ECMA-376 part 2; ODF 1.2 part 3)."""
    try:
        names = {name.replace("\\", "/").lower().lstrip("/") for name in archive_of(data).namelist()}
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return "broken_zip"
    if any(name.endswith("vbaproject.bin") for name in names):
        return "xlsm" if any(name.startswith("xl/") for name in names) else "document"
    if "xl/workbook.bin" in names:
        return "xlsb"
    if any(name.startswith("xl/") for name in names):
        return "xlsx"
    if data[30:200].find(_ODS_TYPE) >= 0:
        return "ods"
    return "document" if any(map(_OF_DOCUMENTS.search, names)) else "zip"


def _compound(data: bytes) -> FileType:
    """OLE compound files by the names of their streams, which stand in UTF-16 ([MS-OFFCRYPTO], [MS-XLS])."""
    if _utf16("EncryptedPackage") in data:
        return "encrypted"
    if _utf16("Workbook") in data or _utf16("Book") in data:
        return "xls"
    return "document" if _utf16("WordDocument") in data or _utf16("PowerPoint") in data else "ole"


def _utf16(name: str) -> bytes:
    return name.encode("utf-16-le")


def _text(data: bytes) -> FileType:
    head = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith((b"<!doctype html", b"<html")):
        return "html"
    if head.startswith(b"<?xml"):
        return "html" if b"<html" in head else "xml"
    return "other" if b"\0" in data[:1024] else "text"
