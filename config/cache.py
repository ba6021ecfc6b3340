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
    """For a function of hashable values: its last `number` results, where the first value has a length of at most
    `longest`."""

    def decorate(work: Work) -> Work:
        known = lru_cache(maxsize=number)(work)

        def ask(given: Any) -> Any:
            return known(given) if len(given) <= longest else work(given)

        def ask_with(given: Any, *others: Any) -> Any:
            return known(given, *others) if len(given) <= longest else work(given, *others)

        alone = len(signature(work).parameters) == 1  # what is asked most often: a third of the time
        return cast(Work, wraps(work)(ask if alone else ask_with))

    return decorate


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
