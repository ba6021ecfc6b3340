"""Every answer in one workbook, for headquarters: a sheet of rows for each form, and counts with charts.

Streams: of the rows only counts stay in memory. Which answers are exported is for the caller; nothing here
reads the ledger, knows the clock or judges an answer. Free texts are in it, personal fields only on request.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Literal

from xlsxwriter import Workbook
from xlsxwriter.exceptions import FileCreateError

from config.form import Form
from config.jst import in_jst
from config.survey import Survey
from intake.sheets.columns import Column, kind_of, list_columns
from intake.submission import AnswerSheet
from replies.cells import SAFE_OPTIONS, put, put_typed
from replies.wording import load_wording
from replies.workbooks.export_counts import Counts
from replies.workbooks.export_lines import ExportedLines, LinesTable, value_of
from replies.workbooks.export_style import LOOK, Styles, cell_formats, set_up_rows
from replies.workbooks.export_summary import SummaryHead, write_summary

_BASE = {  # what stands before a sheet's own values: key of the wording, width of the column
    "lgcode": 10,
    "prefecture": 11,
    "name": 16,
    "program": 12,
    "attribute": 22,
    "state": 17,
    "late": 8,
    "amended": 10,
    "received_at": 21,
    "receipt": 11,
    "form": 8,
    "version": 13,
    "read_as": 24,
}
_WIDTH = 18


@dataclass(frozen=True, slots=True)
class ExportRow:
    """One answer sheet, or one row of a collated list: one body, program and attribute.

    `form` and `version` name the form, `program` is an id; `attribute` as it is to be shown (empty = all).
    `state`: "accepted", or what is still open and marked so. `amended`: 職員補記. `read_as`:
    what was read otherwise than typed. `values` in the order of
    `list_columns(form)`, `lines` those of open tables; `values_of` and `lines_of` make them of an AnswerSheet."""

    form: str
    version: str
    lgcode: str
    prefecture: str
    name: str
    program: str
    attribute: str
    state: Literal["accepted", "correction", "held"]
    late: bool
    amended: bool
    received_at: datetime
    receipt: str
    values: tuple[str, ...]
    read_as: str = ""
    lines: ExportedLines = field(default_factory=dict)


def values_of(sheet: AnswerSheet, form: Form) -> tuple[str, ...]:
    """What a sheet holds, in the order of `list_columns(form)`. An answer whose choice was recognised is
    written as the form words it, so that ① and "1" fall together; a circle as 〇."""
    fields = {field.key: field.value for field in sheet.fields}
    answers = {answer.question: answer for answer in sheet.answers}
    texts = {text.key: text.value for answer in sheet.answers for text in answer.texts}
    kinds = {question.key: question.kind for question in form.listed}

    def value(column: Column) -> str:
        if column.holds == "field":
            return fields.get(column.key, "")
        if column.holds == "text":
            return texts.get(column.key, "")
        answer = answers.get(column.key)
        if answer is None:
            return ""
        if column.holds == "mark":
            return kinds[column.key].sign if column.number in answer.taken else ""
        return value_of(answer, kinds[column.key])

    return tuple(value(column) for column in list_columns(form))


def write_export(
    target: Path | BinaryIO,
    rows: Iterable[ExportRow],
    survey: Survey,
    made_at: datetime,
    personal: bool = False,
) -> int:
    """Write the workbook and return how many rows are in it; the rows are drawn one by one. `personal`: with the
    fields that the survey calls personal. Raises KeyError for a form or program that the survey does not have,
    ValueError for a row whose values are not as many as the form's columns, and OSError. After an exception nothing
    has been written to `target`."""
    with tempfile.TemporaryDirectory() as folder:  # rows wait there until the workbook is zipped
        whole = Path(folder) / "export.xlsx"
        book = Workbook(str(whole), {**SAFE_OPTIONS, **LOOK, "constant_memory": True, "tmpdir": folder})
        number = _fill(book, rows, survey, (made_at, personal))
        _close(book)
        _hand_over(whole, target)
    return number


def _fill(book: Workbook, rows: Iterable[ExportRow], survey: Survey, how: tuple[datetime, bool]) -> int:
    made_at, personal = how
    words = load_wording().export
    book.set_properties(
        {
            "title": words["title"],
            "author": survey.phrases.ministry,
            "created": made_at.astimezone(UTC).replace(tzinfo=None),
        }
    )
    styles = Styles.of(book)
    summary = book.add_worksheet(words["summary"])
    tables = {(f.id, f.version): _FormSheet(book, f, (survey, styles), personal) for f in survey.forms}
    counts = {key: Counts(table.form) for key, table in tables.items()}
    for row in rows:
        key = (row.form, row.version)
        tables[key].add(row)
        if row.state == "accepted":
            counts[key].add(row.program, row.values)
    for table in tables.values():
        table.finish()
    open_rows = sum(table.rows for table in tables.values()) - sum(c.total for c in counts.values())
    write_summary(book, summary, survey, tuple(counts.values()), SummaryHead(made_at, open_rows))
    return sum(table.rows for table in tables.values())


class _FormSheet:
    """The sheet of one form: headings, and below them a line for each row."""

    def __init__(self, book: Workbook, form: Form, around: tuple[Survey, Styles], personal: bool) -> None:
        survey, self._styles = around
        self.form = form
        self.rows = 0
        self._words = load_wording()
        self._programs = {p.id: p.name for p in survey.programs}
        columns = list_columns(form)
        hidden = () if personal else {f.key for f in form.fields if f.personal}
        self._kept = tuple(n for n, c in enumerate(columns) if c.holds != "field" or c.key not in hidden)
        kinds = ((len(_BASE) + n, kind_of(form, columns[place])) for n, place in enumerate(self._kept))
        self._typed = {n: (kind, cell_formats(book, kind.format)) for n, kind in kinds if kind and kind.format}
        self._asked = len(columns)
        self._sheet = book.add_worksheet(_sheet_name(form, survey))
        headings = self._words.export | {"lgcode": survey.word("code", self._words.export["lgcode"])}
        base = [(headings[key], width) for key, width in _BASE.items()]
        self._lines = tuple(LinesTable(book, (form, key), self._sheet.name, base) for key in form.open_tables)
        asked = [(columns[n].heading, _WIDTH) for n in self._kept]
        set_up_rows(self._sheet, base + asked, form.title, self._styles)

    def add(self, row: ExportRow) -> None:
        """Write one row below the last one."""
        if len(row.values) != self._asked:
            raise ValueError(f"{row.receipt}: {len(row.values)} values for {self._asked} columns")
        self.rows += 1
        base = self._base(row)
        values = (*base, *(row.values[n] for n in self._kept))
        style = self._styles.text if row.state == "accepted" else self._styles.open_text
        for column, value in enumerate(values):
            kind, formats = self._typed.get(column, (None, None))
            if kind and formats and (read := kind.read(value)):
                put_typed(self._sheet, (self.rows, column), kind.typed(read), formats[row.state != "accepted"])
            else:
                put(self._sheet, (self.rows, column), value, style)
        for table in self._lines:
            table.add(base, row.lines, row.state != "accepted")

    def _base(self, row: ExportRow) -> tuple[str, ...]:
        words = self._words.export
        return (
            row.lgcode,
            row.prefecture,
            row.name,
            self._programs[row.program] if row.program else "",
            row.attribute,
            self._words.state[row.state],
            words["after_deadline" if row.late else "in_time"],
            words["yes"] if row.amended else "",
            f"{in_jst(row.received_at):%Y-%m-%d %H:%M:%S}",
            row.receipt,
            self.form.title,
            row.version,
            row.read_as,
        )

    def finish(self) -> None:
        """Set the filter over all rows, once their number is known."""
        self._sheet.autofilter(0, 0, self.rows, len(_BASE) + len(self._kept) - 1)
        for table in self._lines:
            table.finish()


def _sheet_name(form: Form, survey: Survey) -> str:
    """別添１; with its version where several of one title are valid at once."""
    several = [f for f in survey.forms if f.title == form.title]
    return form.title if len(several) == 1 else f"{form.title}（{form.version}）"


def _close(book: Workbook) -> None:
    try:
        book.close()
    except FileCreateError as error:  # XlsxWriter's wrapping of an OSError
        raise OSError(str(error)) from error


def _hand_over(whole: Path, target: Path | BinaryIO) -> None:
    """Move the finished workbook to its place; a file there is replaced at once and whole."""
    if isinstance(target, Path):
        beside = target.with_name(f".{target.name}.part")
        try:
            shutil.copyfile(whole, beside)
            os.replace(beside, target)
        finally:
            beside.unlink(missing_ok=True)
        return
    with whole.open("rb") as finished:
        shutil.copyfileobj(finished, target)
