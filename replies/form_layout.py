"""Where each part of a blank form stands: the single source for writing it, filling it and its formulas.

Pure arithmetic over a Form. Never touches a workbook, and never serves for reading one that came in:
people insert rows, so intake goes by content.
"""

from __future__ import annotations

from collections.abc import Mapping

from config.form import Form, Question
from config.frozen import frozen
from config.given import Place
from intake.sheets.ooxml import name_of

# Columns of 「様式」, from the left
ITEM, SUB, LABEL, TEXT, LINE, INPUT = range(1, 7)
FIRST_FIELD = 2  # row; 属性, the third field, stands in row 4 (notice 記４③)


@frozen
class Block:
    """The rows of one question: `top` to `bottom`, a heading line above it in row `heading` (0: none).
    Of a table the columns' labels stand in row `top`, the rows' below it in LINE.
    Its answer's own cell, if it has one, goes over both input columns if `wide`; `labels`: row of each circle
    line and of each free text with a printed line, by key."""

    question: Question
    heading: int
    top: int
    bottom: int
    wide: bool
    labels: Mapping[str, int]


@frozen
class Layout:
    """A form on its sheet. Rows from 1; `inputs` is the cell of everything to be filled, by field key,
    question key, free text key, and "7-4#3" for the third circle line of question 7-4."""

    form: Form
    fields: Mapping[str, int]
    flags: int
    title: int  # row of 「調査項目への回答」
    header: int  # row of 項番, 質問, 回答
    blocks: tuple[Block, ...]
    inputs: Mapping[str, Place]
    previous: bool = False  # whether what was answered last year stands beside the answers

    @property
    def last_column(self) -> int:
        """The last column of all that is asked and filled in."""
        return max((column for _, column in self.inputs.values()), default=INPUT)

    @property
    def previous_column(self) -> int:
        return self.last_column + 1

    @property
    def check_column(self) -> int:
        """The column in which a form tells what is missing, and which of its rules are broken."""
        return self.last_column + 1 + self.previous

    @property
    def last_row(self) -> int:
        return self.blocks[-1].bottom if self.blocks else self.header

    def lines(self, cell: Question) -> str:
        """The column of an open table from its heading to what stands below the table, as a formula has it: also with rows
        that were put in above its first line and behind its last one. `cell`: one of the column's."""
        assert cell.part
        top = next(block.top for block in self.blocks if block.question.printed_key == cell.part.key)
        below = next((block.heading or block.top for block in self.blocks if block.top > top), 0)
        letter = "".join(filter(str.isalpha, self.cell(cell.key)))
        last = f"ROW({letter}{below})-1" if below else f"ROW({letter}{top})+{cell.part.table.most}"
        return f"INDEX({letter}:{letter},ROW({letter}{top})+1):INDEX({letter}:{letter},{last})"

    def cell(self, key: str) -> str:
        """The A1 reference of an input. Raises KeyError if the form has no input of this key."""
        return name_of(self.inputs[key])


def layout(form: Form, previous: bool = False) -> Layout:
    """Where each part of this form stands on the sheet that `blank` writes; of a given form, only what is filled in.
    `previous`: with a column for what was answered last year."""
    if form.print:
        return Layout(form, {}, 0, 0, 0, (), form.print.inputs)
    fields = {field.key: row for row, field in enumerate(form.fields, FIRST_FIELD)}
    flags = FIRST_FIELD + len(form.fields)
    blocks = _blocks(form, flags + 3)
    inputs: dict[str, Place] = {key: (row, TEXT) for key, row in fields.items()}
    for block in blocks:
        inputs |= _inputs(block)
    return Layout(form, fields, flags, flags + 1, flags + 2, blocks, inputs, previous)


def _blocks(form: Form, row: int) -> tuple[Block, ...]:
    blocks = []
    for question, *_ in form.blocks:
        heading = row if question.heading else 0
        top = row + 1 if heading else row
        block = _block(question, heading, top)
        if question.part:
            bottom = top + len(question.part.table.sides)
            block = Block(question, heading, top, bottom, False, {})
        blocks.append(block)
        row = block.bottom + 1
    return tuple(blocks)


def _block(question: Question, heading: int, top: int) -> Block:
    printed = (key for key, label in question.labels.items() if label)
    labels = {key: row for row, key in enumerate(printed, top if question.in_lines else top + 1)}
    wide = len(labels) == len(question.labels)
    return Block(question, heading, top, max(top, *labels.values()) if labels else top, wide, labels)


def _inputs(block: Block) -> dict[str, Place]:
    """The place of each input. A free text without a line of its own stands right of the answer."""
    question = block.question
    if question.part:
        across = len(question.part.table.heads)
        steps = (divmod(number, across) for number in range(len(question.part.table.cell_keys)))
        places = ((block.top + 1 + down, INPUT + right) for down, right in steps)
        return dict(zip(map(question.part.of, question.part.table.cell_keys), places, strict=True))
    inputs: dict[str, Place] = {text.key: (block.top, INPUT) for text in question.free_texts}
    inputs |= {key: (row, INPUT) for key, row in block.labels.items()}
    if not question.in_lines:
        inputs[question.key] = (block.top, LINE)
    return inputs
