"""A My Number (個人番号) sent by mistake: where one seems to stand, never what it is.

Check digit after 総務省令第85号 (2014) art. 5: weights 2..7, 2..6 from the right over eleven digits; 11 minus the
remainder by 11, and 0 where the remainder is 0 or 1. Nothing here returns or keeps a number.
"""

from __future__ import annotations

import re
import unicodedata

# Twelve digits in a row, or 4-4-4 with one separator, and no digit, dot or hyphen next to them.
_CANDIDATE = re.compile(r"(?<![\d.\-])(\d{4})([-\s・/_]?)(\d{4})\2(\d{4})(?![\d.\-])")
_WEIGHTS = (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
SHORTEST_NUMBER = 12  # characters: a shorter text holds none
HIDDEN = "（番号は表示しません）"


def _valid(digits: str) -> bool:
    if len(set(digits)) == 1:  # 000000000000 and its like are placeholders
        return False
    rest = sum(int(d) * w for d, w in zip(digits, _WEIGHTS, strict=False)) % 11
    return int(digits[11]) == (0 if rest <= 1 else 11 - rest)


def holds_my_number(text: str) -> bool:
    """Whether something in the text looks like a My Number, in any width and with or without separators."""
    folded = unicodedata.normalize("NFKC", text)
    return any(_valid(m[1] + m[3] + m[4]) for m in _CANDIDATE.finditer(folded))


def mask(text: str) -> str:
    """The text, or a placeholder for all of it where it holds such a number."""
    return HIDDEN if holds_my_number(text) else text
