"""Columns beside a form in which nothing is an answer: its own that tell what is missing or does not fit, and what was
answered last year; and those that somebody added for himself (備考, 昨年度, a tick for each line that was looked at).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from config.frozen import replace
from config.given import Place
from config.names import PREVIOUS_HEADING, RULES_HEADING
from config.rules import rules_of
from config.spelling import fold, is_blank
from intake.sheets.grid import Sheet, after
from intake.sheets.recognise import Located

_ENOUGH = 2  # answers beside which a column is filled as well, from which on it is one of its own


def without_own_columns(sheet: Sheet, located: Located, shows_previous: bool) -> Sheet:
    """The sheet without what the form tells beside the questions (`replies.workbooks.form_helps`, `form_previous`), in
    columns that are headed as such above the first one; but for those in which an answer belongs. `shows_previous`: also
    without all that stands right of the answers, since the heading may be gone and last year's are no answers of this
    year."""
    lines = tuple(located.questions.values())
    if not lines or located.given:
        return sheet
    beside = (lines for key, lines in located.questions.items() if not located.form.question(key).part)
    tells = located.form.helps or rules_of(located.form.whole)
    headings = {PREVIOUS_HEADING, RULES_HEADING} if tells else {PREVIOUS_HEADING}
    first = min(line.text[0] for line in lines)
    labels = (place for line in beside for place in line.labels.values())
    inputs = {line.answer[1] for line in lines} | {column + 1 for _, column in labels}
    headed = {c for (row, c), cell in sheet.cells.items() if row < first and fold(cell.value) in headings}
    own = headed - inputs
    if shows_previous:
        last = max(_last_columns(sheet, located))
        own |= {column for row, column in sheet.cells if column > last and row >= first}
    return replace(sheet, cells={p: cell for p, cell in sheet.cells.items() if p[1] not in own}) if own else sheet


def _last_columns(sheet: Sheet, located: Located) -> Iterator[int]:
    """The last column of the cells of each question in which something is to be filled in."""
    for key, lines in located.questions.items():
        question = located.form.question(key)
        beside = [after(sheet.merged, label) for label in lines.labels.values()] if not question.part else []
        own = after(sheet.merged, lines.answer) - 1
        yield from (own, *beside, own + any(not text.label for text in question.free_texts))


def added_columns(sheet: Sheet, located: Located) -> frozenset[int]:
    """Columns behind the form's own cells that are filled beside answers, and not in their place: something stands
    there although the answer's own cell is filled, too. Beside a circle once is enough, since whatever stands there
    may be taken for one."""
    inputs = dict(_inputs(sheet, located))
    behind = max((end for _, end, _ in inputs.values()), default=0)
    beside = Counter[int]()
    for (row, column), cell in sheet.cells.items():
        if column < behind or row not in inputs or (row, column) in located.printed or is_blank(cell.value):
            continue
        own, _, in_lines = inputs[row]
        filled = sheet.cells.get((row, own))
        if filled is not None and not is_blank(filled.value):
            beside[column] += _ENOUGH if in_lines else 1
    return frozenset(column for column, count in beside.items() if count >= _ENOUGH)


def _inputs(sheet: Sheet, located: Located) -> Iterator[tuple[int, tuple[int, int, bool]]]:
    """The rows of the form in which something is to be filled in: from which column to which, and whether as a circle."""
    for key, lines in located.questions.items():
        question = located.form.question(key)
        if question.part:
            continue
        if not question.in_lines:
            yield _row(sheet, lines.answer, lines.answer[1], False)
        circles = set(question.keys.values()) if question.in_lines else set()
        for name, label in lines.labels.items():
            yield _row(sheet, (label[0], after(sheet.merged, label)), after(sheet.merged, label), name in circles)


def _row(sheet: Sheet, place: Place, first: int, in_lines: bool) -> tuple[int, tuple[int, int, bool]]:
    return place[0], (first, after(sheet.merged, place), in_lines)
