"""Text of a workbook that stands in no cell: comments, drawings, properties, and strings that no cell shows any more.

Only for the search for personal data (`personal_data.py`); nothing of it is an answer. Headers and footers are read
with their sheets (`ooxml.py`).
"""

from __future__ import annotations

import re

from config.cache import cache_short
from intake.sheets.package import BROKEN, Package, local, new_parser

MAX_PART = 20 * 1024 * 1024  # bytes of a part that is looked through
COMMENTS, DRAWINGS = "コメント", "図形"
STRINGS = "文字列の一覧"  # the table of strings: what cells show, furigana, and what none shows any more

_PLACES = (
    (re.compile(r"xl/(threaded)?comments.*\.xml"), COMMENTS),
    (re.compile(r"xl/drawings/[^/]+\.xml"), DRAWINGS),
    (re.compile(r"(docprops/[^/]+|meta)\.xml"), "文書のプロパティ"),
    (re.compile(r"styles\.xml"), "ヘッダー・フッター"),  # of an .ods
    (re.compile(r"xl/sharedstrings\.xml"), STRINGS),
)
_WITHIN_TEXT = frozenset({"t", "r", "rPr"})  # one text may be cut into runs; other elements end a line


def asides(package: Package) -> dict[str, str]:
    """Text of a workbook that stands in no cell, by where a person would look for it. What cannot be read there
    is left out."""
    found: dict[str, str] = {}
    for part, size in package.sizes().items():
        place = _place_of(part)
        if place and size <= MAX_PART:
            found[place] = found.get(place, "") + _text_of(package, part)
    return found


@cache_short(256, 100)
def _place_of(part: str) -> str:
    return next((place for pattern, place in _PLACES if pattern.fullmatch(part)), "")


def _text_of(package: Package, part: str) -> str:
    """The character data of a part, line by line, up to the first place that is not well-formed."""
    pieces: list[str] = []

    def end(tag: str) -> None:
        if local(tag) not in _WITHIN_TEXT:
            pieces.append("\n")

    parser = new_parser(end=end, characters=pieces.append)
    try:
        parser.Parse(package.read(part), True)
    except BROKEN:
        pieces.append("\n")
    return "".join(pieces)
