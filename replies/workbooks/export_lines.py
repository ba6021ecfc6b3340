"""The lines of open tables in the workbook of all answers: a sheet for each table, a row for each line of each body."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from config.form import Form, Question
from config.kinds.kind import Kind
from config.tables import line_of
from intake.submission import Answer, AnswerSheet
from replies.cells import put, put_typed
from replies.wording import load_wording
from replies.workbooks.export_style import Styles, cell_formats, set_up_rows

ExportedLines = Mapping[str, tuple[tuple[str, ...], ...]]  # table -> its lines: number, then a value for each column
_WIDTH, _LONGEST = 18, 31  # characters of a sheet's name


def lines_of(sheet: AnswerSheet, form: Form) -> ExportedLines:
    """The lines that a sheet holds; none of a table that was left blank."""
    found: dict[str, dict[int, dict[str, str]]] = {}
    for answer in sheet.answers if form.open_tables else ():
        if (line := line_of(answer.question)) and answer.value:
            kind = form.question(answer.question).kind
            found.setdefault(line[0], {}).setdefault(line[1], {})[line[2]] = value_of(answer, kind)
    columns = {key: [cell.part.column for cell in _columns(form, key) if cell.part] for key in found}
    return {
        key: tuple((str(n), *(lines[n].get(column, "") for column in columns[key])) for n in sorted(lines))
        for key, lines in found.items()
    }


def value_of(answer: Answer, kind: Kind) -> str:
    """An answer as it goes into the books: a choice as the form words it, so that ① and "1" fall together."""
    return (answer.understood if kind.format else kind.shown(answer.understood)) or answer.value


def _columns(form: Form, table: str) -> tuple[Question, ...]:
    """The cells of a table's first line."""
    block = next(cells for cells in form.whole.blocks if cells[0].printed_key == table)
    return tuple(cell for cell in block if cell.part and cell.part.row == "1")


class LinesTable:
    """The sheet of one open table of a form, beside the form's own (`name`). `heads`: what stands before the columns of the
    table, with widths."""

    def __init__(self, book: Workbook, of: tuple[Form, str], name: str, heads: Sequence[tuple[str, int]]) -> None:
        form, table = of
        self.rows = 0
        self._table = table
        self._before = len(heads)
        self._styles = Styles.of(book)
        columns = _columns(form, table)
        self._kinds = tuple((cell.kind, cell_formats(book, cell.kind.format)) for cell in columns)
        title = f"_Q{table}"
        self._sheet: Worksheet = book.add_worksheet(name[: _LONGEST - len(title)] + title)
        own = [(cell.part.table.heads[cell.part.column], _WIDTH) for cell in columns if cell.part]
        set_up_rows(self._sheet, [*heads, (load_wording().export["line"], 8), *own], form.title, self._styles)

    def add(self, base: Sequence[str], lines: ExportedLines, is_open: bool) -> None:
        """Write the lines of one body below the last one."""
        style = self._styles.open_text if is_open else self._styles.text
        for number, *values in lines.get(self._table, ()):
            self.rows += 1
            for column, text in enumerate(base):
                put(self._sheet, (self.rows, column), text, style)
            put_typed(self._sheet, (self.rows, self._before), Decimal(number), style)
            for place, (value, (kind, formats)) in enumerate(zip(values, self._kinds, strict=True), self._before + 1):
                if kind.format and (read := kind.read(value)):
                    put_typed(self._sheet, (self.rows, place), kind.typed(read), formats[is_open])
                else:
                    put(self._sheet, (self.rows, place), value, style)

    def finish(self) -> None:
        """Set the filter over all rows, once their number is known."""
        self._sheet.autofilter(0, 0, self.rows, self._before + len(self._kinds))
