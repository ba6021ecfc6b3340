"""What 属性 lists: the screenings (notice 記４③【属性分類】) that one answer sheet is about.

Reads them in any width, by number, name or both, with 、 , ・ spaces or line breaks between them or with nothing at
all; a line may break within a name, and a remark may stand behind it in brackets. Names come from the survey; nothing
is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Literal

from config.cache import cache_by_identity
from config.frozen import frozen
from config.kinds.kind import ODD, STRONG, Around, Attribute, Examples, Fault, Kind
from config.patterns import pattern
from config.spelling import label_key, nfkc, says_nothing

_SEPARATORS = pattern(r"[、,，・／/;；と+&]|及び|並びに|[ \t\u3000]+|\n")
_BREAKS = pattern(r"\s*\n\s*")
_RANGE = pattern(r"(\d)\s*(?:[~〜‐‑‒–—―−ー-]|から|ないし|乃至)\s*、?\s*(\d)(?!\d)")
# Whoever is not sure is asked: ①？, ②～, ④（５）
_UNSURE = pattern(r"[?~〜]|仮|未定|検討|\d\s*[(〔\[]\s*、?\s*\d{1,2}\s*[)〕\]]")
_ALL = pattern(r"(?:全て|すべて|全部)(?:の\w{1,4})?|全(?:て|部)?")
_IN_COMMON = pattern(r"(?:に|で|は|とも)?(?:共通|同[じ一様])(?:です|である)?$")
_CIRCLED = {first + n: f"、{n + 1} " for first, count in ((0x2460, 20), (0x2474, 20), (0x2776, 10)) for n in range(count)}
_HEAD = pattern(r"(?:(?<=[、,・\s)])|\A)\((\d{1,2})\)")  # （４）
_ABOUT_NUMBERS = pattern(  # 属性１, No.1, 1番, 〇①, ①のみ
    r"(?:属性|番号|(?i:No)\.?|[〇○◯✓☑])\s*(?=、?\d)|(?<=\d)\s*(?:番目?|[〇○◯✓☑])|(?:のみ|だけ|に?限定|に限る)(?=$|[、,・\s])"
)
_POINTS = pattern(r"(?<=\d)\.(?=\d)")  # 1.2.3
_BRACKET = pattern(r"[(\[〔]([^()\[\]〔〕]*)[)\]〕]")
_LIMITS = pattern(r"除|以外|[?]|ない|のぞ")  # what is in brackets takes something away: not to be left out
_LEAST_ENDING = 2
_MARK = "|"  # between two parts; no label key holds one


@frozen
class Attributes:
    """`numbers` of the screenings named, ascending; none and nothing `unknown` means all of them."""

    numbers: tuple[int, ...] = ()
    unknown: tuple[str, ...] = ()


class AttributesKind(Kind):
    """属性: entries of the survey's list, where the form has such (`around`)."""

    kind: Literal["attributes"] = "attributes"

    def faults(self, value: str, around: Around) -> Iterator[Fault]:
        unknown = read_attributes(value, around.attributes).unknown if around.attributes else ()
        if unknown:
            names = "、".join(f"{a.number} {a.name}" for a in around.attributes)
            as_written = all(part in nfkc(value) for part in unknown)
            yield Fault("attribute_unknown", names, "、".join(unknown) if as_written else value.strip())

    def fits(self, text: str, around: Around) -> float:
        read = read_attributes(text, around.attributes)
        return STRONG if read.numbers and not read.unknown else ODD

    def examples(self) -> Examples:
        return Examples((("１、３", "１、３"),))


def read_attributes(value: str, attributes: tuple[Attribute, ...]) -> Attributes:
    """What 属性 names, and the parts of it that name nothing or whose number and name disagree."""
    plain = _RANGE.sub(_spelt_out, _ABOUT_NUMBERS.sub("", nfkc(value.translate(_CIRCLED))))
    if _UNSURE.search(plain):
        return Attributes((), (value.strip(),))
    folded = _POINTS.sub("、", _HEAD.sub(r"、\1 ", plain))
    if says_nothing(value) or _names_all(folded, attributes):
        return Attributes()
    folded = _without_remarks(folded, attributes)
    read = _read(folded, attributes)
    if read.unknown and "\n" in folded:
        joined = _read(_BREAKS.sub("", folded), attributes)
        return read if joined.unknown else joined
    return read


def _names_all(text: str, attributes: tuple[Attribute, ...]) -> bool:
    """Whether the text says that all are meant: 全て, すべての…, 共通, and 全 with the word that all the names end
    with."""
    key = _IN_COMMON.sub("", label_key(text))
    names = [label_key(a.name) for a in attributes]
    endings = (names[0][n:] for n in range(1, len(names[0]))) if len(names) > 1 else iter(())
    ending = next((end for end in endings if all(name.endswith(end) for name in names)), "")
    return bool(not key or _ALL.fullmatch(key) or (ending and _ALL.fullmatch(key.removesuffix(ending)) and key != ending))


def _without_remarks(text: str, attributes: tuple[Attribute, ...]) -> str:
    """The text without brackets that only remark on what is named before them (３ 胃がん検診（内視鏡のみ）), and with the
    lists in others spelt out: がん検診（肺、胃） names two whose names end so."""

    def replaced(found: re.Match[str]) -> str:
        inside = found[1]
        if inside.strip().isdigit() or _LIMITS.search(inside) or not _read(inside, attributes).unknown:
            return found[0]
        before = _SEPARATORS.split(text[: found.start()].rstrip())[-1]
        return "" if label_key(before) and not _read(before, attributes).unknown else found[0]

    return _BRACKET.sub(replaced, _LISTED.sub(lambda found: _spelt_list(found, attributes), text))


_LISTED = pattern(r"([^\s、,・/()\[\]〔〕:]{2,20})(?:[(\[〔]([^()\[\]〔〕]*)[)\]〕]|[:]([^()\[\]〔〕]*))")


def _spelt_list(found: re.Match[str], attributes: tuple[Attribute, ...]) -> str:
    """What stands behind a word with which several names end: 肺、胃 behind がん検診."""
    ending, inside = label_key(found[1]), found[2] or found[3] or ""
    several = sum(label_key(a.name).endswith(ending) and label_key(a.name) != ending for a in attributes) > 1
    if not several or len(ending) < _LEAST_ENDING:
        return found[0]
    parts = [part for part in _SEPARATORS.split(inside) if label_key(part)]
    spelt = [p if not _read(p, attributes).unknown else p + found[1] for p in parts]
    known = bool(spelt) and all(not _read(part, attributes).unknown for part in spelt)
    return "、".join(spelt) if known else found[0]


def _spelt_out(span: re.Match[str]) -> str:
    """3～5 → 3、4、5; 5～3 stays as it is."""
    first, last = int(span[1]), int(span[2])
    return "、".join(map(str, range(first, last + 1))) if first < last else span[0]


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


@cache_by_identity
def _entry(attributes: tuple[Attribute, ...]) -> re.Pattern[str]:
    """One entry: a number, a name, or both; the longest name first, since one may begin another, and one that is cut
    short only as a whole part."""
    names = sorted({k for a in attributes for k in _keys(a)}, key=len, reverse=True)
    name, cut = ("|".join(map(re.escape, texts)) or r"(?!)" for texts in (names, _beginnings(attributes)))
    end = r"(?=\||$)"
    return re.compile(rf"(?:(?P<number>\d+)\|?)?(?P<name>{name}|(?:{cut}){end})|(?P<alone>\d+){end}")


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
        known = found["name"] in _keys(attribute) or _beginnings(attributes).get(found["name"]) == attribute.number
        if fits and (found["name"] is None or known):
            return attribute.number
    return found[0].replace(_MARK, "")


@cache_by_identity
def _beginnings(attributes: tuple[Attribute, ...]) -> Mapping[str, int]:
    """What people shorten a name to, which no other begins with: 胃, 大腸."""
    begun: dict[str, set[int]] = {}
    for attribute in attributes:
        for key in _keys(attribute):
            for length in range(1, len(key)):
                begun.setdefault(key[:length], set()).add(attribute.number)
    return {text: min(numbers) for text, numbers in begun.items() if len(numbers) == 1}


def _keys(attribute: Attribute) -> tuple[str, ...]:
    return tuple(map(label_key, (attribute.name, *attribute.aliases)))
