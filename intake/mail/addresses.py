"""Address fields (RFC 5322 §3.4): split on the raw form, decoded afterwards.

Tolerates groups, comments, encoded words with commas in them, raw 8-bit names; never raises.
"""

from __future__ import annotations

import re
from email.utils import getaddresses

from intake.mail.charset import decode
from intake.mail.headers import ENCODED_WORD, header_text, unfold
from intake.remembered import remembered
from intake.submission import Address

_HELD = re.compile("\ue000([0-9]+)\ue001")
_RUN = re.compile(ENCODED_WORD.pattern + rb"(?:[ \t]+" + ENCODED_WORD.pattern + rb")*", re.DOTALL)
_BARE = re.compile(r"(?:([^<>,;:\"]*)<)?([^\s<>,;:\"()]+@[^\s<>,;:\"()]+)")
_GROUP = re.compile(r"(?:^|,)[^<>@,;:\"]*:|;")


@remembered(64, 2_000)  # everybody writes to the same three mailboxes
def addresses(field: bytes, names: frozenset[str] = frozenset()) -> tuple[Address, ...]:
    """The mailboxes of one raw field, in their order; display names decoded, addr-specs as written."""
    line = unfold(field)
    words: list[str] = []

    def hold(hit: re.Match[bytes]) -> bytes:
        words.append(header_text(hit[0], names).text)
        return f"\ue000{len(words) - 1}\ue001".encode()

    ascii_only = line.isascii() and b"\x1b" not in line
    text = line.decode("ascii") if ascii_only else decode(line, "", names).text
    text = _RUN.sub(hold, text.encode()).decode()
    found: list[Address] = []
    for name, address in _split(text):
        shown = " ".join(_restored(name, words).split())
        found.append(Address(shown, _HELD.sub("", address).strip()))
        if "@" not in address and (inner := _BARE.search(_restored(f"{name} {address}", words))):
            found[-1] = Address((inner[1] or "").strip(), inner[2])  # name and address in one encoded word
    return tuple(found)


def _split(text: str) -> list[tuple[str, str]]:
    """(name, addr-spec) of each mailbox; where the standard library gives up, what looks like one."""
    try:
        pairs = [pair for pair in getaddresses([_GROUP.sub(",", text)]) if any(pair)]
    except (RecursionError, IndexError, ValueError):  # comments within comments without end
        pairs = []
    pairs = [(name, address) if "@" in address or name else (address, "") for name, address in pairs]
    if any("@" in address for _, address in pairs) or "@" not in text:
        return pairs
    return [((hit[1] or "").strip(), hit[2]) for hit in _BARE.finditer(text)] or pairs


def _restored(text: str, words: list[str]) -> str:
    return _HELD.sub(lambda hit: words[int(hit[1])] if int(hit[1]) < len(words) else "", text)
