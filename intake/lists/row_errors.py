"""What happens when rows are copied together into a list: one finding for each accident, never one per cell.

Looks at rows that are read and checked already: formulas in place of values, row 1 in place of row 2, rows
beside their columns, columns missing. Finds no row, reads no cell, changes no answer. Rows beside each other
(a municipality twice, or from elsewhere) are for `neighbours.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

from config.frozen import replace
from config.survey import Survey
from config.tables import line_of
from intake.finding import Finding, quote, severity_of
from intake.lists.shifts import Shift
from intake.submission import AnswerSheet

SEVERAL_ERRORS = 3  # cells without result in one row, from which on they are one finding


@dataclass(frozen=True, slots=True, eq=False)
class ListedRow:
    """One row of a list with what its place showed. `sheet`: the row read and checked, its `row` set;
    `organisation`: the cell and the label of its 組織名; `about`: lgcode of its municipality, or empty.

    `filled`, `errors`: cells with something in them, and those that show an error value or lack the result
    of their formula; `linked`: its values are results of formulas; `missing`: columns that its form needs
    and its table has not; `width`: columns of its table and of its form; `answered`: any question has an
    answer; `nameless`: 組織名 is blank; `heading`: it repeats row 1."""

    sheet: AnswerSheet
    organisation: tuple[str, str] = ("", "")
    about: str = ""
    filled: int = 0
    errors: int = 0
    linked: bool = False
    shift: Shift | None = None
    missing: tuple[str, ...] = ()
    width: tuple[int, int] = (0, 0)
    answered: bool = True
    nameless: bool = False
    heading: bool = False

    @property
    def unreadable(self) -> bool:
        """Whether formulas stand where most values should."""
        return self.errors >= SEVERAL_ERRORS and 2 * self.errors >= self.filled

    def finding(self, code: str, survey: Survey, found: str = "", expected: str = "") -> Finding:
        """A finding about this row, at its 組織名."""
        cell, label = self.organisation
        return Finding(
            code,
            severity_of(code, survey),
            sheet=self.sheet.sheet,
            cell=cell,
            label=label,
            about=self.about,
            found=quote(found),
            expected=quote(expected),
        )

    def with_findings(self, *findings: Finding) -> ListedRow:
        """The row with these findings in front of its own."""
        return replace(self, sheet=replace(self.sheet, findings=(*findings, *self.sheet.findings)))


JudgedRows = tuple[list[ListedRow], list[Finding]]


def judge_places(rows: Sequence[ListedRow], survey: Survey) -> JudgedRows:
    """The rows that can be read, each with its own accident told, and findings about whole sheets, whose
    rows are then left out or relieved of that finding."""
    found: list[Finding] = []
    kept = list(rows)
    for take_out in (_all_formulas, _without_columns, _without_answers):
        kept, told = take_out(kept, survey)
        found += told
    kept, told = _lift(kept, _slipped, _told_shifted, "list_shifted", survey)
    found += told
    kept, told = _lift(kept, lambda row: row.linked or None, _told_linked, "list_linked", survey)
    found += told
    return [_own_accidents(row, survey) for row in kept], found


def _groups(rows: Sequence[ListedRow]) -> list[list[ListedRow]]:
    """The rows of each sheet."""
    groups: dict[str, list[ListedRow]] = {}
    for row in rows:
        groups.setdefault(row.sheet.sheet, []).append(row)
    return list(groups.values())


def _whole(code: str, group: Sequence[ListedRow], survey: Survey, found: str, expected: str = "") -> Finding:
    """A finding about all rows of one sheet, or (where they stand on several) of the whole list."""
    sheets = {row.sheet.sheet for row in group}
    name = sheets.pop() if len(sheets) == 1 else ""
    return Finding(code, severity_of(code, survey), name, found=quote(found), expected=quote(expected))


def _without_columns(rows: list[ListedRow], survey: Survey) -> JudgedRows:
    """Rows of another version, or of a list from which columns were taken: told once for each sheet."""
    kept, found = [row for row in rows if not row.missing], []
    for group in _groups([row for row in rows if row.missing]):
        here, wanted = group[0].width
        lacking = "、".join(dict.fromkeys(heading for row in group for heading in row.missing if heading))
        told = f"{here}列" + (f"（見当たらない列：{lacking}）" if lacking else "")
        found.append(_whole("list_columns_differ", group, survey, told, f"{wanted}列"))
    for group in _groups(kept):
        cut = {row.shift for row in group if row.shift and row.shift.first}
        if len(group) > 1 and len(cut) == 1 and all(row.shift in cut for row in group):
            found.append(_whole("list_columns_differ", group, survey, f"{describe(cut.pop())}のずれ"))
            kept = _without(kept, group)
    return kept, found


def _without(rows: Sequence[ListedRow], others: Sequence[ListedRow]) -> list[ListedRow]:
    left_out = frozenset(others)
    return [row for row in rows if row not in left_out]


def _all_formulas(rows: list[ListedRow], survey: Survey) -> JudgedRows:
    """Sheets on which no row shows its values."""
    read = [row for row in rows if not row.heading]
    if read and all(row.unreadable for row in read):
        return [r for r in rows if r.heading], [_whole("list_formulas", read, survey, f"{len(read)}行")]
    kept, found = list(rows), []
    for group in _groups(read):
        if len(group) > 1 and all(row.unreadable for row in group):
            found.append(_whole("list_formulas", group, survey, f"{len(group)}行"))
            kept = _without(kept, group)
    return kept, found


def _without_answers(rows: list[ListedRow], survey: Survey) -> JudgedRows:
    """Municipalities that are named and nothing else: no answer has come from them yet."""
    blank = [row for row in rows if not (row.answered or row.heading or row.errors)]
    return _without(rows, blank), [row.finding("row_blank", survey) for row in blank]


def _slipped(row: ListedRow) -> Hashable:
    return row.shift if row.shift and not row.shift.first else None


RowChange = Callable[[ListedRow, Survey], ListedRow]


def _lift(
    rows: list[ListedRow], trait: Callable[[ListedRow], Hashable], told: RowChange, code: str, survey: Survey
) -> JudgedRows:
    """The rows, with a trait told: once about the list if all rows share it, else about each row that has it."""
    traits = {trait(row) for row in rows if not row.heading}
    if len(rows) > 1 and len(traits) == 1 and None not in traits:
        shift = rows[0].shift
        found = describe(shift) if code == "list_shifted" and shift else f"{len(rows)}行"
        return rows, [_whole(code, rows, survey, found)]
    return [told(row, survey) if trait(row) is not None else row for row in rows], []


def _told_shifted(row: ListedRow, survey: Survey) -> ListedRow:
    return row.with_findings(row.finding("row_shifted", survey, describe(row.shift))) if row.shift else row


def _told_linked(row: ListedRow, survey: Survey) -> ListedRow:
    return row.with_findings(row.finding("row_linked", survey, f"{row.sheet.row}行目"))


def describe(shift: Shift) -> str:
    """A shift in words: 右に１列; with the column from which on it is so."""
    side = "右" if shift.by > 0 else "左"
    start = f"「{shift.first.heading}」の列から" if shift.first else ""
    return f"{start}{side}に{abs(shift.by)}列"


def _own_accidents(row: ListedRow, survey: Survey) -> ListedRow:
    """The row with the findings that only this row has. What follows from an accident is not told again cell by
    cell."""
    if row.heading:
        return row.with_findings(row.finding("row_is_heading", survey, f"{row.sheet.row}行目"))
    told = []
    findings = row.sheet.findings
    if row.errors >= SEVERAL_ERRORS:
        told.append(row.finding("row_formulas", survey, f"{row.errors}セル"))
        findings = () if row.unreadable else tuple(f for f in findings if f.code != "error_value")
    elif row.shift and row.shift.first:  # what stands before it and behind it cannot both be relied on
        told.append(row.finding("row_shifted", survey, describe(row.shift)))
        findings = ()
    elif row.nameless:
        told.append(row.finding("row_body_missing", survey, f"{row.sheet.row}行目"))
        cell = row.organisation[0]
        findings = tuple(f for f in findings if (f.code, f.cell) != ("field_missing", cell))
    findings = tuple(f for f in findings if f.code != "label_missing" or line_of(f.question))
    return replace(row, sheet=replace(row.sheet, findings=findings)).with_findings(*told)
