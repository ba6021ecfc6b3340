"""Doing something for real in a transaction that is rolled back: what it would come to, and every letter of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from routing.ledger import correspondence
from routing.ledger.correspondence import LetterRecord
from routing.ledger.store import Ledger

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Tried(Generic[T]):
    """What came of it, and the letters that would wait to leave, with their bytes."""

    result: T
    letters: tuple[tuple[LetterRecord, bytes], ...]


class _Over(Exception):
    """The end of a transaction of which nothing is to stay."""


def tried(ledger: Ledger, act: Callable[[], T]) -> Tried[T]:
    """Try an act on the ledger alone: it may touch nothing else. Raises what it raises, and LedgerBusy."""
    found: list[Tried[T]] = []
    try:
        with ledger.writing():
            before = correspondence.newest_letter(ledger)
            result = act()
            whole = (correspondence.letter(ledger, x.id) for x in correspondence.letters_after(ledger, before))
            found.append(Tried(result, tuple(w for w in whole if w is not None)))
            raise _Over
    except _Over:
        return found[0]
