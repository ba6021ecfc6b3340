"""What the desk and its reader child say to each other, and no more: told in `child.py`. The desk's side loads this
and no parser, which takes a quarter of a second."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import BinaryIO

MOST_BYTES = 8 << 20
MOST_PART = 4 << 20  # bytes of a file that are handed over at once; a third more in Base64
LONGEST_ANSWER = MOST_BYTES + 1  # bytes, with the letter in front


@dataclass(frozen=True, slots=True)
class ReadingHints:
    """What is known of a mail from elsewhere. `passwords` are tried on what is locked, after those in the mail's own
    text, and appear in nothing that is returned; `allowed`: places (`Submission.alarms`) of which an official said
    that they hold no My Number, and no register."""

    passwords: tuple[str, ...] = field(default=(), repr=False)
    allowed: frozenset[str] = frozenset()


NOTHING_TOLD = ReadingHints()


def frame(payload: bytes) -> bytes:
    """The payload with its length in front."""
    return struct.pack(">I", len(payload)) + payload


def read_frame(stream: BinaryIO) -> bytes | None:
    """One frame; None at the end of the stream."""
    head = _read_exactly(stream, 4)
    if head is None:
        return None
    return _read_exactly(stream, struct.unpack(">I", head)[0])


def _read_exactly(stream: BinaryIO, size: int) -> bytes | None:
    parts: list[bytes] = []
    while size > 0:
        part = stream.read(min(size, 1 << 20))
        if not part:
            return None
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
