"""Findings become the points of a letter: what was noticed, at which places, and how to mend it.

Findings of one code on one sheet make one point, so that a letter on thirty cells stays readable. Values
of personal fields and free texts are never quoted, even if a finding carried one. Decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from config.survey import Question, Survey
from intake.finding import CATALOGUE, Finding, quote
from replies.japanese import question_name
from replies.wording import Wording

CIRCLED = "⓪①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"

_SEVERAL = 3  # from this many places on, what they have in common is said once
_LABEL_LIMIT = 12
_INNER_QUOTES = str.maketrans("", "", "「」")


@dataclass(frozen=True, slots=True)
class Place:
    """One place of a point. `found` and `expected` are empty where there is nothing to say, or where the
    point says it for all its places."""

    where: str  # セル E23　Q7-4; empty for what is no place in a workbook
    found: str
    expected: str


@dataclass(frozen=True, slots=True)
class Point:
    """One numbered point. `sheet`, `found` and `expected` hold for all places; each may be empty."""

    sentence: str
    mend: str
    sheet: str
    found: str
    expected: str
    found_caption: str
    expected_caption: str
    places: tuple[Place, ...]

    @property
    def compact(self) -> bool:
        """Whether there are so many places that each takes one line."""
        return len(self.places) >= _SEVERAL


def requests(findings: Iterable[Finding], survey: Survey, wording: Wording) -> tuple[Point, ...]:
    """The points that ask for a mend: findings with severity error, in the order of first appearance."""
    return _points([f for f in findings if f.severity == "error"], survey, wording)


def hints(findings: Iterable[Finding], survey: Survey, wording: Wording) -> tuple[Point, ...]:
    """The friendly lines: warnings and notes, as far as they concern the sender."""
    chosen = [f for f in findings if f.severity != "error" and wording.finding[f.code].to_sender]
    return _points(chosen, survey, wording)


def _points(findings: list[Finding], survey: Survey, wording: Wording) -> tuple[Point, ...]:
    groups: dict[tuple[str, str, str], list[Finding]] = {}
    for finding in findings:
        said = wording.sentence(finding) + wording.mend(finding)
        groups.setdefault((finding.code, finding.sheet, said), []).append(finding)
    return tuple(_point(group, survey, wording) for group in groups.values())


def _point(group: list[Finding], survey: Survey, wording: Wording) -> Point:
    first = group[0]
    captions = wording.captions[CATALOGUE[first.code].about]
    places = tuple(_place(finding, survey, wording) for finding in group)
    found = _common([place.found for place in places])
    expected = _common([place.expected for place in places])
    return Point(
        sentence=wording.sentence(first),
        mend=wording.mend(first),
        sheet=first.sheet,
        found=found,
        expected=expected,
        found_caption=captions.found,
        expected_caption=wording.finding[first.code].expected_caption or captions.expected,
        places=tuple(_without(place, found, expected) for place in places),
    )


def _common(values: list[str]) -> str:
    """The value that all of several places share, else an empty string."""
    return values[0] if len(values) >= _SEVERAL and len(set(values)) == 1 else ""


def _without(place: Place, found: str, expected: str) -> Place:
    return Place(place.where, "" if found else place.found, "" if expected else place.expected)


def _place(finding: Finding, survey: Survey, wording: Wording) -> Place:
    saying = wording.finding[finding.code]
    return Place(
        where=_where(finding, survey),
        found=_found(finding, survey, wording),
        expected=finding.expected.removeprefix(wording.phrase["near_names"]) or saying.expected,
    )


def _found(finding: Finding, survey: Survey, wording: Wording) -> str:
    saying = wording.finding[finding.code]
    if not finding.found:
        return wording.phrase["blank"] if saying.blank else ""
    if not saying.quote or _is_personal(finding, survey):
        return ""
    return quote(finding.found)


def _is_personal(finding: Finding, survey: Survey) -> bool:
    """Whether the finding stands at a field whose value must not be repeated."""
    personal = {field.label for form in survey.forms for field in form.fields if field.personal}
    return not finding.question and finding.label in personal


def _where(finding: Finding, survey: Survey) -> str:
    """セル E23　Q7-4. A label that is no more than the question's own text is left out; a line within the
    question (② …) is named."""
    parts = [f"セル {finding.cell}" if finding.cell else ""]
    if finding.question:
        parts.append(question_name(finding.question) + _condition(finding, survey))
    if finding.label and (not finding.question or finding.label[0] in CIRCLED):
        parts.append(f"「{quote(finding.label.translate(_INNER_QUOTES), _LABEL_LIMIT)}」")
    return "　".join(part for part in parts if part)


def _condition(finding: Finding, survey: Survey) -> str:
    """Why the question is asked of this sheet: （Q7-3で①の場合）; empty where it always is."""
    asked = (q.asked_if for q in _questions(survey) if q.key == finding.question)
    asked_if = next((condition for condition in asked if condition), None)
    if asked_if is None:
        return ""
    choices = "又は".join(CIRCLED[number] for number in asked_if.choices)
    return f"（{question_name(asked_if.question)}で{choices}の場合）"


def _questions(survey: Survey) -> Iterable[Question]:
    return (question for form in survey.forms for question in form.questions)
