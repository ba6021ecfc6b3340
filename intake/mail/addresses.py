"""Address fields (RFC 5322 §3.4): split on the raw form, decoded afterwards.

Tolerates groups, comments, encoded words with commas in them, raw 8-bit names; never raises.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.utils import getaddresses

from config.cache import cache_short
from intake.mail.charset import Decoded, decode
from intake.mail.headers import ENCODED_WORD, unfold, with_controls
from intake.submission import Address

_HELD = re.compile("\ue000([0-9]{1,6})\ue001")
_RUN = re.compile(ENCODED_WORD.pattern + rb"(?:[ \t]+" + ENCODED_WORD.pattern + rb")*", re.DOTALL)
_BARE = re.compile(r"(?<![^\s<>,;:\"()])[^\s<>,;:\"()]+@[^\s<>,;:\"()]+")  # begun only where a word begins
_ENDS_NAME = re.compile(r"[<>,;:\"]")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
# What no addr-spec of a person has; a domain in brackets ([192.0.2.1]) is a machine's.
_NO_ADDRESS = re.compile(r"[\x00-\x20\x7f-\xa0\\\[<>(),;:]|^@")
_QUOTED = re.compile(r'^"(?:[^"\\\x00-\x1f\x7f]|\\[ -~])*"')  # a local part in quotes may hold most of it
_LONGEST = 100_000  # bytes of a field that are looked at: some thousand people
_DEEPEST = 30  # comments within comments, which the library reads again from the start of each
_BRACKET = re.compile("[()]")
_GROUP = re.compile(r"(?:^|,)[^<>@,;:\"]*:|;")


@cache_short(64, 2_000)  # everybody writes to the same three mailboxes
def addresses(field: bytes, names: frozenset[str] = frozenset()) -> tuple[Address, ...]:
    """The mailboxes of one raw field, in their order; display names decoded, addr-specs as written. An address with
    control characters in it is no addr-spec: what is left without them, nobody wrote."""
    line = unfold(field[:_LONGEST])
    words: list[str] = []

    def hold(hit: re.Match[bytes]) -> bytes:
        words.append(with_controls(hit[0], names).text)
        return f"\ue000{len(words) - 1}\ue001".encode()

    plain = line.isascii() and b"\x1b" not in line
    read = Decoded(line.decode("ascii"), "ascii", False) if plain else decode(line, "", names)
    text = _RUN.sub(hold, read.text.encode()).decode()
    found: list[Address] = []
    for name, address in _split(text, whole=not read.lossy):
        if "@" not in address:  # name and address in one encoded word
            name, address = next(_bare(_restored(f"{name} {address}", words)), (name, address))
        address = _HELD.sub("", address).strip()
        refused = _is_refused(address)
        shown = " ".join(_CONTROL.sub(" ", _restored(name or (address if refused else ""), words)).split())
        found.append(Address(shown, "" if refused else address))
    return tuple(found)


def _split(text: str, whole: bool) -> list[tuple[str, str]]:
    """(name, addr-spec) of each mailbox; where the standard library gives up, what looks like one. `whole`: no byte
    of it had to be written out."""
    if not whole or _CONTROL.search(text):
        return list(_bare(text)) or [(text, "")]
    try:
        pairs = [pair for pair in getaddresses([_GROUP.sub(",", text)]) if any(pair)] if _is_shallow(text) else []
    except (RecursionError, IndexError, ValueError):  # what it was seen to raise
        pairs = []
    pairs = [(name, address) if "@" in address or name else (address, "") for name, address in pairs]
    pairs = [pair for each in pairs for pair in _freed(*each)]
    if any("." in address.rpartition("@")[2] for _, address in pairs if "@" in address) or "@" not in text:
        return pairs
    return list(_bare(text)) or pairs


def _is_refused(address: str) -> bool:
    return _NO_ADDRESS.search(_QUOTED.sub("a", address)) is not None


def _freed(name: str, address: str) -> list[tuple[str, str]]:
    """A mailbox as it was read; if it is none, what looks like one within it: behind a quote that nobody closed the
    library takes all the rest for an address."""
    whole = "@" not in address or not _is_refused(_HELD.sub("", address).strip())
    return [(name, address)] if whole else list(_bare(address)) or [(name, address)]


def _bare(text: str) -> Iterator[tuple[str, str]]:
    """(name, addr-spec) of each word with an @ in it; the name is what stands before its <."""
    done = 0
    for hit in _BARE.finditer(text):
        start, end = hit.span()
        bracketed = text[start - 1 : start] == "<"
        before = _ENDS_NAME.split(text[done : start - 1])[-1] if bracketed else ""
        piece = hit[0] if bracketed else text[done:end]
        if not _CONTROL.search(piece):
            yield before.strip(), hit[0]
        done = end


def _is_shallow(text: str) -> bool:
    depth = deepest = 0
    for bracket in _BRACKET.findall(text):
        depth += 1 if bracket == "(" else -1
        deepest = max(deepest, depth)
    return deepest <= _DEEPEST


def _restored(text: str, words: list[str]) -> str:
    return _HELD.sub(lambda hit: words[int(hit[1])] if int(hit[1]) < len(words) else "", text)
