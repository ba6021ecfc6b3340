"""The shapes of a form: the fields of its head, its questions, and what may stand in each (config/kinds/).

Frozen values only. `check_form.py` tells whether they fit each other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import groupby
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, PrivateAttr, model_validator
from pydantic_core import PydanticCustomError

from config.given import Asked, Print
from config.kinds.any_kind import KINDS, Given
from config.kinds.choice import ChoiceKind
from config.kinds.kind import Kind, Line, Reading
from config.kinds.table import Part, TableKind
from config.shape import BodyKind, Severity, Shape

_LEAST_ACCOUNT = 16  # characters of an outline (概要) beside a choice: 「2件あり、改善済み」 is none


class Ask(Shape):
    """One thing to be filled in. The keys of its `kind` stand beside its own in the file."""

    key: str
    kind: Given
    at: str = ""  # of a given form: the cell to be filled (C6), or one for each line of the answer (C6:C9)

    @model_validator(mode="before")
    @classmethod
    def _with_kind(cls, data: Any) -> Any:
        """The kind's own keys put together; a kind that is not named is told by them."""
        name = data.get("kind") if isinstance(data, dict) else None
        if not isinstance(data, dict) or isinstance(name, Kind) or (isinstance(name, dict) and "kind" in name):
            return data
        name = cls._told_by(data) if name is None else name
        shapes = (KINDS[name],) if isinstance(name, str) and name in KINDS else tuple(KINDS.values())
        taken = {field.alias or key for shape in shapes for key, field in shape.model_fields.items()}
        own = {key: value for key, value in data.items() if key in taken - cls.model_fields.keys()}
        return {k: v for k, v in data.items() if k not in own} | {"kind": {"kind": name, **own}}

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

    def within(self, reading: Reading) -> bool:
        """Whether what was written beside the choice tells it, too; an account of one's own needs some length."""
        least = _LEAST_ACCOUNT if self.kind.free and self.where == "cell_or_file" else 0
        return self.kind.within(reading) and len(reading.remark) >= least


class AskedIf(Shape):
    """The question is asked only where `question` was answered by one of `choices`."""

    question: str
    choices: tuple[int, ...]

    def met_by(self, number: int) -> bool:
        """Whether the choice with this number is one of them."""
        return number in self.choices


class Question(Ask):
    """項番 and 質問."""

    item: str  # 項番 as printed, e.g. "７"
    sub: str = ""  # e.g. "－４"
    required: bool = True  # whether it has to be answered where it is asked
    heading: str = ""  # a line printed above it, e.g. where the additional questions begin
    text: str  # as printed on the sheet
    only: tuple[BodyKind, ...] = ()  # asked of these kinds of bodies; empty = of all
    asked_if: AskedIf | None = None
    free_texts: tuple[FreeText, ...] = ()
    _part: Part | None = PrivateAttr(None)

    @property
    def part(self) -> Part | None:
        """Where it is a cell of a table."""
        return self._part

    def in_table(self, part: Part) -> Question:
        """The question of a table as that of one of its cells."""
        copy = self.model_copy(update={"key": part.of((part.row, part.column)), "kind": part.table.cell})
        copy._take(part)
        return copy

    def _take(self, part: Part) -> None:
        self._part = part

    @classmethod
    def _told_by(cls, data: Mapping[str, Any]) -> str:
        if ("choices" in data) == ("marks" in data):
            raise PydanticCustomError("uketsuke_kind", "choices か marks の、どちらか一方が要ります。")
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
    def said(self) -> str:
        """Its text in one piece, with the row and column of a cell."""
        return f"{self.text.strip()}（{self.part.label}）" if self.part else self.text

    @property
    def needed(self) -> bool:
        """Whether it may not be left as it is where it is asked."""
        return self.required and self.kind.needed

    @cached_property
    def skips(self) -> Mapping[int, str]:
        """Which choice leaves out what lies before which question: number → key."""
        choices = self.kind.choices if isinstance(self.kind, ChoiceKind) else ()
        return {choice.number: choice.skip_to for choice in choices if choice.skip_to}

    @cached_property
    def alarming(self) -> bool:
        """Whether one of its choices is one of which the operators must hear."""
        return any(text.alert for text in self.free_texts)

    @cached_property
    def by_number(self) -> Mapping[int, Line]:
        """The lines that may be taken."""
        return {line.number: line for line in self.kind.lines}


def _in_cells(questions: tuple[Question, ...]) -> tuple[Question, ...]:
    """The questions with each table taken apart into its cells; who is led to a table is led to its first one."""
    tables = {question.key: question.kind for question in questions if isinstance(question.kind, TableKind)}
    first = {key: f"{key}.{'.'.join(table.places[0])}" for key, table in tables.items()}
    made: list[Question] = []
    for question in questions:
        kind = question.kind
        if isinstance(kind, TableKind):
            made += (question.in_table(Part(question.key, kind, *place)) for place in kind.places)
        elif isinstance(kind, ChoiceKind) and any(choice.skip_to in first for choice in kind.choices):
            led = (c.model_copy(update={"skip_to": first.get(c.skip_to, c.skip_to)}) for c in kind.choices)
            made.append(question.model_copy(update={"kind": kind.model_copy(update={"choices": tuple(led)})}))
        else:
            made.append(question)
    return tuple(made)


class Rule(Shape):
    """What the answers of a sheet must keep among each other (`config.logic`): `check` wherever `when` holds.

    `say`: the survey's own sentence where it is broken; `{Q4}` in it quotes an answer.
    """

    check: str
    say: str
    when: str = ""
    severity: Severity = "error"


class Flags(Shape):
    """The two formulas of the sheet that the ministry recomputes and never believes."""

    fields_missing: str
    answers_missing: str


class Grid(Shape):
    """Where the form stands as it was sent out, so that rows and columns put in later can be told: rows
    from 1, columns as letters. Answers are never looked for by it."""

    first_field: int
    first_question: int
    label: str  # column of the fields' labels
    text: str  # column of the questions' texts
    answer: str  # column of the answers


class Form(Shape):
    """様式. Several versions of one form may be valid at once; the content tells which one it is."""

    id: str
    version: str
    title: str  # 別添１
    file_name: str  # of the blank form that `uketsuke form` writes
    heading: str  # first line of the sheet
    fields_heading: str
    questions_heading: str
    answer_heading: str
    sheet: str
    list_sheet: str
    flags: Flags
    grid: Grid | None = None  # None: nothing is said about rows and columns put in
    helps: bool = False  # whether it shows what is missing, left out or in no list while it is filled in
    given: str = ""  # the workbook in the survey's folder that is handed out as it is; empty: the form is made
    fields: tuple[Field, ...]
    questions: Annotated[tuple[Question, ...], AfterValidator(_in_cells)]
    rules: tuple[Rule, ...] = ()
    _print: Print | None = PrivateAttr(None)

    @property
    def print(self) -> Print | None:
        """Of a given form, what its workbook prints and where its answers belong."""
        return self._print

    def printed_by(self, made: Print) -> Form:
        """The form with the print of its workbook, as it was read from the survey's folder."""
        copy = self.model_copy()
        copy._take(made)
        return copy

    def _take(self, made: Print) -> None:
        self._print = made

    @property
    def places(self) -> Iterator[Asked]:
        """What the file says of the place of each answer."""
        for n, field in enumerate(self.fields, 1):
            yield Asked(f"fields.{n}.at", field.at, (field.key,), field.label)
        for n, (question, *others) in enumerate(self.blocks, 1):
            keys = (*question.keys.values(), *(other.key for other in others))
            yield Asked(f"questions.{n}.at", question.at, keys, question.text)
            for m, text in enumerate(question.free_texts, 1):
                yield Asked(f"questions.{n}.free_texts.{m}.at", text.at, (text.key,), text.label)

    @property
    def asks(self) -> Iterator[Ask]:
        """Everything to be filled in: fields, questions, and the texts that go with their choices."""
        yield from self.fields
        for question in self.questions:
            yield from (question, *question.free_texts)

    @cached_property
    def blocks(self) -> tuple[tuple[Question, ...], ...]:
        """The questions as they are printed: one alone, or the cells of a table together."""
        own = (question.printed_key if question.part else n for n, question in enumerate(self.questions))
        both = groupby(zip(own, self.questions, strict=True), key=lambda pair: pair[0])
        return tuple(tuple(question for _, question in cells) for _, cells in both)

    def question(self, key: str) -> Question:
        """The question with this key; KeyError if the form has none."""
        for question in self.questions:
            if question.key == key:
                return question
        raise KeyError(key)
