"""A form filled in as an official would hand it round: numbers within their bounds, sums that are right, days that may be,
and the survey's own rules kept, as far as changing a number or a day keeps them.

Pure. What a kind of answer may plausibly be, it says itself (`Kind.plausible`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import ROUND_FLOOR, Decimal

from config.form import Form, Question
from config.frozen import frozen
from config.kinds.kind import Around
from config.logic import Node, Value, value
from config.previous import worths as worths_of_last_year
from config.rules import KIND, ReadRule, columns_of, rules_of
from config.survey import Survey
from replies.workbooks.form import FillValue
from replies.workbooks.prefilled import known_values
from routing.authoring.trial import Whose, values_of
from routing.authoring.walks import Choices, walks

FillValues = Mapping[str, FillValue]

_MOST_WAYS = 8  # of the longest through the form, among which one that keeps the rules is looked for
_MOST_CHANGES = 12
_NAMES = ("中央", "東部", "西部")
_LINES = len(_NAMES)  # of an open table that are filled in
_ANY_DAY = date(2024, 4, 1)
_PERSON = "公務 太郎"
_AMONG = "うち"  # a number that is a part of the one before it
_OF_A_WHOLE, _OF_A_TABLE = 4, 5  # by what a number is divided where it counts some of those before it; … in a table
_TYPED = ("number", "date")
_COMPARING = ("==", "!=", "<", "<=", ">", ">=")


@frozen
class _SampleSheet:
    form: Form
    survey: Survey
    whose: Whose


def sample(form: Form, survey: Survey, whose: Whose) -> FillValues:
    """What one body writes, by the key of each cell: on the longest way through the form on which its rules are kept."""
    sheet = _SampleSheet(form, survey, whose)
    begun = [_written(sheet, way) for way in walks(form, whose.body.kind).ways]
    tried: list[tuple[int, FillValues]] = []
    for values in sorted(begun, key=len, reverse=True)[:_MOST_WAYS]:
        mended = _mended(sheet, values)
        tried.append((_faults(sheet, mended), mended))
        if not tried[-1][0]:
            break
    return _typed(form, min(tried, key=lambda one: one[0])[1])


def _typed(form: Form, values: FillValues) -> FillValues:
    """The values with numbers and days as Excel holds them, so that the form's own checks work. Days, and what Excel
    keeps otherwise than it is shown (50%), only where the form is made and its cells have their formats."""
    found = dict(values)
    for question in form.questions:
        if isinstance(written := values.get(question.key), str):
            typed = question.kind.typed(question.kind.read(written)) if question.kind.in_rules in _TYPED else written
            plain = isinstance(typed, Decimal) and typed == question.kind.worth(question.kind.read(written))
            found[question.key] = typed if plain or not form.given else written
    return found


def _written(sheet: _SampleSheet, way: Choices) -> FillValues:
    """Every answer by itself, and the totals."""
    form, whose = sheet.form, sheet.whose
    values = values_of(form, sheet.survey, (whose.body, whose.program), way)
    values |= dict(_circles(form, way))
    values |= {field.key: _PERSON for field in form.fields if field.personal and field.kind.free}
    values |= known_values(form, whose.body, whose.program)
    return _summed(form, _with_numbers(sheet, way, values))


def _circles(form: Form, way: Choices) -> Iterator[tuple[str, FillValue]]:
    """Beside a line that asks for a text (その他) one more."""
    for question in form.questions:
        number = way.get(question.key)
        if number and question.in_lines and any(text.asked_by(number) for text in question.free_texts):
            yield question.key, tuple(sorted({next(iter(question.by_number)), number}))


def _with_numbers(sheet: _SampleSheet, way: Choices, values: dict[str, FillValue]) -> dict[str, FillValue]:
    """The values with everything that is no choice, and on which no way through the form depends."""
    last = sheet.survey.deadline.date()
    before: tuple[Question, Decimal] | None = None
    for place, (question, *others) in enumerate(sheet.form.blocks):
        if question.key not in values or question.by_number or question.key in way:
            continue
        if question.in_open_table:
            values = _with_lines((question, *others), values, last)
            continue
        for n, cell in enumerate((question, *others)):
            values[cell.key] = cell.kind.plausible(place + n, last)
            if cell.part:
                values[cell.key] = _smaller(cell, _number(cell, values), _OF_A_TABLE)
        if question.kind.numeric and not question.part:
            among = before and _AMONG in question.text and before[0].kind.format == question.kind.format
            if before and among:
                values[question.key] = _smaller(question, before[1], _OF_A_WHOLE)
            before = question, _number(question, values)
    return values


def _with_lines(cells: tuple[Question, ...], values: FillValues, last: date) -> dict[str, FillValue]:
    """The first lines of an open table; of the columns that may be blank in the first only."""
    kept = {key: written for key, written in values.items() if key not in {cell.key for cell in cells}}
    for place, cell in enumerate(cells):
        part = cell.part
        if part and int(part.row) <= _LINES and (part.table.needs(part.column) or part.row == "1"):
            named = cell.kind.free and part.table.needs(part.column)
            kept[cell.key] = _NAMES[int(part.row) - 1] if named else cell.kind.plausible(place, last)
    return kept


def _smaller(question: Question, number: Decimal, by: int) -> str:
    """A part of a number, where it is one that may be given; else what the kind itself has for an example."""
    part = question.kind.shown(str((number / by).to_integral_value(ROUND_FLOOR)))
    return question.kind.plausible(0, _ANY_DAY) if any(question.kind.faults(part, Around())) else part


def _summed(form: Form, values: FillValues) -> dict[str, FillValue]:
    """The values with the totals of the form's tables; a table that these would carry beyond its bounds counts
    nothing."""
    found = dict(values)
    for question, *others in form.blocks:
        if not question.part or not (sums := tuple(question.part.table.sums())) or question.key not in values:
            continue
        cells = {cell.part.of((cell.part.row, cell.part.column)): cell for cell in (question, *others) if cell.part}
        totals = {question.part.of(total): [question.part.of(one) for one in parts] for total, parts in sums}
        _sum_up(cells, totals, found)
        if any(any(cell.kind.faults(str(found[key]), Around())) for key, cell in cells.items()):
            found |= {key: cell.kind.shown("0") for key, cell in cells.items()}
    return found


def _sum_up(cells: Mapping[str, Question], totals: Mapping[str, list[str]], found: dict[str, FillValue]) -> None:
    for _ in range(2):  # a total of totals comes after those
        for total, parts in totals.items():
            whole = sum((_number(cells[one], found) for one in parts), Decimal(0))
            found[total] = cells[total].kind.shown(str(whole))


def _number(question: Question, values: FillValues) -> Decimal:
    worth = _worth(question, values)
    return worth if isinstance(worth, Decimal) else Decimal(0)


def _worth(question: Question, values: FillValues) -> Value:
    """What an answer is worth in a rule."""
    written = values.get(question.key, "")
    if isinstance(written, tuple):
        return question.kind.worth(",".join(map(str, written)))
    if isinstance(written, int):
        return question.kind.worth(str(written))
    return question.kind.worth(question.kind.read(str(written))) if written else None


def _worths(sheet: _SampleSheet, values: FillValues) -> dict[str, Value]:
    """The worth of everything that rules may name."""
    found: dict[str, Value] = {field.key: str(values.get(field.key, "")) for field in sheet.form.fields}
    found[KIND] = sheet.whose.body.kind
    for question in sheet.form.listed:
        found[f"Q{question.key}"] = _worth(question, values)
        for text in question.free_texts:
            told = str(values.get(text.key, ""))
            found[f"Q{text.key}"] = text.kind.worth(text.kind.read(told)) if text.kind.in_rules != "text" else told
    for name, cells in columns_of(sheet.form).items():
        worths = (_worth(cell, values) for cell in cells if cell.key in values)
        found[name] = tuple(one for one in worths if not isinstance(one, tuple))
    last = sheet.survey.last_year(sheet.whose.body.lgcode, sheet.whose.program.id)
    return found | dict(worths_of_last_year(sheet.form, last))


def _broken(sheet: _SampleSheet, values: FillValues) -> list[ReadRule]:
    worths = _worths(sheet, values)
    return [rule for rule in rules_of(sheet.form) if rule.is_broken(worths)]


def _faults(sheet: _SampleSheet, values: FillValues) -> int:
    """How many conditions of its rules do not hold."""
    worths = _worths(sheet, values)
    return sum(_false(rule.check, worths) for rule in rules_of(sheet.form) if rule.is_broken(worths))


def _false(node: Node, worths: Mapping[str, Value]) -> int:
    if node.op == "and":
        return sum(_false(part, worths) for part in node.parts)
    return int(value(node, worths) is False)


def _mended(sheet: _SampleSheet, values: FillValues) -> FillValues:
    """The values with numbers and days changed one by one, so that each time as few conditions as possible are
    broken; the best that was seen."""
    seen = [values]
    for _ in range(_MOST_CHANGES):
        if not (broken := _broken(sheet, seen[-1])):
            break
        changed = [_summed(sheet.form, {**seen[-1], **change}) for change in _changes(sheet, seen[-1], broken)]
        unseen = [one for one in changed if one not in seen]
        if not unseen:
            break
        seen.append(min(unseen, key=lambda one: _faults(sheet, one)))
    return min(seen, key=lambda one: _faults(sheet, one))


def _changes(sheet: _SampleSheet, values: FillValues, broken: list[ReadRule]) -> Iterator[FillValues]:
    """What becomes of every number and day that a broken rule looks at, if it is what it is held against, or one more or
    less."""
    worths = _worths(sheet, values)
    single = {f"Q{question.key}": question for question in sheet.form.listed}
    for rule in broken:
        held = [one for tree in (rule.check, rule.when) if tree for one in _held_against(tree, worths)]
        for name in rule.names:
            question = single.get(name)
            if question is None or question.key not in values or question.by_number:
                continue
            for one in dict.fromkeys(one for one in held if _fits(question, one)):
                change = dict(_set(sheet.form, question, one))
                if not any(any(sheet.form.question(key).kind.faults(text, Around())) for key, text in change.items()):
                    yield change


def _set(form: Form, question: Question, one: Value) -> Iterator[tuple[str, str]]:
    """An answer; of a total the numbers that it is of, each the same as far as that goes."""
    parts = dict(question.part.table.sums()) if question.part else {}
    single = [(question.part.row, question.part.column)] if question.part else []
    while any(place in parts for place in single):
        single = [each for place in single for each in parts.get(place, (place,))]
    if not question.part or not isinstance(one, Decimal):
        yield question.key, question.kind.shown(str(one))
        return
    each, more = divmod(one, len(single)) if one >= 0 else (one, Decimal(0))
    for n, place in enumerate(single):
        cell = form.question(question.part.of(place))
        yield cell.key, cell.kind.shown(str(each + 1 if n < more else each))


def _fits(question: Question, one: Value) -> bool:
    return isinstance(one, Decimal if question.kind.in_rules == "number" else date)


def _held_against(node: Node, worths: Mapping[str, Value]) -> Iterator[Value]:
    """What the sides of comparisons are worth, with the neighbours of numbers."""
    if node.op == "name":
        yield value(node, worths)
    for part in node.parts:
        if node.op in (*_COMPARING, "in"):
            one = value(part, worths)
            yield one
            if isinstance(one, Decimal):
                yield from (one + 1, one - 1)
        yield from _held_against(part, worths)
