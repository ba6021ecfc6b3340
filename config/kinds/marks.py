"""A circle (〇) beside a line, or none: every usual way to mark one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import ClassVar, Literal

from config.cache import cache_short
from config.kinds.kind import NOT_READ, Examples, Kind, Line, Meaning, Slot
from config.kinds.option import Option, heads_of, is_numbered, mistaken
from config.logic import Type, Value
from config.patterns import pattern
from config.shape import Reasons, Severity
from config.spelling import circled, fold, label_key, nfkc, says_nothing

_CIRCLED = {
    *"〇○◯●◎⚪⚫⭕◉Oo✓✔☑✅■レVv1", "はい", "該当", "該当する", "該当あり", "有", "有り", "あり", "TRUE", "true", "True",
    "yes", "Yes", "YES", "丸", "まる", "マル", "レ点", "チェック", "済",
}  # fmt: skip
_NOT_CIRCLED = {
    *"×✕✖✗✘❌xX☐□0", "いいえ", "該当しない", "FALSE", "false", "False", "no", "No", "NO",
}  # fmt: skip
_FULL, _EMPTY = frozenset("●⚫"), frozenset("〇○◯⚪")  # of two buttons the full one is pressed
_WITH_REMARK = pattern(r"([^()]{1,4})\(([^()]+)\)|([〇○◯◎●✓✔☑✅■レ])([^()〇○◯◎●]{1,10})")  # ○（一部）, ○一部
_APART = pattern(r"[\s、，,・／/]+|及び|と")  # between lines that are named by their letters
_DENIED = pattern(r"[?×→]|な[いしく]|無|ません|せず|除|未|予定|検討|仮|不明|か$")


class Mark(Option):
    """One line of a question that is answered by circles (〇)."""


class MarksKind(Kind):
    """Circles beside some of several lines, canonical as 1,3. `none_marked`: what no circle at all leads to; None =
    silent."""

    kind: Literal["marks"] = "marks"
    marks: tuple[Mark, ...]
    none_marked: Severity | None = None
    sign: ClassVar[str] = "〇"
    unread: ClassVar[str] = "mark_unreadable"
    in_rules: ClassVar[Type] = "marks"

    @cached_property
    def slots(self) -> tuple[Slot, ...]:
        return tuple(Slot(mark.number, mark.text) for mark in self.marks)

    @cached_property
    def _numbered(self) -> bool:
        return all(map(is_numbered, self.marks))

    @cached_property
    def _heads(self) -> Mapping[int, str]:
        """How each line is called: ①, or as it is printed where the lines have no numbers (ア)."""
        return {mark.number: circled(mark.number) for mark in self.marks} if self._numbered else heads_of(self.marks)

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        return tuple(Line(mark.number, self._heads[mark.number], mark.text) for mark in self.marks)

    @property
    def options(self) -> tuple[str, ...]:
        return (self.sign,)

    def meaning(self, text: str, by: date | None = None) -> Meaning:
        """The numbers of the lines, as they are told by telephone: ①③, or ア、ウ where the lines have no numbers."""
        numbers = {int(digit) for digit in re.findall(r"\d", nfkc(text))} if self._numbered else self._named(text)
        known = numbers <= {mark.number for mark in self.marks}
        return Meaning(",".join(map(str, sorted(numbers)))) if known else NOT_READ

    def _named(self, text: str) -> set[int]:
        """The lines that a text names by their letters or whole texts; 0 for a part that names no line."""
        called = {label_key(name): mark.number for mark in self.marks for name in (self._heads[mark.number], mark.text)}
        if whole := called.get(label_key(text)):
            return {whole}
        names = (n for part in _APART.split(text.strip()) for n in ([part] if label_key(part) in called else part))
        return {called.get(label_key(name), 0) for name in names}

    def mark(self, text: str, number: int) -> bool | None:
        return True if fold(text) == fold(self._heads[number]) else read_mark(text, number)

    def unpressed(self, marks: Mapping[int, str]) -> frozenset[int]:
        full = any(mark in _FULL for mark in marks.values())
        return frozenset(n for n, mark in marks.items() if mark in _EMPTY) if full else frozenset()

    def shown(self, value: str) -> str:
        between = "" if self._numbered else "、"
        return between.join(self._heads[int(number)] for number in value.split(",") if number)

    def worth(self, value: str) -> Value:
        """The numbers that are circled; unknown where no circle stands and one is asked for."""
        taken = tuple(Decimal(number) for number in value.split(",") if number)
        return None if self.none_marked and not taken else taken

    @property
    def none_taken(self) -> Severity | None:
        return self.none_marked

    @property
    def needed(self) -> bool:
        return self.none_marked == "error"

    def refused(self, heads: str) -> str:
        return f"{heads} から該当するものを指定してください。"

    def wanted(self) -> str:
        return self.sign

    def mistakes(self) -> Reasons:
        return mistaken("marks", self.marks)

    def examples(self) -> Examples:
        first = self.marks[0].number
        return Examples(((str(first), str(first)), (self.shown(str(first)), str(first))), unread=("99",))


@cache_short(2048, 100)
def read_mark(value: str, number: int) -> bool | None:
    """Whether the cell beside line `number` bears a circle (〇 ○ ● ✓ ■ 丸 1 はい …, also with a remark in brackets, or
    the line's own number); None if that cannot be told."""
    folded = fold(value)
    if folded in _CIRCLED or folded == str(number):
        return True
    if folded in _NOT_CIRCLED or says_nothing(value):
        return False
    remarked = _WITH_REMARK.fullmatch(folded)
    if remarked and not _DENIED.search(remarked[2] or remarked[4]):
        return True if (remarked[1] or remarked[3]) in _CIRCLED else None
    return None
