"""Caches: by what a short text says, and by which form or survey an object is.

A reader child lives through thousands of mails, and what one of them brings must not stay there by the megabyte: long
texts are worked out anew each time. Forms and surveys are read at the start and live as long as the program; they are
told apart by identity, since neither has a hash and comparing them would cost more than is saved.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from inspect import signature
from typing import Any, TypeVar, cast

Given = TypeVar("Given")
Made = TypeVar("Made")
Work = TypeVar("Work", bound=Callable[..., Any])


def cache_short(number: int, longest: int) -> Callable[[Work], Work]:
    """A cache for a function of hashable values: at most `number` of its last results, where the first value has a
    length of at most `longest`."""

    def decorate(work: Work) -> Work:
        if len(signature(work).parameters) == 1:
            return cast(Work, _Results(work, number, longest).__getitem__)
        known = lru_cache(maxsize=number)(work)

        @wraps(work)
        def ask(given: Any, *others: Any) -> Any:
            return known(given, *others) if len(given) <= longest else work(given, *others)

        return cast(Work, ask)

    return decorate


class _Results(dict[Any, Any]):
    """The results of a function of one value. A mail asks a thousand times for one that is known: looking it up in a
    dictionary takes a third of the time of a function that does. What was not asked for again among as many others as half
    of `number` is forgotten."""

    def __init__(self, work: Callable[[Any], Any], number: int, longest: int) -> None:
        self._work, self._half, self._longest = work, max(number // 2, 1), longest
        self._older: dict[Any, Any] = {}

    def __missing__(self, given: Any) -> Any:
        if len(given) > self._longest:
            return self._work(given)
        result = self._older[given] if given in self._older else self._work(given)
        if len(self) >= self._half:
            self._older = dict(self)
            self.clear()
        self[given] = result
        return result


class Same:
    """One object as the key of a cache: it and no other."""

    __slots__ = ("it",)

    def __init__(self, it: Any) -> None:
        self.it = it

    def __hash__(self) -> int:
        return id(self.it)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and other.it is self.it


def cache_by_identity(make: Callable[[Given], Made]) -> Callable[[Given], Made]:
    """`make`, asked once for each of the last 64 objects."""
    made = lru_cache(maxsize=64)(lambda same: make(same.it))

    @wraps(make)
    def known(given: Given) -> Made:
        return made(Same(given))

    return known
