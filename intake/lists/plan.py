"""What a column of a collated list looks like: the headings that name it, and the values that fit it.

Built from a form's data once for each file. Finds no row and no table, judges no answer: a value that does
not fit its column here may still be right, and only weighs against taking the column for what it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from config.form import Field, Form
from config.kinds.kind import BAD, NEUTRAL, STRONG, WEAK, Around
from config.kinds.organisation import OrganisationKind
from config.programs import find_program
from config.spelling import fold, label_key
from config.survey import Survey
from intake.sheets.columns import Column, list_columns

_CODE = re.compile(r"\d{1,6}")
_DASHES = re.compile("[-‐‑‒–—―−ー－~〜]")
_GOES_ON = frozenset("0123456789-")  # behind a heading, these make it another one
_LONGEST_ANCHOR = 30  # characters of a body's name or of an entry of a field's list
_BODY_ENDS = frozenset("都道府県市区町村")
_LONGEST_HEADING = 40  # characters of a heading behind which other words may stand

Columns = Mapping[Column, int]


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """The columns of one form's 「一覧用」. `columns` from the left; `headings`: key of each way to
    head a column → the column; `organisation`: that of 組織名; `anchors`: it and the fields with a list, by
    which a row without heading is found. Values met are remembered, since a list repeats them."""

    form: Form
    columns: tuple[Column, ...]
    headings: Mapping[str, Column]
    organisation: Column | None
    anchors: frozenset[Column]
    _survey: Survey
    _names: frozenset[str]
    _ends: frozenset[str]
    _known: dict[tuple[Column, str], float]
    _headed: dict[str, Column | None]

    def fit(self, column: Column, value: str) -> float:
        """How well a value that is not blank fits a column, from BAD to STRONG."""
        known = self._known.get((column, value))
        if known is None:
            known = self._known[column, value] = self._judge(column, value)
        return known

    def anchored(self, value: str) -> Iterator[Column]:
        """The anchor columns that this value certainly belongs to. Quick for any other value."""
        if value[-1] in self._ends and len(value) <= _LONGEST_ANCHOR:
            yield from (column for column in self.anchors if self.fit(column, value) == STRONG)

    def heading(self, value: str) -> Column | None:
        """The column that a cell of row 1 heads, also where words were put behind the heading."""
        if value not in self._headed:
            self._headed[value] = self._find_heading(value)
        return self._headed[value]

    def _find_heading(self, value: str) -> Column | None:
        key = _heading_key(value)
        if key in self.headings:
            return self.headings[key]
        for end in range(min(len(key) - 1, _LONGEST_HEADING), 1, -1):
            column = self.headings.get(key[:end])
            if column and key[end] not in _GOES_ON and not key[:end].replace("-", "").isdigit():
                return column
        return None

    def is_body(self, value: str) -> bool:
        """Whether a value is the name of a body, with or without a code in front."""
        folded = fold(value)
        return folded in self._names or _CODE.sub("", folded, count=1) in self._names

    def _judge(self, column: Column, value: str) -> float:
        if column.holds == "field":
            return self._judge_field(next(f for f in self.form.fields if f.key == column.key), value)
        if column.holds == "text":
            return NEUTRAL
        kind = self.form.question(column.key).kind
        if column.holds == "mark":
            return WEAK if kind.mark(value, column.number) is not None else BAD
        return NEUTRAL if kind.says_nothing(value) else kind.fits(value, self._around)

    def _judge_field(self, field: Field, value: str) -> float:
        if field.key == "program" and any(find_program(value, self._survey, f.id) for f in self._survey.forms):
            return STRONG
        if isinstance(field.kind, OrganisationKind):
            return STRONG if self.is_body(value) else NEUTRAL
        return field.kind.fits(value, self._around)

    @property
    def _around(self) -> Around:
        return Around(attributes=self._survey.attributes)


def _heading_key(text: str) -> str:
    """The label key of a heading, in which dashes count: Q1-2 is not Q12."""
    return "-".join(map(label_key, _DASHES.split(text)))


def plans_of(survey: Survey, names: frozenset[str]) -> tuple[Plan, ...]:
    """A plan for each form of a survey that a row can hold; `names` are the folded names of all bodies."""
    return tuple(_plan(form, survey, names) for form in survey.forms if list_columns(form))


def _plan(form: Form, survey: Survey, names: frozenset[str]) -> Plan:
    columns = list_columns(form)
    headings: dict[str, Column] = {}
    for column in columns:
        headings.setdefault(_heading_key(column.heading), column)
    for column in columns:
        for other in filter(None, map(_heading_key, _other_headings(column, form))):
            headings.setdefault(other, column)
    kinds = {field.key: field.kind for field in form.fields}
    fields = [c for c in columns if c.holds == "field"]
    organisation = next((c for c in fields if isinstance(kinds[c.key], OrganisationKind)), None)
    anchors = [c for c in fields if c == organisation or kinds[c.key].options]
    words = [option for field in form.fields for option in field.kind.options]
    words += [word for p in survey.programs for word in (p.name, p.choice, *p.names)]
    ends = _BODY_ENDS | {word[-1] for word in words}
    return Plan(form, columns, headings, organisation, frozenset(anchors), survey, names, ends, {}, {})


def _other_headings(column: Column, form: Form) -> Iterable[str]:
    """Further ways to head a column: Q and 問, the number as the sheet prints it, the printed text."""
    if column.holds == "field":
        return
    yield from (f"Q{column.bare}", f"問{column.bare}", column.bare)
    if column.holds == "text":
        yield next(q.labels[column.key] for q in form.questions if column.key in q.labels)
        return
    question = form.question(column.key)
    if column.holds == "mark":
        yield f"Q{column.key}-{column.number}"
        yield question.by_number[column.number].text
    elif not question.part:
        yield from (question.text, question.item + question.sub)
