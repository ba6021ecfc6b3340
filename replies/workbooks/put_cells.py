"""Texts put into cells of a workbook that exists, with every other byte of its parts left as it is: pictures, form
controls, protection and what else openpyxl would lose. Made for workbooks of the ministry's own, not of strangers'.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from html import escape, unescape
from posixpath import join, normpath

from openpyxl import load_workbook

from config.kinds.date import EPOCH
from intake.sheets.ooxml import place_of

_SHEETS = re.compile(r"<(?:\w+:)?sheet\b([^>]*)>")
_ATTRIBUTE = re.compile(r'([\w:]+)="([^"]*)"')
_RELATION = re.compile(r"<(?:\w+:)?Relationship\b([^>]*)>")
_CELL = re.compile(r"<c\b([^>]*?)(?:/>|>.*?</c>)", re.DOTALL)
_MARK = '\\b[^>]*?\\br="{}"'

Parts = dict[str, bytes]


CellValue = str | Decimal | date
Filler = Callable[[Mapping[str, CellValue]], bytes]


def filler(data: bytes, sheet: str) -> Filler:
    """A function that returns the workbook with texts by cell (C6) on one of its sheets."""
    parts = _parts_of(data)
    name = sheet_part(parts, sheet)
    made = parts[name].decode("utf-8")
    if "<sheetData" not in made:  # a prefix before every name, as some programs write it
        return lambda values: _by_openpyxl(data, sheet, values)

    def filled(values: Mapping[str, CellValue]) -> bytes:
        text = made
        for cell, value in values.items():
            text = put(text, cell, value)
        return _zipped({**parts, name: text.encode("utf-8")})

    return filled


def _by_openpyxl(data: bytes, sheet: str, values: Mapping[str, CellValue]) -> bytes:
    book = load_workbook(io.BytesIO(data))
    for cell, value in values.items():
        book[sheet][cell] = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _parts_of(data: bytes) -> Parts:
    """The parts of a workbook in their order."""
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        return {info.filename: book.read(info) for info in book.infolist()}


def _zipped(parts: Mapping[str, bytes]) -> bytes:
    """The workbook of these parts; no clock, so that equal parts give equal bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        for name, part in parts.items():
            book.writestr(zipfile.ZipInfo(name), part, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def sheet_part(parts: Mapping[str, bytes], sheet: str) -> str:
    """The name of the part that holds a worksheet; KeyError if the workbook has none of this name."""
    book = parts["xl/workbook.xml"].decode("utf-8")
    named = (dict(_ATTRIBUTE.findall(hit[1])) for hit in _SHEETS.finditer(book))
    relation = {unescape(one.get("name", "")): one.get("r:id", "") for one in named}[sheet]
    relations = parts["xl/_rels/workbook.xml.rels"].decode("utf-8")
    targets = (dict(_ATTRIBUTE.findall(hit[1])) for hit in _RELATION.finditer(relations))
    target = {one["Id"]: one["Target"] for one in targets}[relation]
    return target.lstrip("/") if target.startswith("/") else normpath(join("xl", target))


def put(sheet: str, cell: str, value: CellValue) -> str:
    """The XML of a worksheet with a text, a number or a day in one cell, whose style stays."""
    if isinstance(value, str):
        inside = f't="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
    else:
        number = value if isinstance(value, Decimal) else (value - EPOCH).days
        inside = f"><v>{number:f}</v></c>"
    there = re.search(rf'<c{_MARK.format(cell)}[^>]*?(?:/>|>.*?</c>)', sheet, re.DOTALL)
    if there:
        style = re.search(r'\bs="\d+"', there[0][: there[0].index(">")])
        made = f'<c r="{cell}" {style[0] + " " if style else ""}{inside}'
        return sheet[: there.start()] + made + sheet[there.end() :]
    return _put_new(sheet, cell, f'<c r="{cell}" {inside}')


def _put_new(sheet: str, cell: str, made: str) -> str:
    """A cell put into its row, or into a row of its own, in the order of the sheet."""
    row, column = place_of(cell)
    there = re.search(rf'<row{_MARK.format(row)}[^>]*?(?:/>|>(.*?)</row>)', sheet, re.DOTALL)
    if there is None:
        return _put_row(sheet, row, made)
    if there[1] is None:
        return sheet[: there.end() - 2].rstrip() + f">{made}</row>" + sheet[there.end() :]
    start = there.start(1)
    names = ((hit.start(), re.search(r'\br="([A-Z]+\d+)"', hit[1])) for hit in _CELL.finditer(there[1]))
    behind = next((at for at, name in names if name and place_of(name[1])[1] > column), len(there[1]))
    return sheet[: start + behind] + made + sheet[start + behind :]


def _put_row(sheet: str, row: int, made: str) -> str:
    made = f'<row r="{row}">{made}</row>'
    empty = re.search(r"<sheetData\s*/>", sheet)
    if empty:
        return sheet[: empty.start()] + f"<sheetData>{made}</sheetData>" + sheet[empty.end() :]
    rows = re.finditer(r'<row\b[^>]*?\br="(\d+)"', sheet)
    behind = next((hit.start() for hit in rows if int(hit[1]) > row), sheet.index("</sheetData>"))
    return sheet[:behind] + made + sheet[behind:]
