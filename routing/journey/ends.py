"""The way in which a mail ended a reader, and who seems to have sent it. Pure; looks at a mail's first bytes only."""

from __future__ import annotations

import re
from collections.abc import Collection

from intake.submission import Submission

_HEADER = 1 << 16  # bytes that are looked at
_FROM = re.compile(rb"^from:[^\r\n]{0,4000}?@([a-z0-9.-]{1,200})", re.IGNORECASE | re.MULTILINE)
_ENDING = re.compile(r"\.([a-z0-9]{1,5})\Z")


def given_up(read: Submission, skipped: Collection[int]) -> str:
    """How the first of the skipped files ended a reader, told by the ending of its name ("file:xls"); empty if none
    was skipped."""
    for file in read.files:
        if file.position in skipped:
            ending = _ENDING.search(file.filename.lower())
            return f"file:{ending[1] if ending else '?'}"
    return ""


def claimed_domain(raw: bytes) -> str:
    """The domain that From names, in lower case; empty where it names none. Anybody may write it."""
    found = _FROM.search(raw[:_HEADER])
    return found[1].decode("ascii").lower() if found else ""
