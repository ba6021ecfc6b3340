"""The bytes of sample mails: headers, names and texts as mail programs really write them, and the files.

For `samples.py` alone. Nothing here knows a survey's wording, reads a mail or sends one.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import Any, Literal
from urllib.parse import quote_from_bytes

from config.form import Form
from config.survey import Survey
from replies.workbooks.form import fill

Encoding = Literal["utf-8", "iso-2022-jp", "shift_jis", "raw-shift_jis"]
TemplateValues = Mapping[str, Any]

_WORD = 10  # characters of one encoded word, so that none grows beyond the 75 of RFC 2047 §2
_SEGMENT = 60  # characters of one RFC 2231 segment; a %XX is never cut


def encode(text: str, encoding: Encoding) -> bytes:
    """`text` in the charset that `charset_of` names. UnicodeEncodeError for what that charset lacks."""
    return _ENCODERS[encoding](text)


def charset_of(encoding: Encoding) -> str:
    """What the mail says its charset is; of raw Shift_JIS only the body says so."""
    return encoding.removeprefix("raw-")


def windows_jis(text: str) -> bytes:
    """ISO-2022-JP as mail programs on Windows write it (CP50221): 髙, ① and ㈱ too, at the places of NEC's
    rows, which no Python codec writes."""
    pieces: list[bytes] = []
    double = False
    for character in text:
        if character.isascii() == double:
            pieces.append(b"\x1b(B" if double else b"\x1b$B")
            double = not double
        pieces.append(_jis(character) if double else character.encode("ascii"))
    return b"".join(pieces) + (b"\x1b(B" if double else b"")


def _jis(character: str) -> bytes:
    """The two JIS bytes of one character, by way of CP932 (JIS X 0208:1997 annex 1)."""
    lead, trail = _nec_place(character)
    row = (lead - (0x81 if lead < 0xA0 else 0xC1)) * 2 + 0x21
    if trail >= 0x9F:
        return bytes([row + 1, trail - 0x7E])
    return bytes([row, trail - 0x1F - (trail > 0x7E)])


def _nec_place(character: str) -> tuple[int, int]:
    """The CP932 bytes; a kanji of IBM's extension (FA5C on), which JIS has no rows for, moves to ED40 on."""
    lead, trail = character.encode("cp932")
    if lead < 0xFA:
        return lead, trail
    place = (lead - 0xFA) * 188 + trail - 0x40 - (trail > 0x7E) - 28
    if place < 0:
        raise ValueError(f"no place among NEC's rows is known for {character}")
    lead, cell = 0xED + place // 188, place % 188
    return lead, 0x40 + cell + (cell >= 0x3F)


_ENCODERS: dict[Encoding, Callable[[str], bytes]] = {
    "utf-8": lambda text: text.encode("utf-8"),
    "iso-2022-jp": windows_jis,
    "shift_jis": lambda text: text.encode("cp932"),
    "raw-shift_jis": lambda text: text.encode("cp932"),
}


def header_text(text: str, encoding: Encoding) -> bytes:
    """A header's value: ASCII as it is, raw bytes where the mail program knows no better, else RFC 2047."""
    if text.isascii() or encoding == "raw-shift_jis":
        return encode(text, encoding)
    parts = [text[start : start + _WORD] for start in range(0, len(text), _WORD)]
    label = charset_of(encoding).encode()
    return b"\r\n ".join(
        b"=?" + label + b"?B?" + base64.b64encode(encode(part, encoding)) + b"?=" for part in parts
    )


def file_name_fields(name: str, encoding: Encoding, rfc2231: bool) -> bytes:
    """The fields of a part that bear its name: encoded words within quotes, as most programs write them,
    raw bytes, or the segments of RFC 2231 §3."""
    if not rfc2231:
        quoted = b'"' + header_text(name, encoding) + b'"'
        return (
            b"Content-Type: application/octet-stream;\r\n name=" + quoted + b"\r\n"
            b"Content-Disposition: attachment;\r\n filename=" + quoted + b"\r\n"
        )
    escaped = [quote_from_bytes(bytes([byte]), safe="") for byte in encode(name, encoding)]
    lines = [f"{charset_of(encoding)}''"]
    for piece in escaped:
        if len(lines[-1]) + len(piece) > _SEGMENT:
            lines.append("")
        lines[-1] += piece
    segments = ";\r\n".join(f" filename*{number}*={line}" for number, line in enumerate(lines))
    return (
        f"Content-Type: application/octet-stream\r\nContent-Disposition: attachment;\r\n{segments}\r\n"
    ).encode()


def base64_lines(data: bytes) -> bytes:
    """Base64 in lines of 76 with CRLF (RFC 2045 §6.8)."""
    return base64.encodebytes(data).replace(b"\n", b"\r\n")


def filled_form(form: Form, survey: Survey, values: TemplateValues) -> bytes:
    """An answer sheet. A list of numbers circles these lines."""
    return fill(form, survey, {k: tuple(v) if isinstance(v, list) else v for k, v in values.items()})
