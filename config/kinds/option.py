"""Something that may be taken, as a survey's file has it: a choice, or a line with a circle."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import ClassVar

from config.patterns import pattern
from config.shape import Reasons, Shape
from config.spelling import nfkc

_NUMBER = pattern(r"\d+")
_FIRST = pattern(r"\S{1,4}(?=\s)")
_BEFORE_BRACKET = pattern(r"[^\s()（）]+(?=(?:\s*[(（][^()（）]*[)）])?\s*$)")


class Option(Shape):
    """Something to be taken; `number` is the one that its text begins with."""

    number: int
    text: str


class Choice(Option):
    """選択肢. `skip_to` is the key of the next question that this choice leaves to be answered; what lies between should
    be blank."""

    skip_to: str = ""
    short: ClassVar[bool] = True


def is_numbered(option: Option) -> bool:
    """Whether a printed text begins with its number."""
    leading = _NUMBER.match(nfkc(option.text))
    return leading is not None and int(leading[0]) == option.number


def heads_of(options: Sequence[Option]) -> Mapping[int, str]:
    """How each is called, as it is printed: by the number that it begins with (①, ２), else by its first word where that
    is a short one (ア, (1)) for each of them, else by what stands before its bracket (無 of 無（問６へ）), else by its
    whole text; never by what another is called, too."""
    if all(map(is_numbered, options)):
        return {option.number: _printed_number(option) for option in options}
    for shape in (_FIRST, _BEFORE_BRACKET):
        found = {option.number: hit[0] for option in options if (hit := shape.match(option.text))}
        if len(set(found.values())) == len(options):
            return found
    return {option.number: option.text for option in options}


def _printed_number(option: Option) -> str:
    """The shortest beginning that is the number."""
    beginnings = (option.text[:n] for n in range(1, len(option.text) + 1))
    return next(head for head in beginnings if nfkc(head) == str(option.number))


def mistaken(key: str, options: Sequence[Option]) -> Reasons:
    """What is wrong with the texts and numbers of choices or lines: they begin with their numbers, or none does and each
    number is the place."""
    for text, times in Counter(option.text for option in options).items():
        if times > 1:
            yield key, f"「{text}」が2回以上あります。"
    if not options:
        yield key, "1つ以上書いてください。"
    if any(map(is_numbered, options)) or any(option.number != n for n, option in enumerate(options, 1)):
        yield from _mistaken_numbers(key, options)


def _mistaken_numbers(key: str, options: Sequence[Option]) -> Reasons:
    for number, times in Counter(option.number for option in options).items():
        if times > 1:
            yield key, f"number {number} が2回以上あります。"
    for place, option in enumerate(options, 1):
        if not is_numbered(option):
            yield f"{key}.{place}.text", f"先頭の番号が number（{option.number}）と合いません。"
