"""What stands in the cells that a form left to be filled: the values of one sheet, beside its questions.

Reads values and what they mean by themselves (which choice, a circle or none); whether they should be
there is for `skip_logic.py` and `checks.py`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from config.form import Field, Form, FreeText, Question
from config.frozen import frozen, replace
from config.given import Place
from config.kinds.kind import NOT_READ, Kind, Meaning, Slot
from config.spelling import fold, label_key
from intake.sheets.entries import Entry, Rows
from intake.sheets.form_changes import Alteration
from intake.sheets.grid import NOTHING_BEYOND, Beyond, Sheet, after
from intake.sheets.no_answers import added_columns
from intake.sheets.ooxml import name_of, place_of
from intake.sheets.over_labels import beside_label, stands_over
from intake.sheets.question_lines import Lines
from intake.sheets.recognise import Located

_CORRECTED = re.compile(r"[にへ](?:訂正|修正|変更)|が正")  # behind a number: ②に訂正
_LEAST_OUTLINE = 6  # characters behind a label from which on they are a text of their own


@frozen
class FilledField:
    """One line of 回答者情報; `entry` is None where the sheet has no such label."""

    field: Field
    entry: Entry | None

    @property
    def value(self) -> str:
        return self.entry.value if self.entry and self.entry.state == "value" else ""


@dataclass(frozen=True, slots=True)
class FilledQuestion:
    """One question; `answer` is None where the sheet has no such question. `meaning`: what its answer says; `lines` by
    number of the line and `texts` by key, as far as the sheet has their lines; `number`: of a choice, which one was
    taken."""

    question: Question
    answer: Entry | None
    meaning: Meaning = NOT_READ
    lines: Mapping[int, Entry] = field(default_factory=dict)
    texts: Mapping[str, Entry] = field(default_factory=dict)
    number: int | None = field(init=False, default=None)  # kept: a row of a list is asked for it a hundred times

    def __post_init__(self) -> None:
        if self.meaning.value and self.question.by_number:
            object.__setattr__(self, "number", int(self.meaning.value))

    @property
    def canonical(self) -> str:
        """What was understood, as the kind writes it; empty if nothing was."""
        if not self.lines:  # most questions
            return self.meaning.value
        kind = self.question.kind
        circled = (str(n) for n, entry in self.lines.items() if not entry.doubtful and kind.mark(entry.value, n))
        return ",".join(circled)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Every cell of this question in the order of the sheet."""
        answer = (self.answer,) if self.answer and not self.question.in_lines else ()
        return (*answer, *self.lines.values(), *self.texts.values())

    @property
    def answered(self) -> bool:
        """Whether the cell of its answer says something, as this kind of answer has it."""
        answer = self.answer
        if answer is None or answer.state == "blank":
            return False
        return answer.state == "error" or not self.question.kind.says_nothing(answer.value)

    @property
    def filled(self) -> bool:
        """Whether anything is answered; 「－」 and its like are no answer."""
        return any(entry.says_something for entry in self.entries) or (not self.question.in_lines and self.answered)


@frozen
class Filled:
    """One sheet, read: each field and each question of the form, in the form's order. `altered`: what was
    changed in the form itself; `beyond`: what is struck out and drawn; `slipped`: cells of a head that was read
    one row off, where it stands."""

    form: Form
    sheet: str
    fields: tuple[FilledField, ...]
    questions: tuple[FilledQuestion, ...]
    altered: tuple[Alteration, ...] = ()
    beyond: Beyond = NOTHING_BEYOND
    slipped: tuple[str, ...] = ()

    def value(self, key: str) -> str:
        """The value of the field with this key; empty if there is none."""
        return next((f.value for f in self.fields if f.field.key == key), "")


def read(sheet: Sheet, located: Located, altered: tuple[Alteration, ...] = ()) -> Filled:
    """The values of a sheet whose labels have been located."""
    grid = Rows(sheet, located.printed, added_columns(sheet, located))
    return Filled(
        located.form,
        sheet.name,
        _read_fields(located, grid),
        tuple(_read_question(q, located.questions.get(q.key), grid) for q in located.form.questions),
        altered,
    )


def _read_fields(located: Located, grid: Rows) -> tuple[FilledField, ...]:
    """A blank value belongs into the column in which the others stand."""
    kinds = {field.key: field.kind for field in located.form.fields}
    read = {key: _field_entry(label, kinds[key], grid) for key, label in located.fields.items()}
    columns = Counter(place_of(entry.cell)[1] for entry in read.values() if entry.state != "blank")
    usual = columns.most_common(1)[0][0] if columns else 0
    for key, (row, column) in located.fields.items():
        if read[key].state == "blank" and usual > column and (row, usual) not in grid.printed:
            read[key] = grid.entry((row, usual), kinds[key])
    return tuple(FilledField(field, read.get(field.key)) for field in located.form.fields)


def _field_entry(label: Place, kind: Kind, grid: Rows) -> Entry:
    """The value between a label and its hint; behind the hint where label and hint stand side by side."""
    hint = grid.printed_right_of(label)
    first = after(grid.sheet.merged, label)
    if hint is None:
        return grid.beside(label, kind)
    if hint <= first:
        return grid.beside((label[0], hint), kind)
    before = (grid.entry((label[0], column), kind) for column in range(first, hint))
    return next((e for e in before if e.state != "blank"), grid.entry((label[0], first)))


def _read_question(question: Question, lines: Lines | None, grid: Rows) -> FilledQuestion:
    if lines is None:
        return FilledQuestion(question, None)
    answer = _answer_entry(question, lines, grid)
    slots = {s.number: s for s in question.kind.slots if question.keys[s.number] in lines.labels}
    marks = {number: _line_entry(slot, question, lines, grid) for number, slot in slots.items()}
    zeros = {n for n, entry in marks.items() if _is_typed_zero(entry, grid)}
    if zeros and len(zeros) < len(marks) and all(e.state == "blank" for e in marks.values()):
        marks = {n: replace(e, value="0", state="value", doubtful=True) if n in zeros else e for n, e in marks.items()}
    texts = {text.key: _text_entry(text, lines, answer, grid) for text in question.free_texts}
    made = filled_question(question, answer, marks, texts)
    others = _other_answers(made, lines, grid) if made.number is not None else ()
    return replace(made, meaning=Meaning(may_mean=(made.number or 0, *others))) if others else made


def _other_answers(question: FilledQuestion, lines: Lines, grid: Rows) -> tuple[int, ...]:
    """Other choices that stand in the question's row, each alone in a cell that a person sees: ② beside ①. A number
    without a circle may count anything."""
    asked, answer = question.question, question.answer
    cells = (e for e in grid.right_of(lines.text, asked.kind, added=True) if answer is None or e.cell != answer.cell)
    meanings = (asked.kind.meaning(e.value) for e in cells if not e.value[:1].isdecimal())
    numbers = (r.number for r in meanings if r.number is not None and (not r.remark or _CORRECTED.match(r.remark)))
    return tuple(sorted({n for n in numbers if n != question.number}))


def filled_question(
    question: Question, answer: Entry, lines: Mapping[int, Entry], texts: Mapping[str, Entry]
) -> FilledQuestion:
    """A question with what its answer says, and texts that were written into the answer."""
    if lines and (open_ := question.kind.unpressed({number: entry.value for number, entry in lines.items()})):
        lines = {number: replace(entry, doubtful=number in open_) for number, entry in lines.items()}
    reads = answer.state == "value" and not question.in_lines
    meaning = question.kind.meaning(answer.value) if reads else NOT_READ
    made = FilledQuestion(question, answer, meaning, lines, texts)
    within = _texts_within(made, answer) if meaning.remark else {}
    return replace(made, texts={**texts, **within}) if within else made


def _is_typed_zero(entry: Entry, grid: Rows) -> bool:
    """Whether a cell is a 0 that somebody typed. Where a question has no circle but some zeros, they may be meant as
    circles; beside circles, or in every cell, they are blanks that were linked or pasted."""
    cell = grid.sheet.cells.get(place_of(entry.cell))
    return cell is not None and fold(cell.value) == "0" and grid.sheet.formulas_known and not cell.formula


def _line_entry(slot: Slot, question: Question, lines: Lines, grid: Rows) -> Entry:
    """The circle beside a line, or what was written over, before or behind the line's own text."""
    label = lines.labels[question.keys[slot.number]]
    own = grid.beside(label)
    if own.state != "blank":
        return own
    written = grid.text(label)
    beside = beside_label(written, slot.label)
    extras = (written, *beside) if label in lines.over else beside
    circle = next((extra for extra in extras if extra and question.kind.mark(extra, slot.number)), "")
    return Entry(name_of(label), circle, "value") if circle else own


def _answer_entry(question: Question, lines: Lines, grid: Rows) -> Entry:
    """The cell under the heading of the answers; if it is blank, another one in the row that names a
    choice, or what was written behind the question itself, or (where no free text can stand there) that holds anything."""
    if question.in_lines:
        first = next((lines.labels[key] for key in question.keys.values() if key in lines.labels), None)
        return grid.entry(lines.answer) if first is None else grid.beside(first)
    expected = grid.entry(lines.answer, question.kind)
    if lines.repeats:
        return replace(grid.entry(lines.repeats, question.kind), cell=expected.cell)
    if expected.state != "blank" or question.part:
        return expected
    beside = after(grid.sheet.merged, lines.answer)
    others = [e for e in grid.right_of(lines.text, question.kind) if not _counts(e, beside)]
    naming = [e for e in others if question.kind.read(e.value)]
    if naming:
        return naming[0]
    behind = next((e for e in beside_label(grid.text(lines.text), question.text) if _names_alone(question, e)), "")
    if behind:
        return Entry(name_of(lines.text), behind, "value")
    return others[0] if others and not question.free_texts else expected


def _counts(entry: Entry, beside: int) -> bool:
    """Whether a number without a circle stands farther off than beside the answer's cell: it may count anything."""
    return entry.value.isdecimal() and place_of(entry.cell)[1] > beside


def _names_alone(question: Question, text: str) -> bool:
    """Whether a text names a choice and says nothing else, so that it is neither the form's own text nor a remark."""
    meaning = question.kind.meaning(text)
    long_enough = not question.kind.free or len(label_key(text)) >= _LEAST_OUTLINE
    return bool(meaning.value) and not meaning.remark and long_enough


def _text_entry(text: FreeText, lines: Lines, answer: Entry, grid: Rows) -> Entry:
    """The text beside its label, else over or behind the label itself, else behind the answer."""
    label = lines.labels.get(text.key)
    own = grid.beside(label, text.kind) if label else None
    if own and own.state != "blank":
        return own
    over = _over_label(text, label, lines, grid) if label else None
    if over:
        return over
    behind = next((e for e in grid.right_of(lines.answer, text.kind) if e.cell != answer.cell), None)
    if behind:
        return behind
    if own is None and label_key(text.label):
        return grid.entry(lines.answer)  # its row is gone: there is no other cell that the form has
    return own or grid.entry((lines.answer[0], after(grid.sheet.merged, lines.answer)))


def _over_label(text: FreeText, label: Place, lines: Lines, grid: Rows) -> Entry | None:
    """What was written into the cell of a text's label: in its place, before it or behind it."""
    written = grid.text(label)
    if not written or written.strip() == text.label.strip():
        return None
    extras = beside_label(written, text.label)
    over = not extras and label in lines.over and stands_over(written, text.label)
    extras = (written,) if over else extras
    if text.kind.free:
        told = next((e.strip() for e in extras if over or len(label_key(e)) >= _LEAST_OUTLINE), "")
    else:
        told = next((e for e in (*extras, written) if text.kind.read(e)), "")
        told = told or next((e for e in extras if text.kind.meaning(e).said), "")
    return Entry(name_of(label), told.strip(), "value") if told else None


def _texts_within(question: FilledQuestion, answer: Entry) -> dict[str, Entry]:
    """Texts that were written into the answer itself: 「③定める予定である（令和５年９月）」."""
    return {
        text.key: answer
        for text in question.question.free_texts
        if text.asked_by(question.number)
        and question.texts[text.key].state == "blank"
        and text.within(question.meaning)
    }
