"""The open tables of a given form on a sheet that came back: in which rows their lines stand, under which columns.

Between what is printed above them and what is printed below, wherever these went: rows that were put in are lines, and the
numbers printed beside lines are not looked at. Which of the rows are lines is for `open_lines.py`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping

from config.cache import cache_by_identity
from config.form import Form, Question
from config.frozen import frozen
from config.given import Place, Print
from config.spelling import fold, label_key
from config.tables import line_of
from intake.sheets.aligned import Aligned
from intake.sheets.printed import Keys
from intake.sheets.question_lines import Lines

_EXAMPLE = re.compile(r"[(<【「]?(?:記入|記載)?例[0-9]{0,2}[)>】」:]?")


@frozen
class Stretch:
    """The rows of one table on a sheet: `first`, that of the first printed line, to before `end`. `top`: the row below what
    is printed over it, where lines may begin too; `pitch`: how many rows each printed line takes; `below`: whether
    something else is printed or asked below it."""

    top: int
    first: int
    end: int
    pitch: int
    below: bool


@frozen
class TablePrint:
    """One table as it was printed: its rows, and of each column by its key where it stands, and in which row which word
    heads it, as which of how many there."""

    rows: tuple[int, ...]
    columns: Mapping[str, int]
    heads: Mapping[str, tuple[int, str, int, int]]

    @property
    def pitch(self) -> int:
        return self.rows[1] - self.rows[0] if len(self.rows) > 1 else 1

    @property
    def last(self) -> int:
        """The last row of the last line."""
        return self.rows[-1] + self.pitch - 1


@cache_by_identity
def table_prints(form: Form) -> Mapping[str, TablePrint]:
    """Each open table of a given form, by its key."""
    assert form.print
    cells: dict[str, dict[Place, str]] = {key: {} for key in form.open_tables}
    for key, place in form.print.inputs.items():
        if (line := line_of(key)) and line[0] in cells:
            cells[line[0]][place] = line[2]
    return {key: _table_print(own, form.print) for key, own in cells.items() if own}


def _table_print(cells: Mapping[Place, str], made: Print) -> TablePrint:
    rows = tuple(sorted({row for row, _ in cells}))
    columns = {cells[place]: place[1] for place in sorted(cells, reverse=True)}
    over = {key: [row for row, c in made.texts if row < rows[0] and c == column] for key, column in columns.items()}
    return TablePrint(rows, columns, {key: _head(made, (max(above), columns[key])) for key, above in over.items() if above})


def _head(made: Print, place: Place) -> tuple[int, str, int, int]:
    word = label_key(made.texts[place])
    same = sorted(column for (row, column), text in made.texts.items() if row == place[0] and label_key(text) == word)
    return place[0], word, same.index(place[1]), len(same)


def find_stretch(table: TablePrint, made: Print, aligned: Aligned) -> Stretch | None:
    """Where the rows of a table went; None if the sheet no longer has them."""
    others = _others(table, made)
    above = max((row for row in others if row < table.rows[0] and row in aligned.rows), default=0)
    behind = sorted(row for row in others if row > table.last and row in aligned.rows)
    last = max((row for row, _ in made.texts if above < row < table.rows[0] and row in aligned.rows), default=above)
    first = aligned.rows[last] + table.rows[0] - last if last else aligned.rows.get(table.rows[0], 0)
    if not first:
        return None
    end = first + table.last - table.rows[0] + 1
    if behind:  # rows between them that were printed, and were taken out, are no longer there
        printed = {row for row, _ in made.texts}
        between = (row for row in range(table.last + 1, behind[0]) if row in aligned.rows or row not in printed)
        end = aligned.rows[behind[0]] - len([*between])
    top = aligned.rows[above] + 1 if above else first
    return Stretch(top, first, max(end, first + 1), table.pitch, bool(behind))


def _others(table: TablePrint, made: Print) -> set[int]:
    """The rows with something else above or below a table, be it its heads: printed, computed or asked over its columns or
    right beside them. Not a row that shows how to fill a line in (例): people write over it, and take it out."""
    first, last = min(table.columns.values()) - 1, max(table.columns.values())
    places = (*made.texts, *made.inputs.values(), *made.formulas)
    rows = {row for row, column in places if column <= last and made.merged.get((row, column), (row, column))[1] >= first}
    return rows - {*table.rows} - {row for (row, _), text in made.texts.items() if is_example(text)}


def is_example(text: str) -> bool:
    """Whether a cell says that its row is one."""
    return _EXAMPLE.fullmatch(fold(text)) is not None


def table_lines(first: Question, table: TablePrint, stretch: Stretch, sheet: tuple[Aligned, Keys]) -> Lines | None:
    """The lines of a table as of any other open one, with the row above them as that of its heads, and the columns that the
    sheet still has; None if it has none. `sheet`: where the print went, and the label keys that are there."""
    assert first.part
    found = dict(_columns(table, *sheet))
    times = Counter(found.values())
    columns = {key: at for key, at in found.items() if at and times[at] == 1}
    if not columns:
        return None
    head = stretch.first - 1
    labels = {f"column.{key}": (head, columns[key]) for key in first.part.table.heads if key in columns}
    left = min(columns.values())
    return Lines((stretch.first, max(left - 1, 1)), (stretch.first, left), stretch.end, labels)


def _columns(table: TablePrint, aligned: Aligned, keys: Keys) -> Iterator[tuple[str, int]]:
    """The place of each column: below its head, if that word stands as often in the row of the heads as it was
    printed; else where the columns were aligned; 0: nobody knows."""
    for key, column in table.columns.items():
        row, word, number, times = table.heads.get(key, (0, "", 0, 0))
        at = aligned.rows.get(row, 0)
        headed = sorted(c for (r, c), said in keys.items() if r == at and said == word)
        yield key, headed[number] if times and len(headed) == times else aligned.columns.get(column, 0)


@cache_by_identity
def column_blanks(made: Print) -> Mapping[tuple[str, str], frozenset[str]]:
    """What stands in the cells of a column before anybody wrote there, by table and column."""
    found: dict[tuple[str, str], set[str]] = {}
    for key, text in made.blanks.items():
        if line := line_of(key):
            found.setdefault((line[0], line[2]), set()).add(text)
    return {key: frozenset(texts) for key, texts in found.items()}
