"""The ways through a form: which choices lead to which questions, and what nobody is ever asked.

Pure. By the skip rules that the desk itself goes by (`intake.sheets.skip_logic`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from config.cache import Same
from config.conditions import can_be_tried, constants, steering
from config.form import Form, Question
from config.frozen import frozen
from config.kinds.kind import Around, Reading
from config.shape import RosterKind
from intake.sheets.entries import Entry
from intake.sheets.filled import Filled, FilledQuestion
from intake.sheets.skip_logic import asked

MOST = 20_000  # ways that are tried; a form with more is told as such

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
    taken: dict[tuple[str, int], Choices] = field(default_factory=dict)
    reached: set[str] = field(default_factory=set)
    tried: int = 0

    def go(self) -> None:
        roots = steers(self.form)
        waiting: list[dict[str, int]] = [{}]
        seen: set[tuple[tuple[str, int], ...]] = set()
        while waiting and self.tried < MOST:
            way = self._complete(waiting.pop())
            for name, number in way.items():
                self.taken.setdefault((name, number), way)
            key = tuple((name, number) for name, number in way.items() if name in roots)
            if key not in seen:
                seen.add(key)
                self.tried += 1
                waiting.extend(self._beside(way, roots))

    def _complete(self, fixed: Choices) -> dict[str, int]:
        """The answers that are fixed, and the first choice to whatever else is asked; without those that are not."""
        way: dict[str, int] = {}
        for question, *_ in self.form.blocks:
            if not standing_asked(self.form, way, self.kind, question.key):
                continue
            self.reached.add(question.key)
            if options := _options(self.form, question):
                way[question.key] = fixed.get(question.key, options[0])
        return way

    def _beside(self, way: Choices, roots: frozenset[str]) -> Iterator[dict[str, int]]:
        """The same with one answer changed: every choice of what steers, of the rest those that nobody took yet."""
        for question, *_ in self.form.blocks:
            if question.key in way:
                for number in _options(self.form, question):
                    if (question.key, number) not in self.taken or question.key in roots:
                        yield {**way, question.key: number}


def walks(form: Form, kind: RosterKind) -> Walks:
    """The ways of a body of this kind through the form."""
    return _walks(Same(form), kind)


@lru_cache(maxsize=64)  # all ways are asked for to fill them in, and for what none of them leads to
def _walks(of: Same, kind: RosterKind) -> Walks:
    form: Form = of.it
    search = _Search(form, kind)
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


def standing_asked(form: Form, way: Choices, kind: RosterKind, key: str) -> bool:
    """Whether a question is asked after these answers."""
    questions = tuple(_answered(q, way.get(q.key)) for q, *_ in form.blocks)
    return asked(Filled(form, "", (), questions), frozenset({kind}))[key].standing == "asked"


def _answered(question: Question, number: int | None) -> FilledQuestion:
    if number is None:
        return FilledQuestion(question, None)
    entry = Entry("", str(number), "value")
    if question.in_lines:
        return FilledQuestion(question, entry, lines={number: Entry("", question.kind.sign, "value")})
    return FilledQuestion(question, entry, Reading(str(number)))
