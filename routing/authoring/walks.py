"""The ways through a form: which choices lead to which questions, and what nobody is ever asked.

Pure. By the skip rules that the desk itself goes by (`intake.sheets.skip_logic`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from config.survey import BodyKind, Form
from intake.sheets.filled import Filled, FilledQuestion
from intake.sheets.skip_logic import asked

MOST = 20_000  # ways that are tried; a form with more is told as such

Choices = Mapping[str, int]  # question -> number of the choice taken, or of the line with a circle


@dataclass(frozen=True, slots=True)
class Walks:
    """`ways`: answers to every question that is asked, so that each choice that can be taken is taken in one of them.
    `never`: keys of questions that no way leads to. `whole`: all ways were looked at."""

    ways: tuple[Choices, ...]
    never: tuple[str, ...]
    whole: bool


@dataclass(slots=True)
class _Search:
    form: Form
    kind: BodyKind
    taken: dict[tuple[str, int], Choices] = field(default_factory=dict)
    reached: set[str] = field(default_factory=set)
    tried: int = 0

    def go(self) -> None:
        steering = steers(self.form)
        waiting: list[dict[str, int]] = [{}]
        seen: set[tuple[tuple[str, int], ...]] = set()
        while waiting and self.tried < MOST:
            way = self._complete(waiting.pop())
            for name, number in way.items():
                self.taken.setdefault((name, number), way)
            key = tuple((name, number) for name, number in way.items() if name in steering)
            if key not in seen:
                seen.add(key)
                self.tried += 1
                waiting.extend(self._beside(way, steering))

    def _complete(self, fixed: Choices) -> dict[str, int]:
        """The answers that are fixed, and the first choice to whatever else is asked; without those that are not."""
        way: dict[str, int] = {}
        for question in self.form.questions:
            if not standing_asked(self.form, way, self.kind, question.key):
                continue
            self.reached.add(question.key)
            if options := question.choices or question.marks:
                way[question.key] = fixed.get(question.key, options[0].number)
        return way

    def _beside(self, way: Choices, steering: frozenset[str]) -> Iterator[dict[str, int]]:
        """The same with one answer changed: every choice of what steers, of the rest those that nobody took yet."""
        for question in self.form.questions:
            if question.key in way:
                for choice in question.choices or question.marks:
                    if (question.key, choice.number) not in self.taken or question.key in steering:
                        yield {**way, question.key: choice.number}


def walks(form: Form, kind: BodyKind) -> Walks:
    """The ways of a body of this kind through the form."""
    search = _Search(form, kind)
    search.go()
    ways: list[Choices] = []
    for way in search.taken.values():
        if way not in ways:
            ways.append(way)
    never = tuple(q.key for q in form.questions if q.key not in search.reached)
    return Walks(tuple(ways), never, search.tried < MOST)


def steers(form: Form) -> frozenset[str]:
    """The questions of which the answer decides what else is asked."""
    skipping = {q.key for q in form.questions if any(c.skip_to for c in q.choices)}
    return frozenset(skipping | {q.asked_if.question for q in form.questions if q.asked_if})


def standing_asked(form: Form, way: Choices, kind: BodyKind, key: str) -> bool:
    """Whether a question is asked after these answers."""
    questions = tuple(FilledQuestion(q, None, way.get(q.key) if q.choices else None) for q in form.questions)
    return asked(Filled(form, "", (), questions), frozenset({kind}))[key].standing == "asked"

