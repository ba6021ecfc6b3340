"""Answers that belong to another question: one pasted into the wrong cell, or a whole paste that slipped.

Told by the words alone: the text of another question's choice, whole, where this question's answer stands.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from config.cache import cache_by_identity
from config.form import Field, Form, Question
from config.frozen import replace
from config.kinds.kind import NOT_READ, Around
from config.spelling import says_nothing
from intake.sheets.entries import Entry
from intake.sheets.filled import Filled, FilledField, FilledQuestion
from intake.sheets.ooxml import place_of

LEAST_WORDS = 5  # characters of a choice's text by which another question is told
LEAST_IN_HEAD = 2  # values of the head that fit the field above, or below, while none fits its own
LEAST_SHIFTED = 3  # answers that must have slipped by as many questions, and more than half of those with words


def without_strangers(filled: Filled) -> Filled:
    """The sheet without choices that were taken by their number alone although the words are another question's."""
    strange = {q.question.key for q in filled.questions if q.number and _strangers(filled.form, q)}
    if not strange:
        return filled
    questions = (
        replace(question, meaning=NOT_READ) if question.question.key in strange else question
        for question in filled.questions
    )
    return replace(filled, questions=tuple(questions))


def slipped(filled: Filled) -> tuple[FilledQuestion, ...]:
    """The questions that hold their neighbours' answers, where a whole paste slipped by one and the same number of
    questions; else none."""
    asked = [question for question in filled.questions if _has_choices(question.question)]
    if sum(question.number is None or bool(question.meaning.remark) for question in asked) < LEAST_SHIFTED:
        return ()  # most sheets: nobody who slipped says just what a choice of the question says
    places = {question.question.key: place for place, question in enumerate(asked)}
    worded, by = 0, Counter[int]()
    moved: dict[int, list[FilledQuestion]] = {}
    for place, question in enumerate(asked):
        owners = _strangers(filled.form, question)
        worded += bool(owners) or (question.number is not None and not question.meaning.remark)
        for offset in {place - places[key] for key in owners}:
            by[offset] += 1
            moved.setdefault(offset, []).append(question)
    offset, count = by.most_common(1)[0] if by else (0, 0)
    return tuple(moved[offset]) if count >= LEAST_SHIFTED and 2 * count > worded else ()


def with_head_in_place(filled: Filled) -> Filled:
    """The sheet with its head as it was meant, where all of it slipped by one row: each field has its neighbour's cell."""
    lines = [line for line in filled.fields if line.entry]
    columns = {place_of(line.entry.cell)[1] for line in lines if line.entry}
    if len(columns) != 1 or any(_tells(line.field, line.value) for line in lines):
        return filled
    for by in (1, -1):
        pairs = list(zip(lines, _moved(lines, by), strict=True))
        cells = tuple(_cell(other) for line, other in pairs if _tells(line.field, other.value))
        if len(cells) >= LEAST_IN_HEAD:
            meant = {line.field.key: other.entry for line, other in pairs}
            fields = (replace(line, entry=meant.get(line.field.key)) for line in filled.fields)
            return replace(filled, fields=tuple(fields), slipped=cells)
    return filled


def _moved(lines: list[FilledField], by: int) -> list[FilledField]:
    """The neighbours of these questions; beyond either end nothing is left."""
    if by > 0:
        return [*lines[1:], replace(lines[-1], entry=Entry(_cell(lines[-1])))]
    return [replace(lines[0], entry=Entry(_cell(lines[0]))), *lines[:-1]]


def _cell(line: FilledField) -> str:
    return line.entry.cell if line.entry else ""


def _tells(field: Field, text: str) -> bool:
    """Whether a text is certainly meant for this field: one of its choices, a telephone number, an address."""
    return field.kind.telling and bool(text) and not says_nothing(text) and not any(field.kind.faults(text, Around()))


def _strangers(form: Form, question: FilledQuestion) -> frozenset[str]:
    """The other questions of the form one of whose choices stands, word for word, in this question's answer."""
    if not question.answer or question.answer.state != "value" or (question.number and not question.meaning.remark):
        return frozenset()
    key = question.question.kind.word_key(question.answer.value)
    owners = _owners(form).get(key, frozenset()) if len(key) >= LEAST_WORDS else frozenset()
    return frozenset() if question.question.key in owners else owners


def _has_choices(question: Question) -> bool:
    return bool(question.by_number) and not question.in_lines and not question.part


@cache_by_identity
def _owners(form: Form) -> Mapping[str, frozenset[str]]:
    """The key of each choice's text → the questions that have it."""
    found: dict[str, set[str]] = {}
    for question in filter(_has_choices, form.questions):
        for line in question.by_number.values():
            found.setdefault(question.kind.word_key(line.text), set()).add(question.key)
    return {key: frozenset(keys) for key, keys in found.items()}
