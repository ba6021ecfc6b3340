"""What a person wrote beside the cells of a form: below it, beside a question, in a comment.

Nobody is told that he wrote nothing where a person sees a text: it is said where it stands, and asked to be put into its
cell, since whose answer it is cannot be known for certain.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Set

from config.given import Place
from config.kinds.kind import Around
from config.spelling import says_nothing
from intake.sheets.filled import Filled, FilledField, FilledQuestion
from intake.sheets.grid import Sheet
from intake.sheets.hidden_text import COMMENTS
from intake.sheets.ooxml import name_of, place_of
from intake.sheets.question_lines import Lines
from intake.sheets.recognise import Located

_MERGED = "結合されたセル"
_LEAST = 12  # characters of a text that may be an answer
_COLON = re.compile(r"[:：→=＝]|\n")
_SENTENCE = re.compile(r"[ぁ-ゖァ-ヺ一-龠]")
_MOST = 3  # places that are named


def elsewhere(sheet: Sheet, filled: Filled, located: Located, asides: Mapping[str, str]) -> tuple[str, ...]:
    """The cells from the first question on with a text that belongs to no question, and the comments, as they are
    named to people. A label that somebody reworded is the form's."""
    known = located.printed | _used(filled) | {*_labels(located)}
    first = min((lines.text[0] for lines in located.questions.values()), default=0)
    cells = [
        name_of(place)
        for place, cell in sorted(sheet.cells.items())
        if place[0] >= first and place not in known and not cell.formula and _is_text(cell.value)
    ]
    commented = [COMMENTS] if any(map(_is_text, asides.get(COMMENTS, "").splitlines())) else []
    return (*cells[:_MOST], *commented)


def answered_beside(sheet: Sheet, filled: Filled, located: Located) -> dict[str, str]:
    """Where an answer seems to stand for a blank field or question, as that place is named to people: elsewhere in
    its row, in a comment, or in a cell that is merged over its own. By the cell of the field, the key of the
    question."""
    taken = _used(filled)
    found = dict(_under_merged(sheet, filled)) | dict(_beside_fields(sheet, filled, located, taken))
    found |= dict(_in_the_row(sheet, filled, located, taken.union(_labels(located))))
    for place, text in sorted(sheet.comments.items()):
        said = [line.strip() for line in (text, *text.splitlines()) if line.strip()]
        for question in filled.questions:
            lines = located.questions.get(question.question.key)
            beside = lines and (place == lines.answer if question.question.part else lines.text[0] <= place[0] < lines.end)
            if lines and beside and _answers(question, lines, place, said):
                found.setdefault(question.question.key, f"{COMMENTS}（{name_of(place)}）")
    return found


def _beside_fields(sheet: Sheet, filled: Filled, located: Located, taken: Set[Place]) -> Iterator[tuple[str, str]]:
    """Where the answer to a blank field seems to stand: in its row, in a comment there, or behind a colon in the
    label's own cell. If the field's kind can be told by its text (an address, a body), only a text of that kind
    counts."""
    for line in filled.fields:
        label = located.fields.get(line.field.key)
        if label is None or line.entry is None or line.entry.state != "blank":
            continue
        over = _COLON.split(sheet.cells[label].value, maxsplit=1)[1:] if label in sheet.cells else []
        free = ((p, text) for p, text in _free(sheet, located, label[0], label[0]) if p not in taken)
        texts = [(name_of(label), over), *((name_of(p), [text]) for p, text in free)]
        hanging = ((p, text) for p, text in sorted(sheet.comments.items()) if p[0] == label[0])
        texts += [(f"{COMMENTS}（{name_of(p)}）", [text, *text.splitlines()]) for p, text in hanging]
        place = next((place for place, said in texts if any(_fits(line, text) for text in said)), "")
        if place and place != line.entry.cell:
            yield line.entry.cell, place


def _fits(line: FilledField, text: str) -> bool:
    return not says_nothing(text) and not any(line.field.kind.faults(text, Around()))


def _in_the_row(sheet: Sheet, filled: Filled, located: Located, taken: Set[Place]) -> Iterator[tuple[str, str]]:
    """Where the answer to a blank question seems to stand: in a cell of its rows that the form leaves to nobody. A
    number alone may count anything."""
    for question in filled.questions:
        lines = located.questions.get(question.question.key)
        if lines and not question.filled and not question.question.in_open_table:
            for place, text in _free(sheet, located, lines.text[0], lines.end - 1):
                if place[1] < lines.text[1] and text in (question.question.item, question.question.sub):
                    continue  # 項番 as it is printed: 「－３」 is no number
                if place not in taken and not text[:1].isdecimal() and _answers(question, lines, place, [text]):
                    yield question.question.key, name_of(place)


def _free(sheet: Sheet, located: Located, first: int, last: int) -> Iterator[tuple[Place, str]]:
    """What is typed in these rows into cells that the form does not print."""
    for place, cell in sorted(sheet.cells.items()):
        if first <= place[0] <= last and place not in located.printed and not cell.formula and cell.value.strip():
            yield place, cell.value.strip()


def _under_merged(sheet: Sheet, filled: Filled) -> Iterator[tuple[str, str]]:
    for question in filled.questions:
        aside = question.question.in_lines or question.question.in_open_table
        blank = question.answer and question.answer.state == "blank" and not aside
        if blank and question.answer:
            row, column = place_of(question.answer.cell)
            over = (a for a, b in sheet.merged.items() if a[0] < row <= b[0] and a[1] <= column <= b[1])
            cells = ((place, sheet.cells[place].value) for place in over if place in sheet.cells)
            yield from (
                (question.question.key, f"{_MERGED}（{name_of(place)}）")
                for place, text in cells
                if question.question.kind.read(text)
            )


def _answers(question: FilledQuestion, lines: Lines, place: Place, said: list[str]) -> bool:
    """Whether one of these texts would be an answer in this row of a question."""
    asked = question.question
    if any(text.kind.read(line) for text in asked.free_texts if not text.kind.free for line in said):
        return True
    if not asked.in_lines:
        return any(asked.kind.read(line) for line in said)
    here = [n for n, key in asked.keys.items() if key in lines.labels and lines.labels[key][0] == place[0]]
    return any(asked.kind.mark(line, number) for number in here for line in said)


def _used(filled: Filled) -> set[Place]:
    cells = [line.entry.cell for line in filled.fields if line.entry]
    for question in filled.questions:
        cells += [entry.cell for entry in (*question.entries, *([question.answer] if question.answer else []))]
    return {place_of(cell) for cell in cells if cell}


def _labels(located: Located) -> Iterator[Place]:
    for lines in located.questions.values():
        yield from (lines.text, *lines.labels.values())


def _is_text(text: str) -> bool:
    return len(text.strip()) >= _LEAST and _SENTENCE.search(text) is not None
