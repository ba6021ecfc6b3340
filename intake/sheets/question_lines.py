"""Where the parts of each question stand below its text: its answer, its circle lines, the labels of its free texts.

Finds them by what they print; where that was written over, by the place that the form's order leaves them.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping

from config.form import Form, Question
from config.frozen import frozen, replace
from config.given import Place
from config.spelling import alike, label_key
from intake.sheets.table_lines import cells_of, find_labels

LEAST_ALIKE = 0.8  # how much of a printed text an edited one must still resemble (difflib)


@frozen
class Lines:
    """Where one question stands. `text` is its question, `answer` the cell where its answer belongs; `labels`: key of the
    circle line (7-4#3) or of the free text → the cell of its label. `end`: the first row that is no longer its own.
    `over`: cells where the form prints a line and something else stands, or nothing. `repeats`: the cell of which the
    answer's own says the same (同上)."""

    text: Place
    answer: Place
    end: int
    labels: Mapping[str, Place]
    over: frozenset[Place] = frozenset()
    repeats: Place | None = None


def all_lines(
    form: Form, texts: Mapping[str, Place], keys: Mapping[Place, str], column: int
) -> dict[str, Lines]:
    """The circle lines and free texts of each question, among its own rows and right of its text."""
    cells = list(keys.items())  # row by row
    rows = [place[0] for place, _ in cells]
    ends = _ends(texts)
    found: dict[str, Lines] = {}
    for question, *others in form.blocks:
        text = texts.get(question.key)
        if text is None:
            continue
        end = ends[question.key]
        if question.part and text == max(texts.values()):
            end += len(question.part.table.sides)
        own_rows = cells[bisect_left(rows, text[0]) : bisect_left(rows, end)]
        own = [(place, key) for place, key in own_rows if place[1] > text[1]]
        if question.part:
            found |= _table_lines((question, *others), text, end, own)
            continue
        labels = {key: p for key, label in question.labels.items() if (p := _find_line(label_key(label), own))}
        lines = Lines(text, (text[0], column), end, labels)
        found[question.key] = _with_lost(question, lines, {place for place, _ in own})
    return found


def _table_lines(
    questions: tuple[Question, ...], text: Place, end: int, own: list[tuple[Place, str]]
) -> dict[str, Lines]:
    """Each cell of a table; the first one also has what is printed around them."""
    part = questions[0].part
    labels = find_labels(part.table, own) if part else {}
    places = cells_of(questions, labels)
    return {
        key: Lines(text, place, end, labels if key == questions[0].key else {}) for key, place in places.items()
    }


def _ends(texts: Mapping[str, Place]) -> dict[str, int]:
    """The row at which the next question begins; the last one is given twenty rows."""
    ordered = sorted(texts.items(), key=lambda item: item[1])
    rows = [place[0] for _, place in ordered]
    following = [*rows[1:], rows[-1] + 20] if rows else []
    return {name: end for (name, _), end in zip(ordered, following, strict=True)}


def _with_lost(question: Question, lines: Lines, taken: set[Place]) -> Lines:
    """Lines that were written over, at the places that the form's order leaves them: below the answer, one on each row;
    only where all that was found stands so, and where something was written."""
    top, column = lines.answer
    labelled = (key for key, label in question.labels.items() if label_key(label))
    rows = {key: (top + row, column) for row, key in enumerate(labelled, not question.in_lines)}
    if lines.end - top < len(rows) + (not question.in_lines):
        return lines
    if any(lines.labels.get(key, place) != place for key, place in rows.items()):
        return lines
    circles = question.keys.values()
    lost = {k: p for k, p in rows.items() if k not in lines.labels and (p in taken or k not in circles)}
    return replace(lines, labels={**lines.labels, **lost}, over=frozenset(lost.values()))


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
