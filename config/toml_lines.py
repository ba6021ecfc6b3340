"""The line of a TOML file on which each of its keys stands: tomllib tells values, and no places.

For a text that tomllib has read already; of any other, what comes out means nothing.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping

from config.patterns import pattern
from config.toml_values import KeyPath

_BLANK = pattern(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACES = pattern(r"[ \t]*")
_KEY = pattern(r'"(?:[^"\\]|\\.)*"|\'[^\']*\'|[A-Za-z0-9_-]+')
_STRINGS = (
    pattern(r'"""(?:[^\\]|\\.)*?"{3,5}', re.DOTALL),
    pattern(r"'''.*?'{3,5}", re.DOTALL),
    pattern(r'"(?:[^"\\\n]|\\.)*"'),
    pattern(r"'[^'\n]*'"),
)
_SCALAR = pattern(r"[^,\]}#\n]*")


def lines_of(text: str) -> Mapping[KeyPath, int]:
    """The line, from 1, of every key, table and list item; of a table with a heading, that of the heading."""
    scanner = _Scanner(text.replace("\r\n", "\n"))
    scanner.document()
    return scanner.lines


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0
        self.lines: dict[KeyPath, int] = {}
        self._ends = [place for place, character in enumerate(self.text) if character == "\n"]
        self._counts: dict[KeyPath, int] = {}  # how many tables of an array were begun

    def document(self) -> None:
        table: KeyPath = ()
        while self._skip(_BLANK) < len(self.text):
            if self.text[self.at] == "[":
                table = self._heading()
            else:
                self._pair(table)

    def _heading(self) -> KeyPath:
        line, array = self._line(), self.text.startswith("[[", self.at)
        self.at += 2 if array else 1
        table = self._in_tables(self._key())
        self.at += 2 if array else 1
        if array:
            self._note(table, line)
            self._counts[table] = place = self._counts.get(table, -1) + 1
            table = (*table, place)
        self._note(table, line)
        return table

    def _in_tables(self, names: list[str]) -> KeyPath:
        """Headings lead into the newest table of an array that they pass through."""
        path: KeyPath = ()
        for name in names[:-1]:
            path = (*path, name)
            if path in self._counts:
                path = (*path, self._counts[path])
        return (*path, names[-1])

    def _pair(self, table: KeyPath) -> None:
        line = self._line()
        path = (*table, *self._key())
        self._note(path, line)
        self.at += 1  # the =
        self._value(path)

    def _key(self) -> list[str]:
        names = []
        while True:
            self._skip(_SPACES)
            hit = _KEY.match(self.text, self.at)
            assert hit is not None, "tomllib has read it"
            names.append(hit[0].strip("\"'"))
            self.at = hit.end()
            self._skip(_SPACES)
            if self.text[self.at] != ".":
                return names
            self.at += 1

    def _value(self, path: KeyPath) -> None:
        self._skip(_BLANK)
        if self.text[self.at] == "[":
            self._items(path)
        elif self.text[self.at] == "{":
            self._inline(path)
        else:
            string = next((s for s in _STRINGS if s.match(self.text, self.at)), _SCALAR)
            self._skip(string)

    def _items(self, path: KeyPath) -> None:
        self.at += 1
        place = 0
        while self.text[self._skip(_BLANK)] != "]":
            self._note((*path, place), self._line())
            self._value((*path, place))
            place += 1
            if self.text[self._skip(_BLANK)] == ",":
                self.at += 1
        self.at += 1

    def _inline(self, path: KeyPath) -> None:
        self.at += 1
        while self.text[self._skip(_BLANK)] != "}":
            self._pair(path)
            if self.text[self._skip(_BLANK)] == ",":
                self.at += 1
        self.at += 1

    def _skip(self, pattern: re.Pattern[str]) -> int:
        hit = pattern.match(self.text, self.at)
        self.at = hit.end() if hit else self.at
        return self.at

    def _line(self) -> int:
        return bisect_left(self._ends, self.at) + 1

    def _note(self, path: KeyPath, line: int) -> None:
        for depth in range(1, len(path) + 1):
            self.lines.setdefault(path[:depth], line)
