"""Bytes of a workbook → a grid of values, or the one finding that says why there is none.

Values come from python-calamine; `ooxml.py` looks beforehand at what calamine does not tell (error cells,
formulas, cells so far out that a dense table would fill the memory), and openpyxl reads what calamine
cannot. Never evaluates a formula, follows a link or runs a macro; never judges what a value means.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from typing import NamedTuple
from xml.etree.ElementTree import ParseError

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

from config.cache import cache_short
from config.frozen import replace
from config.given import Place
from intake.encrypted import decrypted, is_locked
from intake.finding import CATALOGUE, Finding
from intake.sheets import ooxml, package
from intake.sheets.beyond_legacy import BeyondLegacy, beyond_legacy, hanging
from intake.sheets.comments import comments
from intake.sheets.drawn import Drawing, drawings
from intake.sheets.grid import Cell, Sheet, Workbook
from intake.sheets.hidden_text import asides
from intake.sheets.shown_numbers import PERCENT, Format, formats, shown
from intake.sheets.struck import strikes
from intake.sniff import FileType, sniff

MAX_CELLS = 300_000  # filled cells of one workbook
_MANY = f"{MAX_CELLS:,}セル超"
MAX_DENSE = 2_000_000  # cells of the rectangle around them, which calamine allocates
MAX_TEXT = 32_767  # characters of one cell: Excel's own limit


class _Unfit(Exception):
    """This reader cannot read the file."""


def open_workbook(data: bytes) -> Workbook | Finding:
    """The grid of a workbook, or why it cannot be read: empty_file, encrypted, macro, too_costly,
    unreadable, not_a_workbook. Severities are the catalogue's; a survey may change them afterwards."""
    kind = sniff(data)
    refusal = _REFUSED.get(kind)
    if refusal:
        return _finding(refusal)
    if kind == "encrypted":
        data = decrypted(data)
        kind = sniff(data)
        if kind not in ("xlsx", "xlsm"):
            return _finding("encrypted")
    if kind == "xlsm":
        return _with_macros(_open_ooxml(data))
    if kind == "xlsx":
        return _open_ooxml(data)
    if kind in ("xls", "xlsb", "ods"):
        return _open_legacy(data, kind)
    return _finding("not_a_workbook", found=kind)


_REFUSED: Mapping[FileType, str] = {
    "empty": "empty_file",
    "broken_zip": "unreadable",
    "ole": "unreadable",
}


def _finding(code: str, found: str = "") -> Finding:
    return Finding(code, CATALOGUE[code].severity, found=found)


def _with_macros(opened: Workbook | Finding) -> Workbook | Finding:
    """The values of a workbook with macros, with the request to send it without them."""
    if isinstance(opened, Finding):
        return opened if opened.code == "too_costly" else _finding("macro")
    return replace(opened, findings=(*opened.findings, _finding("macro")))


def _open_ooxml(data: bytes) -> Workbook | Finding:
    try:
        with package.opened(data) as archive:
            parts = ooxml.examine(archive)
            beyond = _beyond_values(archive, parts)
            beside = asides(archive)
    except package.TooCostly as cost:
        return _finding("too_costly", found=str(cost))
    except package.Broken:
        return _finding("unreadable")
    if sum(part.seen.filled for part in parts) > MAX_CELLS:
        return _finding("too_costly", found=_MANY)
    for reader in (_by_calamine, _by_openpyxl):
        try:
            sheets = reader(data, parts)
        except _Unfit:
            continue
        headers = {f"{part.name}!ヘッダー・フッター": part.seen.headers for part in parts if part.seen.headers}
        both = zip(sheets, beyond, strict=True)
        whole = tuple(_with_beyond(sheet, b) for sheet, b in both)
        return Workbook(whole, (), {**beside, **headers})
    return _finding("unreadable")


class _BesideCells(NamedTuple):
    """What lies beyond the values of a worksheet: what is struck out, what is drawn over it and hangs on it, and the
    formats that print digits of their own, or ％."""

    struck: Mapping[Place, str]
    drawn: tuple[Drawing, ...]
    comments: Mapping[Place, str]
    formats: Mapping[Place, Format]


def _beyond_values(archive: package.Package, parts: tuple[ooxml.WorksheetPart, ...]) -> list[_BesideCells]:
    related = archive.related(ooxml.home_of(archive))
    struck, printing = strikes(archive, related), formats(archive, related)
    read = ((archive.read(part.part), part.part) for part in parts)
    return [
        _BesideCells(struck.on(xml), drawings(archive, name), comments(archive, name), printing.on(xml))
        for xml, name in read
    ]


def _with_beyond(sheet: Sheet, beyond: _BesideCells) -> Sheet:
    if not any(beyond):
        return sheet
    cells = dict(sheet.cells)
    for place, tokens in beyond.formats.items():
        if cell := cells.get(place):
            percent = tokens == PERCENT
            cells[place] = cell._replace(value=cell.value if percent else shown(cell.value, tokens), percent=percent)
    return replace(sheet, cells=cells, struck=beyond.struck, drawn=beyond.drawn, comments=beyond.comments)


def _open_legacy(data: bytes, kind: FileType, locked: bool = True) -> Workbook | Finding:
    """.xls, .xlsb and .ods: values only, since no reader tells their formulas and error cells. `locked`: it
    may still be encrypted with Excel's default password."""
    if kind == "xls" and "_VBA_PROJECT_CUR".encode("utf-16-le") in data:
        return _finding("macro")
    try:
        beside = _beside(data, kind)
        book = _calamine(data)
        beyond = beyond_legacy(data, kind, book.sheet_names)
        sheets = _legacy_sheets(book, beyond)
    except package.TooCostly as cost:
        return _finding("too_costly", found=str(cost))
    except (PasswordError, _Unfit) as error:
        if not (isinstance(error, PasswordError) or (kind == "xls" and is_locked(data))):
            return _finding("unreadable")
        opened = decrypted(data) if locked else b""
        return _open_legacy(opened, kind, locked=False) if opened else _finding("encrypted")
    for place, texts in hanging(beyond.values()).items():
        beside[place] = "\n".join((beside.get(place, ""), *texts))
    return Workbook(sheets, (_finding("legacy_format", found=f".{kind}"),), beside)


def _beside(data: bytes, kind: FileType) -> dict[str, str]:
    """Raise _Unfit and TooCostly: an archive's sizes are asked before anything is unpacked."""
    if kind == "xls":
        return {}
    try:
        with package.opened(data) as archive:
            return asides(archive)
    except package.Broken as error:
        raise _Unfit from error


def _legacy_sheets(book: CalamineWorkbook, beyond: Mapping[str, BeyondLegacy]) -> tuple[Sheet, ...]:
    """Raise _Unfit and TooCostly."""
    nothing = BeyondLegacy()
    sheets = []
    for place, meta in enumerate(book.sheets_metadata):
        has = beyond.get(meta.name, nothing)
        seen = _hidden(meta.visible), _cells(_dense(book, place))
        sheets.append(Sheet(meta.name, *seen, {}, False, has.struck, tuple(has.drawn), has.comments))
    if sum(len(sheet.cells) for sheet in sheets) > MAX_CELLS:
        raise package.TooCostly(_MANY)
    return tuple(sheets)


def _hidden(state: SheetVisibleEnum) -> str:
    if state == SheetVisibleEnum.Visible:
        return ""
    return "hidden" if state == SheetVisibleEnum.Hidden else "veryHidden"


@contextmanager
def _calamine_errors() -> Iterator[None]:
    """Turn what calamine raises at broken files into _Unfit; PasswordError stays."""
    try:
        yield
    except PasswordError:
        raise
    except (CalamineError, OSError, ValueError) as error:
        raise _Unfit from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # pyo3's panic: no Exception, and not importable
            raise
        raise _Unfit from error


def _calamine(data: bytes) -> CalamineWorkbook:
    with _calamine_errors():
        return CalamineWorkbook.from_filelike(io.BytesIO(data))


FilledCells = Iterator[tuple[Place, object]]


def _dense(book: CalamineWorkbook, place: int) -> FilledCells:
    """The filled cells of one sheet, by way of calamine's dense table."""
    with _calamine_errors():
        rows = book.get_sheet_by_index(place).to_python(skip_empty_area=False)
    return (
        ((row, column), value)
        for row, values in enumerate(rows, 1)
        for column, value in enumerate(values, 1)
        if value != ""
    )


def _by_calamine(data: bytes, parts: tuple[ooxml.WorksheetPart, ...]) -> tuple[Sheet, ...]:
    if any(part.seen.bottom * part.seen.right > MAX_DENSE for part in parts):
        raise _Unfit
    try:
        book = _calamine(data)
    except PasswordError as error:
        raise _Unfit from error
    places = {name: place for place, name in enumerate(book.sheet_names)}
    if not all(part.name in places for part in parts):
        raise _Unfit
    return tuple(_sheet(part, _dense(book, places[part.name])) for part in parts)


# openpyxl meets broken parts with whatever its descriptors, zipfile and ElementTree happen to raise; its own
# InvalidFileException is about the names of files, and we give it none.
_OPENPYXL_ERRORS = (
    zipfile.BadZipFile, zlib.error, ParseError, EOFError, OSError, LookupError, ValueError, TypeError, AttributeError,
    NotImplementedError, RuntimeError,
)  # fmt: skip


def _by_openpyxl(data: bytes, parts: tuple[ooxml.WorksheetPart, ...]) -> tuple[Sheet, ...]:
    """The filled cells by openpyxl, the slow way: whole cells in a dictionary, so that a far cell costs nothing."""
    from openpyxl import load_workbook  # takes long to load, and calamine opens nearly every workbook

    try:
        book = load_workbook(io.BytesIO(data), data_only=True, keep_links=False)
    except _OPENPYXL_ERRORS as error:
        raise _Unfit from error
    sheets = {sheet.title: sheet for sheet in book.worksheets}
    if not sheets or not all(part.name in sheets for part in parts):
        raise _Unfit  # strict OOXML opens with no sheets and no error
    return tuple(  # _cells: openpyxl's public ways make every cell before a far one
        _sheet(part, ((place, cell.value) for place, cell in sorted(sheets[part.name]._cells.items())))
        for part in parts
    )


def _sheet(part: ooxml.WorksheetPart, filled: FilledCells) -> Sheet:
    cells = _cells(filled)
    seen = part.seen
    for place, text in seen.errors.items():
        cells[place] = Cell(text, error=True, formula=place in seen.formulas)
    for place in seen.formulas - seen.errors.keys():
        known = cells.get(place)
        cells[place] = Cell(known.value if known else "", formula=True, uncached=place not in seen.cached)
    return Sheet(part.name, part.hidden, cells, seen.merged)


def _cells(filled: FilledCells) -> dict[Place, Cell]:
    made = ((place, _text_cell(value) if type(value) is str else Cell(_as_text(value))) for place, value in filled)
    return {place: cell for place, cell in made if cell.value}


@cache_short(1024, 500)  # what a form prints comes again with each answer
def _text_cell(text: str) -> Cell:
    return Cell(_as_text(text))


def _as_text(value: object) -> str:
    """A value as a person sees it, at most as long as Excel lets a cell be."""
    if isinstance(value, str):
        return value[:MAX_TEXT].replace("\r\n", "\n").replace("\r", "\n")
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == datetime.min.time() else value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else str(value)[:MAX_TEXT]
