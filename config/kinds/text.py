"""A text of one's own (自由記載, 記入者名): whatever was written."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import ClassVar, Literal

from config.kinds.kind import Around, Examples, Fault, Kind, Meaning
from config.logic import Value
from config.shape import Reasons
from config.spelling import is_blank

_LIKELY = ("要綱を定めて実施している。", "関係部署と協議している。", "窓口で案内している。")


class TextKind(Kind):
    """Anything but blank; 特になし says something. `length`: how many characters it may have, without line breaks and
    spaces at its ends; None: any."""

    kind: Literal["text"] = "text"
    length: int | None = None
    free: ClassVar[bool] = True
    missing: ClassVar[str] = "value_missing"
    blank_worth: ClassVar[Value] = ""

    def says_nothing(self, text: str) -> bool:
        return is_blank(text)

    def wanted(self) -> str:
        return "" if self.length is None else f"{self.length:,}文字以内"

    def faults(self, value: str, around: Around) -> Iterator[Fault]:
        said = sum(map(len, value.strip().splitlines()))
        if self.length is not None and said > self.length:
            yield Fault("value_out_of_range", self.wanted(), f"{said:,}文字")

    def mistakes(self) -> Reasons:
        if self.length is not None and self.length < 1:
            yield "length", "1 以上にしてください。"

    def within(self, meaning: Meaning) -> bool:
        return meaning.outlined

    def examples(self) -> Examples:
        """Texts cut to the length that an answer may have."""
        read = ("特になし", "特になし"), (" 窓口で確認している。\n", "窓口で確認している。")
        return Examples(tuple((text[: self.length], value[: self.length]) for text, value in read))

    def plausible(self, place: int, last: date) -> str:
        """A sentence about what is done, cut to the length that an answer may have."""
        return _LIKELY[place % len(_LIKELY)][: self.length]
