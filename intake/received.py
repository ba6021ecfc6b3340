"""When a mail came, as its own topmost Received line tells, and where its header ends.

For sources that have no INTERNALDATE. Reads bytes only; never looks at a clock, a file or a body.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.parser import BytesHeaderParser
from email.utils import parsedate_to_datetime

from config.jst import JST

HEADER_LIMIT = 256 * 1024  # bytes; of a header longer than this only so much is kept

_END_OF_HEADER = re.compile(rb"\r?\n\r?\n")


def header_of(raw: bytes) -> bytes:
    """The header with the empty line that ends it (RFC 5322 §2.1), at most HEADER_LIMIT bytes."""
    end = _END_OF_HEADER.search(raw, 0, HEADER_LIMIT)
    return raw[: end.end()] if end else raw[:HEADER_LIMIT]


def received_at(raw: bytes) -> datetime | None:
    """The date of the topmost Received line (RFC 5322 §3.6.7), in JST; None where there is none to read.

    The topmost line is written last, by the server that delivered; those below it can be forged.
    """
    line = BytesHeaderParser().parsebytes(header_of(raw)).get("Received")
    if line is None:
        return None
    _, semicolon, date = str(line).rpartition(";")
    return _instant(date.strip()) if semicolon else None


def _instant(date: str) -> datetime | None:
    try:
        instant = parsedate_to_datetime(date)
        if instant.tzinfo is None:  # "-0000": UTC, of an unknown local zone (RFC 5322 §3.3)
            instant = instant.replace(tzinfo=UTC)
        return instant.astimezone(JST)
    except (ValueError, TypeError, IndexError, OverflowError):  # what email.utils raises on nonsense
        return None
