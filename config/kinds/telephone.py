"""A Japanese telephone number with its area code; several in one cell, extensions and words beside it are fine.

Says only plausible or not; nothing is dialled or kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar, Literal

from config.kinds.kind import Around, Examples, Fault, Kind
from config.patterns import pattern
from config.spelling import nfkc

_NUMBER = pattern(r"\+?\d[\d\-.・/_()\s]*")
# Numbers after the Japanese numbering plan (総務省): 0AB–J ten digits; 0A0 and 0800 eleven digits.
_DOMESTIC = pattern(r"0[1-9]\d{8}|0[5-9]0\d{8}|0800\d{7}")
_AS_NUMBER = pattern(r"[1-9]\d{8,9}")  # Excel keeps a number without its zero; its format shows it again
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−ー─━~〜"), "-")
_COUNTRY = "81"
_ABROAD = pattern(r"\+|0081|81[-.\s(]")  # as it is dialled from abroad
_MOST_GROUPS = 40  # of one cell that are looked at


class TelephoneKind(Kind):
    """A telephone number with its area code."""

    kind: Literal["telephone"] = "telephone"
    telling: ClassVar[bool] = True

    def kept(self, text: str) -> str:
        return as_dialled(text)

    def faults(self, value: str, around: Around) -> Iterator[Fault]:
        if not plausible_telephone(value):
            yield Fault("telephone_unlikely")

    def examples(self) -> Examples:
        read = ("03-5253-1111", "03-5253-1111"), ("０３（５２５３）１１１１", "０３（５２５３）１１１１")
        return Examples(read, faulty=(("内線1234", "telephone_unlikely"), ("5253-1111", "telephone_unlikely")))


def as_dialled(value: str) -> str:
    """The number with the zero that Excel leaves out where it was typed, or formatted, as a number."""
    with_zero = "0" + nfkc(value).strip()
    return with_zero if _AS_NUMBER.fullmatch(with_zero[1:]) and _DOMESTIC.fullmatch(with_zero) else value


def plausible_telephone(value: str) -> bool:
    """Whether the cell holds a Japanese number with its area code; what follows it may be an extension."""
    folded = nfkc(as_dialled(value)).translate(_DASHES)
    return any(_holds_number(written) for written in _NUMBER.findall(folded))


def _holds_number(written: str) -> bool:
    """Whether whole groups of digits, one behind the other, make up a number."""
    groups = re.findall(r"\d+", written)[:_MOST_GROUPS]
    if _ABROAD.match(written):
        digits = "".join(groups).lstrip("0")
        if not digits.startswith(_COUNTRY):
            return False
        groups = ["0" + digits[len(_COUNTRY) :].lstrip("0")]
    places = range(len(groups) + 1)
    return any(_DOMESTIC.fullmatch("".join(groups[i:j])) for i in places for j in places if i < j)
