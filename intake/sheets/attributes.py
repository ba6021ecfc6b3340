"""What 属性 lists: the screenings (notice 記４③【属性分類】) that one answer sheet is about.

Reads them in any width, by number, name or both, with 、 , ・ spaces or line breaks between them or with
nothing at all; a line may break within a name. Names come from the survey; nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from config.spelling import nfkc
from config.survey import Attribute
from intake.sheets.spellings import label_key, says_nothing

_SEPARATORS = re.compile(r"[、,，・／/;；と]|及び|並びに|[ \t\u3000]+|\n")
_BREAKS = re.compile(r"\s*\n\s*")
_RANGE = re.compile(r"(\d)\s*[~〜～\-－–—]\s*(\d)(?!\d)")
_ALL = re.compile(r"(?:全て|すべて|全部)(?:の\w{1,4})?")
_MARK = "|"  # between two parts; no label key holds one


@dataclass(frozen=True, slots=True)
class Attributes:
    """`numbers` of the screenings named, ascending; none and nothing `unknown` means all of them."""

    numbers: tuple[int, ...] = ()
    unknown: tuple[str, ...] = ()


def read_attributes(value: str, attributes: tuple[Attribute, ...]) -> Attributes:
    """What 属性 names, and the parts of it that name nothing or whose number and name disagree."""
    folded = _RANGE.sub(_spelt_out, nfkc(value))
    if says_nothing(folded) or _ALL.fullmatch(label_key(folded)):
        return Attributes()
    read = _read(folded, attributes)
    if read.unknown and "\n" in folded:
        joined = _read(_BREAKS.sub("", folded), attributes)
        return read if joined.unknown else joined
    return read


def _spelt_out(span: re.Match[str]) -> str:
    """3～5 → 3、4、5."""
    return "、".join(map(str, range(int(span[1]), int(span[2]) + 1)))


def _read(text: str, attributes: tuple[Attribute, ...]) -> Attributes:
    parts = [key for part in _SEPARATORS.split(text) if (key := label_key(part))]
    entry = _entry(attributes)
    numbers: set[int] = set()
    unknown: list[str] = []
    for found in _scan(_MARK.join(parts), entry):
        number = found if isinstance(found, str) else _number(found, attributes)
        if isinstance(number, int):
            numbers.add(number)
        else:
            unknown.append(number)
    return Attributes(tuple(sorted(numbers)), tuple(unknown))


def _entry(attributes: tuple[Attribute, ...]) -> re.Pattern[str]:
    """One entry: a number, a name, or both; the longest name first, since one may begin another."""
    names = sorted({k for a in attributes for k in _keys(a)}, key=len, reverse=True)
    name = "|".join(map(re.escape, names)) or r"(?!)"
    return re.compile(rf"(?:(?P<number>\d+)\|?)?(?P<name>{name})|(?P<alone>\d+)(?=\||$)")


def _scan(text: str, entry: re.Pattern[str]) -> Iterator[re.Match[str] | str]:
    """Each entry; where the text is no entry, the text up to the next separator."""
    place = 0
    while place < len(text):
        if text[place] == _MARK:
            place += 1
        elif found := entry.match(text, place):
            yield found
            place = found.end()
        else:
            end = text.find(_MARK, place)
            end = len(text) if end < 0 else end
            yield text[place:end]
            place = end


def _number(found: re.Match[str], attributes: tuple[Attribute, ...]) -> int | str:
    """The screening's number; the text itself where it names none, or where its two halves disagree."""
    given = found["number"] or found["alone"]
    for attribute in attributes:
        fits = given is None or int(given) == attribute.number
        if fits and (found["name"] is None or found["name"] in _keys(attribute)):
            return attribute.number
    return found[0].replace(_MARK, "")


def _keys(attribute: Attribute) -> tuple[str, ...]:
    return tuple(map(label_key, (attribute.name, *attribute.aliases)))
