"""What the export says of answers that were read otherwise than they were typed, beside the values that count.

A choice with a remark is exported as the form words it, a month as it was typed: here stands what was typed, or what
was made of it. Decides nothing; personal fields and free texts are no part of it.
"""

from __future__ import annotations

from collections.abc import Iterator

from config.kinds.choice import read_choice
from config.kinds.year_month import read_month
from config.spelling import circled
from config.survey import Form, Question
from intake.finding import quote
from intake.submission import Answer, AnswerSheet


def readings_of(sheet: AnswerSheet, form: Form) -> str:
    """Q9 ①←「① 2名体制で確認」、Q2 2024-03←「令和５年度３月」: what was taken, and what stands there; empty if nothing."""
    answers = {answer.question: answer for answer in sheet.answers}
    return "、".join(f"Q{q.key} {said}" for q in form.questions if q.key in answers for said in _said(q, answers[q.key]))


def _said(question: Question, answer: Answer) -> Iterator[str]:
    number = answer.number
    if number and answer.value not in {choice.text for choice in question.choices}:
        read = read_choice(answer.value, question.choices)
        if read.remark:
            yield f"{circled(number)}←「{quote(answer.value)}」"
    months = {text.key for text in question.free_texts if text.format == "year_month" and number in text.choices}
    for text in answer.texts:
        if text.key in months and text.value != answer.value:
            month = read_month(text.value)
            if month.reckoned:
                yield f"{month.value}←「{quote(text.value)}」"
