"""Writes winmail.dat as Outlook does ([MS-OXTNEF] 2.1.3), attribute by attribute. For the shelf and its tests
only; it shares nothing with the program's reader.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

MESSAGE, ATTACHMENT = 1, 2
VERSION, OEM_CODEPAGE, MESSAGE_CLASS, BODY = 0x00089006, 0x00069007, 0x00078008, 0x0002800C
REND_DATA, TITLE, DATA, MAPI, MODIFIED = 0x00069002, 0x00018010, 0x0006800F, 0x00069005, 0x00038013
MESSAGE_MAPI = 0x00069003
LONG_FILENAME, DATA_OBJECT, HTML, BODY_TEXT = 0x3707, 0x3701, 0x1013, 0x1000
STRING8, UNICODE, BINARY, OBJECT = 0x001E, 0x001F, 0x0102, 0x000D
IID_MESSAGE = bytes.fromhex("0703020000000000c000000000000046")


@dataclass(frozen=True)
class Attached:
    """`title`: the name in the code page; `long`: as MAPI stores it, text or bytes (None: not stored)."""

    title: bytes
    data: bytes
    long: str | bytes | None = None
    message: bytes = b""
    modified: tuple[int, ...] = (2023, 7, 20, 10, 15, 0, 4)


def attribute(level: int, code: int, data: bytes) -> bytes:
    return struct.pack("<BII", level, code, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)


def property_of(code: int, value: str | bytes) -> bytes:
    """One variable-length property with a single value (2.1.3.4.1), padded to four bytes."""
    if isinstance(value, str):
        kind, raw = UNICODE, value.encode("utf-16-le") + b"\0\0"
    elif code == DATA_OBJECT:
        kind, raw = OBJECT, value
    else:
        kind, raw = (BINARY, value) if code == HTML else (STRING8, value + b"\0")
    return struct.pack("<HHII", kind, code, 1, len(raw)) + raw + b"\0" * (-len(raw) % 4)


def properties(*made: bytes) -> bytes:
    return struct.pack("<I", len(made)) + b"".join(made)


def winmail(attached: list[Attached], body: bytes = b"", html: bytes = b"", codepage: int = 932) -> bytes:
    """A whole stream."""
    pieces = [
        struct.pack("<IH", 0x223E9F78, 1),
        attribute(MESSAGE, VERSION, struct.pack("<I", 0x00010000)),
        attribute(MESSAGE, OEM_CODEPAGE, struct.pack("<II", codepage, 0)),
        attribute(MESSAGE, MESSAGE_CLASS, b"IPM.Microsoft Mail.Note\0"),
    ]
    if body:
        pieces.append(attribute(MESSAGE, BODY, body + b"\0"))
    if html:
        pieces.append(attribute(MESSAGE, MESSAGE_MAPI, properties(property_of(HTML, html))))
    for one in attached:
        pieces.append(attribute(ATTACHMENT, REND_DATA, struct.pack("<HIHHII", 1, 0xFFFFFFFF, 32, 32, 0, 0)))
        pieces.append(attribute(ATTACHMENT, MODIFIED, struct.pack("<7H", *one.modified)))
        pieces.append(attribute(ATTACHMENT, TITLE, one.title + b"\0"))
        if one.data:
            pieces.append(attribute(ATTACHMENT, DATA, one.data))
        made = [] if one.long is None else [property_of(LONG_FILENAME, one.long)]
        if one.message:
            made.append(property_of(DATA_OBJECT, IID_MESSAGE + one.message))
        if made:
            pieces.append(attribute(ATTACHMENT, MAPI, properties(*made)))
    return b"".join(pieces)
