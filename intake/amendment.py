"""A sheet with some answers changed by an official (職員補記), checked again from the start.

The sheet that was read is not touched: a new one is made of its values and the changes. Knows nothing of
who changed what and why.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from config.form import Form, Question
from config.frozen import replace
from config.kinds.kind import Meaning
from config.numbering import numbered
from config.roster import Roster
from config.spelling import nfkc
from config.survey import Survey
from intake.answers import answer_sheet
from intake.sheets.entries import Entry
from intake.sheets.filled import Filled, FilledField, FilledQuestion
from intake.submission import Answer, AnswerSheet, FieldValue

_DASHES = re.compile(r"[‐‑–—―−ー－]")


class AmendmentRefused(Exception):
    """A change that names no question of the form, or is no answer to it; the text says what would be one."""


def amend_sheet(
    sheet: AnswerSheet, changes: Mapping[str, str], survey: Survey, roster: Roster
) -> AnswerSheet:
    """The sheet with these answers (question or free text key -> value), read and checked anew. Circles are
    written as their numbers, e.g. "①③". Raises AmendmentRefused."""
    whole = survey.form(sheet.form, sheet.version)
    wanted = {question_key(key): value for key, value in changes.items()}
    filled = _filled(sheet, whole.holding([*(a.question for a in sheet.answers), *wanted]))
    for key, value in wanted.items():
        filled = _changed(filled, key, value)
    return answer_sheet(_without_blank_lines(filled), survey, roster)


def question_key(text: str) -> str:
    """A question's key as a person writes it (７－４) in the form's spelling (7-4)."""
    return _DASHES.sub("-", nfkc(text)).strip()


def _filled(sheet: AnswerSheet, form: Form) -> Filled:
    """The values that the sheet was read with."""
    fields = {f.key: f for f in sheet.fields}
    answers = {a.question: a for a in sheet.answers}
    return Filled(
        form,
        sheet.sheet,
        tuple(FilledField(f, _entry(fields.get(f.key))) for f in form.fields),
        tuple(_question(q, answers.get(q.key) or _unwritten(q)) for q in form.questions),
    )


def _unwritten(question: Question) -> Answer | None:
    """A cell of a line that the sheet does not have."""
    return Answer(question.key, "", "") if question.in_open_table else None


def _without_blank_lines(filled: Filled) -> Filled:
    """The sheet without lines all of whose cells were cleared."""
    lines = [q for q in filled.questions if q.question.in_open_table]
    if not lines:
        return filled
    form = filled.form.holding(q.question.key for q in lines if q.answered)
    known = {q.question.key: q for q in filled.questions}
    questions = (known.get(q.key) or _question(q, _unwritten(q)) for q in form.questions)
    kept = (replace(q, question=form.question(q.question.key)) for q in questions)
    return replace(filled, form=form, questions=tuple(kept))


def _entry(value: FieldValue | None) -> Entry | None:
    if value is None:
        return None
    return Entry(value.cell, value.value, "value" if value.value else "blank")


def _question(question: Question, answer: Answer | None) -> FilledQuestion:
    if answer is None:
        return FilledQuestion(question, None)
    texts = {t.key: entry for t in answer.texts if (entry := _entry(t))}
    if question.in_lines:
        lines = _circles(question, answer.cell, answer.taken)
        return FilledQuestion(question, Entry(answer.cell), lines=lines, texts=texts)
    entry = Entry(answer.cell, answer.value, "value" if answer.value else "blank")
    return FilledQuestion(question, entry, Meaning(answer.understood), texts=texts)


def _changed(filled: Filled, key: str, value: str) -> Filled:
    for place, line in enumerate(filled.questions):
        if line.question.key == key:
            return _with(filled, place, _answered(line, value, filled.form))
        if key in {t.key for t in line.question.free_texts}:
            entry = line.texts.get(key) or Entry(line.answer.cell if line.answer else "")
            text = replace(entry, value=value, state="value" if value else "blank")
            return _with(filled, place, replace(line, texts={**line.texts, key: text}))
    keys = "、".join(q.question.key for q in filled.questions)
    raise AmendmentRefused(f"{numbered(key, filled.form.numbering)} という問はありません（{keys}）。")


def _with(filled: Filled, place: int, question: FilledQuestion) -> Filled:
    questions = filled.questions
    return replace(filled, questions=(*questions[:place], question, *questions[place + 1 :]))


def _answered(line: FilledQuestion, value: str, form: Form) -> FilledQuestion:
    question = line.question
    cell = line.answer.cell if line.answer else ""
    meaning = question.kind.meaning(value)
    if value.strip() and not meaning.value:
        named = [question.by_number[number].head for number in meaning.may_mean or question.by_number]
        heads = ("" if all(len(head) == 1 for head in named) else "、").join(named)
        name = numbered(question.key, form.numbering)
        raise AmendmentRefused(f"{name}={value}: {question.kind.refused(heads)}")
    if question.in_lines:
        taken = [int(number) for number in meaning.value.split(",") if number]
        return replace(line, answer=Entry(cell), lines=_circles(question, cell, taken))
    text = question.kind.shown(meaning.value)
    return replace(line, answer=Entry(cell, text, "value" if text else "blank"), meaning=meaning)


def _circles(question: Question, cell: str, taken: Collection[int]) -> dict[int, Entry]:
    """The cells of the lines: with a circle, or blank."""
    sign = question.kind.sign
    return {n: Entry(cell, sign, "value") if n in taken else Entry(cell) for n in question.keys}
