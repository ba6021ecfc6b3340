"""Long stretches of base64, laid aside while the standard library reads a mail's structure.

It reads line by line, and most lines of a mail with a workbook are base64: they can be neither a boundary nor a
field, and say nothing of the structure. Decodes nothing, and changes no byte that it puts back.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

# Behind an empty line, so in no header; of letters that no delimiter begins with (RFC 2046 §5.1.1, RFC 2045 §6.8).
_STRETCH = re.compile(rb"(?<=\n)(\r?\n)((?:[A-Za-z0-9+/]{60,76}\r?\n){15,}[A-Za-z0-9+/]{60,76})(?=\r?\n)")
_MARK = b"LaidAside"
_MARKED = re.compile(_MARK + rb"([0-9]+)/")


class Aside:
    """What was laid aside of one mail."""

    def __init__(self, stretches: Sequence[bytes] = ()) -> None:
        self._stretches = stretches

    def put_back(self, data: bytes) -> bytes:
        """The bytes of one part as they came."""
        if not self._stretches or _MARK not in data:
            return data
        return _MARKED.sub(lambda hit: self._stretches[int(hit[1])], data)


def lay_aside(raw: bytes) -> tuple[bytes, Aside]:
    """The mail with a line in the place of each stretch, and the stretches. Whole, where it holds such a line of
    its own."""
    if _MARK in raw:
        return raw, Aside()
    stretches: list[bytes] = []

    def lay(hit: re.Match[bytes]) -> bytes:
        stretches.append(hit[2])
        return b"%b%b%d/" % (hit[1], _MARK, len(stretches) - 1)

    return _STRETCH.sub(lay, raw), Aside(stretches)
