"""Comments of a worksheet by the cell that they hang on (ECMA-376 part 1, 18.7; threaded ones of Office 365 alike).

Their text is nobody's answer by itself: `elsewhere.py` tells where one stands. A part that cannot be parsed gives what
came before that place.
"""

from __future__ import annotations

import posixpath

from config.given import Place
from intake.sheets.ooxml import place_of
from intake.sheets.package import BROKEN, Package, local, new_parser

MAX_PART = 5 * 1024 * 1024  # bytes of a part that is looked through
MOST = 2_000  # comments of one sheet
_KINDS = frozenset({"comments", "threadedComment"})
_ONES = frozenset({"comment", "threadedComment"})


def comments(package: Package, part: str) -> dict[Place, str]:
    """The text of each comment of the worksheet whose part has this name."""
    folder, name = posixpath.split(part)
    found: dict[Place, str] = {}
    if posixpath.join(folder, "_rels", f"{name}.rels") not in package:
        return found
    for kind, target in package.related(part).values():
        if kind in _KINDS and target in package and package.sizes()[target.lower()] <= MAX_PART:
            _read(package.read(target), found)
    return found


def _read(xml: bytes, found: dict[Place, str]) -> None:
    place: Place | None = None
    text = False

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal place, text
        name = local(tag)
        if name in _ONES:
            place = _place(attributes.get("ref", "")) if len(found) < MOST else None
            if place in found:  # an answer to it, or the same once more for older programs
                found[place] += "\n"
        text = place is not None and name in ("t", "text")

    def end(tag: str) -> None:
        nonlocal place, text
        text = text and local(tag) not in ("t", "text")
        if local(tag) in _ONES:
            place = None

    def characters(data: str) -> None:
        if text and place is not None:
            found[place] = found.get(place, "") + data

    try:
        new_parser(start, end, characters).Parse(xml, True)
    except BROKEN:
        return


def _place(reference: str) -> Place | None:
    try:
        return place_of(reference)
    except ValueError:
        return None
