"""A day, as people write one: 令和６年５月31日, R6.5.31, H20/4/1, 昭和五十五年四月一日, 2024-05-31, a date of Excel's;
canonical as 2024-05-31.

Takes only what says one day. A year of one or two digits without an era (6.5.31: of 令和, or 2006?) is asked about, and
so is what may be a day as Excel counts them or as it is written together (50401).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import ClassVar, Literal

from config.kinds.kind import BAD, NOT_READ, STRONG, Around, Examples, Fault, Kind, Meaning, Typing
from config.logic import Type, Value
from config.patterns import pattern
from config.shape import Reasons
from config.spelling import LONGEST, arabic, fold

_ERAS = {"明治": (1868, 45), "大正": (1912, 15), "昭和": (1926, 64), "平成": (1989, 31), "令和": (2019, 99)}  # year 1, last
_INITIALS = {"m": "明治", "t": "大正", "s": "昭和", "h": "平成", "r": "令和"}
_WRITTEN = pattern(
    r"(?P<era>明治|大正|昭和|平成|令和|[mtshr]\.?)?(?P<year>元|[0-9]{1,4})"
    r"(?:年|(?P<mark>[./-]))(?P<month>[0-9]{1,2})(?:月|(?(mark)(?P=mark)|[./-]))(?P<day>[0-9]{1,2})日?"
)
_WEEKDAY = pattern(r"\([日月火水木金土](?:曜日?)?\)\Z")
# 令和６年（2024年）
_TWICE = pattern(r"\((?:西暦)?(?P<year>[0-9]{4})年?\)(?=年|[0-9])|\((?:西暦)?(?P<behind>[0-9]{4})年\)")
_STORED = pattern(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[t]?(?:[0-9]{2}:[0-9]{2}(?::[0-9.]+)?)?")
_TOGETHER = pattern(r"((?:19|20)[0-9]{2})([0-9]{2})([0-9]{2})")
_SERIAL = pattern(r"[1-6][0-9]{4}(?:\.0*)?")  # a day as Excel counts it, shown without a date format: 1927 to 2091
_SHORT = pattern(r"([0-9])([0-9]{2})([0-9]{2})")  # 60531
_COUNTED = date(1900, 3, 1)
EPOCH = date(1899, 12, 30)  # day 0 of the 1900 system, as seen from March 1900 on
_ALONE = pattern(r"(?<![0-9])[0-9](?![0-9])")
_KANJI = pattern(r"[〇一二三四五六七八九十]+(?=年|月|日)")
_NEW_ERA = date(2019, 5, 1)


class DateKind(Kind):
    """A day from `min` to `max`; None: any."""

    kind: Literal["date"] = "date"
    min: date | None = None
    max: date | None = None
    missing: ClassVar[str] = "value_missing"
    in_rules: ClassVar[Type] = "date"

    @property
    def typing(self) -> Typing:
        bounds = tuple(str((bound - EPOCH).days) for bound in (self.min or EPOCH + timedelta(1), self.max) if bound)
        return Typing("date", "between" if self.max else "greaterThanOrEqual", bounds)

    @property
    def format(self) -> str:
        """Excel's number format of a date, with its era, so that 6/5/31, which Excel takes for 2006, is seen as
        平成18年."""
        return '[$-ja-JP]ggge"年"m"月"d"日"'

    def meaning(self, text: str, by: date | None = None) -> Meaning:
        if len(text) > LONGEST:
            return NOT_READ
        folded = fold(text).lower()
        if (both := _of_short_year(folded)) is not None:
            return Meaning(remark=both)
        day = _day(folded)
        return Meaning(day.isoformat()) if day else NOT_READ

    def wanted(self) -> str:
        """What belongs there, in words for the sender: 令和６年５月31日 のような年月日."""
        least = f"{_said(self.min)}以後" if self.min else ""
        most = f"{_said(self.max)}以前" if self.max else ""
        return f"{least}{'、' if least and most else ''}{most}{'の' if least or most else ''}年月日（例：令和６年５月31日）"

    def choosing(self, meaning: Meaning) -> str:
        return meaning.remark

    def faults(self, value: str, around: Around) -> Iterator[Fault]:
        read = self.read(value)
        if not read:
            yield Fault(self.unread, self.choosing(self.meaning(value)) or self.wanted())
            return
        day = date.fromisoformat(read)
        if (self.min and day < self.min) or (self.max and day > self.max):
            yield Fault("value_out_of_range", self.wanted())

    def shown(self, value: str) -> str:
        """The day as the form words it: 令和6年5月31日 for 2024-05-31."""
        return _said(date.fromisoformat(value)) if value else ""

    def typed(self, value: str) -> str | date:
        """A date as Excel's number of days; a text before Excel counts days as the calendar does."""
        day = date.fromisoformat(value)
        return day if day >= _COUNTED else value

    def worth(self, value: str) -> Value:
        return date.fromisoformat(value) if value else None

    def fits(self, text: str, around: Around) -> float:
        return STRONG if self.read(text) else BAD

    def within(self, meaning: Meaning) -> bool:
        return bool(self.read(meaning.remark))

    def mistakes(self) -> Reasons:
        for key, bound in (("min", self.min), ("max", self.max)):
            if bound and bound < _COUNTED:
                yield key, "1900年3月1日以後の日にしてください（Excel の日付は、その前では暦と合いません）。"
        if self.min and self.max and self.max < self.min:
            yield "max", "min より前にはできません。"

    def examples(self) -> Examples:
        day = self.max or self.min or date(2024, 5, 31)
        written = (self.shown(day.isoformat()), f"{day.year}/{day.month}/{day.day}", f"{day.isoformat()} 00:00:00")
        bounds = ((self.min, -1), (self.max, 1))
        beyond = ((bound + timedelta(days)).isoformat() for bound, days in bounds if bound)
        return Examples(
            tuple((text, day.isoformat()) for text in written),
            unread=("未定", "令和６年５月", "5月31日", "6.5.31", "令和６年２月30日", "50401"),
            faulty=(*((text, "value_out_of_range") for text in beyond), ("未定", "value_unreadable")),
        )

    def plausible(self, place: int, last: date) -> str:
        """A day of the year before for each place, one month after the other."""
        day = date(last.year - 1, 4, 1) + timedelta(30 * place)
        day = min(day, self.max or day)
        return self.shown(max(day, self.min or day).isoformat())


def _day(folded: str) -> date | None:
    """The one day that a folded text says."""
    if stored := _STORED.fullmatch(folded):
        return _made(*map(int, stored[1].split("-")))
    if together := _TOGETHER.fullmatch(folded):
        return _made(*map(int, together.groups()))
    if _SERIAL.fullmatch(folded):
        serial = folded.partition(".")[0]
        short = _SHORT.fullmatch(serial)
        return None if short and _made(2000, int(short[2]), int(short[3])) else EPOCH + timedelta(int(serial))
    said = _WEEKDAY.sub("", _KANJI.sub(arabic, folded))
    years = [int(hit["year"] or hit["behind"]) for hit in _TWICE.finditer(said)]
    hit = _WRITTEN.fullmatch(_TWICE.sub("", said))
    year = _year(hit) if hit else None
    if hit is None or year is None or any(other != year for other in years):
        return None
    return _made(year, int(hit["month"]), int(hit["day"]))


def _of_short_year(folded: str) -> str | None:
    """What a day with a short year and no era may mean; None where the text is no such day."""
    hit = _WRITTEN.fullmatch(_WEEKDAY.sub("", folded))
    if hit is None or hit["era"] or hit["year"] == "元" or len(hit["year"]) > 2:
        return None
    month, day, year = int(hit["month"]), int(hit["day"]), int(hit["year"])
    years = ((f"令和{year}", 2018 + year), (f"{2000 + year}", 2000 + year))
    return "か".join(f"「{said}年{month}月{day}日」" for said, full in years if _made(full, month, day))


def _year(hit: re.Match[str]) -> int | None:
    """The year of our calendar; None where the era has no such year, or none is named for a short one."""
    era = hit["era"] and (_INITIALS.get(hit["era"].rstrip(".")) or hit["era"])
    if not era:
        return int(hit["year"]) if len(hit["year"]) == 4 else None
    first, last = _ERAS[era]
    number = 1 if hit["year"] == "元" else int(hit["year"])
    return first + number - 1 if 1 <= number <= last else None


def _made(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _said(day: date) -> str:
    """令和６年５月31日, as official letters write it; a day before 2019-05-01 by its year of our calendar."""
    year = day.year - 2018
    named = f"令和{'元' if year == 1 else year}" if day >= _NEW_ERA else f"{day.year}"
    return _ALONE.sub(lambda digit: chr(ord(digit[0]) + 0xFEE0), f"{named}年{day.month}月{day.day}日")
