"""Workbooks in formats that are neither .xlsx nor written by LibreOffice here: .xlsb ([MS-XLSB]) and
SpreadsheetML 2003, each with the cells of a filled form.
"""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable, Mapping
from xml.sax.saxutils import escape

from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from tests.workbooks.forms_at_hand import filled

_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def _form() -> Worksheet:
    """The sheet 「様式」 of a form whose Q9 (E35) was left blank, without its formulas."""
    sheet = load_workbook(io.BytesIO(filled({"9": None})))["様式"]
    sheet["D12"] = sheet["E12"] = None
    return sheet


def _record(kind: int, body: bytes = b"") -> bytes:
    """[MS-XLSB] 2.1.4: kind in seven bits a byte, size likewise."""
    head = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size, length = bytearray(), len(body)
    while length >= 128:
        size.append(length & 0x7F | 0x80)
        length >>= 7
    return head + bytes(size) + bytes([length]) + body


def _wide(text: str) -> bytes:
    raw = text.encode("utf-16-le")
    return struct.pack("<I", len(raw) // 2) + raw


def _sheet_bin(sheet: Worksheet) -> bytes:
    """BrtBeginSheet, BrtWsDim, BrtBeginSheetData, then BrtRowHdr and BrtCellSt (2.4.308, 2.4.681)."""
    out = _record(129) + _record(148, struct.pack("<IIII", 0, sheet.max_row - 1, 0, sheet.max_column - 1))
    out += _record(145)
    for row in sheet.iter_rows():
        out += _record(0, struct.pack("<IIHBBI", row[0].row - 1, 0, 300, 0, 0, 0) + bytes(5))
        for cell in row:
            if isinstance(cell.value, str):
                out += _record(6, struct.pack("<II", cell.column - 1, 0) + _wide(cell.value))
    return out + _record(146) + _record(130)


def _xlsb() -> bytes:
    book = _record(131) + _record(143)
    book += _record(156, struct.pack("<II", 0, 1) + _wide("rId1") + _wide("様式"))
    book += _record(144) + _record(132)
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="bin"'
        ' ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/><Default Extension="rels"'
        ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>',
        "_rels/.rels": _related("officeDocument", "xl/workbook.bin"),
        "xl/_rels/workbook.bin.rels": _related("worksheet", "worksheets/sheet1.bin"),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(zipfile.ZipInfo(name), text)
        archive.writestr(zipfile.ZipInfo("xl/workbook.bin"), book)
        archive.writestr(zipfile.ZipInfo("xl/worksheets/sheet1.bin"), _sheet_bin(_form()))
    return out.getvalue()


def _related(kind: str, target: str) -> str:
    return (
        f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1"'
        f' Type="{_RELATION}/{kind}" Target="{target}"/></Relationships>'
    )


def _spreadsheetml() -> bytes:
    rows = "".join(
        f'<Row ss:Index="{row[0].row}">'
        + "".join(
            f'<Cell ss:Index="{c.column}"><Data ss:Type="String">{escape(str(c.value))}</Data></Cell>'
            for c in row
            if c.value is not None
        )
        + "</Row>"
        for row in _form().iter_rows()
    )
    return (
        '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook'
        ' xmlns="urn:schemas-microsoft-com:office:spreadsheet"'
        ' xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="様式"><Table>'
        f"{rows}</Table></Worksheet></Workbook>"
    ).encode()


OTHER: Mapping[str, Callable[[], bytes]] = {"binary.xlsb": _xlsb, "spreadsheetml_2003.xls": _spreadsheetml}
