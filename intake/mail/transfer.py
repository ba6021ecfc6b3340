"""Content-Transfer-Encodings as they arrive: base64 with junk in it, cut off, or followed by other text.

Never raises and never invents bytes; whatever was left aside is told in a note (RFC 2045 §6).
"""

from __future__ import annotations

import base64
import binascii
import re
import string
from itertools import islice

from intake.mail.uuencoded import taken_out

_UUENCODE = frozenset({"x-uuencode", "x-uue", "uuencode", "uue"})
_BLANKS = b" \t\r\n\v\f"
_NOT_BASE64 = bytes(set(range(256)) - {*string.ascii_letters.encode(), *string.digits.encode(), *b"+/="})
_GROUP = re.compile(rb"([A-Za-z0-9+/]+)(=*)")
_MOST_GROUPS = 500_000  # padded pieces, or lines: as many as a file of 30 MB has
_QUOTED = re.compile(rb"=([0-9A-Fa-f]{2})")


def decode_transfer(raw: bytes, encoding: str) -> tuple[bytes, str]:
    """The content of a part, and a note (empty if it kept to RFC 2045). Encodings other than base64,
    quoted-printable and uuencode leave the bytes as they are."""
    token = encoding.strip().lower().rstrip(";").strip("\"'")
    if token == "base64":
        return decode_base64(raw)
    if token == "quoted-printable":
        return binascii.a2b_qp(raw), ""
    if token in _UUENCODE:
        files = taken_out(raw)[1]
        return (files[0].data, "") if files else (raw, "uuencode without a whole block, taken as it is")
    known = token in ("", "7bit", "8bit", "binary")
    return raw, "" if known else "unknown transfer encoding, taken as it is"


def decode_base64(raw: bytes) -> tuple[bytes, str]:
    """The bytes of base64, strictly where that works. Else without foreign characters (RFC 2045 §6.8: ignore them),
    with several padded pieces one after the other, and without text that follows the padding."""
    packed = raw.translate(None, _BLANKS)
    try:
        return base64.b64decode(packed, validate=True), ""
    except (binascii.Error, ValueError):
        pass  # then with patience
    text, note = _without_trailer(raw)
    groups = _GROUP.finditer(text.translate(None, _NOT_BASE64))
    pieces = [_decode_group(hit[1]) for hit in islice(groups, _MOST_GROUPS)]
    if next(groups, None):
        note = "base64 in more pieces than anybody writes; the rest left aside"
    return b"".join(pieces), note or "base64 with foreign characters or cut off"


def decode_q(raw: bytes) -> bytes:
    """The Q encoding of RFC 2047 §4.2; what is no =XX stays as it is."""
    return _QUOTED.sub(lambda hit: bytes([int(hit[1], 16)]), raw.replace(b"_", b" "))


def _without_trailer(raw: bytes) -> tuple[bytes, str]:
    """Cut off what list software and gateways append: text behind the first padded or shorter line."""
    if raw.count(b"\n") > _MOST_GROUPS:
        return raw, ""
    lines = [line.strip() for line in raw.strip().split(b"\n")]
    widths = [len(line.translate(None, _NOT_BASE64)) for line in lines]
    last = next(
        (n for n, line in enumerate(lines) if widths[n] < widths[0] or line.endswith(b"=")), len(lines)
    )
    behind = zip(lines[last + 1 :], widths[last + 1 :], strict=True)
    if any(width < 0.9 * len(line) for line, width in behind):  # a stray character alone is no text
        return b"\n".join(lines[: last + 1]), "text after the end of base64 left aside"
    return raw, ""


def _decode_group(group: bytes) -> bytes:
    if len(group) % 4 == 1:  # six bits alone are no byte
        group = group[:-1]
    return base64.b64decode(group + b"=" * (-len(group) % 4))
