"""Findings become the points of a letter: what was noticed, at which places, and how to mend it.

Findings of one code on one sheet make one point, so that a letter on thirty cells stays readable. Values
of personal fields and free texts are never quoted, even if a finding carried one. Decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from config.conditions import conditions_of
from config.frozen import frozen
from config.survey import Survey
from intake.finding import CATALOGUE, Finding, quote
from replies.conditions import by_head, in_words
from replies.follow_ups import follow_ups
from replies.wording import Wording, load_wording

CIRCLED = "⓪①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"

Weight = Literal["request", "check", "hint", "untold"]
Noticed = tuple[str, Finding]  # whose it is, and what was noticed

_SEVERAL = 3  # from this many places on, what they have in common is said once
_LABEL_LIMIT = 28
_CONDITION_LIMIT = 80
_INNER_QUOTES = str.maketrans("", "", "「」")


@frozen
class PointPlace:
    """One place of a point. `found` and `expected` are empty where there is nothing to say, or where the
    point says it for all its places."""

    where: str  # セル E23　Q7-4; empty for what is no place in a workbook
    found: str
    expected: str


@frozen
class Point:
    """One numbered point. `sheet`, `found` and `expected` hold for all places; each may be empty."""

    sentence: str
    mend: str
    sheet: str
    found: str
    expected: str
    found_caption: str
    expected_caption: str
    places: tuple[PointPlace, ...]

    @property
    def compact(self) -> bool:
        """Whether there are so many places that each takes one line."""
        return len(self.places) >= _SEVERAL


@frozen
class Sum:
    """One kind of point over several bodies: their names in order of appearance, at how many places, and the
    places themselves, each behind its body's name, unless there are too many to be told one by one."""

    sentence: str
    mend: str
    names: tuple[str, ...]
    count: int
    found_caption: str
    expected_caption: str
    places: tuple[PointPlace, ...]


def requests(findings: Iterable[Finding], survey: Survey, wording: Wording) -> tuple[Point, ...]:
    """The points that ask for a mend: findings with severity error, in the order of first appearance."""
    return _points([f for f in findings if f.severity == "error"], survey, wording)


def checks(findings: Iterable[Finding], survey: Survey, wording: Wording) -> tuple[Point, ...]:
    """What the sender is to look at, and to answer only if it applies: warnings that say so."""
    return _points([f for f in findings if weight_of(f, wording) == "check"], survey, wording)


def hints(findings: Iterable[Finding], survey: Survey, wording: Wording) -> tuple[Point, ...]:
    """What is told for next time and asks for nothing now."""
    return _points([f for f in findings if weight_of(f, wording) == "hint"], survey, wording)


def weight_of(finding: Finding, wording: Wording) -> Weight:
    """Which of a letter's three kinds of remark a finding is, if the sender is told of it at all."""
    saying = wording.finding[finding.code]
    if finding.severity == "error":
        return "request"
    if not saying.to_sender:
        return "untold"
    lowered = CATALOGUE[finding.code].severity == "error"  # by the survey: its words ask for something still
    return "check" if saying.if_applies or lowered else "hint"


def concerns_sender(finding: Finding, wording: Wording) -> bool:
    """Whether a letter tells of this finding at all."""
    return weight_of(finding, wording) != "untold"


def summed(told: Iterable[Noticed], survey: Survey, wording: Wording, detailed: int) -> tuple[Sum, ...]:
    """The findings of several bodies by kind; of a kind with at most `detailed` places each place is told."""
    groups: dict[str, list[Noticed]] = {}
    wording = wording.of(survey)
    for name, finding in told:
        if concerns_sender(finding, wording):
            said = finding.code + wording.sentence(finding) + wording.mend(finding)
            groups.setdefault(said, []).append((name, finding))
    return tuple(_sum(group, survey, wording, detailed) for group in groups.values())


def _sum(group: list[Noticed], survey: Survey, wording: Wording, detailed: int) -> Sum:
    first = group[0][1]
    found_caption, expected_caption = captions(first, wording)
    places = [(name, place_of(f, survey, wording)) for name, f in group] if len(group) <= detailed else []
    return Sum(
        sentence=wording.sentence(first),
        mend=wording.mend(first) + survey.phrases.mends.get(first.code, ""),
        names=tuple(dict.fromkeys(name for name, _ in group)),
        count=len(group),
        found_caption=found_caption,
        expected_caption=expected_caption,
        places=tuple(PointPlace(f"{name}　{p.where}".strip("　"), p.found, p.expected) for name, p in places),
    )


def captions(finding: Finding, wording: Wording) -> tuple[str, str]:
    """The words before what was found and what is expected."""
    usual, own = wording.captions[CATALOGUE[finding.code].about], wording.finding[finding.code]
    return own.found_caption or usual.found, own.expected_caption or usual.expected


def _points(findings: list[Finding], survey: Survey, wording: Wording) -> tuple[Point, ...]:
    groups: dict[tuple[str, str, str], list[Finding]] = {}
    wording = wording.of(survey)
    for finding in findings:
        said = wording.sentence(finding) + wording.mend(finding)
        groups.setdefault((finding.code, finding.sheet, said), []).append(finding)
    asked = {f.question for f in findings if f.code.startswith("answer_")}
    first = next((group for group in groups.values() if group[0].code.startswith("answer_")), None)
    return tuple(
        _point(group, survey, wording, _what_follows(asked, survey, wording) if group is first else "")
        for group in groups.values()
    )


def _what_follows(asked: set[str], survey: Survey, wording: Wording) -> str:
    """The sentence that further questions may have to be answered, said once of all that are asked for; empty if no
    question follows."""
    following = "、".join(dict.fromkeys(survey.question_name(key) for key in follow_ups(asked, survey)))
    return wording.phrase["follow_ups"].format(questions=following) if following else ""


def _point(group: list[Finding], survey: Survey, wording: Wording, following: str) -> Point:
    first = group[0]
    found_caption, expected_caption = captions(first, wording)
    places = tuple(place_of(finding, survey, wording) for finding in group)
    found = _common([place.found for place in places])
    expected = _common([place.expected for place in places])
    return Point(
        sentence=wording.sentence(first),
        mend=wording.mend(first) + survey.phrases.mends.get(first.code, "") + following,
        sheet=quote(first.sheet),
        found=found,
        expected=expected,
        found_caption=found_caption,
        expected_caption=expected_caption,
        places=tuple(_without(place, found, expected) for place in places),
    )


def _common(values: list[str]) -> str:
    """The value that all of several places share, else an empty string."""
    return values[0] if len(values) >= _SEVERAL and len(set(values)) == 1 else ""


def _without(place: PointPlace, found: str, expected: str) -> PointPlace:
    return PointPlace(place.where, "" if found else place.found, "" if expected else place.expected)


def place_of(finding: Finding, survey: Survey, wording: Wording) -> PointPlace:
    """Where the finding stands, and of what was found and is expected as much as may be told."""
    return PointPlace(
        where=_where(finding, survey),
        found=_found(finding, survey, wording),
        expected=_expected(finding, survey, wording),
    )


def _expected(finding: Finding, survey: Survey, wording: Wording) -> str:
    saying = wording.finding[finding.code]
    if finding.severity != "error" and saying.as_hint:
        return ""
    asked = survey.convention
    own = finding.expected.replace(asked.placeholder, wording.phrase["own_name"])
    if asked.coded:
        own = own.replace(asked.code_placeholder, wording.phrase["own_code"])
    return own.removeprefix(wording.phrase["near_names"]) or saying.expected


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
    """セル E23　Q7-4. A label that is no more than the question's own text is left out, but for workbooks that do not print
    its number; a line within the question (② …) is named."""
    parts = [f"セル {finding.cell}" if finding.cell else "", label_of(finding, survey)]
    return "　".join(part for part in parts if part)


def label_of(finding: Finding, survey: Survey) -> str:
    """Q7-4（Q7-3で①の場合）, or 「電話番号」: the question or field, as the sheet's reader knows it."""
    parts = []
    if finding.question:
        parts.append(survey.question_name(finding.question) + _condition(finding, survey))
    printed = not any(form.given for form in survey.forms)  # a ministry's own workbook knows nothing of our numbers
    named = not finding.question or finding.label[:1] in CIRCLED or "." in finding.question
    if finding.label and (named or not printed):
        parts.append(f"「{quote(finding.label.translate(_INNER_QUOTES), _LABEL_LIMIT)}」")
    return "　".join(part for part in parts if part)


def _condition(finding: Finding, survey: Survey) -> str:
    """Why the question is asked of this sheet: （Q7-3で①の場合）; empty where it always is, or where that takes long."""
    asked = ((form, q) for form in survey.forms for q in form.questions if q.key == finding.question)
    for form, question in asked:
        condition = question.asked_if
        if isinstance(condition, str):
            wording = load_wording().of(survey)
            told = in_words(conditions_of(form)[question.printed_key], form, wording, by_head)
            return wording.condition["place"][0].format(a=told) if len(told) <= _CONDITION_LIMIT else ""
        if condition:
            taken = (form.question(condition.question).by_number[number].head for number in condition.choices)
            return f"（{survey.question_name(condition.question)}で{'又は'.join(taken)}の場合）"
    return ""
