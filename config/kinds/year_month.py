"""A year and a month, as plans are given: 令和５年９月, R5.9, 2023/9, 令和五年九月, 令和５年度３月, a date of Excel's."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import ClassVar, Literal

from config.kinds.kind import NOT_READ, Examples, Kind, Meaning
from config.patterns import pattern
from config.spelling import LONGEST, arabic, fold

_MONTH = pattern(
    r"(?P<era>令和|令|r|R)?(?P<year>元|\d{1,4})(?:(?P<fiscal>年度)|年|[./-])"
    r"(?:(?P<month>\d{1,2})(?:月|$|[./-]\d{1,2}|[^\d年])|(?P<end>末))"
)
_OTHER_ERA = pattern(r"\([^()]*年\)")  # 令和５年（2023年）９月
_BRACKETS = str.maketrans("", "", "()（）〔〕[]「」")
_COMPACT = pattern(r"(20\d\d)(\d\d)")
_PAST_ERA = pattern(r"平成|昭和|[HhSs]\d")
_ISO = pattern(r"(\d{4})-(\d\d)-(\d\d)(?:\d\d:.*)?")
_SERIAL = pattern(r"[45]\d{4}")  # a date as Excel stores it, shown without a date format: 2009 to 2064
_SERIAL_EPOCH = date(1899, 12, 30)  # day 0 of the 1900 system, as seen from March 1900 on
_KANJI = pattern(r"[〇一二三四五六七八九十]+(?=年|月)")
_SEVERAL = pattern(
    r"(?:月|年度?\d{1,2}|[./]\d{1,2})(?:又は|または|若しくは|もしくは|から|か|[~〜・、,/-])\d{1,2}月|[?]|以外"
)
_FIRST = 19  # the year 2019, in which 令和 began
_ENDS_FISCAL = 3  # the fiscal year ends with March of the next one
_OPEN = pattern(
    r"未定|検討|調整|年度|年内|年中|今年|来年|月|時期|予定|早期|頃|以降|\d年|(?:令和?|[Rr])\d|[今来][春夏秋冬]|半年|[早速]く|速やか|順次|不明"
)


_WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


class YearMonthKind(Kind):
    """A year and a month, canonical as 2024-03."""

    kind: Literal["year_month"] = "year_month"
    unread: ClassVar[str] = "text_unreadable"
    unsettled: ClassVar[str] = "month_unclear"

    def meaning(self, text: str, by: date | None = None) -> Meaning:
        return read_month(text, by)

    def wanted(self) -> str:
        return "令和５年９月"

    def shown(self, value: str) -> str:
        """The month as the form words it: 令和６年３月 for 2024-03."""
        year, _, month = value.partition("-")
        of_era = int(year) - 2018
        return f"令和{'元' if of_era == 1 else of_era}年{int(month)}月".translate(_WIDE)

    def within(self, meaning: Meaning) -> bool:
        month = read_month(meaning.remark)
        return bool(month.value) or month.said

    def examples(self) -> Examples:
        read = ("令和６年３月", "2024-03"), ("R6.3", "2024-03"), ("令和五年度三月", "2024-03"), ("2024/3", "2024-03")
        return Examples(read, unread=("未定", "令和６年度中", "平成30年3月", "３月又は４月", "13月"))

    def plausible(self, place: int, last: date) -> str:
        return self.shown(f"{max(last.year - 1, 2019)}-{4 + place % 9:02}")


def read_month(text: str, by: date | None = None) -> Meaning:
    """The month that `text` names. A year below 19 counts as 令和, one below 100 as 20xx; earlier
    eras are over. `by`: the last day of the
    survey: a date before it that has a day may be Excel's reading of 6/3 (令和６年３月) and is not believed."""
    folded = _OTHER_ERA.sub("", fold(text[:LONGEST]))
    folded = _KANJI.sub(arabic, folded.translate(_BRACKETS))
    if _PAST_ERA.search(folded):
        return NOT_READ
    day = _date(folded)
    if day is not None:
        return _of_date(day, by)
    found = list(_MONTH.finditer(folded))
    months = {month: reckoned for match in found if (month := _month(match)) for reckoned in [_reckoned(match)]}
    if compact := _COMPACT.fullmatch(folded):
        months = {_named(int(compact[1]), int(compact[2])): False}
    if len(months) == 1 and "" not in months and not _SEVERAL.search(folded):
        ((value, reckoned),) = months.items()
        return Meaning(value, reckoned=reckoned)
    return Meaning(said=bool(_OPEN.search(folded)))


def _date(folded: str) -> date | None:
    """A whole date as Excel stores it."""
    try:
        if iso := _ISO.fullmatch(folded):
            return date(int(iso[1]), int(iso[2]), int(iso[3]))
    except ValueError:
        return None
    return _SERIAL_EPOCH + timedelta(days=int(folded)) if _SERIAL.fullmatch(folded) else None


def _of_date(day: date, by: date | None) -> Meaning:
    if by and day.year == by.year and day <= by and 1 < day.day <= 12:
        return Meaning(said=True)  # 6/3: the third of June, or March of 令和６年?
    value = _named(day.year, day.month)
    return Meaning(value, reckoned=bool(value) and day.day != 1)


def _month(found: re.Match[str]) -> str:
    if found["end"] and not found["fiscal"]:
        return ""
    year = 1 if found["year"] == "元" else int(found["year"])
    month = _ENDS_FISCAL if found["end"] else int(found["month"])
    if year < 100:
        year += 2000 if _is_western(found) else 2018
    return _named(year + (found["fiscal"] is not None and month <= _ENDS_FISCAL), month)


def _reckoned(found: re.Match[str]) -> bool:
    """Whether more than the written year and month went into it; 6/3 alone might be a day, too."""
    if found["end"] or (found["fiscal"] and int(found["month"]) <= _ENDS_FISCAL):
        return True
    if found["month"] == "1" and found.end() == len(found.string) and not found["era"] and "." in found[0]:
        return True  # 2024.10 as a number is shown as 2024.1
    return not found["era"] and len(found["year"]) < 3 and ("年" not in found[0] or _is_western(found))


def _is_western(found: re.Match[str]) -> bool:
    """Whether a year of two digits is one of ours: 24年3月 is 2024, since 令和24年 is far away."""
    return not found["era"] and found["year"] != "元" and _FIRST <= int(found["year"]) < 100


def _named(year: int, month: int) -> str:
    return f"{year}-{month:02}" if 1 <= month <= 12 and 2019 <= year <= 2117 else ""
