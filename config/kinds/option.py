"""Something that may be taken, as a survey's file has it: a choice, or a line with a circle."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from config.shape import Reasons, Shape
from config.spelling import nfkc

_NUMBER = re.compile(r"\d+")


class Option(Shape):
    """Something to be taken; `number` is the one that its text begins with."""

    number: int
    text: str


class Choice(Option):
    """選択肢. `skip_to` is the key of the next question that this choice leaves to be answered; what lies between should
    be blank."""

    skip_to: str = ""


def is_numbered(option: Option) -> bool:
    """Whether a printed text begins with its number."""
    leading = _NUMBER.match(nfkc(option.text))
    return leading is not None and int(leading[0]) == option.number


def mistaken_numbers(key: str, options: Sequence[Option]) -> Reasons:
    """What is wrong with the numbers of choices or lines that have to begin with them."""
    for number, times in Counter(option.number for option in options).items():
        if times > 1:
            yield key, f"number {number} が2回以上あります。"
    for place, option in enumerate(options, 1):
        if not is_numbered(option):
            yield f"{key}.{place}.text", f"先頭の番号が number（{option.number}）と合いません。"
