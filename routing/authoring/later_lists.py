"""Drop-down lists that Excel keeps in an extension of the sheet, which openpyxl leaves out: those whose entries stand on
another sheet.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from html import unescape

from openpyxl.worksheet.datavalidation import DataValidation

from replies.workbooks.put_cells import sheet_part

_RULE = re.compile(r"<x14:dataValidation\b([^>]*)>(.*?)</x14:dataValidation>", re.DOTALL)
_SOURCE = re.compile(r"<x14:formula1>\s*<xm:f>(.*?)</xm:f>", re.DOTALL)
_CELLS = re.compile(r"<xm:sqref>(.*?)</xm:sqref>", re.DOTALL)


def later_lists(data: bytes, sheet: str) -> tuple[DataValidation, ...]:
    """The lists of one sheet that openpyxl does not tell."""
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        parts = {
            name: book.read(name) for name in book.namelist() if name.startswith("xl/") and name.endswith((".xml", ".rels"))
        }
        try:
            text = parts[sheet_part(parts, sheet)].decode("utf-8")
        except (KeyError, UnicodeDecodeError):
            return ()
    return tuple(_lists(text))


def _lists(text: str) -> Iterator[DataValidation]:
    for hit in _RULE.finditer(text):
        source, cells = _SOURCE.search(hit[2]), _CELLS.search(hit[2])
        if 'type="list"' in hit[1] and source and cells:
            yield DataValidation(type="list", formula1=unescape(source[1]), sqref=unescape(cells[1]))
