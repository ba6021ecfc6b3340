"""What values do not tell of .xls and .ods: 見え消し, as `struck.py` has it of OOXML (fonts of cells, and of runs within
them), comments, and of an .ods what is drawn in a cell.

Of an .xls xlrd tells it ([MS-XLS] 2.4.122, Font: fStrikeOut; 2.4.179, Note); of an .ods its own XML (OpenDocument 1.3
part 3, 20.370, style:text-line-through-style; 14.1, office:annotation; 10.3, shapes). What cannot be read tells nothing.
Of an .xlsb no reader tells it.
"""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Iterable, Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from typing import Any

from config.given import Place
from config.spelling import fold
from intake.sheets import package
from intake.sheets.comments import MOST
from intake.sheets.drawn import Drawing
from intake.sheets.hidden_text import COMMENTS, DRAWINGS
from intake.sheets.package import BROKEN, local, new_parser
from intake.sheets.struck import ARROWS

_WORDS = re.compile(rb"text-line-through-|annotation|<draw:")
_SHAPES = frozenset(
    {"caption", "circle", "connector", "control", "custom-shape", "ellipse", "frame", "g", "line", "measure", "path",
     "polygon", "polyline", "rect", "regular-polygon"}
)  # fmt: skip
_ROW = re.compile(r"\d+$")
_COLUMNS = 1_000  # that are looked at; further ones are the emptiness to the end of a row
_MOST = 20_000  # cells that are noted; a small file may repeat one as often as it likes
_NONE = ("", "none")
# xlrd meets broken structures with whatever struct, lists and strings happen to raise.
_XLRD_ERRORS = (
    struct.error, AssertionError, ArithmeticError, LookupError, TypeError, AttributeError, ValueError, MemoryError,
    NotImplementedError, RuntimeError,
)  # fmt: skip

Struck = dict[Place, str]


@dataclass(slots=True)
class BeyondLegacy:
    """What lies beyond the values of one worksheet. `struck`: the cells with something struck out → what is left of
    each; `comments`: what hangs on a cell; `drawn`: what lies over cells, with `words`, the texts in it."""

    struck: Struck = field(default_factory=dict)
    comments: dict[Place, str] = field(default_factory=dict)
    drawn: list[Drawing] = field(default_factory=list)
    words: list[str] = field(default_factory=list)


def beyond_legacy(data: bytes, kind: str, sheets: Sequence[str]) -> Mapping[str, BeyondLegacy]:
    """What lies beyond the values, for each of these worksheets that have anything of it."""
    if kind == "ods":
        return _in_ods(data)
    return _in_xls(data, sheets) if kind == "xls" else {}


def hanging(beyond: Iterable[BeyondLegacy]) -> dict[str, list[str]]:
    """Comments and words of drawings, named as `asides` names them."""
    found: dict[str, list[str]] = {}
    for one in beyond:
        for place, texts in ((COMMENTS, one.comments.values()), (DRAWINGS, one.words)):
            if texts:
                found.setdefault(place, []).extend(texts)
    return found


def _in_xls(data: bytes, sheets: Sequence[str]) -> Mapping[str, BeyondLegacy]:
    import xlrd  # few mails bring an .xls
    from xlrd.compdoc import CompDocError

    try:
        with redirect_stdout(io.StringIO()):
            book = xlrd.open_workbook(file_contents=data, formatting_info=True, ragged_rows=True, logfile=io.StringIO())
        found = ((name, book.sheet_by_name(name)) for name in sheets if name in book.sheet_names())
        return {name: BeyondLegacy(_struck_of_xls(book, sheet), _notes_of(sheet)) for name, sheet in found}
    except (xlrd.XLRDError, CompDocError, *BROKEN, *_XLRD_ERRORS):
        return {}


def _notes_of(sheet: Any) -> dict[Place, str]:
    notes = sorted(sheet.cell_note_map.items())[:MOST]
    return {(row + 1, column + 1): note.text for (row, column), note in notes if note.text}


def _struck_of_xls(book: Any, sheet: Any) -> Struck:
    fonts = book.font_list
    found: Struck = {}
    if not any(font.struck_out for font in fonts):
        return found
    for row in range(sheet.nrows):
        for column in range(sheet.row_len(row)):
            text = sheet.cell_value(row, column)
            if text == "":
                continue
            own = fonts[book.xf_list[sheet.cell_xf_index(row, column)].font_index].struck_out
            runs = sheet.rich_text_runlist_map.get((row, column), ()) if isinstance(text, str) else ()
            pieces = _pieces(str(text), bool(own), [(at, bool(fonts[font].struck_out)) for at, font in runs])
            left = _left_of(pieces)
            if left is not None:
                found[row + 1, column + 1] = left
    return found


def _pieces(text: str, own: bool, runs: Sequence[tuple[int, bool]]) -> list[tuple[str, bool]]:
    """A text cut where its font changes: (piece, struck out)."""
    ends = [at for at, _ in runs] + [len(text)]
    return [(text[: ends[0]], own), *((text[at:end], out) for (at, out), end in zip(runs, ends[1:], strict=True))]


def _left_of(pieces: Sequence[tuple[str, bool]]) -> str | None:
    """What is left of a cell with something struck out; None for any other cell. A struck space is nothing."""
    if not any(out and fold(piece) for piece, out in pieces):
        return None
    left = "".join(piece for piece, out in pieces if not out)
    return left.strip(ARROWS) if fold(left) else ""


def _in_ods(data: bytes) -> Mapping[str, BeyondLegacy]:
    try:
        with package.opened(data) as archive:
            if "content.xml" not in archive:
                return {}
            content = archive.read("content.xml")
            if not _WORDS.search(content):  # the fonts of cells stand there; those of styles.xml are nobody's own
                return {}
            cells = _Ods()
            new_parser(cells.start, cells.end, cells.characters).Parse(content, True)
            return cells.found
    except (package.Broken, package.TooCostly, *BROKEN):
        return {}


@dataclass(slots=True)
class _Ods:
    """One pass over content.xml."""

    found: dict[str, BeyondLegacy] = field(default_factory=dict)
    _out: dict[str, bool] = field(default_factory=dict)  # by style: whether it strikes out, where it says so
    _style: str = ""
    _sheet: BeyondLegacy = field(default_factory=BeyondLegacy)
    _place: Place = (0, 0)
    _own: bool = False
    _repeated: tuple[int, int] = (1, 1)  # rows, columns
    _columns: list[str] = field(default_factory=list)  # default styles
    _row_style: str = ""
    _spans: list[bool] = field(default_factory=list)
    _pieces: list[tuple[str, bool]] = field(default_factory=list)
    _noted: int = 0  # cells
    _reads: int = 0  # paragraphs that we are in
    _aside: list[str] = field(default_factory=list)  # the comment or shape that we are in, and what is within it
    _said: list[str] = field(default_factory=list)  # in it

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name, plain = local(tag), {local(key): value for key, value in attributes.items()}
        if name == "style":
            self._style = plain.get("name", "")
            self._out[self._style] = self._out.get(plain.get("parent-style-name", ""), False)
        elif name == "text-properties" and self._style:
            told = [plain[key] for key in ("text-line-through-style", "text-line-through-type") if key in plain]
            if told:
                self._out[self._style] = all(value not in _NONE for value in told)
        elif name == "table":
            self._sheet = self.found.setdefault(plain.get("name", ""), BeyondLegacy())
            self._place, self._columns = (0, 0), []
        elif name == "table-column":
            times = min(_number(plain, "number-columns-repeated"), _COLUMNS - len(self._columns))
            self._columns += [plain.get("default-cell-style-name", "")] * times
        elif name == "table-row":
            self._row_style = plain.get("default-cell-style-name", "")
            self._place, self._repeated = (self._place[0] + 1, 0), (_number(plain, "number-rows-repeated"), 1)
        elif name in ("table-cell", "covered-table-cell"):
            self._begin_cell(plain)
        elif name == "annotation" or name in _SHAPES:
            self._begin_aside(name, plain)
        elif name in ("p", "h"):
            self._reads += 1
        elif name == "span":
            self._spans.append(self._out.get(plain.get("style-name", ""), self._spans[-1] if self._spans else self._own))

    def _begin_cell(self, plain: dict[str, str]) -> None:
        row, column = self._place
        self._place, self._repeated = (row, column + 1), (self._repeated[0], _number(plain, "number-columns-repeated"))
        default = self._columns[column] if column < len(self._columns) else ""
        style = plain.get("style-name") or self._row_style or default
        self._own, self._pieces, self._spans = self._out.get(style, False), [], []

    def _begin_aside(self, name: str, plain: dict[str, str]) -> None:
        self._aside.append(name)
        row, column = self._place
        if len(self._aside) == 1 and name != "annotation" and row and len(self._sheet.drawn) < MOST:
            last = _ROW.search(plain.get("end-cell-address", ""))
            self._sheet.drawn.append(Drawing(row, max(row, int(last[0]) if last else row), max(1, column)))

    def _end_aside(self) -> None:
        name = self._aside.pop()
        if self._aside:
            return
        said, self._said = "".join(self._said).strip(), []
        if name == "annotation" and said and len(self._sheet.comments) < MOST:
            self._sheet.comments[self._place] = said
        elif said and len(self._sheet.words) < MOST:
            self._sheet.words.append(said)

    def characters(self, text: str) -> None:
        if self._aside:
            self._said.append(text if self._reads else "")
        elif self._reads:
            self._pieces.append((text, self._spans[-1] if self._spans else self._own))

    def end(self, tag: str) -> None:
        name = local(tag)
        if name == "style":
            self._style = ""
        elif name == "annotation" or name in _SHAPES:
            self._end_aside()
        elif name in ("p", "h"):
            self._reads -= 1
            self._said += ["\n"] if self._aside else []
        elif name == "span":
            self._spans.pop()
        elif name in ("table-cell", "covered-table-cell"):
            self._end_cell()
        elif name == "table-row":
            self._place = (self._place[0] + self._repeated[0] - 1, 0)


    def _end_cell(self) -> None:
        row, column = self._place
        left = _left_of(self._pieces)
        if left is not None and self._noted < _MOST:
            last = min(column + self._repeated[1], _COLUMNS + 1)
            self._sheet.struck.update(((row, place), left) for place in range(column, last))
            self._noted += max(0, last - column)
        self._place = (row, column + self._repeated[1] - 1)


def _number(attributes: dict[str, str], key: str) -> int:
    text = attributes.get(key, "1")
    return int(text) if text.isdecimal() else 1
