"""（1/3）: marks by which a sender says that one submission comes in several mails.

Only what is clearly such a mark: a date (7/21), a question (Q7-1), a form's number (別添１) is none. Where the
same characters may be either, they are taken for none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from email.utils import parsedate

from config.spelling import nfkc

PartMark = tuple[int, int]  # which part, of how many; 0: it is not said of how many

_FEW = 5  # of so many at most, k/n in brackets is hardly a date
_MONTHS_LIKE = 12
_MOST = 30
_LONGEST = 500  # characters looked at
_OPEN, _CLOSE = r"[(\[【〔<《〈「『]", r"[)\]】〕>》〉」』]"
_NUMBER = r"(\d{1,2})"
_WORD = r"(?:その|分割(?:送[付信])?|part|no\.?)"
_FRACTION = rf"{_NUMBER}\s*(?:/|of|通?目?/全?|分割?の)\s*{_NUMBER}"
# （1/3）, 【分割1/3】 — and 回答 1/3 at the end of a subject
_IN_BRACKETS = re.compile(
    rf"{_OPEN}\s*({_WORD})?\s*{_FRACTION}\s*(?:通目?|件目?|回目?)?\s*{_CLOSE}", re.IGNORECASE
)
_AT_END = re.compile(rf"(?:^|[\s_])({_WORD})?\s*{_FRACTION}\s*(?:通目?)?\s*(?:\.\w{{2,4}})?\Z", re.IGNORECASE)
_WITH_WORD = re.compile(rf"({_WORD})\s*{_FRACTION}(?![\d/])", re.IGNORECASE)
_OF_ALL = re.compile(rf"全?{_NUMBER}\s*通\s*(?:中|の(?:うち)?)の?\s*{_NUMBER}")  # ３通中の１通目
_NTH = re.compile(rf"(?<!\d){_NUMBER}\s*通目")
_ALL = re.compile(rf"全{_NUMBER}\s*通")
_ALONE = re.compile(
    r"(?:その|分割(?:送[付信])?|part)\s*(\d{1,2}|[一二三四五六七八九十])"
    r"(?![\d/\-つ個件点条号種者人年月日時のは]|\.\d)",
    re.IGNORECASE,
)
_KANJI = "一二三四五六七八九十"


def part_mark(subject: str, filenames: Iterable[str], date: str = "") -> PartMark | None:
    """The mark in the subject, else the one that the file names agree on. `date`: the Date field, whose month
    tells （7/8） in July for a day."""
    month = _month(date)
    named = {mark for name in filenames if (mark := _mark(name, month))}
    marks = [mark for mark in (_mark(subject, month), named.pop() if len(named) == 1 else None) if mark]
    return next((mark for mark in marks if mark[1]), marks[0] if marks else None)


def _mark(text: str, month: int) -> PartMark | None:
    line = nfkc(text[:_LONGEST]).strip()
    for pattern in (_WITH_WORD, _IN_BRACKETS, _AT_END):
        hit = pattern.search(line)
        if hit and 1 <= int(hit[2]) <= int(hit[3]) <= _MOST and int(hit[3]) > 1:
            number, of = int(hit[2]), int(hit[3])
            if hit[1] or _is_no_date(number, of, month, bare=pattern is _AT_END):
                return number, of
    return _in_words(line)


def _in_words(line: str) -> PartMark | None:
    """The mark in words: ３通中の１通目, １通目（全３通）, その１."""
    hit = _OF_ALL.search(line)
    if hit and 1 <= int(hit[2]) <= int(hit[1]):
        return int(hit[2]), int(hit[1])
    hit = _NTH.search(line)
    if hit and int(hit[1]) >= 1:
        total = _ALL.search(line)
        return int(hit[1]), int(total[1]) if total else 0
    hit = _ALONE.search(line)
    if hit is None:
        return None
    number = _KANJI.index(hit[1]) + 1 if hit[1] in _KANJI else int(hit[1])
    return (number, 0) if 1 <= number <= _MOST else None


def _is_no_date(number: int, of: int, month: int, bare: bool) -> bool:
    """Whether k/n can only be meant as a part of so many. `month`: that of the mail, 0 if it is not known."""
    near = month == 0 or abs(number - month) <= 1
    if bare:
        return of <= _FEW and number != month
    return of <= _FEW or (of <= _MONTHS_LIKE and not near)


def _month(date: str) -> int:
    """The month of a Date field; 0 where it has none that can be read."""
    parsed = parsedate(date) if date else None
    return parsed[1] if parsed else 0
