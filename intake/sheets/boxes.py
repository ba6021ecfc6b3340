"""Words printed in a cell of which one is taken: boxes to be ticked 「☑有　□無」, words to be circled 「〇有・無」."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from config.spelling import label_key

EMPTY = "□☐"
_TICKED = "■☑☒✓✔✅レ"
_BOX = re.compile(rf"[{EMPTY}{_TICKED}]")
_CIRCLES = "〇○◯◎●⭕"
_BETWEEN = re.compile(r"[・･/／、，,]")


def ticked(text: str, options: Sequence[str]) -> str:
    """The one option with a ticked box before it, where others have an empty box; or the one with a circle, where all
    options are there. Empty if there is none, or more than one."""
    if len(options) < 2 or not (_BOX.search(text) or any(sign in text for sign in _CIRCLES)):
        return ""
    named = {label_key(option): option for option in options}
    if not _BOX.search(text):
        return _circled(text, named)
    parts = _parts(text, EMPTY + _TICKED)
    found = [named[key] for key, box in parts if key in named and box in _TICKED]
    empty = [key for key, box in parts if key in named and box in EMPTY]
    return found[0] if len(found) == 1 and empty else ""


def _circled(text: str, named: Mapping[str, str]) -> str:
    parts = [part.strip() for part in _BETWEEN.split(text)]
    words = [label_key(part.strip(_CIRCLES)) for part in parts]
    found = [named.get(word, "") for word, part in zip(words, parts, strict=True) if part.strip(_CIRCLES) != part]
    return found[0] if len(found) == 1 and sorted(words) == sorted(named) else ""


def is_ticked(text: str) -> bool:
    """Whether the text has a ticked box or a circled word."""
    return any(sign in text for sign in _TICKED + _CIRCLES)


def tick(text: str, option: str) -> str:
    """A printed text with the box before this option ticked."""
    for hit in _BOX.finditer(text):
        behind = _BOX.split(text[hit.end() :])[0]
        if label_key(behind) == label_key(option):
            return text[: hit.start()] + "■" + text[hit.end() :]
    return option


def _parts(text: str, boxes: str) -> list[tuple[str, str]]:
    """(label key of what follows, box) for each box."""
    pieces = re.split(rf"([{boxes}])", text)
    return [(label_key(after), box) for box, after in zip(pieces[1::2], pieces[2::2], strict=False)]
