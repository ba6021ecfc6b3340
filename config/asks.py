"""What is asked for: a field of the head, a question, a text that goes with a choice; each of a kind (config/kinds/).

Frozen values only, of which `form.py` makes a form.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Literal

from config.kinds.any_kind import KINDS, AnyKind
from config.kinds.kind import Line, Meaning, with_kind
from config.kinds.table import TablePart
from config.shape import BodyKind, Shape, keys_of

_CLOSED = frozenset({"rows", "cell", "totals"})
_LEAST_ACCOUNT = 16  # characters of an outline (概要) beside a choice: 「2件あり、改善済み」 is none


class Ask(Shape):
    """One thing to be filled in. The keys of its `kind` stand beside its own in the file."""

    key: str
    kind: AnyKind
    at: str = ""  # of a given form: the cell to be filled (C6), or one for each line of the answer (C6:C9)

    @classmethod
    def prepared(cls, data: Any) -> Any:
        """The kind's own keys put together; a kind that is not named is told by them, and a table with lines, or without
        anything that only a closed one has, is open."""
        if isinstance(data, dict) and data.get("kind") == "table" and ("lines" in data or _CLOSED.isdisjoint(data)):
            data = {**data, "kind": "lines"}
        return with_kind(data, KINDS, keys_of(cls), cls._told_by)

    @classmethod
    def _told_by(cls, data: Mapping[str, Any]) -> str:
        return "choice" if "choices" in data else "text"


class Field(Ask):
    """One line of 回答者情報, the head of the sheet."""

    label: str
    hint: str = ""
    required: bool = True
    personal: bool = False  # its value is never quoted in a reply, log or finding


class FreeText(Ask):
    """自由記載: a text asked for when one of `choices` is taken.

    `where="cell_or_file"`: a supporting file in the same mail serves as well. An empty `label` means that
    the sheet prints no line for it: the text stands in the row of the answer, to its right.
    `alert`: once accepted, the operators are told that this choice was taken. `upcoming`: it is a plan, so that a month
    that was over by the deadline is looked at again.
    """

    label: str
    choices: tuple[int, ...]
    where: Literal["cell", "cell_or_file"] = "cell"
    alert: bool = False
    upcoming: bool = False
    format: Literal["text", "year_month"] = "text"  # how the kind was called when there were two of them

    @classmethod
    def _told_by(cls, data: Mapping[str, Any]) -> str:
        return "year_month" if data.get("format") == "year_month" else "text"

    def asked_by(self, number: int | None) -> bool:
        """Whether the choice with this number asks for it."""
        return number in self.choices

    def within(self, meaning: Meaning) -> bool:
        """Whether what was written beside the choice tells it, too; an account of one's own needs some length."""
        least = _LEAST_ACCOUNT if self.kind.free and self.where == "cell_or_file" else 0
        return self.kind.within(meaning) and len(meaning.remark) >= least


class AskedIf(Shape):
    """The question is asked only where `question` was answered by one of `choices`."""

    question: str
    choices: tuple[int, ...]

    def met_by(self, number: int) -> bool:
        """Whether the choice with this number is one of them."""
        return number in self.choices


Condition = AskedIf | str  # a text is in the language of rules (`config.conditions`)


class Question(Ask):
    """項番 and 質問."""

    item: str  # 項番 as printed, e.g. "７"
    sub: str = ""  # e.g. "－４"
    required: bool = True  # whether it has to be answered where it is asked
    heading: str = ""  # a line printed above it, e.g. where the additional questions begin
    text: str  # as printed on the sheet
    only: tuple[BodyKind, ...] = ()  # asked of these kinds of bodies; empty = of all
    asked_if: Condition | None = None
    free_texts: tuple[FreeText, ...] = ()
    _part: TablePart | None = None

    @property
    def part(self) -> TablePart | None:
        """The place in its table, if the question is a cell of one; else None."""
        return self._part

    def in_table(self, part: TablePart) -> Question:
        """The question of a table as that of one of its cells."""
        own = {"key": part.of((part.row, part.column)), "kind": part.table.cell_at(part.column), "required": part.needed}
        return self.changed(own | {"_part": part})

    @classmethod
    def _told_by(cls, data: Mapping[str, Any]) -> str:
        if ("choices" in data) == ("marks" in data):
            raise ValueError("choices か marks の、どちらか一方が要ります。")
        return "choice" if "choices" in data else "marks"

    @cached_property
    def keys(self) -> Mapping[int, str]:
        """The key of each cell of the answer, by the number of its line: 7-4, or 7-4#3."""
        return {slot.number: f"{self.key}#{slot.number}" if slot.label else self.key for slot in self.kind.slots}

    @cached_property
    def labels(self) -> Mapping[str, str]:
        """What is printed beside cells to be filled, from the top, by their keys; a text without a line has none."""
        lines = {self.keys[slot.number]: slot.label for slot in self.kind.slots if slot.label}
        return lines | {text.key: text.label for text in self.free_texts}

    @cached_property
    def in_lines(self) -> bool:
        """Whether the answer stands beside several printed lines, and not in one cell."""
        return self.key not in self.keys.values()

    @property
    def printed_key(self) -> str:
        """The key as the file has it, also of a cell of a table."""
        return self.part.key if self.part else self.key

    @property
    def in_open_table(self) -> bool:
        """Whether it is a cell of a line of which there are as many as are filled in."""
        return self.part is not None and self.part.table.open

    @property
    def said(self) -> str:
        """The question's text in one piece, with the row and column of a cell."""
        return f"{self.text.strip()}（{self.part.label}）" if self.part else self.text

    @property
    def needed(self) -> bool:
        """Whether it may not be left as it is where it is asked."""
        return self.required and self.kind.needed

    @cached_property
    def skips(self) -> Mapping[int, str]:
        """Which line leaves out what lies before which question: number → key."""
        return {line.number: line.skip_to for line in self.kind.lines if line.skip_to}

    @cached_property
    def alarming(self) -> bool:
        """Whether one of its choices is one of which the operators must hear."""
        return any(text.alert for text in self.free_texts)

    @cached_property
    def by_number(self) -> Mapping[int, Line]:
        """The lines that may be taken."""
        return {line.number: line for line in self.kind.lines}
