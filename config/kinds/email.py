"""An e-mail address, as offices write one: with words beside it, several in one cell, broken over two lines.

Says only plausible or not, so that a slip of the finger is noticed; nothing is looked up or kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar, Literal

from config.kinds.kind import NEUTRAL, STRONG, Around, Examples, Fault, Kind
from config.patterns import pattern
from config.spelling import nfkc

# RFC 5322 §3.4.1 addr-spec with dot-atoms on both sides; quoted strings and domain literals are not met
# with at offices. Labels as RFC 1035 §2.3.1, the last one with letters.
_ATOM = r"[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_BEHIND = r"(?![A-Za-z0-9@_-]|\.[A-Za-z0-9]|,[A-Za-z]{2,3}(?![A-Za-z0-9._%+@-]))"  # lg,jp is no end
_ADDRESS = pattern(rf"(?<![\w.]){_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+[A-Za-z]{{2,63}}{_BEHIND}", re.ASCII)
_BROKEN = pattern(r"(?<=[.@\-_])[ \t]*\n[ \t]*|[ \t]*\n[ \t]*(?=[.@])")  # an address over two lines
_HYPHENS = dict.fromkeys(map(ord, "‐‑‒–—−"), "-")
_LONG_VOWEL = pattern(r"(?<=[A-Za-z0-9])[ー─━](?=[A-Za-z0-9])")  # typed for a hyphen
_SCHEME = pattern(r"mailto:", re.IGNORECASE)
_LONGEST = 2_000  # characters of a cell that are looked at


class EmailKind(Kind):
    """An e-mail address."""

    kind: Literal["email"] = "email"
    telling: ClassVar[bool] = True

    def faults(self, value: str, around: Around) -> Iterator[Fault]:
        if not plausible_email(value):
            yield Fault("email_unlikely")

    def fits(self, text: str, around: Around) -> float:
        return STRONG if "@" in text else NEUTRAL

    def examples(self) -> Examples:
        read = ("kenko@city.example.lg.jp", "kenko@city.example.lg.jp"), ("ｋenko＠city.example", "ｋenko＠city.example")
        return Examples(read, faulty=(("kenko＠市役所", "email_unlikely"), ("内線1234", "email_unlikely")))


def plausible_email(value: str) -> bool:
    """Whether the cell holds an address, and nothing else with an @ in it."""
    text = _text(value)
    return "@" in text and text.count("@") == len(_ADDRESS.findall(text))


def addresses_in(value: str) -> tuple[str, ...]:
    """The addresses that a cell holds, in their order; empty where there is none."""
    return tuple(dict.fromkeys(_ADDRESS.findall(_text(value))))


def _text(value: str) -> str:
    text = nfkc(value[:_LONGEST]).translate(_HYPHENS).replace("\r", "\n")
    return _SCHEME.sub(" ", _BROKEN.sub("", _LONG_VOWEL.sub("-", text)))
