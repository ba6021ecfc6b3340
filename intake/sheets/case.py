"""What the checks of an answer sheet look at, and how each of them makes its findings.

Holds no check itself. A value of a personal field, a free text and a My Number never get into a finding.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from config.form import FreeText
from config.frozen import replace
from config.roster import Match
from config.survey import Survey
from intake.finding import Finding, quote, severity_of
from intake.sheets.entries import Entry
from intake.sheets.filled import Filled, FilledField, FilledQuestion
from intake.sheets.skip_logic import Applicability, Relevance, RosterKinds


@dataclass(frozen=True, slots=True)
class Case:
    """What the checks look at: a sheet's values, the roster's answer to its 組織名 (None: left blank), which kinds of
    body it may be, and which questions are asked of it."""

    survey: Survey
    filled: Filled
    match: Match | None
    kinds: RosterKinds
    asked: Mapping[str, Applicability]
    _known: dict[tuple[Relevance, ...], tuple[FilledQuestion, ...]] = field(default_factory=dict, compare=False)

    def of_relevance(self, relevances: tuple[Relevance, ...]) -> tuple[FilledQuestion, ...]:
        """The questions of one of these relevances; most checks ask for the same."""
        known = self._known.get(relevances)
        if known is None:
            of = (q for q in self.filled.questions if self.asked[q.question.key].relevance in relevances)
            known = self._known[relevances] = tuple(of)
        return known


Check = Callable[[Case], Iterator[Finding]]


def questions_of(case: Case, *relevances: Relevance) -> tuple[FilledQuestion, ...]:
    """The questions of one of these relevances, in the form's order."""
    return case.of_relevance(relevances)


def texts_of(case: Case) -> Iterator[tuple[FilledQuestion, FreeText, Entry]]:
    """Every free text of the questions that are, or may be, asked."""
    for question in questions_of(case, "asked", "open", "either"):
        for text in question.question.free_texts:
            if text.key in question.texts:
                yield question, text, question.texts[text.key]


def make(case: Case, code: str, cell: str = "", label: str = "") -> Finding:
    """A finding about a place of the sheet."""
    severity = severity_of(code, case.survey)
    return Finding(code, severity, sheet=case.filled.sheet, cell=cell, label=quote(label))


def of_field(case: Case, code: str, line: FilledField, expected: str = "") -> Finding:
    """A finding about a field; a personal field's value stays out of it."""
    found = "" if line.field.personal else quote(line.value)
    made = make(case, code, line.entry.cell if line.entry else "", line.field.label)
    return replace(made, found=found, expected=expected)


def about(
    case: Case, code: str, question: FilledQuestion, entry: Entry | None, expected: str = ""
) -> Finding:
    """A finding about one cell of a question; a text of the respondent's own is not quoted."""
    part = question.question.part
    made = make(case, code, entry.cell if entry else "", part.label if part else question.question.text)
    own = question.question.kind.free and entry is not None and entry.state != "error"
    found = quote(entry.value) if entry and not own else ""
    return replace(made, question=question.question.key, found=found, expected=expected)


def of_text(case: Case, code: str, question: FilledQuestion, text: FreeText) -> Finding:
    """A finding about a free text, which is never quoted."""
    made = about(case, code, question, question.texts[text.key])
    return replace(made, label=quote(text.label or question.question.text), found="")
