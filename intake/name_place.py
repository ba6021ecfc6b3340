"""Where a survey's pattern for subjects and file names puts the body's name and code, and what stands there in a text."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import dropwhile, takewhile

from config.cache import cache_short
from config.codes import code_shape, code_words, ways_of_code
from config.frozen import frozen
from config.naming import parts_of
from config.patterns import pattern
from config.roster import Roster, fold
from config.survey import Convention

_PUNCTUATION = pattern(r"[\W_]+")
# A code is a word with a digit in it. No quantifier gives back what it took: a run of letters costs its length only.
_CODE = pattern(r"(?<![0-9A-Za-z])(?=[A-Za-z]*+[0-9])[0-9A-Za-z]++")  # in a folded text
_WORD = r"(?=[A-Za-z]*+\d)[\dA-Za-z]++"
_CODE_IN_FRONT = pattern(rf"\A{_WORD}(?:-{_WORD})*+[\W_]*+(?=.)")
_CODE_BEHIND = pattern(rf"(?<![\W_])[\W_]++{_WORD}(?:-{_WORD}){{0,9}}+\Z")  # bounded: it is tried at each hyphen
_ANY_NAME = "団体甲"


@frozen
class NamePlace:
    """`after`, `before`: what stands between the name and the end of the survey's own words, folded and without
    punctuation; one of the two is empty. `bare`: finds the name in a folded text where no brackets are around it."""

    after: str
    before: str
    bare: re.Pattern[str] | None


@lru_cache(maxsize=64)
def place_of(convention: Convention) -> NamePlace:
    """The place of the name in this survey's pattern."""
    parts = parts_of(convention.pattern)
    behind = _between(parts, "name", "text")
    after = compact(behind + convention.text) if behind is not None else ""
    before = "" if after else compact(convention.text + (_between(parts, "text", "name") or ""))
    written = convention.written(_ANY_NAME, "0")
    bracketed = re.search(rf"[【\[〔「『(（<《〈{{][^】\]〕」』)）>》〉}}]*{_ANY_NAME}", written) is not None
    return NamePlace(after, before, None if bracketed else _bare(after, before))


def _between(parts: tuple[tuple[str, str], ...], first: str, last: str) -> str | None:
    """The words between two names of a pattern; None where they stand the other way round."""
    rest = list(dropwhile(lambda part: part[1] != first, parts))[1:]
    words = [*takewhile(lambda part: part[1] != last, rest), *(part for part in rest if part[1] == last)]
    return "".join(word for word, _ in words) if any(name == last for _, name in rest) else None


def _bare(after: str, before: str) -> re.Pattern[str]:
    words = r"[\W_]*".join(map(re.escape, after or before))
    if after:
        return re.compile(rf"([^\W\d_][^\W_]{{0,39}}?)[\W_0-9]*{words}")
    return re.compile(rf"{words}[\W_0-9]*([^\W\d_][^\W_]{{0,39}})")


def leads(convention: Convention, head: str, rest: str) -> bool:
    """Whether a group between `head` and `rest` of a text stands where the name belongs."""
    place = place_of(convention)
    if place.after:
        return _plain(convention, rest).startswith(place.after)
    return _plain(convention, head).endswith(place.before)


def without_code(name: str) -> str:
    """What stands beside a code within one pair of brackets: 131067＿台東区 -> 台東区."""
    return _CODE_BEHIND.sub("", _CODE_IN_FRONT.sub("", name))


def code_fault(text: str, lgcodes: tuple[str, ...]) -> str:
    """What is wrong with the code in a text that names one of these bodies: "absent", "code" (another's), or nothing."""
    words = set(code_words(text))
    ways = {way for lgcode in lgcodes for way in ways_of_code(lgcode)}
    if ways & words:
        return ""
    return "code" if {code_shape(way) for way in ways} & {code_shape(word) for word in words} else "absent"


def code_in(text: str, roster: Roster) -> str:
    """The code of a body that stands in a text by itself, as the roster has it; empty if there is no such code."""
    found = (roster.by_any_code(word) for word in code_words(text))
    return next((bodies[0].lgcode for bodies in found if len(bodies) == 1), "")


def _plain(convention: Convention, text: str) -> str:
    return compact(_CODE.sub(" ", fold(text)) if convention.coded else text)


@cache_short(512, 400)
def compact(text: str) -> str:
    """The text folded and without punctuation, so that brackets and hyphens do not count."""
    return _PUNCTUATION.sub("", fold(text))
