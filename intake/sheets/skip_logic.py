"""Which questions a sheet leaves to be answered: the skip rules of the form's data, applied to its answers.

Only for the order of questions; never looks at a cell and never calls anything wrong. What follows from a
question that is itself unanswered stays "open", so that only the root is ever reported.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Literal

from config.cache import Same
from config.conditions import conditions_of, questions_of_names, steering
from config.form import Form, Question
from config.frozen import frozen
from config.kinds.kind import NOT_READ, Meaning
from config.logic import Node, Value, names_in, value
from config.numbering import numbered
from config.roster import Match
from config.rules import KIND
from config.shape import RosterKind
from config.spelling import is_blank
from intake.sheets.filled import Filled, FilledQuestion
from intake.sheets.worth import worth_of_questions

Relevance = Literal["asked", "not_asked", "open", "either"]
RosterKinds = frozenset[RosterKind]
Worths = tuple[tuple[str, Value], ...]


@frozen
class Applicability:
    """Whether a question is to be answered. "open": that depends on a question without a usable answer;
    "either": on the kind of body, which is not known. `root`: why it is not asked."""

    relevance: Relevance
    root: str = ""


def asked(filled: Filled, kinds: RosterKinds) -> Mapping[str, Applicability]:
    """The relevance of every question by key. `kinds`: what kinds of body it may be; empty if not known."""
    whole = filled.form.whole
    numbers = {question.question.key: question.number for question in filled.questions if not question.question.part}
    taken = tuple(numbers.get(first.key) for first, *_ in whole.blocks)
    known = _asked(Same(whole), taken, kinds, _looked_at(filled) if conditions_of(whole) else ())
    if all(question.question.part is None for question in filled.questions):
        return known
    return {question.question.key: known[question.question.printed_key] for question in filled.questions}


def _looked_at(filled: Filled) -> Worths:
    """The worth of the answers that conditions look at."""
    keys = frozenset[str]().union(*steering(filled.form.whole).values())
    return tuple(worth_of_questions(q for q in filled.questions if q.question.key in keys))


@lru_cache(maxsize=1024)  # the rows of a list, and the sheets of one day, take few ways through a form
def _asked(form: Same, numbers: tuple[int | None, ...], kinds: RosterKinds, worths: Worths) -> Mapping[str, Applicability]:
    """The relevance of each question: by the choices taken, by whether a table is asked as a whole, and by the
    answers that conditions look at. No other value of a sheet counts."""
    pairs = zip(form.it.blocks, numbers, strict=True)
    questions = tuple(FilledQuestion(q, None, Meaning(str(n)) if n else NOT_READ) for (q, *_), n in pairs)
    places = {question.question.key: place for place, question in enumerate(questions)}
    known: dict[str, Applicability] = {}
    steering: list[_Steering] = []  # the earlier questions that may leave later ones out
    for place, question in enumerate(questions):
        earlier = questions[:place]
        verdicts = (
            _by_kind(question.question, kinds),
            *(_by_skip(place, root, form.it) for root in steering if place < root.end),
            _by_condition(question.question, earlier, known, form.it),
            _by_rule(question.question, form.it, known, (dict(worths), kinds)),
        )
        own = question.question.printed_key
        known[own] = min(verdicts, key=lambda verdict: _RANK[verdict.relevance])
        to = {number: places[key] for number, key in question.question.skips.items()}
        if to and known[own].relevance != "not_asked":  # one that should be blank steers nothing
            steering.append(_Steering(question, to, max(to.values())))
    return known


@frozen
class _Steering:
    """A question with choices that skip others. `to`: number of such a choice → place of the next question to be
    answered; `end`: the furthest of them."""

    root: FilledQuestion
    to: Mapping[int, int]
    end: int


_RANK: Mapping[Relevance, int] = {"not_asked": 0, "open": 1, "either": 2, "asked": 3}
_ASKED = Applicability("asked")


def _by_kind(question: Question, kinds: RosterKinds) -> Applicability:
    """The relevance by `only`: questions to some kinds of bodies."""
    if not question.only or (kinds and kinds <= set(question.only)):
        return _ASKED
    if kinds and kinds.isdisjoint(question.only):
        return Applicability("not_asked", "対象外の質問")
    return Applicability("either")


def _by_skip(place: int, steering: _Steering, form: Form) -> Applicability:
    """The relevance by `skip_to`: what one earlier question leaves out of those before its furthest target."""
    number = steering.root.number
    if number is None:
        return Applicability("open")
    if place >= steering.to.get(number, 0):
        return _ASKED
    question = steering.root.question
    return Applicability("not_asked", _told(question, number, form))


def _by_condition(
    question: Question, earlier: tuple[FilledQuestion, ...], known: Mapping[str, Applicability], form: Form
) -> Applicability:
    """The relevance by `asked_if`: questions that one choice of an earlier question brings."""
    condition = question.asked_if
    if condition is None or isinstance(condition, str):
        return _ASKED
    root = next((q for q in earlier if q.question.key == condition.question), None)
    if root is None:
        return _ASKED
    above = known[root.question.key]
    if above.relevance == "not_asked":
        return above
    if root.number is None:
        return Applicability("open")
    met = condition.met_by(root.number)
    return _ASKED if met else Applicability("not_asked", _told(root.question, root.number, form))


def _by_rule(
    question: Question, form: Form, known: Mapping[str, Applicability], by: tuple[Mapping[str, Value], RosterKinds]
) -> Applicability:
    """The relevance by `asked_if` in the language of rules. A condition on an answer that is itself not asked for is
    false; one on an answer that is blank or unreadable leaves the question open."""
    tree = conditions_of(form).get(question.printed_key)
    if tree is None:
        return _ASKED
    worths, kinds = by
    owners = questions_of_names(form)
    out = frozenset(name for name in names_in(tree) if name in owners and known[owners[name].key].relevance == "not_asked")
    found = {_holds(tree, {**worths, KIND: kind}, out) for kind in (kinds or (None,))}
    if found == {True}:
        return _ASKED
    if found == {False}:
        keys = (owners[name].key for name in names_in(tree) if name in owners and name not in out)
        names = dict.fromkeys(numbered(key, form.numbering) for key in keys)
        return Applicability("not_asked", f"{'、'.join(names)}のご回答による" if names else "対象外の質問")
    unknown = {name for name in names_in(tree) if name not in out and name != KIND and worths.get(name) is None}
    return Applicability("open" if unknown else "either")


def _holds(node: Node, worths: Mapping[str, Value], out: frozenset[str]) -> bool | None:
    """Whether a condition holds, where `out` are the names of answers that are not asked for."""
    if node.op == "not":
        inner = _holds(node.parts[0], worths, out)
        return None if inner is None else not inner
    if node.op in ("and", "or"):
        parts = [_holds(part, worths, out) for part in node.parts]
        decides = node.op == "or"
        if decides in parts:
            return decides
        return None if None in parts else not decides
    if not out.isdisjoint(names_in(node)):
        return False
    held = value(node, worths)
    return held if isinstance(held, bool) else None


def possible_kinds(filled: Filled, match: Match | None) -> RosterKinds:
    """The kinds of body that a sheet may be about: by 組織名, else by 組織区分; empty if neither tells."""
    if match and match.bodies:
        return frozenset(body.kind for body in match.bodies)
    found: set[RosterKind] = set()
    for line in filled.fields:
        if not is_blank(line.value):
            found |= set(line.field.kind.bodies(line.value))
    return frozenset(found)


def _told(root: Question, number: int, form: Form) -> str:
    return f"{numbered(root.key, form.numbering)}で{root.by_number[number].head}を選択"
