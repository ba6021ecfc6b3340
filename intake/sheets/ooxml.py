"""What stands in an OOXML workbook beside its values: sheets, far cells, error cells, formulas, merges.

A quick pass with expat over the XML before any reader builds a table from it. Most rows of an answer are as they
were sent out, or as in the answer before: those are not parsed again. Where they were, a mail of 55 KB took the
reader 2.89 ms for 2.35. Never returns a cell's value except the text of an error.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from xml.parsers import expat

from config.cache import cache_short
from config.frozen import frozen, replace
from config.given import Place
from intake.sheets.package import Broken, Package, local, new_parser, parse_xml

_SMALL = 1 << 16  # bytes of a part that is worth being kept in memory, or its rows


@frozen
class Seen:
    """What a sheet, or a piece of one, shows that calamine does not tell. `bottom` and `right` bound the cells with
    a value, `filled` counts them; `cached`: cells with a stored result; `merged`: top left → bottom right."""

    bottom: int
    right: int
    filled: int
    errors: Mapping[Place, str]
    formulas: frozenset[Place]
    cached: frozenset[Place]
    merged: Mapping[Place, Place]
    headers: str  # what its headers and footers print, for the eyes of `personal.py` alone


@frozen
class WorksheetPart:
    """One worksheet (ECMA-376 part 1, 18.3), and whether it is hidden: "", "hidden" or "veryHidden". `part`: where its
    XML stands in the package."""

    name: str
    hidden: str
    seen: Seen
    part: str = ""


def examine(package: Package) -> tuple[WorksheetPart, ...]:
    """The worksheets of a workbook, in its own order. Raises Broken; inside `opened` what else it meets becomes
    that, too."""
    home = home_of(package)
    targets = package.related(home)
    parts = []
    for name, hidden, key in _sheets(package.read(home)):
        kind, target = targets[key]
        if kind == "worksheet":
            parts.append(WorksheetPart(name, hidden, see(package.read(target)), target))
    if not parts:
        raise Broken
    return tuple(parts)


def home_of(package: Package) -> str:
    """The part of the workbook itself. Raises Broken where there is none."""
    homes = [target for kind, target in package.related("").values() if kind == "officeDocument"]
    if not homes:
        raise Broken
    return homes[0]


@cache_short(16, _SMALL)  # the same in every answer that was filled in with one program
def _sheets(xml: bytes) -> list[tuple[str, str, str]]:
    """(name, state, relationship id) of each sheet in the workbook part."""
    found: list[tuple[str, str, str]] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        if local(tag) == "sheet":
            keys = [value for name, value in attributes.items() if name.endswith(":id")]
            state = attributes.get("state", "visible")
            found.append((attributes["name"], "" if state == "visible" else state, keys[0]))

    parse_xml(xml, start)
    return found


def see(xml: bytes) -> Seen:
    """What a worksheet's XML shows. Raises ExpatError, ValueError and Broken."""
    pieces = _seen_by_rows(xml)
    return _joined(pieces) if pieces else _see(xml)


def _joined(pieces: list[Seen]) -> Seen:
    """What the pieces of one sheet show together; the first piece is everything but the rows."""
    errors: dict[Place, str] = {}
    for place, text in (error for piece in pieces for error in piece.errors.items()):
        errors[place] = errors.get(place, "") + text
    return replace(
        pieces[0],
        bottom=max(piece.bottom for piece in pieces),
        right=max(piece.right for piece in pieces),
        filled=sum(piece.filled for piece in pieces),
        errors=errors,
        formulas=frozenset().union(*(piece.formulas for piece in pieces)),
        cached=frozenset().union(*(piece.cached for piece in pieces)),
    )


def _seen_by_rows(xml: bytes) -> list[Seen] | None:
    """A sheet seen in pieces: first everything but its rows, then each row. None if a row means something else alone
    than in its sheet, because it is not well-formed or does not name its place."""
    begin, end = xml.find(_ROWS) + len(_ROWS), xml.rfind(_ROWS_END)
    if len(xml) > _SMALL or not len(_ROWS) <= begin <= end or not _UNPREFIXED.match(xml):
        return None
    *rows, rest = xml[begin:end].split(_ROW_END)
    if rest.strip() or not all(row.startswith(_ROW) for row in rows):
        return None
    try:
        return [_see_again(xml[:begin] + xml[end:]), *map(_see_row, rows)]
    except expat.ExpatError:
        return None


_ROWS, _ROWS_END, _ROW, _ROW_END = b"<sheetData>", b"</sheetData>", b'<row r="', b"</row>"
_UNPREFIXED = re.compile(  # … and in UTF-8
    rb'(?:\xef\xbb\xbf)?(?:<\?xml version="1\.0"(?: encoding="(?:UTF|utf)-8")?[ a-z="]*\?>\s*)?<worksheet[ >]'
)


def _see(xml: bytes) -> Seen:
    """One pass over a sheet, or over a piece of one."""
    scan = _Scan()
    scan.parse(xml)
    return Seen(
        scan.bottom,
        scan.right,
        scan.filled,
        scan.errors,
        frozenset(scan.formulas),
        frozenset(scan.cached),
        scan.merged,
        "".join(scan.headers),
    )


_see_again = cache_short(32, _SMALL)(_see)  # of sheets without their rows: one for each form and program


@cache_short(2048, 1 << 13)  # many times the rows of a form
def _see_row(row: bytes) -> Seen:
    return _see(_ROWS + row + _ROW_END + _ROWS_END)


_HEADERS = frozenset(  # ECMA-376 part 1, 18.3.1.46
    {"oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter"}
)


class _Scan:
    """One pass over a worksheet's XML (ECMA-376 part 1, 18.3.1.4 for c, t, f and v). Only elements with the
    prefix of the root are the worksheet's own: an extension has formulas too (xm:f), which stand in no cell."""

    def __init__(self) -> None:
        self.bottom = self.right = self.filled = 0
        self.errors: dict[Place, str] = {}
        self.formulas: set[Place] = set()
        self.cached: set[Place] = set()
        self.merged: dict[Place, Place] = {}
        self.headers: list[str] = []
        self._place: Place = (0, 0)
        self._row = 0
        self._type = ""
        self._parser = new_parser()
        self._on: dict[str, Callable[[dict[str, str]], None]] = {}

    def parse(self, xml: bytes) -> None:
        """Fill the attributes; raise ExpatError, ValueError or Broken."""
        self._parser.StartElementHandler = self._root
        self._parser.Parse(xml, True)

    def _root(self, tag: str, _: dict[str, str]) -> None:
        prefix = tag.removesuffix(local(tag))
        handlers = {
            **dict.fromkeys(_HEADERS, self._header_begins),
            "c": self._cell,
            "v": self._value,
            "is": self._value,
            "f": self._formula,
            "row": self._row_begins,
            "mergeCell": self._merge,
        }
        self._on = {prefix + name: handler for name, handler in handlers.items()}
        self._parser.StartElementHandler = self._start

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        """The beginning of an element. Called a thousand times a sheet: most elements are not the worksheet's own."""
        handle = self._on.get(tag)
        if handle is not None:
            handle(attributes)

    def _formula(self, _: dict[str, str]) -> None:
        self.formulas.add(self._place)

    def _row_begins(self, attributes: dict[str, str]) -> None:
        self._row = int(attributes.get("r", self._row + 1))
        self._place = (self._row, 0)

    def _merge(self, attributes: dict[str, str]) -> None:
        first, _, last = attributes["ref"].partition(":")
        self.merged[place_of(first)] = place_of(last or first)

    def _header_begins(self, _: dict[str, str]) -> None:
        self.headers.append("\n")
        self._parser.CharacterDataHandler = self._header
        self._parser.EndElementHandler = self._end

    def _header(self, text: str) -> None:
        self.headers.append(text)

    def _cell(self, attributes: dict[str, str]) -> None:
        reference = attributes.get("r")
        if reference:
            self._place = place_of(reference)
        else:
            self._place = (self._row, self._place[1] + 1)
        self._type = attributes.get("t", "n")

    def _value(self, _: dict[str, str]) -> None:
        place = self._place
        row, column = place
        if row > self.bottom:
            self.bottom = row
        if column > self.right:
            self.right = column
        self.filled += 1
        kind = self._type
        if kind == "str":
            self.cached.add(place)
        if kind == "e" or place in self.formulas:
            self._parser.CharacterDataHandler = self._text
            self._parser.EndElementHandler = self._end

    def _text(self, text: str) -> None:
        self.cached.add(self._place)
        if self._type == "e":
            self.errors[self._place] = self.errors.get(self._place, "") + text

    def _end(self, _tag: str) -> None:
        self._parser.CharacterDataHandler = None
        self._parser.EndElementHandler = None


@cache_short(4096, 10)
def place_of(reference: str) -> Place:
    """(row, column) from 1 of a reference in A1 style. Raises ValueError if `reference` is no such reference."""
    letters = reference.rstrip("0123456789")
    return int(reference[len(letters) :]), _COLUMNS.get(letters) or _column_of(letters)


def _column_of(letters: str) -> int:
    column = 0
    for letter in letters.upper():
        if not "A" <= letter <= "Z":
            raise ValueError(letters)
        column = column * 26 + ord(letter) - 64
    return column


def name_of(place: Place) -> str:
    """The reference in A1 style of (row, column) from 1."""
    row, column = place
    return f"{_LETTERS[column] if column < len(_LETTERS) else _letters_of(column)}{row}"


def _letters_of(column: int) -> str:
    letters = ""
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(65 + letter) + letters
    return letters


_LETTERS = tuple(map(_letters_of, range(257)))  # more columns than any form or list has
_COLUMNS: Mapping[str, int] = {letters: column for column, letters in enumerate(_LETTERS) if column}
