"""The column in which a form itself tells what is missing and what does not fit (`replies.workbooks.form_helps`)."""

from __future__ import annotations

from config.names import RULES_HEADING
from config.rules import rules_of
from config.spelling import fold
from intake.sheets.grid import Sheet
from intake.sheets.recognise import Located


def rule_columns(sheet: Sheet, located: Located) -> frozenset[int]:
    """Headed as such above the first question, and none in which an answer belongs. Nothing in it is an answer."""
    lines = tuple(located.questions.values())
    beside = (lines for key, lines in located.questions.items() if not located.form.question(key).part)
    if not (located.form.helps or rules_of(located.form)) or not lines:
        return frozenset()
    first = min(line.text[0] for line in lines)
    labels = (place for line in beside for place in line.labels.values())
    inputs = {line.answer[1] for line in lines} | {column + 1 for _, column in labels}
    headed = {c for (row, c), cell in sheet.cells.items() if row < first and fold(cell.value) == RULES_HEADING}
    return frozenset(headed - inputs)
