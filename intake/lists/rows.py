"""One row of a collated list, read into the fields and questions of its form, as a sheet's cells would be.

Only for where each value stands: checks nothing, and finds neither tables nor bodies.
"""

from __future__ import annotations

from collections.abc import Iterator

from config.form import Question
from config.frozen import frozen
from config.kinds.kind import Kind
from config.programs import find_program
from config.spelling import fold
from config.survey import Survey
from intake.convention import programs_in
from intake.lists.plan import Columns, Plan
from intake.lists.tables import ListTable, TableRow
from intake.sheets.columns import Column
from intake.sheets.entries import Entry, entry_of
from intake.sheets.filled import Filled, FilledField, FilledQuestion, filled_question


def program_of(row: TableRow, columns: Columns, survey: Survey) -> str:
    """The program (id) that 制度等 names, of whichever form; empty if it names none."""
    place = next((p for c, p in columns.items() if (c.holds, c.key) == ("field", "program")), 0)
    value = row.texts.get(place, "")
    named = {id for form in survey.forms if value and (id := find_program(value, survey, form.id))}
    return named.pop() if len(named) == 1 else ""


def titled_program(row: TableRow, table: ListTable, sheet: str, survey: Survey) -> str:
    """The program (id) that the nearest title above, or the sheet's name, names alone; empty if neither names one. A
    title does not overrule the columns that a heading shows."""
    for title in (*row.titles, sheet):
        ids = programs_in(fold(title), survey)
        if len(ids) == 1 and (not table.heading or survey.program(ids[0]).form == table.plan.form.id):
            return ids[0]
    return ""


class RowReader:
    """A reader of the rows of one form; which columns belong to which question is worked out once."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._form = plan.form.holding(())  # no list has the lines of an open table
        columns: dict[tuple[str, str, int], Column] = {(c.holds, c.key, c.number): c for c in plan.columns}
        self._fields = [(f, columns["field", f.key, 0]) for f in plan.form.fields]
        self._questions = [(q, _Slots.of(q, columns)) for q in self._form.questions]

    def read(self, row: TableRow, columns: Columns, sheet: str) -> Filled:
        """The row's values; a column that the list lacks gives a field or question without entry."""
        cells = _RowCells(row, columns)
        return Filled(
            self._form,
            sheet,
            tuple(FilledField(field, cells.entry(column, field.kind)) for field, column in self._fields),
            tuple(_question(question, slots, cells) for question, slots in self._questions),
        )

    def missing(self, columns: Columns) -> tuple[str, ...]:
        """The headings of columns without which no row can be complete."""
        required = {column for field, column in self._fields if field.required}
        required |= {column for question, slots in self._questions if question.required for column in slots.answers}
        return tuple(c.heading for c in self._plan.columns if c in required and c not in columns)


@frozen
class _Slots:
    """The columns of one question."""

    answer: Column | None
    lines: dict[int, Column]
    texts: dict[str, Column]

    @classmethod
    def of(cls, question: Question, columns: dict[tuple[str, str, int], Column]) -> _Slots:
        return cls(
            columns.get(("answer", question.key, 0)),
            {slot.number: columns["mark", question.key, slot.number] for slot in question.kind.slots if slot.label},
            {text.key: columns["text", text.key, 0] for text in question.free_texts},
        )

    @property
    def answers(self) -> Iterator[Column]:
        """All but the free texts."""
        if self.answer:
            yield self.answer
        yield from self.lines.values()


@frozen
class _RowCells:
    """The cells of one row by column of the form."""

    row: TableRow
    columns: Columns

    def entry(self, column: Column | None, kind: Kind | None = None) -> Entry | None:
        place = self.columns.get(column, 0) if column else 0
        return entry_of((self.row.number, place), self.row.cells.get(place), kind) if place > 0 else None


def _question(question: Question, slots: _Slots, cells: _RowCells) -> FilledQuestion:
    """A free text whose column the list lacks counts as blank: only a choice that asks for it brings it up."""
    lines = {n: entry for n, column in slots.lines.items() if (entry := cells.entry(column))}
    answer = cells.entry(slots.answer, question.kind) if slots.answer else next(iter(lines.values()), None)
    if answer is None:
        return FilledQuestion(question, None)
    kinds = {text.key: text.kind for text in question.free_texts}
    texts = {key: cells.entry(column, kinds[key]) or Entry("") for key, column in slots.texts.items()}
    return filled_question(question, answer, lines, texts)
