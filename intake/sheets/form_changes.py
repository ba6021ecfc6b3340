"""What was changed in the form itself: labels, questions, rows, columns, sheets and formulas.

The notice's cover letter asks to leave the form as it is. Answers are read by content whatever was done, so
nearly all of this is only noted; a question that became another one is not. Judges no value that was filled
in, and groups what one hand did at one stroke.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from config.cache import cache_by_identity
from config.form import Form, Grid, Question
from config.frozen import frozen
from config.given import Place
from config.spelling import alike, label_key
from config.survey import Survey
from intake.finding import Finding, quote, severity_of
from intake.sheets.beyond_tables import beyond_tables
from intake.sheets.columns import list_columns
from intake.sheets.given import GivenPlaces
from intake.sheets.grid import Sheet, Workbook
from intake.sheets.ooxml import name_of, place_of
from intake.sheets.question_lines import LEAST_ALIKE
from intake.sheets.recognise import Located
from intake.submission import AnswerSheet

MOST_LABELS = 5  # edited labels told one by one; more of them are one stroke
MOST_NAMED = 6  # cells, rows or columns named in one finding
HEADER_ROWS = 10  # of 「一覧用」 in which its header is looked for
HEADER_SHARE = 0.6  # of its columns that a row must bear to be the header


@frozen
class Alteration:
    """One change to one sheet; `code` of the catalogue. A question's text is `label` as it was printed."""

    code: str
    cell: str = ""
    question: str = ""
    label: str = ""
    found: str = ""
    expected: str = ""


def look_at_sheet(sheet: Sheet, located: Located, stripped: bool) -> tuple[Alteration, ...]:
    """What was changed on one filled form. `stripped`: no formula is left in the whole workbook, which is
    told once for all of it."""
    if located.given:
        edited = list(_edited_print(sheet, located.form, located.given))
    else:
        edited = [*_edited_fields(sheet, located), *_edited_questions(sheet, located)]
    labels = [change for change in edited if change.code == "label_edited"]
    if len(labels) > MOST_LABELS:
        first = Alteration("label_edited", labels[0].cell, found=_listed(change.cell for change in labels))
        edited = [first, *(change for change in edited if change.code != "label_edited")]
    edited += _beyond_tables(sheet, located)
    if located.given:
        return (*edited, *_told_rows(located.given.rows), *_told_columns(located.given.columns))
    flags = () if stripped or not sheet.formulas_known else _flags(sheet, located)
    return (*edited, *_inserted(sheet, located), *flags)


def look_at_workbook(
    workbook: Workbook, sheets: tuple[AnswerSheet, ...], survey: Survey
) -> tuple[Finding, ...]:
    """What was changed in a workbook that holds these answer sheets, beside the sheets themselves."""
    if not sheets:
        return ()
    form = survey.form(sheets[0].form, sheets[0].version)
    listing = _find_list(workbook, {sheet.sheet for sheet in sheets}, form)
    changes = [*_renamed(workbook, sheets[0].sheet, listing, form)]
    if listing is None and form.list_sheet:
        changes.append(Alteration("list_sheet_missing", label=form.list_sheet))
    if form.print and not form.print.formulas:
        pass  # there was none to begin with
    elif without_formulas(workbook):
        changes.append(Alteration("formulas_stripped"))
    elif listing is not None and listing.formulas_known:
        changes += _list_formulas(listing, form)
    name = quote(listing.name) if listing else ""
    return tuple(_told(change, name, survey) for change in changes)


def _told(change: Alteration, listing: str, survey: Survey) -> Finding:
    return Finding(
        change.code,
        severity_of(change.code, survey),
        sheet=listing if change.code == "list_formulas_altered" else "",
        cell=change.cell,
        label=quote(change.label),
        found=quote(change.found),
        expected=quote(change.expected),
    )


def _renamed(workbook: Workbook, sheet: str, listing: Sheet | None, form: Form) -> Iterator[Alteration]:
    """Changes of a sheet's name. Of several answer sheets in one workbook it is enough that one has the form's own
    name. A given form has no list."""
    if all(form.sheet != other.name for other in workbook.sheets):
        yield Alteration("sheet_renamed", label=form.sheet, found=sheet, expected=form.sheet)
    if listing is not None and listing.name != form.list_sheet:
        yield Alteration("sheet_renamed", label=form.list_sheet, found=listing.name, expected=form.list_sheet)


def without_formulas(workbook: Workbook) -> bool:
    """Whether no formula is left in the workbook, as after a gateway that lets only values through."""
    known = all(sheet.formulas_known for sheet in workbook.sheets)
    return known and not any(cell.formula for sheet in workbook.sheets for cell in sheet.cells.values())


def _edited_fields(sheet: Sheet, located: Located) -> Iterator[Alteration]:
    for field in located.form.fields:
        place = located.fields.get(field.key)
        if place and label_key(sheet.cells[place].value) != label_key(field.label):
            found = "" if field.personal else sheet.cells[place].value  # a name may have been written behind the label
            yield Alteration(
                "label_edited", name_of(place), label=field.label, found=found, expected=field.label
            )


def _edited_questions(sheet: Sheet, located: Located) -> Iterator[Alteration]:
    """Questions whose text was changed: if it still resembles the form's, it was edited; else it is another question,
    under that number."""
    for question, *_ in located.form.blocks:
        lines = located.questions.get(question.key)
        if lines is None:
            continue
        found, printed = label_key(sheet.cells[lines.text].value), label_key(question.text)
        if found != printed:
            code = "label_edited" if alike(found, printed, LEAST_ALIKE) else "question_replaced"
            yield Alteration(
                code,
                name_of(lines.text),
                question.key,
                question.text,
                sheet.cells[lines.text].value,
                question.text,
            )


def _edited_print(sheet: Sheet, form: Form, given: GivenPlaces) -> Iterator[Alteration]:
    """The changed labels of a given form. A label that became another one is told of its question; where there is no
    question, as an edit."""
    questions = {key: question for question in form.questions for key in question.keys.values()}
    for place, printed, key in given.edited:
        found = sheet.cells[place].value if place in sheet.cells else ""
        question = questions.get(key)
        code = "question_replaced" if question else "label_edited"
        yield Alteration(code, name_of(place), question.key if question else "", printed, found, printed)


def _beyond_tables(sheet: Sheet, located: Located) -> Iterator[Alteration]:
    for question, places in beyond_tables(sheet, located):
        named = [name_of(place) for place in places]
        yield Alteration("table_beyond", named[0], question.key, found=_listed(named))
    for code, table, cells in located.lines:
        first = located.form.open_tables[table].key
        yield Alteration(code, name_of(cells[0]), first, found=_listed(map(name_of, cells)))


def _flags(sheet: Sheet, located: Located) -> Iterator[Alteration]:
    """Changes to the two formulas of the flags, which stand between head and questions; nobody here believes them."""
    first = max((row for row, _ in located.fields.values()), default=0)
    last = min((lines.text[0] for lines in located.questions.values()), default=first)
    between = {place: cell for place, cell in sheet.cells.items() if first < place[0] < last}
    if sum(cell.formula for cell in between.values()) >= 2:
        return
    flags = located.form.flags
    words = {label_key(flags.fields_missing), label_key(flags.answers_missing)}
    typed = [p for p, cell in between.items() if not cell.formula and label_key(cell.value) in words]
    cell = name_of(min(typed)) if typed else ""
    yield Alteration("flag_altered", cell, label=f"{flags.fields_missing}、{flags.answers_missing}")


def _inserted(sheet: Sheet, located: Located) -> Iterator[Alteration]:
    grid = located.form.grid
    if grid is None or not located.fields or not located.questions:
        return
    yield from _told_rows(_inserted_rows(sheet, located, grid))
    yield from _told_columns(_inserted_columns(sheet, located, grid))


def _told_rows(rows: Sequence[int]) -> Iterator[Alteration]:
    if rows:
        yield Alteration("rows_inserted", f"A{rows[0]}", found=_listed(f"{row}行目" for row in rows))


def _told_columns(columns: Sequence[int]) -> Iterator[Alteration]:
    if columns:
        letters = [name_of((1, column)) for column in columns]
        yield Alteration("columns_inserted", letters[0], found=_listed(f"{x[:-1]}列" for x in letters))


def _inserted_rows(sheet: Sheet, located: Located, grid: Grid) -> list[int]:
    """Rows that push what follows them further down than it was sent out."""
    anchors = _anchors(located, grid)
    actual = [row for row, _ in anchors]
    if actual == [expected for _, expected in anchors] or actual != sorted(actual):
        return []  # as sent out; or lines were moved about
    printed = {row for row, _ in located.printed}
    filled = printed | {row for (row, _), cell in sheet.cells.items() if cell.formula}
    found: list[int] = []
    before, shift = 0, 0
    for row, expected in anchors:
        if row - expected > shift:
            free = [r for r in range(before + 1, row) if r not in filled] or [row]
            found += free[: row - expected - shift]
        before, shift = row, row - expected
    return found


def _anchors(located: Located, grid: Grid) -> list[tuple[int, int]]:
    """(row, row as sent out) of each field and question that was found, from the top."""
    form = located.form
    anchors = [
        (located.fields[field.key][0], row)
        for row, field in enumerate(form.fields, grid.first_field)
        if field.key in located.fields
    ]
    row = grid.first_question
    for question, *_ in form.blocks:
        row += bool(question.heading)
        if question.key in located.questions:
            anchors.append((located.questions[question.key].text[0], row))
        row += _height(question)
    return anchors


def _height(question: Question) -> int:
    """The rows of one question as sent out: its drop-down cell, its circle lines, its labelled texts."""
    if question.part:
        return 1 + len(question.part.table.sides)
    return max(1, (not question.in_lines) + sum(map(bool, question.labels.values())))


def _inserted_columns(sheet: Sheet, located: Located, grid: Grid) -> list[int]:
    """Empty columns that push the labels, the questions or the answers further to the right."""
    label = min(column for _, column in located.fields.values())
    text = min(lines.text[1] for lines in located.questions.values())
    answer = min(lines.answer[1] for lines in located.questions.values())
    found: list[int] = []
    before, shift = 0, 0
    sent_out = [place_of(f"{letters}1")[1] for letters in (grid.label, grid.text, grid.answer)]
    for column, expected in zip((label, text, answer), sent_out, strict=True):
        if column - expected > shift:
            used = {column for _, column in sheet.cells}
            free = [c for c in range(before + 1, column) if c not in used] or [column]
            found += free[: column - expected - shift]
        before, shift = column, column - expected
    return found


def _find_list(workbook: Workbook, forms: set[str], form: Form) -> Sheet | None:
    """The sheet 「一覧用」: by its name, else by its header."""
    if not form.list_sheet:
        return None
    others = [sheet for sheet in workbook.sheets if sheet.name not in forms]
    named = next((sheet for sheet in others if sheet.name == form.list_sheet), None)
    return named or next((sheet for sheet in others if _header(sheet, form)), None)


def _header(sheet: Sheet, form: Form) -> Mapping[int, Place]:
    """Place of each column's heading, by the column's number from 0; empty where no row is the header."""
    headings = _headings(form)
    rows: dict[int, dict[int, Place]] = {}
    for place, cell in sheet.cells.items():
        number = headings.get(label_key(cell.value)) if place[0] <= HEADER_ROWS else None
        if number is not None:
            rows.setdefault(place[0], {})[number] = place
    best = max(rows.values(), key=len, default={})
    return best if len(best) >= HEADER_SHARE * len(headings) else {}


@cache_by_identity
def _headings(form: Form) -> Mapping[str, int]:
    """The label key of each column's heading → its number from 0."""
    return {label_key(column.heading): number for number, column in enumerate(list_columns(form))}


def _list_formulas(sheet: Sheet, form: Form) -> list[Alteration]:
    """Cells of row 2 of 「一覧用」 whose formula was overwritten or removed. What it shows is the sheet's."""
    header = _header(sheet, form)
    if not header:
        return []
    below = [(row + 1, column) for row, column in header.values()]
    wrong = [name_of(place) for place in below if place not in sheet.cells or not sheet.cells[place].formula]
    if not wrong:
        return []
    return [Alteration("list_formulas_altered", wrong[0], found=_listed(wrong))]


def _listed(names: Iterable[str]) -> str:
    """At most MOST_NAMED of these cells (D2、E2 …), and how many there are in all."""
    every = list(names)
    if len(every) <= MOST_NAMED:
        return "、".join(every)
    return "、".join(every[:MOST_NAMED]) + f"ほか（計{len(every)}か所）"
