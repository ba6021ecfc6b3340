"""The shapes of a form: its fields and questions (`asks.py`), and what else it has.

Frozen values only. `check_form.py` tells whether they fit each other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property
from itertools import groupby

from config.asks import Ask, AskedIf, Field, FreeText, Question
from config.given import AnswerCells, Print
from config.numbering import PLAIN, question_name
from config.shape import Severity, Shape
from config.tables import at_line, in_cells, line_of, with_lines

__all__ = ["AnswerRule", "Ask", "AskedIf", "Field", "Flags", "Form", "FreeText", "Grid", "Question"]


class AnswerRule(Shape):
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
    numbering: str = PLAIN  # how its questions are called: Q{key}, 問{wide_key}
    given: str = ""  # the workbook in the survey's folder that is handed out as it is; empty: the form is made
    fields: tuple[Field, ...] = ()  # none: a later sheet of a given workbook
    questions: tuple[Question, ...]
    rules: tuple[AnswerRule, ...] = ()
    _print: Print | None = None
    _whole: Form | None = None

    def settled(self) -> Form:
        return self.changed({"questions": in_cells(self.questions)})

    @property
    def whole(self) -> Form:
        """The form as the survey has it, with all the lines that it prints."""
        return self._whole or self

    def with_lines(self, rows: Mapping[str, Collection[int]]) -> Form:
        """The form with these lines in its open tables, by the key of the question; all of them are begun. A table that has
        none keeps its first, which is not."""
        return self.changed({"questions": with_lines(self.whole.blocks, rows), "_whole": self.whole})

    def holding(self, keys: Iterable[str]) -> Form:
        """The form with just those lines in its open tables that these keys name: 5.12.capacity."""
        rows: dict[str, set[int]] = {}
        for table, row, _ in filter(None, map(line_of, keys if self.open_tables else ())):
            rows.setdefault(table, set()).add(row)
        return self.with_lines(rows) if self.open_tables else self

    @property
    def print(self) -> Print | None:
        """What the workbook of a given form prints and where its answers belong; None for any other form."""
        return self._print

    def printed_by(self, made: Print) -> Form:
        """The form with the print of its workbook, as it was read from the survey's folder."""
        return self.changed({"_print": made})

    @property
    def answer_cells(self) -> Iterator[AnswerCells]:
        """What the file says of the place of each answer."""
        for n, field in enumerate(self.fields, 1):
            yield AnswerCells(f"fields.{n}.at", field.at, (field.key,), field.label)
        for n, (question, *others) in enumerate(self.blocks, 1):
            keys = (*question.keys.values(), *(other.key for other in others))
            width = len(question.part.table.heads) if question.part else 0
            yield AnswerCells(f"questions.{n}.at", question.at, keys, question.text, width)
            for m, text in enumerate(question.free_texts, 1):
                yield AnswerCells(f"questions.{n}.free_texts.{m}.at", text.at, (text.key,), text.label)

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

    @cached_property
    def open_tables(self) -> Mapping[str, Question]:
        """The first cell of each table that is open, by the table's key."""
        return {first.printed_key: first for first, *_ in self.blocks if first.in_open_table}

    @cached_property
    def listed(self) -> tuple[Question, ...]:
        """The questions that each body answers once: all but those of the lines of open tables."""
        return tuple(question for question in self.questions if not question.in_open_table)

    def question_name(self, key: str) -> str:
        """How the question with this key is called: Q7-4."""
        return question_name(key, self.numbering)

    @cached_property
    def _by_key(self) -> Mapping[str, Question]:
        return {question.key: question for question in reversed(self.questions)}

    def question(self, key: str) -> Question:
        """The question with this key, also of a line beyond those that are printed; KeyError if the form has none."""
        if key not in self._by_key and (line := line_of(key)) and line[0] in self.open_tables:
            return at_line(self.whole._by_key[f"{line[0]}.1.{line[2]}"], line[1])
        return self._by_key[key]
