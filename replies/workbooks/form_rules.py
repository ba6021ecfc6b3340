"""The survey's rules as formulas of a blank form: a column beside the answers that tells at once what does not fit.

Of the same tree that intake evaluates (`config.logic`). It helps who fills the form in; what the ministry finds is computed
anew. While an answer that a rule looks at is blank, its cell says nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from config.form import Form, Question
from config.logic import Node
from config.rules import KIND, ReadRule, columns_of, rules_of
from intake.sheets.ooxml import name_of
from replies.form_layout import Layout

_OPERATORS = {"==": "=", "!=": "<>"}
_FUNCTIONS = {"sum": "SUM", "count": "COUNTA", "min": "MIN", "max": "MAX", "abs": "ABS"}
_LONGEST_FORMULA = 3_000  # characters, of the 8,192 that Excel takes; several may stand in one cell
# How a row of a list begins that may be no line of it (`intake.sheets.open_lines`): a sum, a remark, a stroke, a space.
_ASIDE = ",".join(f'"{text}"' for text in (
    "*計*", "*合算*", "*トータル*", "*total*", "※*", "~**", "*注*", "以下*", "以上", "余白", "備考*",
    "－", "―", "-", "ー", "0", "　", " ",
))  # fmt: skip
_LONGEST = 120  # characters of a text in a formula (Excel: 255, with quotes doubled)


class BeyondFormula(Exception):
    """A rule that no formula of the blank form can tell: it looks at what the form does not hold."""


def rule_terms(layout: Layout) -> dict[str, list[str]]:
    """Cell → the terms of its formula, beside the first answer that each rule looks at. Rules that look at
    what the form does not hold (the kind of body, last year's values) have none."""
    found: dict[str, list[str]] = {}
    for rule in rules_of(layout.form):
        try:
            formula, row = _formula(rule, layout), _row(rule.names[0], layout)
        except BeyondFormula:
            continue
        found.setdefault(name_of((row, layout.check_column)), []).append(formula)
    return found


def _formula(rule: ReadRule, layout: Layout) -> str:
    filled = dict.fromkeys(condition for name in rule.names for condition in _guards(name, layout))
    applies = [excel(rule.when, layout)] if rule.when else []
    broken = f"NOT({excel(rule.check, layout)})"
    made = f'IFERROR(IF(AND({",".join([*filled, *applies, broken])}),{_words(rule, layout)},""),"")'  # 5 / 0, 5 - "多数"
    if len(made) > _LONGEST_FORMULA:
        raise BeyondFormula
    return made


def _words(rule: ReadRule, layout: Layout) -> str:
    """The survey's sentence, with the answers that it quotes."""
    parts = ['"※ "']
    for words, quoted in rule.pieces():
        plain = " ".join(words.split())
        cut = (plain[n : n + _LONGEST] for n in range(0, len(plain), _LONGEST))
        parts += ['"' + piece.replace('"', '""') + '"' for piece in cut]
        parts += [_quoted(quoted, layout)] if quoted else []
    return "&".join(parts)


def _quoted(node: Node, layout: Layout) -> str:
    """What a sentence quotes, a date as people write one."""
    keys = {f"Q{ask.key}" for ask in layout.form.asks if ask.kind.in_rules == "date"}
    keys |= {field.key for field in layout.form.fields if field.kind.in_rules == "date"}
    shown = excel(node, layout)
    return f'TEXT({shown},"yyyy年m月d日")' if node.op == "name" and node.held in keys else shown


def excel(node: Node, layout: Layout) -> str:
    """A condition as Excel computes it. Raises Beyond."""
    match node.op:
        case "name":
            return _cell(str(node.held), layout)
        case "value":
            return str(node.held) if isinstance(node.held, Decimal) else '"' + str(node.held) + '"'
        case "and" | "or" | "not":
            return f"{node.op.upper()}({','.join(excel(part, layout) for part in node.parts)})"
        case "in":
            return _within(node, layout)
    if node.op in _FUNCTIONS:
        return f"{_FUNCTIONS[node.op]}({','.join(excel(part, layout) for part in node.parts)})"
    left, right = node.parts
    if node.op in ("==", "!=") and (same := _is_choice(left, right, layout) or _is_choice(right, left, layout)):
        return same if node.op == "==" else f"NOT({same})"
    return f"({excel(left, layout)}{_OPERATORS.get(node.op, node.op)}{excel(right, layout)})"


def _within(node: Node, layout: Layout) -> str:
    first, *listed = node.parts
    if len(listed) == 1 and listed[0].op == "name":  # a circle
        return f'{layout.cell(f"{str(listed[0].held)[1:]}#{first.held}")}<>""'
    return f"OR({','.join(excel(Node('==', (first, one)), layout) for one in listed)})"


def _is_choice(name: Node, number: Node, layout: Layout) -> str:
    question = _question(str(name.held), layout.form) if name.op == "name" else None
    if question is None or not question.by_number or question.in_lines or number.op != "value":
        return ""
    return question.kind.taken(layout.cell(question.key), int(Decimal(str(number.held))))


def _question(name: str, form: Form) -> Question | None:
    return next((q for q in form.questions if name == f"Q{q.key}"), None)


def _cell(name: str, layout: Layout) -> str:
    """The cell of an answer, or the lines with its circles."""
    if column := columns_of(layout.form).get(name):
        return layout.lines(column[0])
    question = _question(name, layout.form)
    if question is not None and question.in_lines:
        lines = [layout.cell(line) for line in question.keys.values()]
        return f"{lines[0]}:{lines[-1]}"
    key = name[1:] if name.startswith("Q") and name[1:] in layout.inputs else name
    if name == KIND or key not in layout.inputs:
        raise BeyondFormula
    return layout.cell(key)


def _guards(name: str, layout: Layout) -> Iterator[str]:
    """What must hold before a rule says anything: filled are the cells whose blank is unknown to intake as well, and in a
    column of numbers there is nothing else."""
    question = _question(name, layout.form)
    if column := columns_of(layout.form).get(name):
        yield from _column_guards(column[0], layout)
    elif question is not None and not question.in_lines:
        if question.required or question.kind.blank_worth is None:
            yield f'{layout.cell(question.key)}<>""'
    elif any(field.key == name and field.required for field in layout.form.fields):
        yield f'{layout.cell(name)}<>""'
    elif any(f"Q{a.key}" == name and a.kind.in_rules in ("number", "date") for a in layout.form.asks):
        yield f'{layout.cell(name[1:])}<>""'


def _column_guards(cell: Question, layout: Layout) -> Iterator[str]:
    """That each line has this column filled in, and no row may be a sum, a remark or the heading once more: what a list
    with such rows is worth, only intake tells. `cell`: the first of the column."""
    own = layout.lines(cell)
    columns = [cells[0] for cells in columns_of(layout.form).values() if cells[0].printed_key == cell.printed_key]
    needed = [layout.lines(other) for other in columns if other.part and other.part.table.needs(other.part.column)]
    if cell.required:
        yield f"COUNTA({own})>0"
    if cell.kind.numeric:
        yield f"COUNT({own})=COUNTA({own})"
    if own in needed and len(needed) > 1:
        others = "+".join(f'({other}<>"")' for other in needed if other != own)
        yield f'SUMPRODUCT(({own}="")*({others}>0))=0'
    for other in columns:
        if other.kind.free and other.part:
            head = other.part.table.heads[other.part.column].replace('"', '""')
            yield f'SUMPRODUCT(COUNTIF({layout.lines(other)},{{{_ASIDE},"{head}"}}))=0'


def _row(name: str, layout: Layout) -> int:
    question = _question(name, layout.form)
    if column := columns_of(layout.form).get(name):
        return layout.inputs[column[0].key][0]
    if question is not None and question.in_lines:
        return layout.inputs[next(iter(question.keys.values()))][0]
    key = name[1:] if name.startswith("Q") and name[1:] in layout.inputs else name
    return layout.inputs[key][0]
