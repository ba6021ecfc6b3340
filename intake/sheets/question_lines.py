"""Where the parts of each question stand below its text: its answer, its circle lines, the labels of its free texts.

Finds them by what they print; where that was written over, by the place that the form's order leaves them.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, replace

from config.spelling import alike, label_key
from config.survey import Form, Question
from intake.sheets.grid import Place

LEAST_ALIKE = 0.8  # how much of a printed text an edited one must still resemble (difflib)


@dataclass(frozen=True, slots=True)
class Lines:
    """Where one question stands. `text` is its question, `answer` the cell where its answer belongs;
    `marks` and `texts`: number of the circle line, key of the free text → the cell of its label.
    `end`: the first row that is no longer its own. `over`: cells where the form prints a line and something else
    stands, or nothing."""

    text: Place
    answer: Place
    end: int
    marks: Mapping[int, Place]
    texts: Mapping[str, Place]
    over: frozenset[Place] = frozenset()


def all_lines(
    form: Form, texts: Mapping[str, Place], keys: Mapping[Place, str], column: int
) -> dict[str, Lines]:
    """The circle lines and free texts of each question, among its own rows and right of its text."""
    cells = list(keys.items())  # row by row
    rows = [place[0] for place, _ in cells]
    ends = _ends(texts)
    found: dict[str, Lines] = {}
    for question in form.questions:
        text = texts.get(question.key)
        if text is None:
            continue
        end = ends[question.key]
        own_rows = cells[bisect_left(rows, text[0]) : bisect_left(rows, end)]
        own = [(place, key) for place, key in own_rows if place[1] > text[1]]
        marks = {m.number: p for m in question.marks if (p := _find_line(label_key(m.text), own))}
        within = {t.key: p for t in question.free_texts if (p := _find_line(label_key(t.label), own))}
        lines = Lines(text, (text[0], column), end, marks, within)
        found[question.key] = _with_lost(question, lines, {place for place, _ in own})
    return found


def _ends(texts: Mapping[str, Place]) -> dict[str, int]:
    """The row at which the next question begins; the last one is given twenty rows."""
    ordered = sorted(texts.items(), key=lambda item: item[1])
    rows = [place[0] for _, place in ordered]
    following = [*rows[1:], rows[-1] + 20] if rows else []
    return {name: end for (name, _), end in zip(ordered, following, strict=True)}


def _with_lost(question: Question, lines: Lines, taken: set[Place]) -> Lines:
    """Lines that were written over, at the places that the form's order leaves them: below the answer, one on each row;
    only where all that was found stands so, and where something was written."""
    marks = {mark.number: row for row, mark in enumerate(question.marks, bool(question.choices))}
    labelled = (text.key for text in question.free_texts if label_key(text.label))
    texts = {key: row for row, key in enumerate(labelled, bool(question.choices) + len(marks))}
    top, column = lines.answer
    rows = [(lines.marks.get(n), row) for n, row in marks.items()] + [(lines.texts.get(k), r) for k, r in texts.items()]
    if lines.end - top < bool(question.choices) + len(marks) + len(texts):
        return lines
    if any(place and place != (top + row, column) for place, row in rows):
        return lines
    lost_marks = {n: (top + r, column) for n, r in marks.items() if n not in lines.marks and (top + r, column) in taken}
    lost_texts = {key: (top + row, column) for key, row in texts.items() if key not in lines.texts}
    over = frozenset((*lost_marks.values(), *lost_texts.values()))
    return replace(lines, marks={**lines.marks, **lost_marks}, texts={**lines.texts, **lost_texts}, over=over)


def _find_line(wanted: str, cells: list[tuple[Place, str]]) -> Place | None:
    """The cell that bears this text, or one that resembles it."""
    if not wanted:
        return None
    for place, key in cells:
        if key == wanted:
            return place
    for place, key in cells:
        if len(key) >= 4 and alike(key, wanted, LEAST_ALIKE):
            return place
    return None
