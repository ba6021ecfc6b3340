"""CSV files as people save them: from Excel in UTF-8, in Japanese Windows' own encoding or as Unicode text; with commas,
semicolons or tabs; with line breaks inside quotes.
"""

from __future__ import annotations

import csv
import io
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator

from config.errors import Mistake
from config.spelling import nfkc

CODE = "code"  # the heading that tells whose each line is
_CODE_HEADS = (CODE, "団体コード")
_SEPARATORS = ",;\t"
_MENDED = "Excel では「CSV UTF-8（コンマ区切り）」で保存してください。"

CsvRow = tuple[int, list[str]]  # the line on which it begins, from 1; its cells


def rows_of(data: bytes, name: str) -> tuple[list[CsvRow], Mistake | None]:
    """The rows of a file, or why it cannot be read: the first one of headings, behind it those in which something
    stands."""
    text = _decoded(data)
    if text is None:
        return [], Mistake(name, "", f"文字コードが分かりません。{_MENDED}")
    rows: list[CsvRow] = []
    try:
        rows += _rows(text, next((mark for mark in _SEPARATORS if _is_headed(text, mark)), ","))
    except csv.Error:
        last, cells = rows[-1] if rows else (0, [])
        behind = last + sum(cell.count("\n") for cell in cells) + 1
        return [], Mistake(name, "", f"CSV として読めません（引用符「\"」が閉じていないなど）。{_MENDED}", behind)
    head, *lines = ((place, _shorn(cells)) for place, cells in rows or [(1, [])])
    return [head, *(line for line in lines if line[1])], None


def _shorn(cells: list[str]) -> list[str]:
    """The rows without the blank cells that Excel leaves beside, and below, a table."""
    return cells[: max((place for place, cell in enumerate(cells, 1) if cell), default=0)]


def _decoded(data: bytes) -> str | None:
    encodings = ("utf-16",) if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) else ("utf-8", "cp932")
    for encoding in ("utf-8-sig",) if data.startswith(BOM_UTF8) else encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _is_headed(text: str, separator: str) -> bool:
    """Whether the first row, cut by this separator, has the heading of the codes."""
    try:
        _, heads = next(_rows(text, separator), (0, []))
    except csv.Error:
        return False
    return any(nfkc(head) in _CODE_HEADS for head in heads)


def _rows(text: str, separator: str) -> Iterator[CsvRow]:
    reader, first = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True), 1
    for cells in reader:
        yield first, ["\n".join(cell.splitlines()).strip() for cell in cells]
        first = reader.line_num + 1
