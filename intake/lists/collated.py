"""一覧表: a workbook whose rows are answer sheets (row 2 of 「一覧用」 each, notice 記３（３）).

Finds the tables, reads each row as an answer sheet and has it checked by the same rules. Whose row it is,
and which municipalities are missing, is for routing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Literal

from config.frozen import frozen, replace
from config.kinds.organisation import OrganisationKind
from config.roster import Roster
from config.survey import Survey
from intake.finding import Finding, severity_of
from intake.lists.neighbours import home_prefecture, judge_neighbours
from intake.lists.plan import Plan, plans_of
from intake.lists.row_errors import ListedRow, judge_places
from intake.lists.rows import RowReader, program_of, titled_program
from intake.lists.shifts import find_shift, fit_row, moved
from intake.lists.tables import ODD_SHARE, ListTable, TableRow, find_tables
from intake.sheets.beyond_values import MOST_NAMED, beyond
from intake.sheets.filled import Filled
from intake.sheets.grid import Sheet
from intake.sheets.ooxml import name_of
from intake.submission import ABSENT, AnswerSheet, Claim, NameMatch

Formulas = Literal["read", "own", "skip"]


@frozen
class Against:
    """What a list is read against. `claim`: what its file name says; `make_sheet`: checks one row like an
    answer sheet, given the prefecture to which a name that several bodies share belongs."""

    survey: Survey
    roster: Roster
    claim: Claim
    make_sheet: Callable[[Filled, Survey, Roster, str], AnswerSheet]


@frozen
class CollatedList:
    """A list, read: one answer sheet for each row, and findings about the list as a whole."""

    rows: tuple[AnswerSheet, ...]
    findings: tuple[Finding, ...]


def read_list(sheets: Sequence[Sheet], against: Against, formulas: Formulas = "read") -> CollatedList | None:
    """The list on these sheets of one workbook; None if there is none.

    `formulas`: what to make of rows of formulas. Beside the form itself they are its own row 2: "skip"
    leaves all of them out, "own" only those without results, and a heading alone is no list then."""
    if not sheets:
        return None
    sheets = [sheet.as_written() for sheet in sheets]
    plans = plans_of(against.survey, against.roster.names())
    skip, words = _SKIPPED[formulas], frozenset(against.survey.convention.samples)

    def is_left_out(row: TableRow) -> bool:
        return skip(row) or row.is_called(words)

    found = [(sheet, table) for sheet in sheets for table in find_tables(sheet, plans, is_left_out)]
    named = [(sheet, table) for sheet, table in found if _names_bodies(table)]
    tables = [(sheet, table) for sheet, table in named or found if table.rows or table.repeats]
    if not tables:
        headed = next((sheet.name for sheet, table in found if table.whole), None)
        if headed is None or formulas != "read":
            return None
        return CollatedList((), (Finding("list_blank", severity_of("list_blank", against.survey), headed),))
    home = home_prefecture(_organisations(tables), against.claim, against.roster)
    reader = _TableReader(plans, against, home)
    listed = _with_programs([row for sheet, table in tables for row in reader.rows(sheet, table)])
    rows, findings = judge_places(listed, against.survey)
    rows = judge_neighbours(rows, home, against.survey, against.roster)
    findings += [found for sheet in sheets for found in _struck_rows(sheet, listed, against.survey)]
    return CollatedList(tuple(map(_finished, rows)), tuple(findings))


def _struck_rows(sheet: Sheet, listed: Sequence[ListedRow], survey: Survey) -> Iterator[Finding]:
    """Rows that are struck out as a whole, and so do not belong to the list."""
    read = {row.sheet.row for row in listed if row.sheet.sheet == sheet.name}
    gone = sorted({row for row, _ in sheet.struck} - read - {row for row, _ in sheet.cells})
    if gone:
        found = "、".join(f"{row}行目" for row in gone[:MOST_NAMED]) + ("ほか" if len(gone) > MOST_NAMED else "")
        yield Finding("struck_out", severity_of("struck_out", survey), sheet.name, found=found)


_SKIPPED: dict[Formulas, Callable[[TableRow], bool]] = {
    "read": lambda row: False,
    "own": lambda row: row.is_linked and 2 * row.errors >= len(row.cells),
    "skip": lambda row: row.is_linked,
}


def _names_bodies(table: ListTable) -> bool:
    """Whether a table has the column of 組織名, unlike a table of counts per question; a table of nothing but
    formulas may have it."""
    return not table.columns or table.plan.organisation in table.columns


def _organisations(tables: Sequence[tuple[Sheet, ListTable]]) -> Iterator[str]:
    for _, table in tables:
        place = table.columns.get(table.plan.organisation, 0) if table.plan.organisation else 0
        yield from (row.texts[place] for row in table.rows if place in row.texts)


def _finished(row: ListedRow) -> AnswerSheet:
    """The row's sheet, every finding of which tells about which municipality it is."""
    if not row.sheet.findings:
        return row.sheet
    findings = tuple(replace(finding, about=row.about) for finding in row.sheet.findings)
    return replace(row.sheet, findings=findings)


class _TableReader:
    """A reader of the rows of tables as answer sheets; what it needs for each form is made once."""

    def __init__(self, plans: tuple[Plan, ...], against: Against, home: str) -> None:
        self._plans = plans
        self._readers = {id(plan): RowReader(plan) for plan in plans}
        self._against = against
        self._home = home
        self._missing: dict[int, tuple[str, ...]] = {}  # of the table at hand, by reader

    def rows(self, sheet: Sheet, table: ListTable) -> Iterator[ListedRow]:
        """Every row of a table, and every row that repeats its heading, from the top."""
        self._missing.clear()
        unlike = not table.whole or self._is_unlike(table)
        for row in sorted((*table.rows, *table.repeats), key=lambda row: row.number):
            if any(row is repeat for repeat in table.repeats):
                yield self._repeat(sheet, table, row)
            else:
                yield self._row(sheet, table, row, unlike)

    def _is_unlike(self, table: ListTable) -> bool:
        """Whether most rows of a table without heading do not fit the form's columns, however moved."""
        if table.heading or not table.columns:
            return False
        plan = table.plan
        fits = [
            fit_row(plan, moved(table.columns, find_shift(plan, table.columns, row.texts)), row.texts)
            for row in table.rows
        ]
        return 2 * sum(fit.odd > ODD_SHARE * fit.judged for fit in fits) > len(fits)

    def _row(self, sheet: Sheet, table: ListTable, row: TableRow, unlike: bool) -> ListedRow:
        survey, roster = self._against.survey, self._against.roster
        shift = find_shift(table.plan, table.columns, row.texts)
        columns = moved(table.columns, shift)
        program = program_of(row, columns, survey) or titled_program(row, table, sheet.name, survey)
        plan = self._plan_of(program, table)
        reader = self._readers[id(plan)]
        filled = replace(reader.read(row, columns, sheet.name), beyond=beyond(sheet, row.number))
        made = self._against.make_sheet(filled, survey, roster, self._home)
        line = next((f for f in filled.fields if isinstance(f.field.kind, OrganisationKind)), None)
        entry = line.entry if line else None
        body = made.body if made.body != ABSENT else self._named_beside(sheet, row, table)
        if id(reader) not in self._missing:
            headed = table.heading or not table.columns
            self._missing[id(reader)] = reader.missing(table.columns) if headed else ()
        missing = self._missing[id(reader)]
        return ListedRow(
            sheet=replace(made, row=row.number, program=made.program or program, body=body),
            organisation=(entry.cell if entry else "", line.field.label if line else ""),
            about=body.lgcode,
            filled=len(row.cells),
            errors=row.errors,
            linked=row.is_linked and not row.errors,
            shift=shift,
            missing=("",) if unlike and not missing else missing,
            width=(len(table.columns) if table.heading else max(row.cells), len(plan.columns)),
            answered=any(question.filled for question in filled.questions),
            nameless=entry is not None and entry.state == "blank",
        )

    def _plan_of(self, program: str, table: ListTable) -> Plan:
        """The plan of the program's form; of several versions the table's own, else the one listed last."""
        form = self._against.survey.program(program).form if program else table.plan.form.id
        if table.plan.form.id == form:
            return table.plan
        return next((plan for plan in reversed(self._plans) if plan.form.id == form), table.plan)

    def _named_beside(self, sheet: Sheet, row: TableRow, table: ListTable) -> NameMatch:
        """The municipality in a column of the sender's own (市町村名), or by which a sheet with one row alone
        is called, where 組織名 tells none."""
        inside = frozenset(table.columns.values())
        names = [text for place, text in sorted(row.texts.items()) if place not in inside]
        if len(table.rows) + len(table.repeats) == 1:
            names.append(sheet.name)
        for name in filter(table.plan.is_body, names):
            match = self._against.roster.find(name, self._home)
            if match.status == "found" and not self._against.roster.has_below(match.bodies[0]):
                return NameMatch("found", (match.bodies[0].lgcode,))
        return ABSENT

    def _repeat(self, sheet: Sheet, table: ListTable, row: TableRow) -> ListedRow:
        """A row that holds the headings once more, and therefore no answers."""
        form, column = table.plan.form, table.plan.organisation
        place = table.columns.get(column, 0) if column else 0
        cell = name_of((row.number, place or min(row.cells)))
        body = self._named_beside(sheet, row, table)
        empty = AnswerSheet(sheet.name, form.id, form.version, "", body, (), (), (), row=row.number)
        return ListedRow(empty, (cell, column.heading if column else ""), body.lgcode, heading=True)


def _with_programs(rows: Sequence[ListedRow]) -> list[ListedRow]:
    """The rows; where all rows of one sheet and form that name a program name the same one, the others are about it
    too."""
    named: dict[tuple[str, str], set[str]] = {}
    for row in rows:
        named.setdefault((row.sheet.sheet, row.sheet.form), set()).add(row.sheet.program)
    found = {key: programs - {""} for key, programs in named.items()}
    return [
        replace(row, sheet=replace(row.sheet, program=next(iter(found[row.sheet.sheet, row.sheet.form]))))
        if not row.sheet.program and len(found[row.sheet.sheet, row.sheet.form]) == 1
        else row
        for row in rows
    ]
