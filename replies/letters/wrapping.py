"""Break lines of Japanese text where a careful typist would.

A line holds at most 70 half-width columns (35 full-width characters), and fewer than 40 characters:
Outlook joins a line of a text/plain mail with the next one when it has 40 characters or more ("extra line
breaks removed"). Nothing is broken inside a word of ASCII (a cell, an address, a telephone number), before
a closing or after an opening mark (行頭・行末禁則, JIS X 4051). Pure; knows nothing of letters.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

WIDTH = 70  # half-width columns
LENGTH = 39  # characters

_NOT_FIRST = frozenset("、。，．・：；？！ー―…‥」』）］｝】〕〉》々ゝゞ〜～％℃,.)]}!?:;%") | frozenset(
    "ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ"
)
_NOT_LAST = frozenset("「『（［｛【〔〈《([{①②③④⑤⑥⑦⑧⑨⑩")
_PARTICLE = frozenset("をにはがでともへてばのうたるく")  # what a phrase mostly ends with
_HONORIFIC = frozenset("おご御貴")  # never parted from the word they honour

_MARKER = re.compile(r"[\u3000 ]{0,12}(?:（[0-9０-９]{1,3}）|[■◇◎◆] |・|[⇒※]\u3000?)?")
_CAPTION = re.compile(r"([\u3000 ]{0,12})([^：]{1,15}：)(.+)")
_DATE = r"令和[^令（]{3,9}日（.）(?:[0-9０-９]{1,2}時(?:\d\d分)?(?:\d\d秒)?)?"
_UNIT = re.compile(rf"{_DATE}|[!-~]+|.", re.DOTALL)  # what is never broken
_AHEAD = 200  # characters that are looked at for one line: more than it can hold, and what follows
_REMEMBERED = 300  # characters of a line that may stand in many letters

# What a place is worth, in columns that the line may stay short for it.
_AFTER_MARK, _AFTER_PHRASE, _AFTER_BRACKET, _ANYWHERE, _AWKWARD, _WITHIN_A_WORD = 26, 22, 8, 0, -12, -20


def wrap_text(text: str) -> str:
    """`text` with every longer line broken; what follows hangs under the text behind its own marker."""
    return "\n".join(
        part
        for line in text.split("\n")
        for part in (_wrapped(line) if len(line) <= _REMEMBERED else wrap_line(line))
    )


@lru_cache(maxsize=2048)  # most lines of a letter stand in every letter of its kind
def _wrapped(line: str) -> tuple[str, ...]:
    return tuple(wrap_line(line))


def wrap_line(line: str) -> list[str]:
    """One line in as many as it needs, without white space at their ends. A word of ASCII is split only
    where it is longer than a whole line."""
    line = line.rstrip()
    if _fits(line):
        return [line]
    marker = _MARKER.match(line)
    start = marker.group() if marker else ""
    hang = "\u3000" * (columns(start) // 2)
    return _captioned(line) or _filled(start, hang, line[len(start) :])


def columns(text: str) -> int:
    """The width of a text in half-width columns; what is of ambiguous width (①, ─) is wide, as in Japanese fonts."""
    return sum(_width(character) for character in text)


@lru_cache(maxsize=8192)
def _width(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WFA" else 1


def _fits(line: str) -> bool:
    return len(line) <= WIDTH // 2 or (len(line) <= LENGTH and columns(line) <= WIDTH)


def _captioned(line: str) -> list[str]:
    """「件名：値」 with the value whole on the next line, if it fits there; else nothing."""
    caption = _CAPTION.fullmatch(line)
    if caption is None:
        return []
    lines = [caption[1] + caption[2], caption[1] + "\u3000" + caption[3]]
    return lines if all(_fits(part) for part in lines) else []


def _filled(start: str, hang: str, text: str) -> list[str]:
    """Lines as full as they may be, the first behind `start`, the others behind `hang`."""
    lines, at = [], 0
    while not _fits(start + text[at : at + WIDTH]):
        count = _split(text[at : at + _AHEAD], WIDTH - columns(start), LENGTH - len(start))
        lines.append(start + text[at : at + count].rstrip())
        start, at = hang, at + count
        while at < len(text) and text[at].isspace():
            at += 1
    return [*lines, start + text[at:]]


def _split(text: str, width: int, length: int) -> int:
    """How many characters of `text`, at least one, make a line within `width` columns and `length` characters
    that ends well."""
    units = _UNIT.findall(text)
    end, used, count = 0, 0, 0
    while end < len(units) and used + columns(units[end]) <= width and count + len(units[end]) <= length:
        used, count, end = used + columns(units[end]), count + len(units[end]), end + 1
    place = _best_place(units, end)
    if place == 0:  # one endless word, or nothing but marks that must stay together
        return max(1, min(length, width // 2))
    return sum(map(len, units[:place]))


def _best_place(units: list[str], end: int) -> int:
    """The place to break at, at most `end` units from the start; 0 if there is none."""
    best, best_worth, lost = 0, -WIDTH, 0
    for place in range(min(end, len(units) - 1), 0, -1):
        worth = _worth(units, place)
        if worth is not None and worth - lost > best_worth:
            best, best_worth = place, worth - lost
        lost += columns(units[place - 1])
    return best


def _worth(units: list[str], place: int) -> int | None:
    """How well a line ends before the unit at `place`; None where it must not end."""
    before, after = units[place - 1][-1], units[place][0]
    if after in _NOT_FIRST or before in _NOT_LAST or _width(after) == 0:
        return None
    if before in "、。" or before.isspace():
        return _AFTER_MARK
    if _is_hiragana(after) and _ends_soon(units, place):
        return _AWKWARD
    if _is_katakana(before) and _is_katakana(after):
        return _WITHIN_A_WORD
    if before in _HONORIFIC:
        return _ANYWHERE
    if _begins_phrase(units, place) and before in _PARTICLE:
        return _AFTER_PHRASE
    return _AFTER_BRACKET if before in "」』）】" or after in _NOT_LAST else _ANYWHERE


def _begins_phrase(units: list[str], place: int) -> bool:
    """Whether the unit at `place` is no hiragana, or an honorific お, ご before such a one."""
    after = units[place][0]
    if after in "おご" and place + 1 < len(units):
        return not _is_hiragana(units[place + 1][0])
    return not _is_hiragana(after)


def _ends_soon(units: list[str], place: int) -> bool:
    """Whether a line from here would begin with 「は、」 or hold but the end of a word: 「せん。」."""
    return "".join(units[place + 1 : place + 2]) in ("、", "。") or len(units) - place <= 4


def _is_katakana(character: str) -> bool:
    return "ァ" <= character <= "ヿ"


def _is_hiragana(character: str) -> bool:
    return "ぁ" <= character <= "ゖ"
