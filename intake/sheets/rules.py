"""The survey's own rules over the answers of one sheet: what each name in them is worth, and which are broken.

What is not asked of the sheet, blank or unreadable is unknown (`worth.py`), and a rule that depends on it says nothing: its
root is told by another check.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from config.frozen import replace
from config.logic import Value
from config.previous import worths
from config.programs import find_program
from config.rules import KIND, ReadRule, columns_of, rules_of
from intake.finding import Finding
from intake.sheets.case import Case, make
from intake.sheets.entries import Entry
from intake.sheets.worth import worth_of_field, worth_of_questions


def rules_are_kept(case: Case) -> Iterator[Finding]:
    """Each rule that the answers break, told at the first cell that it looks at; what two of them say of one cell (a
    total of totals, by row and by column), once."""
    rules = rules_of(case.filled.form.whole)
    if not rules:
        return
    values, columns = dict(_values(case)), columns_of(case.filled.form.whole)
    known = (rule for rule in rules if all(values.get(name) is not None for name in rule.names if name in columns))
    yield from dict.fromkeys(_broken(case, rule, values) for rule in known if rule.is_broken(values))


def _values(case: Case) -> Iterator[tuple[str, Value]]:
    for line in case.filled.fields:
        yield line.field.key, worth_of_field(line)
    yield KIND, next(iter(case.kinds)) if len(case.kinds) == 1 else None
    asked = (q for q in case.filled.questions if case.asked[q.question.key].relevance == "asked")
    yield from worth_of_questions(asked)
    if case.survey.previous and case.match and len(case.match.bodies) == 1:
        last = case.survey.last_year(case.match.bodies[0].lgcode, _program(case))
        yield from worths(case.filled.form.whole, last)


def _program(case: Case) -> str:
    """The program that the sheet names, or the only one of its form."""
    form = case.filled.form.id
    own = [program.id for program in case.survey.programs if program.form == form]
    return own[0] if len(own) == 1 else find_program(case.filled.value("program"), case.survey, form)


def _broken(case: Case, rule: ReadRule, values: Mapping[str, Value]) -> Finding:
    key, entry = next((place for name in rule.names if (place := _place(case, name))), ("", None))
    made = make(case, "rule_broken", entry.cell if entry else "")
    return replace(made, severity=rule.rule.severity, question=key, expected=rule.sentence(values))


def _place(case: Case, name: str) -> tuple[str, Entry | None] | None:
    """(question, cell) of what a rule names; the question is empty for a field."""
    for question in case.filled.questions:
        own = question.question.key
        part = question.question.part
        if name == f"Q{own}" or (part and name == f"Q{part.key}.{part.column}"):
            return own, question.answer or next(iter(question.lines.values()), None)
        if name[1:] in question.texts and name[0] == "Q":
            return own, question.texts[name[1:]]
    return next((("", line.entry) for line in case.filled.fields if line.field.key == name and line.entry), None)
