"""What the export says of answers that were read otherwise than they were typed, beside the values that count.

A choice with a remark is exported as the form words it, a month as it was typed: here stands what was typed, or what
was made of it. Decides nothing; personal fields and free texts are no part of it.
"""

from __future__ import annotations

from collections.abc import Iterator

from config.form import Form, Question
from config.numbering import numbered
from intake.finding import quote
from intake.submission import Answer, AnswerSheet


def meanings_of(sheet: AnswerSheet, form: Form) -> str:
    """Q9 ①←「① 2名体制で確認」、Q2 2024-03←「令和５年度３月」: what was taken, and what stands there; empty if nothing."""
    answers = {answer.question: answer for answer in sheet.answers}
    questions = form.holding(answers).questions
    asked = ((numbered(q.key, form.numbering), q, answers[q.key]) for q in questions if q.key in answers)
    return "、".join(f"{name} {said}" for name, question, answer in asked for said in _said(question, answer))


def _said(question: Question, answer: Answer) -> Iterator[str]:
    number = answer.number
    if number and answer.value != question.by_number[number].text and question.kind.meaning(answer.value).remark:
        yield f"{question.by_number[number].head}←「{quote(answer.value)}」"
    kinds = {text.key: text.kind for text in question.free_texts if text.asked_by(number)}
    for text in answer.texts:
        if text.key in kinds and text.value != answer.value:
            meaning = kinds[text.key].meaning(text.value)
            if meaning.reckoned:
                yield f"{meaning.value}←「{quote(text.value)}」"
