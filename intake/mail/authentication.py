"""Authentication-Results (RFC 8601) as it stands in the header: who says what of SPF, DKIM and DMARC, and of
which domain. Microsoft 365's way of writing it too, which names no server and adds `compauth`.

Believes nothing: anybody may write such a field, and which server is to be believed is for routing. Part of
every field is a stranger's word (his address, the domain of his signature), so that a comment or a string is
never searched for results, and a field that such a word has led astray proves nothing. Linear in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from config.frozen import frozen, replace
from intake.mail.headers import unfold
from intake.submission import Authentication

_LONGEST = 100_000  # bytes of one field that are looked at; a header of Postfix has 102,400 at most
_MOST = 20  # fields
_MOST_SIGNERS = 10
_LONGEST_NAME = 253  # of a domain (RFC 1035 §2.3.4)
_TOKEN = re.compile(r'\\.|["()\\]|[^"()\\]+', re.DOTALL)
_STRUCTURE = re.compile(r"[^A-Za-z0-9._@+-]")
_RESULT = re.compile(r"(spf|dkim|dmarc|compauth) ?(?:/ ?\d{1,9} ?)?= ?([a-z]{1,20})", re.IGNORECASE)
_PROPERTY = re.compile(r" (smtp|header) ?\. ?([a-z]{1,20}) ?= ?([^ ]+)", re.IGNORECASE)


@frozen
class _MethodResult:
    """One resinfo: method and result in lower case, and the domain that it is about, as each property names it."""

    method: str
    result: str
    about: dict[str, str]


def authentications(fields: Iterable[bytes]) -> tuple[Authentication, ...]:
    """Each Authentication-Results field, in their order: the last server that added one stands first."""
    return tuple(_read(field) for field, _ in zip(fields, range(_MOST), strict=False))


def _read(field: bytes) -> Authentication:
    """RFC 8601 §2.2. Microsoft 365 leaves the authserv-id out: then the first piece is a result."""
    text = unfold(field[:_LONGEST]).decode("ascii", "backslashreplace")
    plain = _plain(text) if len(field) <= _LONGEST else None
    pieces = (re.sub(r'["()]', " ", text) if plain is None else plain).split(";")
    first = pieces[0].split()
    named = bool(first) and "=" not in pieces[0]
    results = list(_results(pieces[1:] if named else pieces))
    told = _told(results)
    if plain is None:
        told = replace(
            told, **{m: "" for m in ("spf", "dkim", "dmarc") if getattr(told, m) == "pass"}, signed_by=()
        )
    return replace(told, server=first[0].lower()[:_LONGEST_NAME] if named else "")


def _plain(text: str) -> str | None:
    """The field without comments (they nest: RFC 5322 §3.2.2), with strings without their quotes and without anything
    that could be taken for structure. None where a comment or a string is never closed."""
    found: list[str] = []
    depth, quoted = 0, False
    for token in _TOKEN.findall(text):
        if quoted:
            quoted = token != '"'
            found.append(_STRUCTURE.sub("_", token) if quoted else "")
        elif depth:
            depth += (token == "(") - (token == ")")
        elif token in ('"', "("):
            quoted, depth = token == '"', int(token == "(")
            found.append("" if quoted else " ")
        else:
            found.append(token)
    return None if quoted or depth else "".join(found)


def _results(pieces: Iterable[str]) -> Iterator[_MethodResult]:
    for piece in pieces:
        line = " ".join(piece.split())
        if hit := _RESULT.match(line):
            about: dict[str, str] = {}
            for kind, name, value in _PROPERTY.findall(line, hit.end()):
                about.setdefault(f"{kind}.{name}".lower(), _domain(value))
            yield _MethodResult(hit[1].lower(), hit[2].lower(), about)


def _domain(value: str) -> str:
    """The domain of an address, of "@domain" (header.i) or of a domain alone."""
    domain = value.rpartition("@")[2].strip("<>,").rstrip(".").lower()
    return domain if len(domain) <= _LONGEST_NAME else ""


def _told(results: list[_MethodResult]) -> Authentication:
    """The result that counts among several. One signature that holds is enough (RFC 6376 §6.1); of two checks of SPF
    the one of the sender's address counts, not that of the server's name (RFC 8601 §2.7.2)."""
    spf = [r for r in results if r.method == "spf"]
    spf.sort(key=lambda r: "smtp.mailfrom" not in r.about)
    dkim = [r for r in results if r.method == "dkim"]
    dkim.sort(key=lambda r: r.result != "pass")
    dmarc = [r for r in results if r.method == "dmarc"]
    signers = (r.about.get("header.d") or r.about.get("header.i", "") for r in dkim if r.result == "pass")
    return Authentication(
        server="",
        spf=_first(spf),
        dkim=_first(dkim),
        dmarc=_first(dmarc),
        compauth=_first([r for r in results if r.method == "compauth"]),
        mail_from=spf[0].about.get("smtp.mailfrom", "") if spf else "",
        signed_by=tuple(s for s in dict.fromkeys(signers) if s)[:_MOST_SIGNERS],
        header_from=dmarc[0].about.get("header.from", "") if dmarc else "",
    )


def _first(results: list[_MethodResult]) -> str:
    return results[0].result if results else ""
