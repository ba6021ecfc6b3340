"""Answers to questions, as data: faq.toml of a survey. What an official may propose to whoever asks; nothing is sent by it.

A mail asks an entry's question if one word of each of its groups stands in it. Reads no file (`load.py` does).
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from config.shape import Reasons, Shape
from config.spelling import fold

NonEmpty = Annotated[str, Meta(min_length=1)]


class Faq(Shape):
    """One question with its answer: `words` are groups of which each has to be met, `place` where the notice says it."""

    id: NonEmpty
    question: NonEmpty
    words: Annotated[tuple[tuple[str, ...], ...], Meta(min_length=1)]
    answer: NonEmpty
    place: str = ""

    def weight(self, folded: str) -> int:
        """How many characters of a folded text speak for this question; 0 where a group is not met."""
        found = [max((len(fold(w)) for w in group if fold(w) and fold(w) in folded), default=0) for group in self.words]
        return sum(found) if all(found) else 0


class FaqFile(Shape):
    """faq.toml, whole."""

    faq: tuple[Faq, ...] = ()


def fitting(entries: tuple[Faq, ...], text: str) -> tuple[Faq, ...]:
    """The entries that a text asks for, the likeliest first."""
    folded = fold(text)
    weighed = [(entry.weight(folded), -place, entry) for place, entry in enumerate(entries)]
    return tuple(entry for weight, _, entry in sorted(weighed, key=lambda w: w[:2], reverse=True) if weight)


def check_faq(entries: tuple[Faq, ...]) -> Reasons:
    """What the shape cannot tell: the same id twice, or a group without a word."""
    ids = [entry.id for entry in entries]
    for place, entry in enumerate(entries, 1):
        if ids.index(entry.id) < place - 1:
            yield f"faq.{place}.id", f"「{entry.id}」が2回以上あります。"
        if not all(any(fold(word) for word in group) for group in entry.words):
            yield f"faq.{place}.words", "語のない組があります。一つの組に、1つ以上の語を書いてください。"
