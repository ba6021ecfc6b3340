"""When a mail came, as its own Received lines tell, and where its header ends.

The topmost line serves sources that have no INTERNALDATE; the one by which it first came to our side shows
what was delayed there. Reads bytes only; never looks at a clock, a file or a body.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from email.parser import BytesHeaderParser
from email.utils import parsedate_to_datetime

from config.jst import JST

HEADER_LIMIT = 256 * 1024  # bytes; of a header longer than this only so much is kept

_COMMENT = re.compile(r"\([^()]*\)")
_BY = re.compile(r"(?:^|\s)by\s+([A-Za-z0-9.-]+)", re.IGNORECASE)
_FROM = re.compile(r"^\s*from\s+([A-Za-z0-9.-]+)", re.IGNORECASE)
_END_OF_HEADER = re.compile(rb"\r?\n\r?\n")


def header_of(raw: bytes) -> bytes:
    """The header with the empty line that ends it (RFC 5322 §2.1), at most HEADER_LIMIT bytes."""
    end = _END_OF_HEADER.search(raw, 0, HEADER_LIMIT)
    return raw[: end.end()] if end else raw[:HEADER_LIMIT]


def received_at(raw: bytes) -> datetime | None:
    """The date of the topmost Received line (RFC 5322 §3.6.7), in JST; None if no date can be read. The topmost line
    is written last, by the server that delivered; those below it can be forged."""
    line = BytesHeaderParser().parsebytes(header_of(raw)).get("Received")
    if line is None:
        return None
    _, semicolon, date = str(line).rpartition(";")
    return _instant(date.strip()) if semicolon else None


def reached_at(lines: Sequence[bytes], hosts: Sequence[str]) -> datetime | None:
    """When a server of ours first had the mail, in JST; None where no line of ours tells. `lines`: the Received
    fields (RFC 5321 §4.4), topmost first; `hosts`: our servers' names, or the domains that they end in.

    Only the run of our own lines at the top is believed, down to the one by which the mail came in from
    outside: what lies below it, strangers wrote.
    """
    found = None
    for line in lines:
        text = _COMMENT.sub(" ", line.decode("ascii", "replace"))
        stamp, _, date = text.rpartition(";")
        if not _is_ours(_BY.search(stamp), hosts):
            break
        found = _instant(" ".join(date.split())) or found
        if not _is_ours(_FROM.search(stamp), hosts):
            break
    return found


def _is_ours(named: re.Match[str] | None, hosts: Sequence[str]) -> bool:
    host = named[1].lower().rstrip(".") if named else ""
    return any(host == ours.lower() or host.endswith(f".{ours.lower()}") for ours in hosts)


def _instant(date: str) -> datetime | None:
    try:
        instant = parsedate_to_datetime(date)
        if instant.tzinfo is None:  # "-0000": UTC, of an unknown local zone (RFC 5322 §3.3)
            instant = instant.replace(tzinfo=UTC)
        return instant.astimezone(JST)
    except (ValueError, TypeError, IndexError, OverflowError):  # what email.utils raises on nonsense
        return None
