"""How often each choice was taken, and what numbers come to: counts that grow with the questions of a form, not with
its answers.

Counts what was written; whether a question was to be answered at all is not judged here.
"""

from __future__ import annotations

from collections import Counter
from typing import Literal

from config.form import Form, Question
from config.frozen import frozen
from intake.sheets.columns import list_columns
from replies.workbooks.export_figures import figures_of

CountedLine = int | Literal["other", "none"]  # a choice's or circle's number; no choice of the form; left blank


@frozen
class QuestionCounts:
    """One question: its lines in the order of the form, and for each how often, by program's id."""

    question: Question
    lines: tuple[CountedLine, ...]
    counts: dict[CountedLine, Counter[str]]


class Counts:
    """The counts of one form; `add` them row by row."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self.answers: Counter[str] = Counter()  # rows by program's id
        self._asked = tuple(q for q in form.listed if q.by_number)
        self._columns = _columns(form)
        self.figures = tuple(figures_of(form))
        self._counts: dict[tuple[str, CountedLine], Counter[str]] = {}

    @property
    def total(self) -> int:
        """How many rows were counted."""
        return self.answers.total()

    def add(self, program: str, values: tuple[str, ...]) -> None:
        """Count one row: its program's id, and its values in the order of `list_columns(form)`."""
        self.answers[program] += 1
        for question in self._asked:
            for line in self._lines_taken(question, values):
                self._counts.setdefault((question.key, line), Counter())[program] += 1
        for figures in self.figures:
            figures.add(program, values)

    def tallies(self) -> tuple[QuestionCounts, ...]:
        """The counts of every question in the order of the form."""
        return tuple(self._tally(question) for question in self._asked)

    def _tally(self, question: Question) -> QuestionCounts:
        other: list[CountedLine] = ["other"] if (question.key, "other") in self._counts else []
        lines = (*question.by_number, *other, "none")
        return QuestionCounts(
            question, lines, {line: self._counts.get((question.key, line), Counter()) for line in lines}
        )

    def _lines_taken(self, question: Question, values: tuple[str, ...]) -> tuple[CountedLine, ...]:
        cells = [(number, values[place]) for number, place in self._columns[question.key]]
        if question.in_lines:
            taken = tuple(number for number, value in cells if value and question.kind.mark(value, number))
            return taken or ("none",)
        value = cells[0][1]
        return ("none",) if question.kind.says_nothing(value) else (question.kind.meaning(value).number or "other",)


def _columns(form: Form) -> dict[str, list[tuple[int, int]]]:
    """(a circle's number, place among the values) of each column of a question; for an answer the number is 0."""
    places: dict[str, list[tuple[int, int]]] = {}
    for place, column in enumerate(list_columns(form)):
        if column.holds in ("answer", "mark"):
            places.setdefault(column.key, []).append((column.number, place))
    return places
