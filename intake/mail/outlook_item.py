"""Mails that come as files: Outlook items (.msg) and .eml.

An Outlook item is a compound file ([MS-OXMSG]); olefile reads its streams. Says what was attached to it and what its
text is; its recipients and its sender are of no use here, since who sends us a file is told by the mail around it.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import olefile

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PROPERTIES = "__properties_version1.0"
_ATTACHMENT = "__attach_version1.0_#"
# Property tags ([MS-OXPROPS]): PidTagAttachDataBinary, PidTagAttachLongFilename, PidTagAttachFilename, PidTagBody; the
# last four digits are the type, 001F UTF-16 and 001E bytes of some code page.
_DATA, _LONG_NAME, _SHORT_NAME, _BODY = "37010102", "3707", "3704", "1000"
_EMBEDDED = "3701000D"  # an Outlook item within this one
_MOST_FILES = 100
_MOST_BYTES = 50 << 20
_FIELD = re.compile(rb"\A(?:[A-Za-z][A-Za-z0-9-]{0,40}:[^\r\n]*\r?\n(?:[ \t][^\r\n]*\r?\n)*){2,}", re.DOTALL)
_OF_MAIL = re.compile(rb"^(?:from|received|message-id|mime-version|return-path):", re.IGNORECASE | re.MULTILINE)
_HEAD = 8192  # bytes of a file that are looked at
# What olefile and the streams of damaged items were seen to raise.
_BROKEN = (OSError, ValueError, IndexError, KeyError, TypeError, AttributeError, OverflowError, RecursionError)


@dataclass(frozen=True, slots=True)
class OutlookItem:
    """What is in an Outlook item: its text, and (name, bytes) of each file; `whole`: everything could be read."""

    text: str
    files: tuple[tuple[str, bytes], ...] = field(repr=False)
    whole: bool = True


def is_mail_file(name: str, data: bytes) -> bool:
    """Whether a file is a mail as it was sent (RFC 5322): by its name, or by a header as no other file has."""
    fields = first_fields(data)
    return bool(fields) and (name.lower().endswith(".eml") or len(_OF_MAIL.findall(fields)) >= 2)


def first_fields(data: bytes) -> bytes:
    """The header fields with which a file begins; empty for one that begins otherwise, as nearly all do."""
    found = _FIELD.match(data[:_HEAD].lstrip(b"\r\n\xef\xbb\xbf"))
    return found[0] if found else b""


def is_outlook_item(data: bytes) -> bool:
    """Whether a file is an Outlook item."""
    if not data.startswith(_OLE) or _PROPERTIES.encode("utf-16-le") not in data:
        return False
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as item:
            return bool(item.exists(_PROPERTIES))
    except _BROKEN:
        return False


def open_item(data: bytes) -> OutlookItem | None:
    """What is in an Outlook item; None if `data` is no such item, or nothing of it can be read."""
    if not is_outlook_item(data):
        return None
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as item:
            return _read(item)
    except _BROKEN:
        return None


def _read(item: olefile.OleFileIO) -> OutlookItem:
    storages = sorted({path[0] for path in item.listdir(streams=True) if path[0].startswith(_ATTACHMENT)})
    files: list[tuple[str, bytes]] = []
    whole = len(storages) <= _MOST_FILES
    for storage in storages[:_MOST_FILES]:
        found = list(_attached(item, storage)) if sum(len(data) for _, data in files) < _MOST_BYTES else []
        whole = whole and bool(found)
        files += found
    return OutlookItem(_text(item, (), _BODY), tuple(files), whole)


def _attached(item: olefile.OleFileIO, storage: str) -> Iterator[tuple[str, bytes]]:
    """The file in one storage; if that is another item, the files of that item."""
    data = _stream(item, (storage,), _DATA)
    if data:
        yield _text(item, (storage,), _LONG_NAME) or _text(item, (storage,), _SHORT_NAME), data
        return
    within = (storage, f"__substg1.0_{_EMBEDDED}")
    inner = sorted({path[2] for path in item.listdir() if tuple(path[:2]) == within and path[2].startswith(_ATTACHMENT)})
    for name in inner[:_MOST_FILES]:
        if data := _stream(item, (*within, name), _DATA):
            yield _text(item, (*within, name), _LONG_NAME), data


def _text(item: olefile.OleFileIO, where: tuple[str, ...], tag: str) -> str:
    wide = _stream(item, where, f"{tag}001F")
    if wide:
        return wide.decode("utf-16-le", "backslashreplace").rstrip("\0")
    return _stream(item, where, f"{tag}001E").decode("cp932", "backslashreplace").rstrip("\0")


def _stream(item: olefile.OleFileIO, where: tuple[str, ...], tag: str) -> bytes:
    path = [*where, f"__substg1.0_{tag}"]
    if not item.exists(path):
        return b""
    with item.openstream(path) as stream:
        return bytes(stream.read(_MOST_BYTES))
