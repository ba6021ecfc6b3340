"""Single values as a TOML file has them, or as people write them who do not know TOML ("587"): each is read as its type, or
refused with the reason in Japanese."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from config.names import why_unseen


def instant(value: Any) -> datetime:
    """An instant out of a TOML value, or out of its text (ISO 8601). Raises ValueError, as each reader here does."""
    if isinstance(value, datetime):
        return value
    with suppress(ValueError, TypeError):
        return datetime.fromisoformat(value)
    raise ValueError("日時を 2023-07-21T17:00:00+09:00 の形で書いてください。")


def _text(value: Any) -> str:
    if isinstance(value, str):
        if reason := why_unseen(value):
            raise ValueError(reason)
        return value
    raise ValueError("文字列を書いてください。")


def _truth(value: Any) -> bool:
    with suppress(KeyError, TypeError):
        return {True: True, False: False, "true": True, "false": False}[value]
    raise ValueError("true か false を書いてください。")


def _whole(value: Any) -> int:
    with suppress(ValueError, TypeError, OverflowError):
        if not isinstance(value, bool) and int(value) == float(value):
            return int(value)
    raise ValueError("整数を書いてください。")


def _number(value: Any) -> float:
    with suppress(ValueError, TypeError, OverflowError):
        if not isinstance(value, bool):
            return float(value)
    raise ValueError("数を書いてください。")


def _decimal(value: Any) -> Decimal:
    with suppress(ArithmeticError):
        if isinstance(value, int | float | str | Decimal) and not isinstance(value, bool):
            found = Decimal(str(value))
            if found.is_finite():
                return found
    raise ValueError("数を書いてください。")


def _day(value: Any) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    with suppress(ValueError, TypeError):
        return date.fromisoformat(value)
    raise ValueError("日付を 2023-07-17 の形で書いてください。")


def _hour(value: Any) -> time:
    if isinstance(value, time):
        return value
    with suppress(ValueError, TypeError):
        return time.fromisoformat(value)
    raise ValueError("時刻を 17:00:00 の形で書いてください。")


PLAIN: Mapping[Any, Callable[[Any], Any]] = {
    str: _text, bool: _truth, int: _whole, float: _number, Decimal: _decimal,
    datetime: instant, date: _day, time: _hour, Any: lambda value: value,
}  # fmt: skip
