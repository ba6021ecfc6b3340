"""The phrases of `phrases.toml`, compiled once: how people and machines word their mail.

Pure data and the look-up; what a phrase leads to is told where it is asked for.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any


@cache
def pattern(section: str, key: str = "text") -> re.Pattern[str]:
    """The alternatives of one list as one expression, case ignored. Raises KeyError for a list that is not there."""
    listed: Sequence[str] = _data()[section][key]
    return re.compile("|".join(f"(?:{one})" for one in listed), re.IGNORECASE)


@cache
def reasons() -> Mapping[str, re.Pattern[str]]:
    """What the words of a mail without a file may say, by reason, in the order in which they are shown."""
    return {reason: pattern("says", reason) for reason in _data()["says"]}


@cache
def silent_reasons() -> frozenset[str]:
    """The reasons that call for no letter."""
    return frozenset(_data()["silent"]["reasons"])


@cache
def our_results() -> tuple[str, ...]:
    """How subjects of ours begin, without brackets."""
    return tuple(_data()["ours"]["results"])


@cache
def our_endings() -> tuple[str, ...]:
    """The endings of those subjects of ours that begin with a word of the survey."""
    return tuple(_data()["ours"]["endings"])


@cache
def our_number() -> re.Pattern[str]:
    """A receipt number, or the number of a letter that answers none."""
    return re.compile(_data()["ours"]["number"])


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(resources.files("intake.mail").joinpath("phrases.toml").read_text("utf-8"))
