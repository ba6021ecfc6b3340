"""Which form a worksheet is, and where on it each label, question, circle line and free text stands.

By content alone: labels and question texts, wherever they are. Names of sheets, fixed addresses and the
values filled in play no part. Reads no value and judges nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import chain

from config.cache import Same, cache_by_identity, cache_short
from config.form import Form, Question
from config.frozen import frozen, replace
from config.given import Place
from config.spelling import alike, label_key
from config.survey import Survey
from intake.sheets.given import (
    GivenPlaces,
    GivenSheet,
    find_places,
    is_merged_alike,
    is_untouched,
    share_of,
    untouched,
)
from intake.sheets.grid import Sheet, after
from intake.sheets.open_lines import find_open_lines
from intake.sheets.printed import printed_of
from intake.sheets.question_lines import LEAST_ALIKE, Lines, all_lines

LEAST_SHARE = 0.4  # of a form's labels and questions that a sheet must bear, on rows of their own
LEAST_LABEL = 0.75
SHORTEST_TEXT = 6  # characters below which resemblance says nothing


@frozen
class Located:
    """Where the parts of `form` stand on one sheet; what was not found is absent. `printed`: the cells that
    belong to the form itself, so that none of them is taken for an answer."""

    form: Form
    fields: Mapping[str, Place]
    questions: Mapping[str, Lines]
    printed: frozenset[Place]
    given: GivenPlaces | None = None  # of a form whose places are the survey's
    lines: tuple[tuple[str, str, tuple[Place, ...]], ...] = ()  # what is told of the rows of open tables


class _FormLabels:
    """What one form prints, by label key."""

    def __init__(self, form: Form) -> None:
        self.fields = {label_key(field.label): field.key for field in form.fields}
        self.questions = {label_key(question.text): question.key for question, *_ in form.blocks}
        self.answer_heading = label_key(form.answer_heading)
        others = [form.heading, form.fields_heading, form.questions_heading, form.answer_heading]
        others += [form.flags.fields_missing, form.flags.answers_missing]
        others += [field.hint for field in form.fields if field.hint]
        for question in form.questions:
            others += [question.heading, *question.labels.values()]
        tables = [question.part.table for question, *_ in form.blocks if question.part]
        self.around_cells = frozenset(label_key(label) for table in tables for label in table.labels.values())
        self.all = frozenset({*self.fields, *self.questions, *map(label_key, others)} - {""})
        if form.print:
            self.all = printed_of(form.print).words
        self.size = len(self.fields) + len(self.questions)


_print_of = cache_by_identity(_FormLabels)


@cache_by_identity
def _all_print(survey: Survey) -> frozenset[str]:
    return frozenset().union(*(_print_of(form).all | _print_of(form).around_cells for form in survey.forms))


def recognise(sheet: Sheet, survey: Survey) -> Located | None:
    """The form that this sheet is, with its parts located; None if it is no form of the survey's. Of several, the
    form with most of its labels and questions on the sheet, each on a row of its own (a list has them side by side);
    then the one with fewest missing; then the one listed last."""
    keys = _keys(sheet)
    every = _all_print(survey)
    form, located = _as_printed(tuple(item for item in keys.items() if item[1] in every), Same(survey))
    if form and form.print and not (located and is_merged_alike(form, sheet.merged)):
        located = _as_given(form, find_places(form, keys, sheet.merged))
    located = _locate(form, keys, sheet.merged) if form and not located else located
    return _with_lines(located, sheet) if located and located.form.open_tables else located


def _with_lines(located: Located, sheet: Sheet) -> Located:
    """The form with as many lines in its open tables as were filled in."""
    found = find_open_lines(sheet, located.form, located.questions, located.given)
    return replace(located, form=found.form, questions=found.questions, lines=found.told)


def _as_given(form: Form, sheet: GivenSheet) -> Located:
    return Located(form, sheet.fields, sheet.questions, sheet.printed, sheet.places)


def _keys(sheet: Sheet) -> dict[Place, str]:
    """The label key of each cell with text, row by row from the left."""
    return {place: key for place, cell in sorted(sheet.cells.items()) if (key := label_key(cell.value))}


@cache_short(32, 1_000)  # most answers leave the form as it was sent out
def _as_printed(printed: tuple[tuple[Place, str], ...], survey: Same) -> tuple[Form | None, Located | None]:
    """The form whose print these cells are, and where its parts stand if all are there as printed: then no other cell
    is looked at."""
    form, keys = _tell_form(printed, survey.it), dict(printed)
    if form and form.print:
        return form, _as_given(form, untouched(form)) if is_untouched(form, keys) else None
    located = _locate(form, keys, {}) if form else None
    return form, located if located and _is_whole(located, keys) else None


def _tell_form(printed: tuple[tuple[Place, str], ...], survey: Survey) -> Form | None:
    rows: dict[str, int] = {}
    for (row, _), key in printed:
        rows.setdefault(key, row)
    best: tuple[int, float, Form] | None = None
    for form in survey.forms:
        if form.print:
            found, share = share_of(form, frozenset(rows))
        else:
            own = _print_of(form)
            found = len({rows[key] for key in (*own.fields, *own.questions) if key in rows})
            share = found / own.size
        if share >= LEAST_SHARE and (best is None or (found, share) >= best[:2]):
            best = (found, share, form)
    return best[2] if best else None


def _is_whole(located: Located, keys: Mapping[Place, str]) -> bool:
    """Whether every part was found just as it is printed, and the heading of the answers."""
    headed = _print_of(located.form).answer_heading in keys.values()
    return headed and all(place and keys.get(place) == label_key(text) for text, place in _parts_of(located))


def _parts_of(located: Located) -> Iterator[tuple[str, Place | None]]:
    """Each text that the form prints at a place of its own, and where it was found."""
    for field in located.form.fields:
        yield field.label, located.fields.get(field.key)
    for question, *_ in located.form.blocks:
        lines = located.questions.get(question.key)
        yield question.text, lines.text if lines else None
        for key, label in (question.part.table.labels if question.part else question.labels).items():
            if label_key(label):
                yield label, lines.labels.get(key) if lines else None


def _locate(form: Form, keys: Mapping[Place, str], merged: Mapping[Place, Place]) -> Located:
    printed = _print_of(form)
    own = {place for place, key in keys.items() if key in printed.all}
    texts = _find_questions(form, printed, keys, own)
    first = min((row for row, _ in texts.values()), default=1 << 20)
    fields = _find_fields(form, printed, keys, first)
    own |= {*texts.values(), *fields.values()}
    column = _answer_column(printed, keys, texts, merged)
    questions = all_lines(form, texts, keys, column)
    for lines in questions.values():
        own |= {*lines.labels.values()} - lines.over
    return Located(form, fields, questions, frozenset(own))


def _find_fields(form: Form, printed: _FormLabels, keys: Mapping[Place, str], end: int) -> dict[str, Place]:
    """The labels of 回答者情報, above the first question; an edited one in the same column is found too."""
    found: dict[str, Place] = {}
    for place, key in keys.items():
        if key in printed.fields and place[0] < end:
            found.setdefault(printed.fields[key], place)
    column = Counter(place[1] for place in found.values()).most_common(1)
    taken = set(found.values())
    for field in form.fields:
        if field.key in found:
            continue
        wanted = label_key(field.label)
        for place, key in keys.items():
            likely = not column or place[1] == column[0][0]
            if likely and place[0] < end and place not in taken and _edited(key, wanted):
                found[field.key] = place
                taken.add(place)
                break
    return found


def _edited(key: str, wanted: str) -> bool:
    return (wanted in key and len(key) <= len(wanted) + 10) or alike(key, wanted, LEAST_LABEL)


def _find_questions(
    form: Form, printed: _FormLabels, keys: Mapping[Place, str], own: set[Place]
) -> dict[str, Place]:
    """The text of each question: as printed, else edited, else by its number beside it."""
    found: dict[str, Place] = {}
    for place, key in keys.items():
        if key in printed.questions:
            found.setdefault(printed.questions[key], place)
    missing = [question for question, *_ in form.blocks if question.key not in found]
    if missing:
        found.update(_edited_questions(missing, keys, own | set(found.values())))
    missing = [question for question in missing if question.key not in found]
    if missing and found:
        found.update(_numbered_questions(missing, keys, own | set(found.values()), found))
    return found


def _edited_questions(
    missing: list[Question], keys: Mapping[Place, str], taken: set[Place]
) -> dict[str, Place]:
    """Questions whose text was changed: the pairs that resemble each other most come first."""
    free = [(p, k) for p, k in keys.items() if len(k) >= SHORTEST_TEXT and p not in taken]
    pairs = []
    for question in missing:
        wanted = label_key(question.text)
        for place, key in free:
            if alike(key, wanted, LEAST_ALIKE):
                pairs.append((abs(len(key) - len(wanted)), question.key, place))
    found: dict[str, Place] = {}
    for _, name, place in sorted(pairs):
        if name not in found and place not in found.values():
            found[name] = place
    return found


def _numbered_questions(
    missing: list[Question], keys: Mapping[Place, str], taken: set[Place], found: Mapping[str, Place]
) -> dict[str, Place]:
    """Questions rewritten beyond recognition: the text in the questions' column whose number stands left of
    it, on a row of its own."""
    column = Counter(place[1] for place in found.values()).most_common(1)[0][0]
    rows = {row for row, _ in taken}
    numbers: dict[int, str] = {}
    for (row, place), key in keys.items():
        if place < column:
            numbers[row] = numbers.get(row, "") + key
    rewritten: dict[str, Place] = {}
    for question in missing:
        number = label_key(question.item) + label_key(question.sub)
        for row, shown in numbers.items():
            if shown == number and row not in rows and len(keys.get((row, column), "")) >= SHORTEST_TEXT:
                rewritten[question.key] = (row, column)
                break
    return rewritten


def _answer_column(
    printed: _FormLabels, keys: Mapping[Place, str], texts: Mapping[str, Place], merged: Mapping[Place, Place]
) -> int:
    """The column under the heading of the answers; without it, the one behind the questions' texts."""
    heading = printed.answer_heading
    as_printed = (place for place, key in keys.items() if key == heading)
    edited = (p for p, key in keys.items() if len(key) >= SHORTEST_TEXT and alike(key, heading, LEAST_LABEL))
    for place in chain(as_printed, edited):
        return place[1]
    behind = Counter(after(merged, place) for place in texts.values())
    return behind.most_common(1)[0][0] if behind else 1
