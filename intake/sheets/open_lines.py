"""The lines of a table that has one for each thing: which of its rows are such lines, however the list got there.

People paste their own list, with its heading, sums, marks for "the same" and blank rows; they merge cells, insert rows and
write on below. Tells rows apart; whether a line is right is for the checks.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from config.form import Form, Question
from config.frozen import frozen, replace
from config.given import Place
from config.kinds.kind import Kind
from config.spelling import fold, label_key
from intake.sheets.entries import Entry, entry_of
from intake.sheets.given import GivenPlaces, is_as_printed
from intake.sheets.grid import Sheet
from intake.sheets.question_lines import Lines

MOST_BLANK = 3  # rows between two lines below those that are printed; what stands further down is something else
TOTAL = re.compile(r"(?i)(?:総|小|合|累)?計(?:欄|額|数)?|合算|トータル|total")
_REMARK = re.compile(r"※|\*|(?:\(|〔|【)?注|以下余白|以下空白|以上\Z|余白\Z|備考[:：]")
_SAME = frozenset(['同上', '〃', '々', '仝', '"', '″', '”', '“', '同', '同じ', '上に同じ', '上記に同じ'])


@frozen
class OpenLines:
    """The form with as many lines as were filled in, where each of their cells is, and what is to be told of the rows:
    (code, key of the table, cells)."""

    form: Form
    questions: Mapping[str, Lines]
    told: tuple[tuple[str, str, tuple[Place, ...]], ...] = ()


def find_open_lines(
    sheet: Sheet, form: Form, questions: Mapping[str, Lines], given: GivenPlaces | None = None
) -> OpenLines:
    """The lines of the open tables of a form whose questions were located. `given`: where its places are the survey's."""
    rows: dict[int, list[int]] = {}
    for row, column in sorted(sheet.cells):
        rows.setdefault(row, []).append(column)
    read: dict[str, _TableLines] = {}
    last = form.blocks[-1][0].printed_key if form.blocks else ""
    for key, first in form.open_tables.items():
        if first.key in questions:
            stretch = given.tables[key] if given else None
            table = _TableLines(sheet, rows, first, questions[first.key], form, given)
            if stretch:
                table.pitch, table.before = stretch.pitch, stretch.top - 1
            table.go(on_below=not stretch.below if stretch else key == last)
            read[key] = table
    begun = {key: table.numbered for key, table in read.items()}
    grown = form.with_lines(begun)
    cells = {key: dict(table.places(begun[key])) for key, table in read.items()}
    found = {key: lines for key, lines in questions.items() if not form.question(key).in_open_table}
    for question in grown.questions:
        part = question.part
        if part and (lines := cells.get(part.key, {}).get((part.row, part.column))):
            found[question.key] = lines
    return OpenLines(grown, found, tuple(one for key, table in read.items() for one in table.told(key)))


@dataclass(slots=True)
class _TableLines:
    """One table on one sheet. `given`: where its places are the survey's; `pitch`: the rows of one printed line; `before`:
    the row above which none is looked for, if not that of the heads; `lines`: the rows that are begun, from the top."""

    sheet: Sheet
    rows: Mapping[int, list[int]]
    first: Question
    found: Lines
    form: Form
    given: GivenPlaces | None
    pitch: int = 1
    before: int = 0
    lines: list[int] = field(default_factory=list)
    aside: list[Place] = field(default_factory=list)
    beyond: list[Place] = field(default_factory=list)
    same: dict[Place, Place] = field(default_factory=dict)

    @property
    def columns(self) -> dict[str, int]:
        return {key.removeprefix("column."): place[1] for key, place in self.found.labels.items()}

    @property
    def head(self) -> int:
        return next(iter(self.found.labels.values()))[0]

    @property
    def numbered(self) -> dict[int, int]:
        """The rows that are begun, by the number of their line; one that was put in within a printed line has the next."""
        found: dict[int, int] = {}
        for row in self.lines:
            found[max(max(found, default=0) + 1, (row - self.head - 1) // self.pitch + 1)] = row
        return found

    def kind(self, column: str) -> Kind:
        assert self.first.part
        return self.first.part.table.cell_at(column)

    def go(self, on_below: bool) -> None:
        """Look at each row once. `on_below`: no other question stands below the table."""
        part, columns = self.first.part, self.columns
        assert part
        printed, most = self.head + len(part.table.sides) * self.pitch, part.table.most
        before = self.before or self.head
        for row in (row for row in self.rows if row > before):
            entries = dict(self._entries(row, columns))
            if not any(_says(entry, self.kind(key)) for key, entry in entries.items()):
                continue
            outside = row > printed and row - before > MOST_BLANK + 1 if on_below else row >= self.found.end
            if outside and any(self._is_fixed((row, column)) for column in self.rows[row]):
                break  # what the form prints below
            if outside or len(self.lines) >= most:
                if len(entries) > 1 and (on_below or row == before + 1):
                    self.beyond.append((row, min(columns.values())))
                    before = row
                continue
            before = row
            if self._is_aside(row, entries):
                continue
            self._repeat(row, entries, columns)
            self.lines.append(row)
        self._merge(columns)

    def _entries(self, row: int, columns: Mapping[str, int]) -> Iterator[tuple[str, Entry]]:
        """What stands in the cells of a row."""
        for key, column in columns.items():
            cell = self.sheet.cells.get((row, column))
            if cell and not self._is_fixed((row, column)):
                entry = entry_of((row, column), cell, self.kind(key))
                if entry.state != "blank" and not self._is_as_printed(key, entry.value):
                    yield key, entry

    def _is_fixed(self, place: Place) -> bool:
        """Whether a cell belongs to no line: the form's own print, a formula of its, or another answer."""
        if self.given is None:
            return False
        return place in self.given.fixed or (place in self.given.computed and self.sheet.cells[place].formula)

    def _is_as_printed(self, column: str, text: str) -> bool:
        part = self.first.part
        return part is not None and is_as_printed(self.form, part.of(("1", column)), text)

    def _is_aside(self, row: int, entries: Mapping[str, Entry]) -> bool:
        """Whether a row is a heading once more, a sum of the others, or a remark below them; what is left out is told, but
        for the heading."""
        assert self.first.part
        heads = self.first.part.table.heads
        if all(label_key(entry.value) == label_key(heads[key]) for key, entry in entries.items()):
            return True
        left = (self.sheet.cells[row, c].value for c in self.rows[row] if c < min(self.columns.values()))
        words = [fold(text) for text in (*left, *(e.value for key, e in entries.items() if self.kind(key).free))]
        total = any(TOTAL.fullmatch(word) for word in words)
        if total or (len(entries) == 1 and any(_REMARK.match(word) for word in words)):
            self.aside.append((row, min(self.columns.values())))
            return True
        return False

    def _repeat(self, row: int, entries: Mapping[str, Entry], columns: Mapping[str, int]) -> None:
        """同上 and 〃 stand for what the line above has in their column."""
        if not self.lines:
            return
        for key, entry in entries.items():
            if entry.state == "value" and (entry.value in _SAME or fold(entry.value) in _SAME):
                above = (self.lines[-1], columns[key])
                self.same[row, columns[key]] = self.same.get(above, above)

    def _merge(self, columns: Mapping[str, int]) -> None:
        """Let a cell that is merged over several lines count for each of them; but no number, which may be meant for
        all of them together."""
        for key, column in columns.items():
            areas = sorted((a, b[0]) for a, b in self.sheet.merged.items() if a[1] == column and b[0] > a[0])
            if not areas or self.kind(key).numeric:
                continue
            starts = [start[0] for start, _ in areas]
            for row in self.lines:
                place = bisect_left(starts, row) - 1
                if place >= 0 and row <= areas[place][1] and areas[place][0] in self.sheet.cells:
                    self.same.setdefault((row, column), areas[place][0])

    def places(self, begun: Mapping[int, int]) -> Iterator[tuple[tuple[str, str], Lines]]:
        """Where each cell of these lines is, by line and column; of the first line where none is begun."""
        first = True
        for number, row in (begun or {1: self.head + 1}).items():
            for key, column in self.columns.items():
                at = (row, column)
                labels = self.found.labels if first else {}
                yield (str(number), key), replace(self.found, answer=at, labels=labels, repeats=self.same.get(at))
                first = False

    def told(self, table: str) -> Iterator[tuple[str, str, tuple[Place, ...]]]:
        written = tuple(place for place in self.same if place in self.sheet.cells)
        for code, places in (
            ("lines_set_aside", tuple(self.aside)),
            ("lines_repeated", written),
            ("lines_beyond", tuple(self.beyond)),
        ):
            if places:
                yield code, table, places


def _says(entry: Entry, kind: Kind) -> bool:
    """Whether a cell begins a line: not a stroke, and not a 0, which is what cells show that are linked to blank ones."""
    return entry.says_something and not (kind.numeric and fold(entry.value) == "0")
