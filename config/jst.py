"""日本標準時: every instant of this program is shown and kept in it. Reads no clock."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

JST = timezone(timedelta(hours=9), "JST")  # without daylight saving time since 1951


def in_jst(instant: datetime) -> datetime:
    """An instant in Japan's time (JST). Raises ValueError for an instant without offset: it could be any hour."""
    if instant.tzinfo is None:
        raise ValueError("instant without offset")
    return instant.astimezone(JST)
