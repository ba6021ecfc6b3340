"""The values of a sheet that is a given form: each where the survey says that it belongs.

Where its cell is blank, what stands beside it in the space that is its own, as far as it is such an answer.
"""

from __future__ import annotations

from collections.abc import Iterator

from config.form import Form, Question
from config.frozen import replace
from config.given import Place
from config.kinds.kind import Kind
from intake.sheets.boxes import ticked
from intake.sheets.entries import Entry, Rows
from intake.sheets.filled import Filled, FilledField, FilledQuestion, filled_question
from intake.sheets.form_changes import Alteration
from intake.sheets.given import GivenPlaces, is_as_printed
from intake.sheets.grid import Sheet
from intake.sheets.question_lines import Lines
from intake.sheets.recognise import Located


def read_given(sheet: Sheet, located: Located, altered: tuple[Alteration, ...] = ()) -> Filled:
    """The values of a sheet of which `located.given` tells the places."""
    assert located.given
    cells = _CellsByKey(located.form, located.given, Rows(sheet, located.printed))
    fields = tuple(FilledField(field, cells.entry(field.key, field.kind)) for field in located.form.fields)
    questions = tuple(
        _line_cell(question, cells, located.questions.get(question.key))
        if question.in_open_table
        else _question(question, cells)
        for question in located.form.questions
    )
    return Filled(located.form, sheet.name, fields, questions, altered)


def _question(question: Question, cells: _CellsByKey) -> FilledQuestion:
    own = {number: cells.entry(key, question.kind) for number, key in question.keys.items()}
    found = {number: entry for number, entry in own.items() if entry}
    if not found:
        return FilledQuestion(question, None)
    told = {text.key: cells.entry(text.key, text.kind) for text in question.free_texts}
    texts = {key: entry for key, entry in told.items() if entry}
    lines = found if question.in_lines else {}
    return filled_question(question, next(iter(found.values())), lines, texts)


def _line_cell(question: Question, cells: _CellsByKey, lines: Lines | None) -> FilledQuestion:
    """A cell of a line of an open table; where it repeats another cell (同上), what stands there."""
    if lines is None:
        return FilledQuestion(question, None)
    own = cells.read(lines.answer, question.key, question.kind)
    entry = replace(cells.read(lines.repeats, question.key, question.kind), cell=own.cell) if lines.repeats else own
    return filled_question(question, entry, {}, {})


class _CellsByKey:
    """The cells of one sheet by the keys of its answers."""

    def __init__(self, form: Form, given: GivenPlaces, rows: Rows) -> None:
        self._form = form
        self._given = given
        self._rows = rows
        self._taken = {*given.inputs.values()}

    def entry(self, key: str, kind: Kind) -> Entry | None:
        """What was written for this answer; None if the sheet no longer has its place."""
        place = self._given.inputs.get(key)
        if place is None:
            return None
        own = self.read(place, key, kind)
        if own.state != "blank":
            return own
        others = [entry for entry in self._beside(place, key, kind) if kind.read(entry.value)]
        return others[0] if len(others) == 1 else own

    def read(self, place: Place, key: str, kind: Kind) -> Entry:
        """The entry of a cell. If it still says what it was printed with, it is blank; of boxes, the ticked one is
        the answer."""
        read = self._rows.entry(place, kind)
        if is_as_printed(self._form, key, read.value):
            return Entry(read.cell)
        said = ticked(read.value, kind.options) if read.state == "value" else ""
        return replace(read, value=said) if said else read

    def _beside(self, place: Place, key: str, kind: Kind) -> Iterator[Entry]:
        """The filled cells between what is printed, or asked, left and right of a cell; then a cell merged over it."""
        row = place[0]
        for column in self._rows.filled_in(row, *self._given.spans[key]):
            at = (row, column)
            if at != place and at not in self._rows.printed and at not in self._taken:
                yield self._rows.entry(at, kind)
        for start, end in self._rows.sheet.merged.items():
            over = start != place and start[0] <= row <= end[0] and start[1] <= place[1] <= end[1]
            if over and start not in self._rows.printed and start not in self._taken and start[0] != row:
                yield self._rows.entry(start, kind)
