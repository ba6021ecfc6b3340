"""What the numbers of all who answered come to, for each number that a form asks for: how many, sum, mean, least, most.

Exact: Decimal, of what was read. What was read as no number is counted apart and never left out in silence.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from config.form import Ask, Form
from config.frozen import frozen
from intake.sheets.columns import list_columns


@frozen
class Figure:
    """The numbers that were answered to one program or to all, as Excel holds them; `unread`: what was written there,
    but was read as no number."""

    count: int = 0
    total: Decimal = Decimal(0)
    least: Decimal | None = None
    most: Decimal | None = None
    unread: int = 0

    @property
    def mean(self) -> Decimal | None:
        """The mean of those that were read; None without any."""
        return self.total / self.count if self.count else None

    def __add__(self, other: Figure) -> Figure:
        least = [number for number in (self.least, other.least) if number is not None]
        most = [number for number in (self.most, other.most) if number is not None]
        return Figure(
            self.count + other.count,
            self.total + other.total,
            min(least, default=None),
            max(most, default=None),
            self.unread + other.unread,
        )


@dataclass(frozen=True, slots=True)
class Figures:
    """The numbers of one field, question or text beside a choice. `question`: the key of the question that it belongs to
    (of a field: none); `place`: its column among `list_columns`."""

    ask: Ask
    question: str
    label: str
    place: int
    by_program: dict[str, Figure] = field(default_factory=dict)

    def add(self, program: str, values: Sequence[str]) -> None:
        """Count one row: its program's id, and its values in the order of `list_columns`."""
        if not (written := values[self.place].strip()):
            return
        read = self.ask.kind.read(written)
        number = self.ask.kind.typed(read) if read else None
        figure = Figure(1, number, number, number) if isinstance(number, Decimal) else Figure(unread=1)
        self.by_program[program] = self.of(program) + figure

    def of(self, program: str) -> Figure:
        """The figure of one program."""
        return self.by_program.get(program, Figure())

    @property
    def whole(self) -> Figure:
        """The figure of all programs."""
        return sum(self.by_program.values(), Figure())


def figures_of(form: Form) -> Iterator[Figures]:
    """One for each number that the form asks for, in its order; a person's own are not summed."""
    places = {column.key: n for n, column in enumerate(list_columns(form)) if column.holds != "mark"}
    for line in form.fields:
        if line.kind.numeric and not line.personal:
            yield Figures(line, "", line.label, places[line.key])
    for question in form.listed:
        if question.kind.numeric:
            yield Figures(question, question.key, question.said, places[question.key])
        for text in question.free_texts:
            if text.kind.numeric:
                yield Figures(text, question.key, text.label or question.text, places[text.key])
