"""What else is to be answered once an asked question is answered: everything is asked at once, in the first letter.

Pure arithmetic over a form's skip rules. Knows no sheet and no answer: it names what may follow, not what is blank.
"""

from __future__ import annotations

from collections.abc import Collection

from config.conditions import steering
from config.form import Form, Question
from config.survey import Survey


def follow_ups(asked: Collection[str], survey: Survey) -> tuple[str, ...]:
    """The keys of the questions whose turn depends on one of `asked` (keys), in the form's order, without those."""
    form = next((f for f in survey.forms if asked and {q.key for q in f.questions} >= set(asked)), None)
    if form is None:
        return ()
    following, hangs = _skipped(form, asked), steering(form)
    for question in form.questions:  # a condition names an earlier question, so that one pass finds chains
        if hangs.get(question.printed_key, frozenset()) & (following | set(asked)):
            following.add(question.key)
    return tuple(q.key for q in form.questions if q.key in following - set(asked))


def _skipped(form: Form, asked: Collection[str]) -> set[str]:
    """What a choice of an asked question would leave out: as long as it is not answered, nobody was asked for it."""
    places = {question.key: place for place, question in enumerate(form.questions)}
    found: set[str] = set()
    for key in asked:
        found |= {q.key for q in form.questions[places[key] + 1 : _furthest(form.questions[places[key]], places)]}
    return found


def _furthest(question: Question, places: dict[str, int]) -> int:
    return max((places[key] for key in question.skips.values()), default=0)
