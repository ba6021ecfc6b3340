"""Authentication-Results (RFC 8601) as it stands in the header: who says what of SPF, DKIM and DMARC.

Believes nothing: anybody may write such a field, and which server is to be believed is for routing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from intake.mail.headers import unfold
from intake.submission import Authentication

_LONGEST = 4000  # bytes of one field that are looked at
_MOST = 20  # fields
_COMMENT = re.compile(r"\((?:[^()\\]|\\.)*\)")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_RESULT = re.compile(r"\s*(spf|dkim|dmarc)(?:\s*/\s*\d+)?\s*=\s*([a-z]+)", re.IGNORECASE)
_METHODS = ("spf", "dkim", "dmarc")


def authentications(fields: Iterable[bytes]) -> tuple[Authentication, ...]:
    """Each Authentication-Results field, in their order: the last server that added one stands first."""
    return tuple(_read(field) for field, _ in zip(fields, range(_MOST), strict=False))


def _read(field: bytes) -> Authentication:
    """RFC 8601 §2.2. Microsoft 365 leaves the authserv-id out: then the first piece is a result."""
    text = unfold(field[:_LONGEST]).decode("ascii", "backslashreplace")
    pieces = _QUOTED.sub('""', _without_comments(text)).split(";")
    first = pieces[0].split()
    named = bool(first) and "=" not in pieces[0]
    results: dict[str, list[str]] = {method: [] for method in _METHODS}
    for piece in pieces[1:] if named else pieces:
        hit = _RESULT.match(piece)
        if hit:
            results[hit[1].lower()].append(hit[2].lower())
    server = first[0].strip('"').lower() if named else ""
    return Authentication(server, *(_best(results[method]) for method in _METHODS))


def _best(results: list[str]) -> str:
    """Of several signatures one that holds suffices (RFC 6376 §6.1)."""
    return "pass" if "pass" in results else results[0] if results else ""


def _without_comments(text: str) -> str:
    """Comments out, the innermost first (they nest: RFC 5322 §3.2.2)."""
    for _ in range(5):
        shorter = _COMMENT.sub(" ", text)
        if shorter == text:
            return text
        text = shorter
    return text
