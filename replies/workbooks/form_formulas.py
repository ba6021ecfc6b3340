"""The formulas of a blank form: the two flags, and row 2 of 「一覧用」.

They help people who fill the form in; what the ministry finds is computed anew from the values (intake).
"""

from __future__ import annotations

from config.conditions import conditions_of
from config.rules import columns_of
from intake.sheets.columns import Column, list_columns
from replies.form_layout import Layout
from replies.workbooks.form_rules import BeyondFormula, excel


def fields_flag(layout: Layout) -> str:
    """Show the form's words for "fields missing" while a required field is blank."""
    blank = [f'{layout.cell(f.key)}=""' for f in layout.form.fields if f.required]
    return _flag(blank, layout.form.flags.fields_missing)


def answers_flag(layout: Layout) -> str:
    """Show the form's words for "answers missing" while a question that is asked has no answer. Of the questions to
    different kinds of bodies, one answer is enough."""
    blank = []
    either = [layout.cell(q.key) for q in layout.form.listed if q.only and q.needed and not q.in_lines]
    if either:
        blank.append("AND(" + ",".join(f'{cell}=""' for cell in either) + ")")
    for question in layout.form.listed:
        if question.needed and (question.in_lines or not question.only):
            cells = [f'{layout.cell(key)}=""' for key in question.keys.values()]
            blank.append(_unless_skipped(layout, question.key, cells))
    for table, first in layout.form.open_tables.items():
        if not first.only:
            blank.append(_unless_skipped(layout, first.key, [lines_missing(layout, table)]))
    return _flag(blank, layout.form.flags.answers_missing)


def list_formulas(layout: Layout) -> tuple[tuple[Column, str], ...]:
    """Each column of 「一覧用」 with the formula of its row 2; a blank cell stays blank."""
    sheet = "'" + layout.form.sheet.replace("'", "''") + "'!"
    found = []
    for column in list_columns(layout.form):
        key = f"{column.key}#{column.number}" if column.holds == "mark" else column.key
        cell = sheet + layout.cell(key)
        found.append((column, f'=IF({cell}="","",{cell})'))
    return tuple(found)


def _holds(layout: Layout, key: str) -> str:
    """The condition on which a question is asked; what cannot be told, or worked out, does not hold."""
    try:
        return f"IFERROR({excel(conditions_of(layout.form)[layout.form.question(key).printed_key], layout)},FALSE)"
    except BeyondFormula:
        return "FALSE"


def lines_missing(layout: Layout, table: str) -> str:
    """A line of an open table that is begun has all that it needs: each such column is filled as often as the first one."""
    columns = (cells for cells in columns_of(layout.form).values() if cells[0].printed_key == table)
    needed = [cells for cells in columns if cells[0].part and cells[0].part.table.needs(cells[0].part.column)]
    filled = [f"COUNTA({layout.lines(cells[0])})" for cells in needed]
    uneven = [f"{filled[0]}<>{other}" for other in filled[1:]]
    return f"OR({','.join([*([f'{filled[0]}=0'] if needed[0][0].required else []), *uneven, 'FALSE'])})"


def _flag(blank: list[str], words: str) -> str:
    quoted = words.replace('"', '""')
    return f'=IF(OR({",".join(blank)}),"{quoted}","")' if blank else '=""'


def _unless_skipped(layout: Layout, key: str, blank: list[str]) -> str:
    """All of `blank`, and no earlier choice that leaves this question out."""
    questions = layout.form.questions
    places = {question.key: place for place, question in enumerate(questions)}
    conditions = list(blank)
    for root in questions[: places[key]]:
        for number, target in root.skips.items():
            if places[key] < places[target]:
                conditions.append(root.kind.taken(layout.cell(root.key), number, "<>"))
    condition = layout.form.question(key).asked_if
    if isinstance(condition, str):
        conditions.append(_holds(layout, key))
    elif condition:
        root = layout.form.question(condition.question)
        taken = (number for number in root.by_number if condition.met_by(number))
        wanted = [root.kind.taken(layout.cell(root.key), number) for number in taken]
        conditions.append(wanted[0] if len(wanted) == 1 else f"OR({','.join(wanted)})")
    return conditions[0] if len(conditions) == 1 else f"AND({','.join(conditions)})"
