"""Rows of a list beside each other: whose list it is, rows from elsewhere, a municipality more than once.

Pure; compares rows that are read and checked. Which municipalities are missing is for routing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from config.frozen import replace
from config.roster import Roster
from config.spelling import fold
from config.survey import Survey
from intake.lists.row_errors import ListedRow
from intake.submission import Answer, AnswerSheet, Claim

_CODE = re.compile(r"(\d{2})\d{0,4}(?!\d)")
_SAMPLE = "organisation_sample"


def home_prefecture(names: Iterable[str], claim: Claim, roster: Roster) -> str:
    """The prefecture (神奈川県) whose list it is: that of most rows' 組織名, else that of the body which the
    file name claims; empty if neither tells. Looks only at how names begin and at codes, which is quick; a survey's own
    bodies are looked up."""
    prefectures = {fold(body.name): body for body in roster.of_kind("prefecture")}
    codes = {body.lgcode[:2]: name for name, body in prefectures.items()}
    counted: Counter[str] = Counter()
    for name in map(fold, names):
        code = _CODE.match(name)
        rest = name[code.end() :] if code else name
        begins = next((rest[:n] for n in (4, 3) if rest[:n] in prefectures), "")
        own = fold(roster.own_prefecture(name)) if roster.has_own and not begins else ""
        counted[begins or own or (codes.get(code[1], "") if code else "")] += 1
    del counted[""]
    claimed = roster.by_code(claim.match.lgcode)
    most = counted.most_common(2)
    if most and (len(most) == 1 or most[0][1] > most[1][1]):
        return prefectures[most[0][0]].name
    return claimed.prefecture if claimed else ""


def judge_neighbours(rows: Sequence[ListedRow], home: str, survey: Survey, roster: Roster) -> list[ListedRow]:
    """The rows, each repeat of a row left out, with what only their neighbours show."""
    return _differing(_once(_at_home(rows, home, survey, roster), survey), survey)


def _at_home(rows: Sequence[ListedRow], home: str, survey: Survey, roster: Roster) -> Iterator[ListedRow]:
    """The rows, with a finding on each that is of another prefecture; where that is the form's own example, it is
    told as the example."""
    for row in rows:
        body = roster.by_code(row.sheet.body.lgcode)
        if not (home and body and body.prefecture != home):
            yield row
        elif any(f.code == _SAMPLE for f in row.sheet.findings):
            findings = (replace(f, severity="error") if f.code == _SAMPLE else f for f in row.sheet.findings)
            yield replace(row, sheet=replace(row.sheet, findings=tuple(findings)))
        else:
            found = row.sheet.field("organisation") or body.full_name
            yield row.with_findings(row.finding("row_other_prefecture", survey, found, home))


def _once(rows: Iterable[ListedRow], survey: Survey) -> list[ListedRow]:
    """The rows; of those that say the same of the same municipality only the first, which tells where the others
    are."""
    kept: dict[object, ListedRow] = {}
    repeats: dict[object, list[ListedRow]] = {}
    rows = list(rows)
    subjects = Counter(_subject(row.sheet) for row in rows if _is_told(row))
    for row in rows:
        key: object = id(row)
        if _is_told(row) and subjects[subject := _subject(row.sheet)] > 1:  # what it says is asked of few
            key = subject, _said(row.sheet)
        if key in kept:
            repeats.setdefault(key, []).append(row)
        else:
            kept[key] = row
    return [
        row.with_findings(row.finding("row_twice", survey, _places(repeats[key], row))) if key in repeats else row
        for key, row in kept.items()
    ]


def _differing(rows: Sequence[ListedRow], survey: Survey) -> list[ListedRow]:
    """The rows; where several say different things of the same municipality, all of them are told, each with the
    other's place. Where 属性 divides a form, two rows conflict only if they share a screening."""
    groups: dict[tuple[str, str, str], list[ListedRow]] = {}
    for row in rows:
        if _is_told(row):
            groups.setdefault((row.sheet.form, row.sheet.program, row.sheet.body.lgcode), []).append(row)
    told: dict[ListedRow, ListedRow] = {}
    for group in groups.values():
        for row in group:
            others = [other for other in group if other is not row and _overlap(row.sheet, other.sheet)]
            if others:
                same = all(other.sheet.attributes == row.sheet.attributes for other in others)
                code = "row_twice_differs" if same else "attribute_overlap"
                shared = "" if same else _shared(row.sheet, others, survey)
                told[row] = row.with_findings(row.finding(code, survey, shared + _places(others, row)))
    return [told.get(row, row) for row in rows]


def _is_told(row: ListedRow) -> bool:
    """Whether the row tells whose it is and what it says."""
    return bool(row.sheet.body.lgcode) and not (row.heading or row.unreadable)


def _subject(sheet: AnswerSheet) -> tuple[object, ...]:
    return sheet.form, sheet.program, sheet.body.lgcode, sheet.attributes


def _said(sheet: AnswerSheet) -> tuple[object, ...]:
    return tuple(_answer(answer) for answer in sheet.answers)


def _answer(answer: Answer) -> tuple[object, ...]:
    texts = tuple((text.key, fold(text.value)) for text in answer.texts if text.value)
    return answer.question, answer.understood or fold(answer.value), texts


def _overlap(one: AnswerSheet, other: AnswerSheet) -> bool:
    """Whether two rows share a screening; none named means all of them."""
    named = set(one.attributes), set(other.attributes)
    return not all(named) or bool(named[0] & named[1])


def _shared(sheet: AnswerSheet, others: Sequence[ListedRow], survey: Survey) -> str:
    """The names of the screenings that others name too, to be followed by where."""
    named = set(sheet.attributes) or {attribute.number for attribute in survey.attributes}
    also = [set(other.sheet.attributes) or named for other in others]
    names = [a.name for a in survey.attributes if a.number in named and any(a.number in o for o in also)]
    return "、".join(names) + "："


def _places(others: Sequence[ListedRow], row: ListedRow) -> str:
    """The places of rows: 12行目; with the sheet's name where it is another one."""
    return "、".join(
        f"{other.sheet.row}行目"
        if other.sheet.sheet == row.sheet.sheet
        else f"「{other.sheet.sheet}」の{other.sheet.row}行目"
        for other in others
    )
