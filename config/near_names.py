"""もしかして: the spellings of bodies' names that come nearest to a text that names none.

Only compares spellings; which body each belongs to, and which of several is meant, is for the roster.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection

NEAREST = 3  # names that are offered at most
_ALIKE = 0.6  # difflib's ratio, from which on a spelling is near
_LONGEST = 40  # characters; a longer text is a sentence, not a misspelt name
_SUFFIXES = "都道府県市区町村"


class NearNames:
    """All folded ways of writing a body's name, ready to be compared with."""

    def __init__(self, spellings: Collection[str]) -> None:
        self._letters = {spelling: frozenset(spelling) for spelling in spellings}

    def of(self, name: str) -> list[str]:
        """The nearest first: one that begins the text, those lacking only 市 or 町, those spelt alike."""
        if len(name) > _LONGEST:
            return []
        begins = [name[:end] for end in range(len(name), 1, -1) if name[:end] in self._letters]
        shortened = [name + suffix for suffix in _SUFFIXES if name + suffix in self._letters]
        alike = difflib.get_close_matches(name, self._sharing(name), n=NEAREST, cutoff=_ALIKE)
        return list(dict.fromkeys([*begins[:1], *shortened, *alike]))

    def _sharing(self, name: str) -> list[str]:
        """The spellings that share enough characters with a name to resemble it by _ALIKE at all: the others,
        nearly all of them, would cost difflib ten milliseconds. Shared characters, counting those that a name
        repeats, are no fewer than those in difflib's ratio 2·M / (length + length)."""
        letters, length = frozenset(name), len(name)
        repeated = length - len(letters)
        return [
            spelling
            for spelling, own in self._letters.items()
            if 2 * (len(letters & own) + repeated) >= _ALIKE * (length + len(spelling))
        ]
