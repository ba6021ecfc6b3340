"""Files that old mailers write into the text itself: uuencode (POSIX 1003.2 uuencode, both of its algorithms).

Finds whole blocks only, from a line "begin 644 name" to "end"; everything else stays text.
"""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass, field

_MOST = 100  # files of one text
_MOST_LOOKED_AT = 10_000  # lines that look like the beginning of one
# Every mailer fills its lines, with 60 characters: a block of so many lines that are shorter on average is none.
_FEW_LINES, _SHORT = 1_000, 16
_BEGIN = re.compile(rb"^begin(-base64)? [0-7]{3,4} ([^\r\n]{1,255})\r?\n", re.MULTILINE)
_CHARACTERS = re.compile(rb"[ -`]*")
_ENDS = (b"end", b"====")


@dataclass(frozen=True, slots=True)
class Enclosed:
    """One file in the text: its name as it stands there, and its bytes."""

    name: bytes
    data: bytes = field(repr=False)


def taken_out(text: bytes) -> tuple[bytes, tuple[Enclosed, ...]]:
    """The text without the files in it, and the files."""
    pieces: list[bytes] = []
    found: list[Enclosed] = []
    done = looked = 0
    for _ in range(_MOST_LOOKED_AT):
        if len(found) == _MOST or not (hit := _BEGIN.search(text, looked)):
            break
        looked = hit.end()
        block = _block(text, looked, is_base64=hit[1] is not None)
        if block is not None:
            found.append(Enclosed(hit[2].strip(), block[0]))
            pieces.append(text[done : hit.start()])
            done = looked = block[1]
    return b"".join([*pieces, text[done:]]), tuple(found)


def _block(text: bytes, start: int, is_base64: bool) -> tuple[bytes, int] | None:
    """The bytes of the block whose lines begin at `start`, and where the text goes on; None if no block begins
    there."""
    pieces: list[bytes] = []
    first = start
    while (stop := text.find(b"\n", start)) >= 0 or start < len(text):
        stop = len(text) if stop < 0 else stop
        line = text[start:stop].rstrip(b"\r")
        if line.strip() in _ENDS:
            return b"".join(pieces), stop + 1
        try:
            pieces.append(binascii.a2b_base64(line, strict_mode=True) if is_base64 else _line(line))
        except (binascii.Error, ValueError):
            return None
        start = stop + 1
        if len(pieces) > _FEW_LINES and start - first < _SHORT * len(pieces):
            return None
    return None


def _line(line: bytes) -> bytes:
    """The bytes of one line. Gateways cut the blanks at its end, and some mailers add a sum behind it."""
    if not line:
        return b""
    wanted = 1 + ((line[0] - 32 & 63) + 2) // 3 * 4
    if len(line) > wanted + 2 or not _CHARACTERS.fullmatch(line):
        raise ValueError("no line of uuencode")
    return binascii.a2b_uu(line[:wanted].ljust(wanted))
