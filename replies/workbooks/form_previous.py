"""What a body answered last year, printed beside the questions of the form that it is given (`shows_previous`): in a column
of its own, headed as such, from which no answer is read (`intake.sheets.no_answers`). Nothing of the head of the sheet,
where persons stand.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from config.form import Form, Question
from config.names import PREVIOUS_HEADING
from intake.sheets.ooxml import name_of
from replies.form_layout import LINE, Block, Layout
from replies.workbooks.form_style import WIDTHS, height, style

_SIZE = 8  # points of what stands there


def printed_last_year(form: Form, told: Mapping[str, str]) -> dict[str, str]:
    """What is printed beside each cell to be filled in, by its key. `told`: the answers, by the key of the question."""
    return dict(pair for question in form.listed for pair in _printed(question, told))


def _printed(question: Question, told: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    value = question.kind.read(told.get(question.key, ""))
    if question.in_lines:
        yield from ((question.keys[int(number)], question.kind.sign) for number in value.split(",") if number)
    elif value:
        column = f"{question.part.table.heads[question.part.column]} " if question.part else ""
        yield question.key, column + question.kind.shown(value)
    for text in question.free_texts:
        if value := text.kind.read(told.get(text.key, "")):
            yield text.key, text.kind.shown(value)


def cells_of(layout: Layout, printed: Mapping[str, str]) -> dict[str, str]:
    """The printed earlier answers by cell of the previous-answer column; what stands side by side in the form stands
    below each other there."""
    rows: dict[int, list[str]] = {}
    for key, text in printed.items():
        rows.setdefault(layout.inputs[key][0], []).append(text)
    return {name_of((row, layout.previous_column)): "\n".join(texts) for row, texts in rows.items()}


def add_column(sheet: Worksheet, layout: Layout) -> None:
    """Add the column of last year's answers, headed and empty, and make rows high enough for what usually stands
    there."""
    column = layout.previous_column
    style(sheet, name_of((layout.header, column)), "header")
    sheet[name_of((layout.header, column))] = PREVIOUS_HEADING
    sheet.column_dimensions[get_column_letter(column)].width = WIDTHS[LINE - 1]
    for block in layout.blocks:
        style(sheet, f"{name_of((block.top, column))}:{name_of((block.bottom, column))}", "hint")
        for row in range(block.top, block.bottom + 1):
            needed = height(_widest(block, row), LINE, size=_SIZE)
            sheet.row_dimensions[row].height = max(sheet.row_dimensions[row].height or 0.0, needed)


def _widest(block: Block, row: int) -> str:
    question = block.question
    if question.part:
        return "\n".join(question.part.table.heads.values()) if row > block.top and not question.in_open_table else ""
    return max(question.kind.options, key=len, default="") if row == block.top else ""
