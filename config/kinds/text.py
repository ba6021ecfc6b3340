"""A text of one's own (自由記載, 記入者名): whatever was written."""

from __future__ import annotations

from typing import ClassVar, Literal

from config.kinds.kind import Examples, Kind, Reading
from config.spelling import is_blank


class TextKind(Kind):
    """Anything but blank; 特になし says something."""

    kind: Literal["text"] = "text"
    free: ClassVar[bool] = True

    def says_nothing(self, text: str) -> bool:
        return is_blank(text)

    def within(self, reading: Reading) -> bool:
        return reading.outlined

    def examples(self) -> Examples:
        return Examples((("特になし", "特になし"), (" 窓口で確認している。\n", "窓口で確認している。")))
