"""Which questions a sheet leaves to be answered: the skip rules of the form's data, applied to its answers.

Only for the order of questions; never looks at a cell and never calls anything wrong. What follows from a
question that is itself unanswered stays "open", so that only the root is ever reported.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from config.cache import Same
from config.form import Question
from config.kinds.kind import NOT_READ, Reading
from config.roster import Match
from config.shape import RosterKind
from config.spelling import is_blank
from intake.sheets.filled import Filled, FilledQuestion

Standing = Literal["asked", "not_asked", "open", "either"]
Kinds = frozenset[RosterKind]


@dataclass(frozen=True, slots=True)
class Applicability:
    """Whether a question is to be answered. "open": that depends on a question without a usable answer;
    "either": on the kind of body, which is not known. `root`: why it is not asked."""

    standing: Standing
    root: str = ""


def asked(filled: Filled, kinds: Kinds) -> Mapping[str, Applicability]:
    """The standing of every question by key. `kinds`: what kinds of body it may be; empty if not known."""
    whole = filled.form.whole
    numbers = {question.question.key: question.number for question in filled.questions if not question.question.part}
    known = _asked(Same(whole), tuple(numbers.get(first.key) for first, *_ in whole.blocks), kinds)
    if all(question.question.part is None for question in filled.questions):
        return known
    return {question.question.key: known[question.question.printed_key] for question in filled.questions}


@lru_cache(maxsize=1024)  # the rows of a list, and the sheets of one day, take few ways through a form
def _asked(form: Same, numbers: tuple[int | None, ...], kinds: Kinds) -> Mapping[str, Applicability]:
    """By the choices taken alone, of a table as a whole; no other value of a sheet has a say in it, and none is kept."""
    pairs = zip(form.it.blocks, numbers, strict=True)
    questions = tuple(FilledQuestion(q, None, Reading(str(n)) if n else NOT_READ) for (q, *_), n in pairs)
    places = {question.question.key: place for place, question in enumerate(questions)}
    known: dict[str, Applicability] = {}
    steering: list[_Steering] = []  # the earlier questions that may leave later ones out
    for place, question in enumerate(questions):
        earlier = questions[:place]
        verdicts = (
            _by_kind(question.question, kinds),
            *(_by_skip(place, root) for root in steering if place < root.end),
            _by_condition(question.question, earlier, known),
        )
        own = question.question.printed_key
        known[own] = min(verdicts, key=lambda verdict: _RANK[verdict.standing])
        to = {number: places[key] for number, key in question.question.skips.items()}
        if to and known[own].standing != "not_asked":  # one that should be blank steers nothing
            steering.append(_Steering(question, to, max(to.values())))
    return known


@dataclass(frozen=True, slots=True)
class _Steering:
    """A question with choices that skip others. `to`: number of such a choice → place of the next question to be
    answered; `end`: the furthest of them."""

    root: FilledQuestion
    to: Mapping[int, int]
    end: int


_RANK: Mapping[Standing, int] = {"not_asked": 0, "open": 1, "either": 2, "asked": 3}
_ASKED = Applicability("asked")


def _by_kind(question: Question, kinds: Kinds) -> Applicability:
    """`only`: questions to some kinds of bodies."""
    if not question.only or (kinds and kinds <= set(question.only)):
        return _ASKED
    if kinds and kinds.isdisjoint(question.only):
        return Applicability("not_asked", "対象外の質問")
    return Applicability("either")


def _by_skip(place: int, steering: _Steering) -> Applicability:
    """`skip_to`: what one earlier question leaves out of those before its furthest target."""
    number = steering.root.number
    if number is None:
        return Applicability("open")
    if place >= steering.to.get(number, 0):
        return _ASKED
    question = steering.root.question
    return Applicability("not_asked", _told(question, number))


def _by_condition(
    question: Question, earlier: tuple[FilledQuestion, ...], known: Mapping[str, Applicability]
) -> Applicability:
    """`asked_if`: questions that one choice of an earlier question brings."""
    condition = question.asked_if
    root = next((q for q in earlier if condition and q.question.key == condition.question), None)
    if condition is None or root is None:
        return _ASKED
    above = known[root.question.key]
    if above.standing == "not_asked":
        return above
    if root.number is None:
        return Applicability("open")
    return _ASKED if condition.met_by(root.number) else Applicability("not_asked", _told(root.question, root.number))


def possible_kinds(filled: Filled, match: Match | None) -> Kinds:
    """The kinds of body that a sheet may be about: by 組織名, else by 組織区分; empty if neither tells."""
    if match and match.bodies:
        return frozenset(body.kind for body in match.bodies)
    found: set[RosterKind] = set()
    for line in filled.fields:
        if not is_blank(line.value):
            found |= set(line.field.kind.bodies(line.value))
    return frozenset(found)


def _told(root: Question, number: int) -> str:
    return f"Q{root.key}で{root.by_number[number].head}を選択"
