"""winmail.dat: what Outlook packs a mail into for those whom it takes for colleagues ([MS-OXTNEF]).

Walks the stream attribute by attribute; one that cannot be read costs no other, and no number in it is believed
further than there are bytes. Its RTF text is left where it is. (The library tnefparse was tried: a forged count
keeps it busy for hours, and a date that is none costs every attachment.)
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

SIGNATURE = b"\x78\x9f\x3e\x22"
_DEEPEST = 3  # messages attached to messages
_MOST = 1000  # attachments
_HEAD, _CHECKSUM = struct.Struct("<BHHI"), 2  # level, id, type, length (§2.1.3.2)
_START = 6  # behind signature and key
_IN_ATTACHMENT = 2

# Attribute ids (§2.1.3.2) and property ids ([MS-OXPROPS]).
_BODY, _TITLE, _DATA = 0x800C, 0x8010, 0x800F
_BEGINS, _MESSAGE_PROPERTIES, _ATTACHMENT_PROPERTIES, _CODE_PAGE = 0x9002, 0x9003, 0x9005, 0x9007
_TEXT, _HTML, _OBJECT, _FILENAME, _LONG_FILENAME, _TRANSPORT_NAME = (
    0x1000,
    0x1013,
    0x3701,
    0x3704,
    0x3707,
    0x370C,
)
_IID = 16  # bytes of the interface id that an object begins with
_IID_MESSAGE = UUID("00020307-0000-0000-c000-000000000046").bytes_le
_IID_BYTES = (  # IStorage, IStream
    UUID("0000000b-0000-0000-c000-000000000046").bytes_le,
    UUID("0000000c-0000-0000-c000-000000000046").bytes_le,
)

# Sizes of the property types of fixed size as they lie in the stream, padded (§2.1.3.4.1).
_FIXED = {0x0001: 0, 0x0002: 4, 0x0003: 4, 0x0004: 4, 0x000A: 4, 0x000B: 4, 0x0005: 8, 0x0006: 8, 0x0007: 8,
          0x0014: 8, 0x0040: 8, 0x0048: 16}  # fmt: skip
_VARIABLE = frozenset({0x001E, 0x001F, 0x0102, 0x000D})
_STRING8, _UNICODE, _MULTIPLE, _NAMED = 0x001E, 0x001F, 0x1000, 0x8000
_BROKEN = (ValueError, KeyError, struct.error)


@dataclass(slots=True)
class Attached:
    """One attachment. `name` as text where Unicode was stored, else its bytes in the sender's code page."""

    name: str | bytes = b""
    data: bytes = field(default=b"", repr=False)


@dataclass(slots=True)
class Contents:
    """What a winmail.dat holds. `charset`: the sender's code page ("cp932", or empty); the text as bytes."""

    charset: str = ""
    text: bytes = field(default=b"", repr=False)
    html: bytes = field(default=b"", repr=False)
    attached: list[Attached] = field(default_factory=list)
    whole: bool = True  # False: it ends in the middle, or an attribute could not be read


def unwrap(data: bytes, depth: int = 0) -> Contents | None:
    """The attachments and texts of a TNEF stream; None if `data` is no TNEF stream."""
    if not data.startswith(SIGNATURE):
        return None
    found = Contents()
    offset = _START
    while offset + _HEAD.size <= len(data):
        level, number, _, length = _HEAD.unpack_from(data, offset)
        start, offset = offset + _HEAD.size, offset + _HEAD.size + length + _CHECKSUM
        found.whole = found.whole and offset <= len(data)
        try:
            _take(level, number, data[start : start + length], found, depth)
        except _BROKEN:
            found.whole = False
    found.attached = [a for a in found.attached if a.data or a.name]
    return found


def _take(level: int, number: int, value: bytes, found: Contents, depth: int) -> None:
    """Put one attribute where it belongs."""
    if number == _BEGINS and len(found.attached) < _MOST:
        found.attached.append(Attached())
    elif level == _IN_ATTACHMENT and found.attached:
        _take_of_attachment(number, value, found, depth)
    elif number == _CODE_PAGE:
        found.charset = f"cp{struct.unpack_from('<I', value)[0]}"
    elif number == _BODY:
        found.text = found.text or value.rstrip(b"\0")
    elif number == _MESSAGE_PROPERTIES:
        known = _known(value, found)
        found.html = found.html or _raw(known.get(_HTML, b"")).rstrip(b"\0")
        found.text = found.text or _raw(known.get(_TEXT, b"")).rstrip(b"\0")


def _take_of_attachment(number: int, value: bytes, found: Contents, depth: int) -> None:
    attached = found.attached[-1]
    if number == _TITLE:
        attached.name = attached.name or value.partition(b"\0")[0]
    elif number == _DATA:
        attached.data = value
    elif number == _ATTACHMENT_PROPERTIES:
        known = _known(value, found)
        names = (known.get(_LONG_FILENAME), known.get(_TRANSPORT_NAME), attached.name, known.get(_FILENAME))
        attached.name = next((name for name in names if name), b"")
        _take_object(_raw(known.get(_OBJECT, b"")), found, depth)


def _take_object(value: bytes, found: Contents, depth: int) -> None:
    """Take content that is stored as a property. A message that is attached to this one brings its attachments, which
    then stand beside those of this one."""
    stream = value[_IID:] if value[:_IID] in (_IID_MESSAGE, *_IID_BYTES) else value
    inner = unwrap(stream, depth + 1) if value.startswith(_IID_MESSAGE) and depth < _DEEPEST else None
    if inner is not None or not found.attached[-1].data:
        found.attached[-1].data = stream
    if inner is not None:
        found.attached += inner.attached[: _MOST - len(found.attached)]
        found.whole = found.whole and inner.whole


def _known(data: bytes, found: Contents) -> dict[int, str | bytes]:
    """The properties by id; if one is broken, those before it."""
    known: dict[int, str | bytes] = {}
    try:
        for number, value in _properties(data):
            known.setdefault(number, value)
    except _BROKEN:
        found.whole = False
    return known


def _properties(data: bytes) -> Iterator[tuple[int, str | bytes]]:
    """The properties that are text or bytes, each with its id (§2.1.3.4.1)."""
    (count,) = struct.unpack_from("<I", data)
    offset = 4
    for _ in range(min(count, len(data) // 4)):
        if offset + 4 > len(data):
            return
        kind, number = struct.unpack_from("<HH", data, offset)
        offset = _behind_name(data, offset + 4) if number & _NAMED else offset + 4
        values, offset = _values(data, offset, kind)
        if values:
            yield number, _as_text(kind & ~_MULTIPLE, values[0])


def _behind_name(data: bytes, offset: int) -> int:
    """The place behind the GUID and the number or the name that a named property carries."""
    by_name, length = struct.unpack_from("<II", data, offset + 16)
    return offset + 24 + (_padded(length) if by_name else 0)


def _values(data: bytes, offset: int, kind: int) -> tuple[list[bytes], int]:
    """The variable-length values of one property, and where the next property begins."""
    count = 1
    if kind & _MULTIPLE or kind in _VARIABLE:
        (count,) = struct.unpack_from("<I", data, offset)
        offset += 4
    kind &= ~_MULTIPLE
    if kind not in _VARIABLE:
        return [], offset + count * _FIXED[kind]
    values = []
    for _ in range(min(count, len(data) // 4)):
        (length,) = struct.unpack_from("<I", data, offset)
        values.append(data[offset + 4 : offset + 4 + length])
        offset += 4 + _padded(length)
    return values, offset


def _padded(length: int) -> int:
    return length + -length % 4


def _as_text(kind: int, value: bytes) -> str | bytes:
    """Text without the NUL at its end; bytes as they are."""
    if kind == _UNICODE:
        return value.decode("utf-16-le", "backslashreplace").partition("\0")[0]
    return value.partition(b"\0")[0] if kind == _STRING8 else value


def _raw(value: str | bytes) -> bytes:
    return value.encode("utf-8", "backslashreplace") if isinstance(value, str) else value
