"""Codes of bodies: the six digits of a local government, or what a survey's own roster has: B114210000019, 14-003.

Spellings only: width, case, the shape of a hyphen, and what Excel makes of a number. Whose a code is, the roster says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from config.patterns import pattern
from config.spelling import fold

LONGEST = 20
_LEAST_DIGITS = 5
_SHAPE = pattern(r"[0-9A-Za-z]+(-[0-9A-Za-z]+)*")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−ー", "-"))
_PART = pattern(r"[0-9A-Z]++")
_MOST_PARTS = 4  # of a code with hyphens
_ROUNDED = pattern(r"\d(\.\d+)?E\+\d+", re.IGNORECASE)


def check_digit(first_five: str) -> str:
    """The sixth digit of a 全国地方公共団体コード: weights 6, 5, 4, 3, 2, (11 − sum mod 11) mod 10."""
    a, b, c, d, e = map(int, first_five)
    return str((11 - (6 * a + 5 * b + 4 * c + 3 * d + 2 * e) % 11) % 10)


def why_no_code(code: str) -> str:
    """What is wrong with a code of a survey's own, in Japanese."""
    if _ROUNDED.fullmatch(code):
        return "Excel が桁を丸めています。列を「文字列」にし、元の番号を入れ直してください。"
    written = code_key(code)
    if not code.isascii() and _SHAPE.fullmatch(written):
        return f"半角で {written} と書いてください。"
    if not _SHAPE.fullmatch(code):
        return "半角の英数字と、間の「-」だけで書いてください（空白は使えません）。"
    if not 3 <= len(code) <= LONGEST:
        return f"3文字から{LONGEST}文字までにしてください。"
    if code.isdigit() and len(code) < _LEAST_DIGITS:
        return f"数字だけのときは{_LEAST_DIGITS}桁以上にしてください（年などと区別できません）。"
    return "" if any(c.isdigit() for c in code) else "数字を1つ以上入れてください。"


def code_key(text: str) -> str:
    """A text in which codes compare equal however they were typed. As long as the folded text."""
    return fold(text).translate(_DASHES).upper()


def ways_of_code(code: str) -> tuple[str, ...]:
    """How a code is written. Six digits: all of them, without check digit, without leading zero; else whole, and where
    it is a number, as Excel leaves it."""
    if len(code) == 6 and code.isdigit():
        return code, code[:5], code[1:]
    written = code_key(code)
    return (written, written.lstrip("0")) if written.isdigit() and written[0] == "0" else (written,)


def code_shape(code: str) -> str:
    """What kind of code it looks like: its digits as 0, its letters as A."""
    return re.sub("[A-Z]", "A", re.sub("[0-9]", "0", code_key(code)))


def code_words(text: str) -> Iterator[str]:
    """Whatever may be a code in a text: words with a digit in them, alone and joined by hyphens."""
    for piece in text.split():
        yield from _words(code_key(piece))


def _words(plain: str) -> Iterator[str]:
    parts = list(_PART.finditer(plain))
    for place, first in enumerate(parts):
        end = first.start() - 1
        for last in parts[place : place + _MOST_PARTS]:
            if last is not first and plain[end : last.start()] != "-":
                break
            end = last.end()
            word = plain[first.start() : end]
            if any(c.isdigit() for c in word):
                yield word


class OwnCodes:
    """The codes of a survey's own roster, by every way of writing them."""

    def __init__(self, codes: Iterable[str]) -> None:
        codes = tuple(codes)
        self._codes: Mapping[str, str] = {way: code for code in codes for way in ways_of_code(code)[1:]} | {
            code_key(code): code for code in codes
        }
        self._lengths = sorted({len(way) for way in self._codes}, reverse=True)

    def of(self, text: str) -> str:
        """The code that a text is; empty if it is no code of the roster."""
        return self._codes.get(code_key(text), "") if self._codes else ""

    def in_front(self, folded: str) -> tuple[str, str]:
        """(code, rest) of a folded text that begins with one; both empty where it does not."""
        plain = code_key(folded[: LONGEST + 1]) if self._codes else ""
        for length in self._lengths:
            code = self._codes.get(plain[:length], "")
            if code and not _PART.match(plain, length):
                return code, folded[length:]
        return "", ""
