"""Where the answers of a given form stand on a sheet that came back, and what was changed in its print.

The places of the answers are the survey's (`config.given`); `aligned.py` tells where they went.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from config.cache import cache_by_identity
from config.form import Form
from config.frozen import frozen
from config.given import Place, Print
from config.spelling import alike, label_key
from config.survey import Survey
from config.tables import line_of
from intake.sheets.aligned import Aligned, align
from intake.sheets.boxes import is_ticked
from intake.sheets.given_tables import Stretch, column_blanks, find_stretch, table_lines, table_prints
from intake.sheets.grid import Sheet
from intake.sheets.printed import Keys, Printed, printed_of
from intake.sheets.question_lines import LEAST_ALIKE, Lines


@dataclass(frozen=True, slots=True)
class GivenPlaces:
    """The places on one sheet that is a given form. `inputs`: where each answer belongs, by the key of its cell;
    `spans`: the first and last column, in its row, in which nothing else does; `edited`: printed cells that say
    something else, with what was printed, and the key of the answer that they stand for; `rows`, `columns`: what was
    put in; `tables`: the rows of each open table; `fixed`: cells that belong to no line of such a table: what is
    still printed there, and what is asked elsewhere; `computed`: cells of formulas, if they still are."""

    inputs: Mapping[str, Place]
    spans: Mapping[str, tuple[int, int]]
    edited: tuple[tuple[Place, str, str], ...] = ()
    rows: tuple[int, ...] = ()
    columns: tuple[int, ...] = ()
    tables: Mapping[str, Stretch] = field(default_factory=dict)
    fixed: frozenset[Place] = frozenset()
    computed: frozenset[Place] = frozenset()


@frozen
class GivenSheet:
    """What `Located` says of any form, and `places`."""

    fields: Mapping[str, Place]
    questions: Mapping[str, Lines]
    printed: frozenset[Place]
    places: GivenPlaces


def share_of(form: Form, words: frozenset[str]) -> tuple[int, float]:
    """How many of a given form's words are among these, and how many of all of them."""
    own = printed_of(form.print)  # type: ignore[arg-type] # only asked of given forms
    found = len(own.words & words)
    return found, found / len(own.words)


def is_untouched(form: Form, keys: Keys) -> bool:
    """Whether every word stands where it was printed."""
    return form.print is not None and all(keys.get(p) == key for p, key in printed_of(form.print).keys.items())


def is_merged_alike(form: Form, merged: Mapping[Place, Place]) -> bool:
    """Whether each cell to be filled has the size that it was printed with."""
    made = form.print
    return made is not None and all(merged.get(p) == made.merged.get(p) for p in made.inputs.values())


@cache_by_identity
def untouched(form: Form) -> GivenSheet:
    """A given form as it was handed out."""
    assert form.print
    printed = printed_of(form.print)
    same = {n: n for n in range(1, max((*printed.rows, printed.last_column, *_rows_of(form.print))) + 1)}
    return _located(form, printed, Aligned(same, same, {}), printed.keys)


def find_places(form: Form, keys: Keys, merged: Mapping[Place, Place]) -> GivenSheet:
    """A given form on which something was changed. `merged` as in Sheet."""
    assert form.print
    printed = printed_of(form.print)
    return _located(form, printed, align(printed, keys, merged), keys)


def _rows_of(made: Print) -> tuple[int, ...]:
    return tuple(row for row, _ in made.inputs.values())


def _located(form: Form, printed: Printed, aligned: Aligned, keys: Keys) -> GivenSheet:
    words = {place: at for place in printed.keys if (at := aligned.place(place))}
    behind = frozenset(_left_behind(printed, words, aligned, keys))
    there = ((key, aligned.place(place)) for key, place in printed.made.inputs.items())
    inputs = {key: at for key, at in there if at and at not in behind}
    asked = {*inputs.values()}
    where = {place: at for place, at in words.items() if at not in asked}
    own = frozenset({*where.values(), *behind})
    tables = {k: found for k, made in table_prints(form).items() if (found := find_stretch(made, printed.made, aligned))}
    within = frozenset(row for found in tables.values() for row in range(found.top, found.end))
    computed = {at for place in printed.made.formulas - {*printed.made.inputs.values()} if (at := aligned.place(place))}
    single = {place for key, place in inputs.items() if not line_of(key)}
    places = GivenPlaces(
        inputs,
        _spans(inputs, own, max(aligned.columns.values(), default=1)),
        tuple(one for one in _edited(printed, where, keys) if not _is_of_a_line(one, within)),
        tuple(row for row in _put_in(aligned.rows) if row not in within),
        _put_in(aligned.columns),
        tables,
        frozenset(at for place, at in where.items() if keys.get(at) == printed.keys[place]) | single,
        frozenset(computed),
    )
    fields = {field.key: inputs[field.key] for field in form.fields if field.key in inputs}
    questions = _questions(form, inputs)
    for key, first in form.open_tables.items():
        lines = table_lines(first, table_prints(form)[key], tables[key], (aligned, keys)) if key in tables else None
        if lines:
            questions[first.key] = lines
    return GivenSheet(fields, questions, own, places)


def _left_behind(
    printed: Printed, where: Mapping[Place, Place], aligned: Aligned, keys: Keys
) -> Iterator[Place]:
    """The cells with a word that was printed in their row, in a column of which nobody knows where it went."""
    lost = {(aligned.rows.get(place[0], 0), key) for place, key in printed.keys.items() if place not in where}
    yield from (at for at, key in keys.items() if lost and (at[0], key) in lost)


def _questions(form: Form, inputs: Mapping[str, Place]) -> dict[str, Lines]:
    """The cells of a given form as the lines of a question; the label of each is taken to stand left of it."""
    found: dict[str, Lines] = {}
    for question in (q for q in form.questions if not q.in_open_table):
        own = [inputs[key] for key in question.keys.values() if key in inputs]
        texts = {text.key: inputs[text.key] for text in question.free_texts if text.key in inputs}
        if not own:
            continue
        lines = {key: inputs[key] for key in question.keys.values() if key in inputs and question.in_lines}
        labels = {key: (row, max(column - 1, 1)) for key, (row, column) in {**lines, **texts}.items()}
        end = max(row for row, _ in (*own, *texts.values())) + 1
        found[question.key] = Lines((own[0][0], max(own[0][1] - 1, 1)), own[0], end, labels)
    return found


def _spans(inputs: Mapping[str, Place], printed: frozenset[Place], last: int) -> dict[str, tuple[int, int]]:
    taken: dict[int, set[int]] = {}
    for row, column in (*printed, *inputs.values()):
        taken.setdefault(row, set()).add(column)
    spans = {}
    for key, (row, column) in inputs.items():
        before = max((c for c in taken[row] if c < column), default=0)
        behind = min((c for c in taken[row] if c > column), default=last + 2)
        spans[key] = (before + 1, behind - 1)
    return spans


def _edited(printed: Printed, where: Mapping[Place, Place], keys: Keys) -> tuple[tuple[Place, str, str], ...]:
    """The printed cells that were changed. A label that says quite another thing is told with the answer that it
    stands for; a reworded one without."""
    found = []
    for place, at in where.items():
        now, was = keys.get(at, ""), printed.keys[place]
        if now != was:
            other = bool(now) and not (alike(now, was, LEAST_ALIKE) or now in was or was in now)
            key = _answer_of(printed.made, place) if other else ""
            found.append((at, printed.made.texts[place], key))
    return tuple(found)


def _answer_of(made: Print, label: Place) -> str:
    """The key of the cell to be filled that follows a label in its row, with nothing printed between."""
    row = sorted((column, key) for key, (r, column) in made.inputs.items() if r == label[0] and column > label[1])
    if not row:
        return ""
    between = any(r == label[0] and label[1] < column < row[0][0] for r, column in made.texts)
    return "" if between else row[0][1]


def _is_of_a_line(edited: tuple[Place, str, str], lines: frozenset[int]) -> bool:
    """Whether a cell is the number beside a line, or part of an example of a line, that somebody wrote over."""
    return edited[0][0] in lines and (not edited[2] or line_of(edited[2]) is not None)


def _put_in(mapped: Mapping[int, int]) -> tuple[int, ...]:
    """The rows, or columns, that push what follows them further on."""
    found: list[int] = []
    before, at_before = 0, 0
    for own, at in sorted(mapped.items()):
        more = (at - at_before) - (own - before)
        found += range(at - more, at) if more > 0 else ()
        before, at_before = own, at
    return tuple(found)


def is_handed_out(sheet: Sheet, survey: Survey) -> bool:
    """Whether a sheet is another one of a given workbook (記入例, a list), just as it was handed out: no answer."""
    asked = {(form.given, form.sheet) for form in survey.forms if form.given}
    for form in survey.forms:
        other = form.print.others.get(sheet.name) if form.print and (form.given, sheet.name) not in asked else None
        if other is not None:
            texts, computed = other
            typed = {p: label_key(cell.value) for p, cell in sheet.cells.items() if p not in computed}
            if {p: k for p, k in typed.items() if k} == {p: k for p, t in texts.items() if (k := label_key(t))}:
                return True
    return False


def is_as_printed(form: Form, key: str, text: str) -> bool:
    """Whether a cell to be filled says what stood in it before anybody wrote there, be it in another line of its table."""
    if not form.print or not text:
        return False
    line = line_of(key)
    in_line = line and line[0] in form.open_tables
    own = form.print.blanks.get(key, "")
    printed = column_blanks(form.print).get((line[0], line[2]), frozenset()) if line and in_line else frozenset({own})
    if text in printed:
        return True
    word = label_key(text)
    return bool(word) and not is_ticked(text) and word in {label_key(said) for said in printed}
