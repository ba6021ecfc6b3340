"""Regular expressions that are compiled when they are first used: a command that needs a few does not wait for all."""

from __future__ import annotations

import re
from typing import Any, AnyStr, cast


class _Pattern:
    def __init__(self, text: Any, flags: int) -> None:
        self._made = text, flags

    def __getattr__(self, name: str) -> Any:
        """An attribute of the compiled expression; kept, so that whoever asks again has it at once."""
        found = getattr(re.compile(*self._made), name)
        self.__dict__[name] = found
        return found


def pattern(text: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """A regular expression, as `re.compile` makes it, but compiled at its first use, which raises re.error for a
    mistake in it."""
    return cast("re.Pattern[AnyStr]", _Pattern(text, flags))
