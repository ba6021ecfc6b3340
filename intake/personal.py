"""A My Number (個人番号) sent by mistake: whether one seems to stand in a text, never what it is.

Check digit after 総務省令第85号 (2014) art. 5: weights 2..7, 2..6 from the right over eleven digits; 11 minus the
remainder by 11, and 0 where the remainder is 0 or 1. Nothing here returns or keeps a number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from config.patterns import pattern
from config.spelling import nfkc

_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−ー─━~〜"), "-")
# Groups of digits with one separator at most between them. A comma makes an amount of money.
_GAP = r"[ \t]{0,3}[-\n ・/_.|][ \t]{0,3}"
_RUN = pattern(rf"(?<!\d)\d+(?:{_GAP}\d+)*")
_TRAILING_ZERO = pattern(r"(\d{12})\.0+(?!\d)")  # what a spreadsheet adds
_GROUPINGS = frozenset({(4, 4, 4), (6, 6), (3, 3, 3, 3), (1,) * 12})  # others are dates, times and codes
_APART = frozenset(" \n・|")  # separators that may stand between one whole number and another
_TIMESTAMP = pattern(r"(19|20)\d\d(0[1-9]|1[0-2])([0-2]\d|3[01])([01]\d|2[0-3])[0-5]\d")  # 202307211700
_ABROAD = pattern(r"\+ ?81[ -]?0?[1-9]\d{8,9}(?!\d)")  # a telephone with Japan's country code (ITU-T E.164)
_WEIGHTS = (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
SHORTEST_NUMBER = 12  # characters: a shorter text holds none
# Kana, kanji and marks, whose NFKC holds no digit: any other character may stand for up to three (⅒ is 1⁄10).
_NO_DIGITS = r" -/:-~\n\u3000-\u30ff\u4e00-\u9fff\uff01-\uff0f\uff1a-\uff5e"
_MAY_BE_DIGITS = pattern(f"[^{_NO_DIGITS}]")
_MOST_DIGITS = 3
_MAY_BE_ENOUGH = pattern(
    f"(?:[{_NO_DIGITS}]*+{_MAY_BE_DIGITS.pattern}){{{SHORTEST_NUMBER // _MOST_DIGITS}}}"
)
HIDDEN = "（番号は表示しません）"


def holds_my_number(text: str) -> bool:
    """Whether something in the text looks like a My Number, in any width and with or without separators."""
    if not _MAY_BE_ENOUGH.match(text):
        return False
    folded = nfkc(text).translate(_DASHES)
    if sum(map(folded.count, "0123456789")) < SHORTEST_NUMBER:
        return False
    runs = _RUN.findall(_TRAILING_ZERO.sub(r"\1", _ABROAD.sub("+", folded)))
    return any(_run_holds(run) for run in runs if len(run) >= SHORTEST_NUMBER)


def mask(text: str) -> str:
    """The text, or a placeholder for all of it where it holds such a number."""
    return HIDDEN if holds_my_number(text) else text


def _run_holds(run: str) -> bool:
    """Whether a run of digits and separators is a My Number, or has one beside other numbers."""
    parts = re.split(r"(\d+)", run)
    groups = parts[1::2]
    gaps = [gap.strip(" \t") or " " for gap in parts[2:-1:2]]
    if _is_grouped(groups, set(gaps)) or any(_is_grouped(*stretch) for stretch in _stretches(groups, gaps)):
        return True
    around = [" ", *gaps, " "]
    return any(
        len(group) == SHORTEST_NUMBER
        and {around[place], around[place + 1]} <= _APART
        and not _TIMESTAMP.fullmatch(group)
        and _valid(group)
        for place, group in enumerate(groups)
    )


def _stretches(groups: list[str], gaps: list[str]) -> Iterator[tuple[list[str], set[str]]]:
    """The longest stretches of groups with one and the same separator between them."""
    first = 0
    for last in range(1, len(gaps) + 1):
        if last == len(gaps) or gaps[last] != gaps[first]:
            yield groups[first : last + 1], {gaps[first]}
            first = last


def _is_grouped(groups: list[str], gaps: set[str]) -> bool:
    """Whether twelve digits stand in groups as people write them; with dots only 4-4-4, since 3-3-3-3 is an address."""
    lengths = tuple(map(len, groups))
    if lengths not in _GROUPINGS or ("." in gaps and lengths != (4, 4, 4)):
        return False
    return _valid("".join(groups))


def _valid(digits: str) -> bool:
    if len(set(digits)) == 1:  # 000000000000 and its like are placeholders
        return False
    rest = sum(int(d) * w for d, w in zip(digits, _WEIGHTS, strict=False)) % 11
    return int(digits[11]) == (0 if rest <= 1 else 11 - rest)
