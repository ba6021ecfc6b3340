"""The survey's own rules over the answers of one sheet: what each name in them is worth, and which are broken.

What is not asked of the sheet, blank or unreadable is unknown, and a rule that depends on it says nothing: its root is
told by another check. A blank that may be left is a 0, or an empty text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from config.form import FreeText
from config.logic import Value
from config.rules import KIND, ReadRule, rules_of
from intake.finding import Finding
from intake.sheets.case import Case, make
from intake.sheets.entries import Entry
from intake.sheets.filled import FilledField, FilledQuestion


def rules_are_kept(case: Case) -> Iterator[Finding]:
    """Each rule that the answers break, told at the first cell that it looks at."""
    rules = rules_of(case.filled.form)
    if not rules:
        return
    values = dict(_values(case))
    for rule in rules:
        if rule.is_broken(values):
            yield _broken(case, rule, values)


def _values(case: Case) -> Iterator[tuple[str, Value]]:
    for line in case.filled.fields:
        yield line.field.key, _field(line)
    yield KIND, next(iter(case.kinds)) if len(case.kinds) == 1 else None
    for question in case.filled.questions:
        if case.asked[question.question.key].standing == "asked":
            yield f"Q{question.question.key}", _answer(question)
            for text in question.question.free_texts:
                if text.key in question.texts:
                    yield f"Q{text.key}", _text(text, question.texts[text.key])


def _answer(line: FilledQuestion) -> Value:
    question, answer = line.question, line.answer
    if not question.required and answer and answer.state != "error" and not line.canonical and not answer.says_something:
        return question.kind.blank_worth
    return question.kind.worth(line.canonical)


def _text(text: FreeText, entry: Entry) -> Value:
    """A text that is left blank is an empty one; a number or a date that is, is unknown."""
    if entry.state == "error":
        return None
    return text.kind.worth(text.kind.read(entry.value)) if text.kind.in_rules != "text" else entry.value


def _field(line: FilledField) -> Value:
    """One that must not be blank is unknown while it is."""
    if line.entry is None or line.entry.state == "error" or (line.field.required and not line.value):
        return None
    kind = line.field.kind
    if kind.in_rules not in ("number", "date"):
        return line.value
    return kind.worth(kind.read(line.value)) if line.value else kind.blank_worth


def _broken(case: Case, rule: ReadRule, values: Mapping[str, Value]) -> Finding:
    key, entry = next((place for name in rule.names if (place := _place(case, name))), ("", None))
    made = make(case, "rule_broken", entry.cell if entry else "")
    return replace(made, severity=rule.rule.severity, question=key, expected=rule.sentence(values))


def _place(case: Case, name: str) -> tuple[str, Entry | None] | None:
    """(question, cell) of what a rule names; the question is empty for a field."""
    for question in case.filled.questions:
        own = question.question.key
        if name == f"Q{own}":
            return own, question.answer or next(iter(question.lines.values()), None)
        if name[1:] in question.texts and name[0] == "Q":
            return own, question.texts[name[1:]]
    return next((("", line.entry) for line in case.filled.fields if line.field.key == name and line.entry), None)
