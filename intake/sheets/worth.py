"""What the answers of a sheet are worth to the survey's own conditions and rules (`config.logic`).

What is blank or unreadable is unknown (None). A blank that may be left is a 0, or an empty text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from config.form import FreeText
from config.logic import Single, Value
from intake.sheets.entries import Entry
from intake.sheets.filled import FilledField, FilledQuestion


def worth_of_field(line: FilledField) -> Value:
    """The worth of a field; unknown while a field that must not be blank is blank."""
    if line.entry is None or line.entry.state == "error" or (line.field.required and not line.value):
        return None
    kind = line.field.kind
    if kind.in_rules not in ("number", "date"):
        return line.value
    return kind.worth(kind.read(line.value)) if line.value else kind.blank_worth


def worth_of_question(line: FilledQuestion) -> Iterator[tuple[str, Value]]:
    """(name, worth) of an answer and of the texts that go with it."""
    yield f"Q{line.question.key}", _answer(line)
    for text in line.question.free_texts:
        if text.key in line.texts:
            yield f"Q{text.key}", _text(text, line.texts[text.key])


def worth_of_questions(questions: Iterable[FilledQuestion]) -> Iterator[tuple[str, Value]]:
    """(name, worth) of these answers; the lines of open tables by their columns."""
    columns: dict[str, list[FilledQuestion]] = {}
    for question in questions:
        part = question.question.part
        if part and part.table.open:
            columns.setdefault(f"Q{part.key}.{part.column}", []).append(question)
        else:
            yield from worth_of_question(question)
    yield from ((name, _column(cells)) for name, cells in columns.items())


def _column(cells: Sequence[FilledQuestion]) -> Value:
    """The worth of a column of an open table, a value for each line that is begun: unknown while one of these cells
    is unknown, where it must be filled in, or where something stands there."""
    found: list[Single | None] = []
    for cell in cells:
        part, answer = cell.question.part, cell.answer
        if part is None or answer is None or (not part.begun and part.demanded):
            return None
        if not part.begun:
            continue
        one = cell.question.kind.worth(cell.canonical)
        if one is None and (cell.question.required or answer.state != "blank"):
            return None
        found.append(None if isinstance(one, tuple) else one)
    return tuple(found)


def _answer(line: FilledQuestion) -> Value:
    question, answer = line.question, line.answer
    if not question.required and answer and answer.state != "error" and not line.canonical and not answer.says_something:
        return question.kind.blank_worth
    return question.kind.worth(line.canonical)


def _text(text: FreeText, entry: Entry) -> Value:
    """The worth of a free text: an empty text if it was left blank; a number or a date that was left blank is
    unknown."""
    if entry.state == "error":
        return None
    return text.kind.worth(text.kind.read(entry.value)) if text.kind.in_rules != "text" else entry.value
