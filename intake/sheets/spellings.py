"""How people write a label, a choice, a circle or a month, and what each of these means.

Usual spellings only; nothing here knows a survey's wording, a sheet or a cell. What cannot be understood
for certain is None, never a guess.
"""

from __future__ import annotations

import difflib
import re
from datetime import date, timedelta

from config.cache import cache_short
from config.spelling import fold
from config.survey import Choice

_LONGEST = 400  # characters of a cell that matter for telling what it is
_PUNCTUATION = dict.fromkeys(map(ord, "・、。,.:;()[]{}「」『』【】〔〕<>《》※*◆◇■□★☆…?!_/\\-‐‑‒–—―−ー~〜"))
_CIRCLED = {*"〇○◯●◎⚪⚫⭕◉Oo✓✔☑レVv1", "はい", "該当", "有", "有り", "あり", "TRUE", "yes"}
_NOT_CIRCLED = {*"×✕✖✗✘xX-−ー―‐–—☐/", "いいえ", "無", "無し", "なし", "非該当", "該当なし", "FALSE", "no"}
_NOTHING = frozenset({"", "なし", "無", "無し", "特になし", "該当なし", "-", "−", "ー", "―", "/"})
_LEADING = re.compile(r"[(\[.]*(\d{1,2})(?!\d)[)\].,、:．]*")
_ANOTHER = re.compile(r"[、,・と及びおよび/&+.]*[(\[]?\d")
_MONTH = re.compile(
    r"(?P<era>令和|令|r|R)?(?P<year>元|\d{1,4})(?:年度?|[./-])(?P<month>\d{1,2})(?:月|$|[./-]\d{1,2}|[^\d])"
)
_OTHER_ERA = re.compile(r"\([^()]*年\)")  # 令和５年（2023年）９月
_COMPACT_MONTH = re.compile(r"(20\d\d)(\d\d)")
_PAST_ERA = re.compile(r"平成|昭和|[HhSs]\d")
_SERIAL = re.compile(r"[45]\d{4}")  # a date as Excel stores it, shown without a date format: 2009 to 2064
_SERIAL_EPOCH = date(1899, 12, 30)  # day 0 of the 1900 system, as seen from March 1900 on
# Circled digits would melt into their neighbours under NFKC (②① → 21), so each stands between full stops.
_CIRCLED_DIGITS = {
    first + offset: f".{offset + 1}."
    for first, count in ((0x2460, 20), (0x2776, 10), (0x2780, 10), (0x278A, 10))
    for offset in range(count)
}


@cache_short(8192, _LONGEST)
def label_key(text: str) -> str:
    """`text` for finding a label again: folded, lower case, without punctuation and long-vowel marks."""
    return fold(text[:_LONGEST]).translate(_PUNCTUATION).lower()


def circled(number: int) -> str:
    """① … ⑳ for 1 … 20; other numbers in brackets."""
    return chr(0x245F + number) if 1 <= number <= 20 else f"({number})"


def is_blank(value: str) -> bool:
    """Whether a cell shows nothing: empty, or only white space and characters without width."""
    return not value or not (value[0].isalnum() or fold(value))


def says_nothing(value: str) -> bool:
    """Whether a text only says that there is nothing to say: empty, 「なし」, 「－」."""
    return fold(value) in _NOTHING


def alike(one: str, other: str, least: float) -> bool:
    """Whether two label keys resemble each other by at least `least` (difflib's ratio, 0 to 1)."""
    matcher = difflib.SequenceMatcher(None, one, other, autojunk=False)
    return matcher.real_quick_ratio() >= least and matcher.quick_ratio() >= least and matcher.ratio() >= least


def find_choice(value: str, choices: tuple[Choice, ...]) -> int | None:
    """The number of the choice that `value` names: by its whole text, by its leading number (①, １, "1."),
    or by a text (or its beginning) that only one choice has. Two numbers (「①②」) name none."""
    key = label_key(value)
    whole = [c.number for c in choices if key == label_key(c.text) or key == label_key(bare(c))]
    begun = [c.number for c in choices if len(key) > 4 and label_key(bare(c)).startswith(key)]
    for fitting in (whole, begun):
        if len(fitting) == 1:
            return fitting[0]
    number, rest = _split_number(value)
    chosen = next((c for c in choices if c.number == number), None)
    if chosen is None:
        return None
    own = label_key(bare(chosen))
    if _ANOTHER.match(rest) and not (rest and own.startswith(label_key(rest)[:4])):
        return None
    return chosen.number


def bare(choice: Choice) -> str:
    """A choice's text without the number that it may begin with."""
    number, rest = _split_number(choice.text)
    return rest if number == choice.number else choice.text


@cache_short(2048, _LONGEST)
def _split_number(text: str) -> tuple[int | None, str]:
    """The number that a text begins with, and the rest of it, folded."""
    folded = fold(text.translate(_CIRCLED_DIGITS))
    leading = _LEADING.match(folded)
    return (int(leading[1]), folded[leading.end() :]) if leading else (None, folded)


def is_circled(value: str, number: int) -> bool | None:
    """Whether the cell beside line `number` bears a circle (〇 ○ ● ✓ 1 はい …, or the line's own number);
    None if that cannot be told."""
    folded = fold(value)
    if folded in _CIRCLED or folded == str(number):
        return True
    return False if not folded or folded in _NOT_CIRCLED else None


def find_month(value: str) -> tuple[int, int] | None:
    """The year (of the common era) and month that `value` names: 令和５年９月, R5.9, 2023/9, 5年9月,
    2023-09-01, or a date's serial number. A year below 100 counts as 令和; earlier eras are over."""
    folded = _OTHER_ERA.sub("", fold(value))
    if _PAST_ERA.search(folded):
        return None
    if _SERIAL.fullmatch(folded):
        day = _SERIAL_EPOCH + timedelta(days=int(folded))
        return (day.year, day.month) if day.year >= 2019 else None
    found = _MONTH.search(folded)
    if found:
        year, month = 1 if found["year"] == "元" else int(found["year"]), int(found["month"])
    elif compact := _COMPACT_MONTH.fullmatch(folded):
        year, month = int(compact[1]), int(compact[2])
    else:
        return None
    if year < 100:
        year += 2018
    return (year, month) if 1 <= month <= 12 and 2019 <= year <= 2117 else None
