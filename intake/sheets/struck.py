"""見え消し: text of a workbook that is struck out (ECMA-376 part 1, 18.4.10), which does not count as written.

Fonts of cells (styles.xml), of runs (the table of strings) and of runs within cells. Most workbooks have none, which
two searches for a word tell; only the others are looked through. Of .xls and .ods: `beyond_legacy.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from config.frozen import frozen
from config.given import Place
from config.spelling import fold
from intake.sheets.ooxml import place_of
from intake.sheets.package import BROKEN, Package, local, new_parser

_WORD = b"strike"
ARROWS = " \u3000\n\r→⇒"  # between what was struck out and what holds instead
_FALSE = frozenset({"0", "false", "off"})


@dataclass(slots=True)
class _RunText:
    """A text of runs: what is left of it in a cell whose own font is plain, and in one whose font is struck out."""

    plain: str = ""
    struck: str = ""
    whole: str = ""


@frozen
class Strikes:
    """What is struck out in one workbook: `styles` of cells, by number, and the texts of runs, by number."""

    styles: frozenset[str]
    texts: Mapping[str, _RunText]

    def on(self, xml: bytes) -> dict[Place, str]:
        """The cells of a worksheet with something struck out → what is left of each."""
        if not self.styles and not self.texts and _WORD not in xml:
            return {}
        cells = _StruckCells(self)
        cells.parse(xml)
        return cells.left


def strikes(package: Package, related: Mapping[str, tuple[str, str]]) -> Strikes:
    """What the parts of a workbook (`related`, by id: kind and name) strike out. A part that cannot be read, which may
    concern no cell at all, strikes nothing out."""
    parts = dict(related.values())
    try:
        styles = _read(package, parts.get("styles", ""))
        struck = _struck_styles(styles) if _WORD in styles else frozenset()
        strings = _read(package, parts.get("sharedStrings", ""))
        return Strikes(struck, _runs(strings) if strings and (struck or _WORD in strings) else {})
    except BROKEN:
        return Strikes(frozenset(), {})


def _read(package: Package, part: str) -> bytes:
    return package.read(part) if part in package else b""


def _is_on(attributes: dict[str, str]) -> bool:
    return attributes.get("val", "1").lower() not in _FALSE


def _struck_styles(xml: bytes) -> frozenset[str]:
    """The numbers of the cell formats (cellXfs) whose font is struck out."""
    fonts: list[bool] = []
    formats: list[str] = []
    path: list[str] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        name = local(tag)
        if path[-1:] == ["fonts"] and name == "font":
            fonts.append(False)
        elif path[-2:] == ["fonts", "font"] and name == "strike":
            fonts[-1] = _is_on(attributes)
        elif path[-1:] == ["cellXfs"] and name == "xf":
            formats.append(attributes.get("fontId", "0"))
        path.append(name)

    new_parser(start, lambda _tag: path.pop()).Parse(xml, True)
    struck = {str(number) for number, is_struck in enumerate(fonts) if is_struck}
    return frozenset(str(number) for number, font in enumerate(formats) if font in struck)


@dataclass(slots=True)
class _Runs:
    """The text of one string item (18.4.8) or of an inline string, gathered without its furigana."""

    text: _RunText = field(default_factory=_RunText)
    rich: bool = False
    struck: bool | None = None  # of the run; None: as the cell's own font
    within: bool = False
    reading: bool = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "rPh":
            self.reading = True
        elif name == "r":
            self.struck = None
        elif name == "rPr":
            self.struck, self.rich = False, True
        elif name == "strike":
            self.struck = _is_on(attributes)
        elif name == "t":
            self.within = not self.reading

    def end(self, name: str) -> None:
        if name == "t":
            self.within = False
        elif name == "rPh":
            self.reading = False
        elif name == "r":
            self.struck = None

    def characters(self, text: str) -> None:
        if self.within:
            self.text.whole += text
            self.text.plain += "" if self.struck else text
            self.text.struck += text if self.struck is False else ""


def _runs(xml: bytes) -> Mapping[str, _RunText]:
    """The texts of the table of strings that have fonts of their own, by number."""
    found: dict[str, _RunText] = {}
    runs = _Runs()
    number = -1

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal runs, number
        name = local(tag)
        if name == "si":
            runs, number = _Runs(), number + 1
        else:
            runs.start(name, attributes)

    def end(tag: str) -> None:
        name = local(tag)
        runs.end(name)
        if name == "si" and runs.rich:
            found[str(number)] = runs.text

    new_parser(start, end, lambda text: runs.characters(text)).Parse(xml, True)
    return found


class _StruckCells:
    """One pass over a worksheet: what is left in its cells of what is struck out."""

    def __init__(self, strikes: Strikes) -> None:
        self.left: dict[Place, str] = {}
        self._strikes = strikes
        self._row = 0
        self._place: Place = (0, 0)
        self._struck = False
        self._type = ""
        self._value: str | None = None
        self._runs = _Runs()

    def parse(self, xml: bytes) -> None:
        new_parser(self._start, self._end, self._characters).Parse(xml, True)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = local(tag)
        if name == "c":
            reference = attributes.get("r", "")
            self._place = place_of(reference) if reference else (self._row, self._place[1] + 1)
            self._struck = attributes.get("s", "") in self._strikes.styles
            self._type, self._value, self._runs = attributes.get("t", "n"), None, _Runs()
        elif name == "row":
            self._row = int(attributes.get("r", self._row + 1))
            self._place = (self._row, 0)
        elif name == "v":
            self._value = ""
        else:
            self._runs.start(name, attributes)

    def _characters(self, text: str) -> None:
        if self._value is not None:
            self._value += text
        self._runs.characters(text)

    def _end(self, tag: str) -> None:
        name = local(tag)
        self._runs.end(name)
        if name == "c":
            self._note()

    def _note(self) -> None:
        text = self._strikes.texts.get(self._value or "") if self._type == "s" else None
        if self._type == "inlineStr" and self._runs.rich:
            text = self._runs.text
        filled = bool(self._value) or bool(self._runs.text.whole)
        if text is not None:
            left = text.struck if self._struck else text.plain
            if fold(left) != fold(text.whole):  # a struck space is nothing
                self.left[self._place] = left.strip(ARROWS) if fold(left) else ""
        elif self._struck and filled:
            self.left[self._place] = ""
