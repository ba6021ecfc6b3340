"""Where people read: lines and tables, bold and red on a terminal, plain on a pipe.

What strangers wrote steers no terminal, and no markup is read out of it: a subject like "[/b]" is a subject. The
tables are ours, since a library's take as long to load as all else that `held` does.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import zip_longest
from typing import Any
from unicodedata import category, east_asian_width

import click

from intake.shown import clipped, escaped_json, visible

CELL_LIMIT = 20_000  # characters of a cell on a screen
PIPE_WIDTH = 200  # columns of a table that does not go to a terminal
_NARROWEST = 2  # columns of a cell: one wide character
_COLOURS = {"red": {"fg": "red"}, "yellow": {"fg": "yellow"}, "bold": {"bold": True}}


def say(text: object = "", err: bool = False, nl: bool = True, style: str = "") -> None:
    """Print a line for people who read a terminal: nothing that strangers wrote in it, or that somebody pasted,
    steers the terminal. `style`: "red", "yellow", "bold" or none."""
    shown = visible(str(text))
    click.echo(_styled(shown, style) if style else shown, err=err, nl=nl)


def echo_json(value: Any) -> None:
    """JSON for programs: UTF-8, whatever the locale; what would steer a terminal is escaped."""
    click.echo(escaped_json(json.dumps(value, ensure_ascii=False, indent=2)))


def on_terminal() -> bool:
    """Whether somebody reads what is printed while it is printed."""
    return sys.stdout.isatty()


def terminal_columns(text: str) -> int:
    """Columns that a text takes on a terminal."""
    return len(text) if text.isascii() else sum(map(_terminal_columns, text))


@cache
def _terminal_columns(character: str) -> int:
    if category(character) in ("Mn", "Me"):
        return 0
    return 2 if east_asian_width(character) in "FW" else 1


@dataclass(slots=True)
class Listing:
    """A table with a title; its cells may come from strangers, and may have several lines."""

    title: str
    headings: Sequence[str]
    rows: list[tuple[str, ...]] = field(default_factory=list)
    styles: list[str] = field(default_factory=list)

    def add_row(self, *cells: str, style: str = "") -> None:
        """Add a row, made harmless for the terminal; `style` as in `say`."""
        self.rows.append(tuple(clipped(visible(cell), CELL_LIMIT).replace("\t", " ") for cell in cells))
        self.styles.append(style)

    def show(self) -> None:
        """Print it as wide as the terminal allows."""
        width = on_terminal() and os.get_terminal_size(sys.stdout.fileno()).columns  # 0: a terminal that does not know
        click.echo("\n".join(self.lines(width or PIPE_WIDTH)))

    def lines(self, width: int) -> Iterator[str]:
        """The table in at most so many columns, where each of its own can have two; a sentence where nothing is in it."""
        if not self.rows:
            yield f"{self.title}：ありません。" if self.title else "ありません。"
            return
        widths = self._widths(width)
        if self.title:
            yield self.title
        yield _rule("┌", "┬", "┐", widths)
        yield from _row(self.headings, widths, "bold")
        yield _rule("├", "┼", "┤", widths)
        for cells, style in zip(self.rows, self.styles, strict=True):
            yield from _row(cells, widths, style)
        yield _rule("└", "┴", "┘", widths)

    def _widths(self, width: int) -> list[int]:
        """The width of each column: as much as it needs; where that is too much, the widest give way first."""
        needed = [max(map(_widest, column)) for column in zip(self.headings, *self.rows, strict=True)]
        room = width - 3 * len(needed) - 1
        most = room
        while most > _NARROWEST and sum(min(each, most) for each in needed) > room:
            most -= 1
        return [max(_NARROWEST, min(each, most)) for each in needed]


def table(title: str, *headings: str) -> Listing:
    """A table with these columns."""
    return Listing(title, headings)


def _widest(cell: str) -> int:
    return max(map(terminal_columns, cell.split("\n")))


def _row(cells: Sequence[str], widths: Sequence[int], style: str) -> Iterator[str]:
    folded = (list(_folded(cell, width)) for cell, width in zip(cells, widths, strict=True))
    for parts in zip_longest(*folded, fillvalue=""):
        padded = (part + " " * (width - terminal_columns(part)) for part, width in zip(parts, widths, strict=True))
        line = f"│ {' │ '.join(padded)} │"
        yield _styled(line, style) if style else line


def _folded(cell: str, width: int) -> Iterator[str]:
    """The lines of a cell, none wider than its column; cut at a space where one stands in the second half."""
    for line in cell.split("\n"):
        while terminal_columns(line) > width:
            end = _fitting(line, width)
            space = line.rfind(" ", end // 2, end + 1)
            yield line[: space if space > 0 else end]
            line = line[space + 1 if space > 0 else end :]
        yield line


def _fitting(line: str, width: int) -> int:
    """How many characters of the line fit, one at least."""
    taken = 0
    for place, character in enumerate(line):
        taken += _terminal_columns(character)
        if taken > width:
            return max(place, 1)
    return len(line)


def _rule(left: str, between: str, right: str, widths: Iterable[int]) -> str:
    return left + between.join("─" * (width + 2) for width in widths) + right


def _styled(text: str, style: str) -> str:
    """A text with colours; click takes them out again where no terminal reads them."""
    return text if os.environ.get("NO_COLOR") else click.style(text, **_COLOURS[style])  # type: ignore[arg-type]
