"""How official Japanese writes dates and figures.

Pure functions over values that are passed in; nothing here knows the clock, a survey or a letter.
"""

from __future__ import annotations

from datetime import datetime

from config.jst import JST, in_jst

_REIWA = datetime(2019, 5, 1, tzinfo=JST)
_WEEKDAYS = "月火水木金土日"
_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


def full_width_number(number: int) -> str:
    """A figure as official documents set it: one digit full width, more digits half width (７, 21)."""
    return str(number).translate(_FULL_WIDTH) if 0 <= number <= 9 else str(number)


def era_date(moment: datetime) -> str:
    """Day and time as a deadline is written, down to what is not zero: 令和５年７月21日（金）17時.

    `moment` is aware, at or after 2019-05-01 JST; else ValueError.
    """
    local = _in_reiwa(moment)
    return _day(local) + _hour(local) + (f"{local:%M}分" if local.minute else "")


def day_and_hour(moment: datetime) -> str:
    """Day and time as a deadline is written, without its year, where the letter tells the year elsewhere:
    ７月21日（金）17時."""
    return era_date(moment).split("年", 1)[1]


def short_day(moment: datetime) -> str:
    """Day and hour for a line of thirty characters: 7/21(金)17時."""
    local = in_jst(moment)
    minute = f"{local:%M}分" if local.minute else ""
    return f"{local.month}/{local.day}({_WEEKDAYS[local.weekday()]}){local.hour}時{minute}"


def era_minute(moment: datetime) -> str:
    """Day and time to the minute: 令和５年７月20日（木）14時03分."""
    return era_instant(moment)[:-3]


def era_instant(moment: datetime) -> str:
    """Day and time to the second, as a receipt is recorded: 令和５年７月20日（木）14時03分12秒.

    `moment` is aware, at or after 2019-05-01 JST; else ValueError.
    """
    local = _in_reiwa(moment)
    return f"{_day(local)}{_hour(local)}{local:%M}分{local:%S}秒"


def _in_reiwa(moment: datetime) -> datetime:
    local = in_jst(moment)
    if local < _REIWA:
        raise ValueError(f"{moment.isoformat()} lies before the Reiwa era")
    return local


def _day(local: datetime) -> str:
    years = local.year - 2018
    year = "元" if years == 1 else full_width_number(years)
    month, day = full_width_number(local.month), full_width_number(local.day)
    return f"令和{year}年{month}月{day}日（{_WEEKDAYS[local.weekday()]}）"


def _hour(local: datetime) -> str:
    return f"{full_width_number(local.hour)}時"
