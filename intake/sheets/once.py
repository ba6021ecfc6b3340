"""What is worked out once for a form or a survey: they are read at the start and live as long as the program.

Remembers by identity: neither has a hash, and comparing them would cost more than is saved.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any, TypeVar

Given = TypeVar("Given")
Made = TypeVar("Made")


class Same:
    """One object as the key of a cache: it and no other."""

    __slots__ = ("it",)

    def __init__(self, it: Any) -> None:
        self.it = it

    def __hash__(self) -> int:
        return id(self.it)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and other.it is self.it


def once(make: Callable[[Given], Made]) -> Callable[[Given], Made]:
    """`make`, asked once for each of the last 64 objects."""
    made = lru_cache(maxsize=64)(lambda same: make(same.it))

    @wraps(make)
    def known(given: Given) -> Made:
        return made(Same(given))

    return known
