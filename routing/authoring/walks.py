"""The ways through a form: which choices lead to which questions, and what nobody is ever asked.

Pure. By the skip rules that the desk itself goes by (`intake.sheets.skip_logic`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from config.cache import Same
from config.conditions import can_be_tried, constants, steering
from config.form import Form, Question
from config.frozen import frozen
from config.kinds.kind import Around, Meaning
from config.shape import RosterKind
from intake.sheets.entries import Entry
from intake.sheets.filled import Filled, FilledQuestion
from intake.sheets.skip_logic import Applicability, asked

MOST = 2_000  # ways that are tried; of a form with more not all are known

# question -> number of the choice taken, or of the line with a circle; the number that is answered
Choices = Mapping[str, int]


@frozen
class Walks:
    """`ways`: answers to every question that is asked, so that each choice that can be taken is taken in one of them; one
    without any where a form has no choice.
    `never`: keys of questions that no way leads to. `whole`: all ways were looked at."""

    ways: tuple[Choices, ...]
    never: tuple[str, ...]
    whole: bool


@dataclass(slots=True)
class _Search:
    form: Form
    kind: RosterKind
    options: Mapping[str, tuple[int, ...]]
    roots: frozenset[str]
    taken: dict[tuple[str, int], Choices] = field(default_factory=dict)
    reached: set[str] = field(default_factory=set)
    tried: int = 0

    def go(self) -> None:
        """Each way that what steers leaves open, those with the fewest answers changed first; then, on those ways, the
        choices of the rest that nobody took yet."""
        waiting: deque[dict[str, int]] = deque([{}])
        seen: set[tuple[tuple[str, int], ...]] = set()
        while waiting and self.tried < MOST:
            self.tried += 1
            way = self._complete(waiting.popleft())
            for changed in self._beside(way):
                steering = tuple(changed.items())
                if steering not in seen:
                    seen.add(steering)
                    waiting.append(changed)
        for way in list(self.taken.values()):
            while any((key, number) not in self.taken for key in way for number in self.options[key]):
                known = len(self.taken)
                self._complete({key: number for key, number in way.items() if key in self.roots})
                if len(self.taken) == known:
                    break

    def _complete(self, fixed: Choices) -> Choices:
        """The answers that are fixed, the first choice to what else steers, and to the rest one that nobody took yet;
        without the answers that are not asked for, on which nothing hangs."""
        answers = {key: fixed[key] if key in fixed else self._first(key) for key in self.options}
        relevance = _relevances(self.form, answers, self.kind)
        self.reached.update(key for key, known in relevance.items() if known.relevance == "asked")
        way = {key: number for key, number in answers.items() if relevance[key].relevance == "asked"}
        for pair in way.items():
            self.taken.setdefault(pair, way)
        return way

    def _first(self, key: str) -> int:
        options = self.options[key]
        return next((n for n in options if key not in self.roots and (key, n) not in self.taken), options[0])

    def _beside(self, way: Choices) -> Iterator[dict[str, int]]:
        """What steers, up to one answer that is changed: what comes behind that is chosen anew."""
        before: dict[str, int] = {}
        for key, taken in way.items():
            if key in self.roots:
                yield from ({**before, key: number} for number in self.options[key] if number != taken)
                before[key] = taken


def walks(form: Form, kind: RosterKind) -> Walks:
    """The ways of a body of this kind through the form."""
    return _walks(Same(form), kind)


@lru_cache(maxsize=64)  # all ways are asked for to fill them in, and for what none of them leads to
def _walks(of: Same, kind: RosterKind) -> Walks:
    form: Form = of.it
    offered = {question.key: _options(form, question) for question, *_ in form.blocks}
    search = _Search(form, kind, {key: options for key, options in offered.items() if options}, steers(form))
    search.go()
    ways: list[Choices] = []
    for way in search.taken.values():
        if way not in ways:
            ways.append(way)
    never = tuple(q.key for q, *_ in form.blocks if q.key not in search.reached)
    return Walks(tuple(ways) or ({},), never, search.tried < MOST and can_be_tried(form))


def _options(form: Form, question: Question) -> tuple[int, ...]:
    """What a walk answers to a question, one after the other: its choices, or lines with one circle; numbers that a
    condition compares with it, and those beside them. Of what steers nothing and has no choices nothing."""
    kind = question.kind
    if question.part:
        return ()
    if question.by_number:
        return tuple(question.by_number)
    found = dict.fromkeys(n + step for n in constants(form, question.key) for step in (0, 1, -1))
    hangs = any(question.key in roots for roots in steering(form).values())
    numbers = (*found, 1, 0, 1_000) if kind.numeric and hangs else ()
    return tuple(dict.fromkeys(n for n in numbers if not any(kind.faults(str(n), Around()))))


def steers(form: Form) -> frozenset[str]:
    """The questions of which the answer decides what else is asked."""
    skipping = {q.key for q in form.questions if q.skips}
    return frozenset(skipping).union(*steering(form).values())


def is_relevant(form: Form, way: Choices, kind: RosterKind, key: str) -> bool:
    """Whether a question is asked after these answers."""
    return _relevances(form, way, kind)[key].relevance == "asked"


def _relevances(form: Form, way: Choices, kind: RosterKind) -> Mapping[str, Applicability]:
    questions = tuple(_answered(q, way.get(q.key)) for q, *_ in form.blocks)
    return asked(Filled(form, "", (), questions), frozenset({kind}))


def _answered(question: Question, number: int | None) -> FilledQuestion:
    if number is None:
        return FilledQuestion(question, None)
    entry = Entry("", str(number), "value")
    if question.in_lines:
        return FilledQuestion(question, entry, lines={number: Entry("", question.kind.sign, "value")})
    return FilledQuestion(question, entry, Meaning(str(number)))
