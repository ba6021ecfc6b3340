"""An amount as people write one, with words of scale among its digits: 120万, 1億2千万, 3百万, 1.2億, 5千.

Takes only what says one number: 3万5 (35,000 or 30,005?) and 1億2千 (of 万, or of ones?) say none.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

from config.frozen import frozen
from config.patterns import pattern

DIGITS = 15  # that Excel keeps of a number
WORDS = "十百千万億兆"
_SMALL = {"": 1, "十": 10, "百": 100, "千": 1_000}
_LEVELS = ("", "万", "億", "兆")
_MYRIAD = 10_000
_NUMBER = r"(?:[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])|[0-9]+)(?:\.[0-9]+)?"
_SECTION = pattern(rf"(?P<terms>(?:{_NUMBER}[十百千])*(?:{_NUMBER})?)(?P<level>[万億兆]?)")
_TERM = pattern(rf"({_NUMBER})([十百千]?)")
_SCALE = pattern(r"([十百千]?)([万億兆]?)")
_LEAST_ALONE = 10  # of a last number without a word: the 5 of 3万5 may be of 千
_MORE = pattern(r"[0-9,.]")


@frozen
class Amount:
    """What digits and words of scale come to, those words, and the unit behind them."""

    value: Decimal
    words: str
    unit: str


@frozen
class _UnitCount:
    """A number, and what one of it is worth within what it is a part of."""

    number: Decimal
    one: int

    @property
    def value(self) -> Decimal:
        return self.number * self.one


def amount(text: str) -> Amount | None:
    """A folded text that begins with digits, or None where it says no one number."""
    sections: list[_UnitCount] = []
    words, end = "", 0
    while (hit := _SECTION.match(text, end)) and hit["terms"]:
        within = _terms(hit["terms"])
        if within is None:
            return None
        sections.append(_UnitCount(within, _MYRIAD ** _LEVELS.index(hit["level"])))
        words += "".join(character for character in hit[0] if character in WORDS)
        end = hit.end()
    if not sections or _MORE.search(text, end) or not _goes_on(sections, _MYRIAD):
        return None
    return Amount(sum((section.value for section in sections), Decimal(0)), words, text[end:])


def _terms(text: str) -> Decimal | None:
    """The value of terms such as 2千5百 in 2千5百万; None where they say no one number."""
    terms = [_UnitCount(Decimal(number.replace(",", "")), _SMALL[small]) for number, small in _TERM.findall(text)]
    known = all(term.number.adjusted() < DIGITS for term in terms) and _goes_on(terms, None)
    return sum((term.value for term in terms), Decimal(0)) if known else None


def _goes_on(parts: Sequence[_UnitCount], step: int | None) -> bool:
    """Whether each part begins where the one before it leaves off, without a gap (`step`: how far apart they are); and
    whether a last one that no word stands behind has more than one digit."""
    if len(parts) == 1:
        return True
    for before, part in pairwise(parts):
        if part.value >= before.one or (step and before.one != part.one * step):
            return False
    whole = all(part.number == part.number.to_integral_value() for part in parts)
    return whole and (parts[-1].one > 1 or parts[-1].number >= _LEAST_ALONE or parts[-2].one == _LEAST_ALONE)


def scaled(unit: str) -> tuple[str, int, str]:
    """(word of scale, what it is worth, the unit behind it): 千円 → (千, 1000, 円)."""
    hit = _SCALE.match(unit)
    assert hit is not None, "it may be empty"
    return hit[0], _SMALL[hit[1]] * _MYRIAD ** _LEVELS.index(hit[2]), unit[hit.end() :]
