"""Numbers whose format prints digits of its own: 12345678 under "03-"0000-0000 is 03-1234-5678 to whoever looks at it, and
0.5 under 0% is 50％ (ECMA-376 part 1, 18.8.30 and 18.8.31).

Only formats with such digits and places for others, or with ％, are looked at, and only in workbooks that have one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from config.cache import cache_short
from config.frozen import frozen
from config.given import Place
from config.spelling import nfkc
from intake.sheets.ooxml import place_of
from intake.sheets.package import BROKEN, Package, local, new_parser, parse_xml

_SMALL = 1 << 16  # bytes of styles that come again with other answers
_PERCENT = re.compile(rb"numFmtId\s*=\s*[\"'](?:9|10)[\"']")
_BUILT_IN = {"9": "0%", "10": "0.00%"}
_LONGEST = 100  # characters of a format
_MOST_DIGITS = 10  # of a number: a longer one is searched as it is stored, for a My Number
_LEAST_PLACES = 4  # for digits: fewer belong to no number that is written in groups
_TOKEN = re.compile(r'"([^"]*)"|\\(.)|_.|\*.|\[[^\]]*\]|(.)', re.DOTALL)
_PLACE, _PLAIN = "0#?", " -()/+:‐－"
Format = tuple[tuple[bool, str], ...]  # its pieces: whether one is a place for a digit, and what it prints
PERCENT: Format = ((False, "%"),)  # of every format that shows a number a hundred times as large


@frozen
class Formats:
    """The formats of one workbook's cells that print digits or ％, by the number of their style."""

    styles: Mapping[str, Format]

    def on(self, xml: bytes) -> dict[Place, Format]:
        """The cells of a worksheet that hold a number under such a format."""
        found: dict[Place, Format] = {}
        if not self.styles:
            return found
        row, column = 0, 0

        def start(tag: str, attributes: dict[str, str]) -> None:
            nonlocal row, column
            name = local(tag)
            if name == "row":
                row, column = int(attributes.get("r", row + 1)), 0
            elif name == "c":
                reference = attributes.get("r", "")
                row, column = place_of(reference) if reference else (row, column + 1)
                tokens = self.styles.get(attributes.get("s", ""))
                if tokens and attributes.get("t", "n") == "n":
                    found[(row, column)] = tokens

        parse_xml(xml, start)
        return found


def formats(package: Package, related: Mapping[str, tuple[str, str]]) -> Formats:
    """What the styles of a workbook (among `related`, by id: kind and name) print; those that cannot be read print
    nothing."""
    part = dict(related.values()).get("styles", "")
    try:
        xml = package.read(part) if part and part in package else b""
        return Formats(_styles(xml) if b"formatCode" in xml or _PERCENT.search(xml) else {})
    except BROKEN:
        return Formats({})


@cache_short(16, _SMALL)
def _styles(xml: bytes) -> Mapping[str, Format]:
    codes = dict(_BUILT_IN)
    used: list[str] = []
    path: list[str] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        name = local(tag)
        if name == "numFmt":
            codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif path[-1:] == ["cellXfs"] and name == "xf":
            used.append(attributes.get("numFmtId", "0"))
        path.append(name)

    new_parser(start, lambda _tag: path.pop()).Parse(xml, True)
    printing = {number: tokens for number, code in codes.items() if (tokens := _tokens(code))}
    return {str(place): printing[number] for place, number in enumerate(used) if number in printing}


def _tokens(code: str) -> Format:
    """What a format prints for a number that is not negative; empty where it prints no digits of its own, or more than
    digits and what stands between them."""
    if any(match[3] == "%" for match in _TOKEN.finditer(code[:_LONGEST])):
        return PERCENT
    found: list[tuple[bool, str]] = []
    for match in _TOKEN.finditer(code[:_LONGEST]):
        quoted, escaped, plain = match.groups()
        if plain == ";":
            break
        if plain is None:
            found.append((False, quoted or escaped or ""))
        elif plain in _PLACE:
            found.append((True, plain))
        elif plain in _PLAIN:
            found.append((False, plain))
        else:
            return ()
    places = sum(place for place, _ in found)
    digits = any(c.isdecimal() for place, text in found if not place for c in text)
    return tuple(found) if digits and places >= _LEAST_PLACES and len(code) <= _LONGEST else ()


def shown(value: str, tokens: Format) -> str:
    """A whole number, not a long one, as its format prints it: its digits fill the places from the right, and what is
    left goes before them. Anything else as it is."""
    if not (value.isascii() and value.isdigit() and len(value) <= _MOST_DIGITS):
        return value
    left, pieces = value, []
    places = sum(place for place, _ in tokens)
    for place, text in reversed(tokens):
        if not place:
            pieces.append(text)
            continue
        places -= 1
        taken = left if places == 0 else left[-1:]
        left = left[: len(left) - len(taken)]
        pieces.append(taken or {"0": "0", "?": " "}.get(text, ""))
    return nfkc("".join(reversed(pieces))).strip()
