"""Everything that a long letter has to say, as one .xlsx: a line per point, and a line per municipality.

Says no more than the letter itself would (no value of a personal field, no free text). Knows no clock: equal
letters give equal bytes, since a repeated reply is the same mail.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from config.frozen import frozen
from config.survey import Survey
from intake.finding import Finding, quote
from replies.cells import SAFE_OPTIONS, put
from replies.letter import FileBlock, Letter
from replies.listed import absent_from, name_of, remark_text, rows_by_body
from replies.points import captions, concerns_sender, label_of, place_of
from replies.wording import Wording
from replies.workbooks.export_style import LINE_POINTS, LOOK, points, set_up_page

_FINDINGS = {  # key of the wording, width of the column
    "lgcode": 10,
    "name": 13,
    "program": 10,
    "kind": 12,
    "sheet": 9,
    "row": 5,
    "cell": 7,
    "question": 16,
    "sentence": 26,
    "found": 18,
    "expected": 24,
    "mend": 32,
}
_FILE = {"file": 24}  # first, where not all was found in a list
_BODIES = {
    "lgcode": 10,
    "name": 20,
    "program": 14,
    "row": 8,
    "result": 44,
    "requests": 14,
    "hints": 12,
    "remarks": 40,
}
_NUMBERS = ("row", "requests", "hints")


def book_name(letter: Letter, wording: Wording) -> str:
    """The file name of the workbook; short, so that it fits into one line of a mail's header."""
    return wording.book["file_name"].format(receipt=letter.receipt)


def findings_book(letter: Letter, survey: Survey, wording: Wording) -> bytes:
    """The workbook: first all points, then all municipalities with what became of them."""
    raw = io.BytesIO()
    book = Workbook(raw, {**SAFE_OPTIONS, **LOOK, "in_memory": True})
    wording = wording.of(survey)
    title = wording.book["title"].format(receipt=letter.receipt)
    made = letter.received_at.astimezone(UTC).replace(tzinfo=None)
    book.set_properties({"title": title, "author": survey.phrases.ministry, "created": made})
    looks = _looks(book)
    lines = [_line(*noticed, survey, wording) for noticed in _noticed(letter, wording)]
    columns = _FINDINGS if all(block.rows for block in letter.files) else _FILE | _FINDINGS
    _write(book.add_worksheet(wording.book["findings"]), columns, lines, looks, (title, wording))
    bodies = list(_bodies(letter, wording))
    if bodies:
        _write(book.add_worksheet(wording.book["bodies"]), _BODIES, bodies, looks, (title, wording))
    book.close()
    return raw.getvalue()


@frozen
class _CellFormats:
    heading: Format
    text: Format
    number: Format


def _looks(book: Workbook) -> _CellFormats:
    box = {"border": 1, "border_color": "#7F7F7F", "valign": "top", "text_wrap": True}
    words = {**box, "quote_prefix": True, "num_format": "@"}
    heading = {**words, "bold": True, "bg_color": "#E7E6E6", "align": "center", "valign": "vcenter"}
    return _CellFormats(
        book.add_format(heading), book.add_format(words), book.add_format({**box, "num_format": "0_ "})
    )


@frozen
class _FoundIn:
    """Whose finding it is: code, name and row of a list, and the name of the file; each may be empty or 0."""

    lgcode: str
    name: str
    program: str
    row: int = 0
    file: str = ""


def _noticed(letter: Letter, wording: Wording) -> Iterator[tuple[_FoundIn, Finding]]:
    """Every finding that the sender is told of: of the mail, of each file, of each row by code."""
    yield from ((_FoundIn("", "", ""), f) for f in letter.findings if concerns_sender(f, wording))
    for block in letter.files:
        whose = _FoundIn("", block.body, block.program, file=block.filename)
        kept = (f for f in block.findings if f.code not in block.remarks)
        yield from ((whose, f) for f in kept if concerns_sender(f, wording))
        for row in (row for rows in rows_by_body(block) for row in rows):
            whose = _FoundIn(row.lgcode, name_of(row, letter, wording), block.program, row.row, block.filename)
            first = sorted(row.findings, key=lambda f: f.severity != "error")
            yield from ((whose, f) for f in first if concerns_sender(f, wording))


def _line(whose: _FoundIn, finding: Finding, survey: Survey, wording: Wording) -> dict[str, str | int]:
    place = place_of(finding, survey, wording)
    own_caption = wording.finding[finding.code].expected_caption
    caption = f"{captions(finding, wording)[1]}：" if own_caption and place.expected else ""
    return {
        "file": whose.file,
        "lgcode": whose.lgcode,
        "name": whose.name,
        "program": whose.program,
        "kind": wording.book["request" if finding.severity == "error" else "hint"],
        "sheet": quote(finding.sheet),
        "row": whose.row,
        "cell": finding.cell,
        "question": label_of(finding, survey),
        "sentence": wording.sentence(finding),
        "found": place.found,
        "expected": caption + place.expected,
        "mend": wording.mend(finding),
    }


def _bodies(letter: Letter, wording: Wording) -> Iterator[dict[str, str | int]]:
    for block in letter.files:
        yield from _rows_of(block, letter, wording)
    for absent in absent_from(letter, wording):
        for name in (name for group in absent.groups for name in group.names):
            yield {"name": name, "program": absent.program, "result": wording.book["absent"]}


def _rows_of(block: FileBlock, letter: Letter, wording: Wording) -> Iterator[dict[str, str | int]]:
    for row in (row for rows in rows_by_body(block) for row in rows):
        told = [f for f in row.findings if concerns_sender(f, wording)]
        asked = sum(f.severity == "error" for f in told)
        yield {
            "lgcode": row.lgcode,
            "name": name_of(row, letter, wording),
            "program": block.program,
            "row": row.row,
            "result": wording.book["asked"] if asked else wording.result[row.result],
            "requests": asked,
            "hints": len(told) - asked,
            "remarks": "\n".join(remark_text(key, letter, wording) for key in row.remarks),
        }


def _write(
    sheet: Worksheet,
    columns: dict[str, int],
    lines: list[dict[str, str | int]],
    looks: _CellFormats,
    about: tuple[str, Wording],
) -> None:
    """Write headings and lines, ready to be filtered, read and printed on A4."""
    title, wording = about
    for column, (key, width) in enumerate(columns.items()):
        sheet.set_column(column, column, width)
        put(sheet, (0, column), wording.book[key], looks.heading)
    for row, line in enumerate(lines, start=1):
        for column, key in enumerate(columns):
            _put(sheet, (row, column), line.get(key, ""), looks)
        sheet.set_row(row, max(points(str(line.get(k, "")), w) for k, w in columns.items()))
    sheet.set_row(0, 2.4 * LINE_POINTS)
    sheet.autofilter(0, 0, len(lines), len(columns) - 1)
    sheet.freeze_panes(1, 2)
    sheet.repeat_rows(0)
    sheet.ignore_errors({"number_stored_as_text": f"A1:A{len(lines) + 1}"})
    set_up_page(sheet, title, confidential=False)
    sheet.fit_to_pages(1, 0)


def _put(sheet: Worksheet, place: tuple[int, int], value: str | int, looks: _CellFormats) -> None:
    if isinstance(value, int):
        if value:
            sheet.write_number(*place, value, looks.number)
        else:
            put(sheet, place, "", looks.text)
    else:
        put(sheet, place, value, looks.text)
