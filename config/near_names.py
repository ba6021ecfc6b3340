"""もしかして: the spellings of bodies' names that come nearest to a text that names none.

Only compares spellings; which body each belongs to, and which of several is meant, is for the roster. Of a survey's own
there may be twenty thousand that are all alike (○○市立第一小学校), too many for difflib, which compares two texts in as
many steps as the product of their lengths: those that have the rarest characters and pairs in common are looked up first.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Collection, Iterator
from heapq import nlargest
from itertools import chain

NEAREST = 3  # names that are offered at most
_ALIKE = 0.6  # difflib's ratio, from which on a spelling is near
_LONGEST = 40  # characters; a longer text is a sentence, not a misspelt name
_SUFFIXES = "都道府県市区町村"
_COMPARED = 100  # spellings, by difflib
_LOOKED_AT = 10_000  # places in the index, rare ones first


class NearNames:
    """All folded ways of writing a body's name, ready to be compared with."""

    def __init__(self, spellings: Collection[str]) -> None:
        self._spellings = tuple(spellings)
        self._known = frozenset(spellings)
        self._with: dict[str, list[int]] = {}  # character or pair of them -> numbers of the spellings in which it stands
        for number, spelling in enumerate(self._spellings):
            for piece in _pieces(spelling):
                self._with.setdefault(piece, []).append(number)

    def of(self, name: str) -> list[str]:
        """The nearest first: one that begins the text, those lacking only 市 or 町, those spelt alike."""
        if len(name) > _LONGEST:
            return []
        begins = [name[:end] for end in range(len(name), 1, -1) if name[:end] in self._known]
        shortened = [name + suffix for suffix in _SUFFIXES if name + suffix in self._known]
        alike = difflib.get_close_matches(name, self._resembling(name), n=NEAREST, cutoff=_ALIKE)
        return list(dict.fromkeys([*begins[:1], *shortened, *alike]))

    def _resembling(self, name: str) -> list[str]:
        """The spellings with most pieces in common for their length, counted by the rarest pieces of the name."""
        shared = Counter(chain.from_iterable(self._rarest(name)))

        def share(number: int) -> tuple[float, int]:
            return shared[number] / (len(name) + len(self._spellings[number])), -number

        return [self._spellings[number] for number in nlargest(_COMPARED, shared, key=share)]

    def _rarest(self, name: str) -> Iterator[list[int]]:
        looked_at = 0
        for numbers in sorted((self._with.get(piece, []) for piece in _pieces(name)), key=len):
            yield numbers[:: 1 + len(numbers) // _LOOKED_AT]  # of what nearly all have, some are as good as all
            looked_at += len(numbers)
            if looked_at >= _LOOKED_AT:
                return


def _pieces(text: str) -> frozenset[str]:
    """The characters of a text, and its pairs of characters, with its two ends."""
    ended = f"^{text}$"
    return frozenset(text).union(ended[n : n + 2] for n in range(len(ended) - 1))
