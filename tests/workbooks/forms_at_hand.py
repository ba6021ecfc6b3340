"""What the tests of workbooks share: a complete answer sheet, how to change it, and how to read it.

Cells named in tests are written there by hand; nothing here computes one.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from functools import cache, lru_cache

from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from config.form import Form, Question
from config.kinds.choice import ChoiceKind
from config.kinds.marks import Mark, MarksKind
from config.kinds.option import Choice
from config.load import default_survey, load_survey
from config.roster import Roster, load_roster
from config.survey import Survey
from intake.answers import AttachedFile, read_file
from intake.finding import Finding
from intake.submission import AnswerSheet, Claim, FileReading
from replies.workbooks.form import FillValue, fill

NO_CLAIM = Claim("", "absent")

# A designated city that answers every question of 別添１ and gives no cause for any finding
COMPLETE: Mapping[str, FillValue] = {
    "kind": "指定都市",
    "organisation": "14神奈川県横浜市",
    "department": "健康福祉局健康推進課",
    "position": "課長",
    "responsible": "山田　太郎",
    "contact": "鈴木　花子",
    "telephone": "045-000-0000",
    "email": "kenko@city.example.lg.jp",
    "1-1": 1,
    "2": 1,
    "3": 1,
    "4": 1,
    "5": 2,
    "6": (1,),
    "7-1": 1,
    "7-2": 1,
    "7-3": 1,
    "7-4": (1, 3),
    "8-1": 1,
    "8-1-text": "マニュアルあり。二人で確認する。",
    "8-2": 1,
    "9": 1,
    "10": 1,
}
# … and of 別添２
COMPLETE_2: Mapping[str, FillValue] = {**COMPLETE, "a": 1, "b": 1, "c": 1, "d": 1}


@cache
def the_survey() -> Survey:
    return load_survey(default_survey())


@cache
def the_roster() -> Roster:
    return load_roster()


def form(id: str = "form1") -> Form:
    return the_survey().form(id)


def choices_of(question: Question) -> tuple[Choice, ...]:
    """The choices of a question; none if it has circles."""
    return question.kind.choices if isinstance(question.kind, ChoiceKind) else ()


def marks_of(question: Question) -> tuple[Mark, ...]:
    """The circle lines of a question; none if it has choices."""
    return question.kind.marks if isinstance(question.kind, MarksKind) else ()


def filled(
    changes: Mapping[str, FillValue | None], base: Mapping[str, FillValue] = COMPLETE, id: str = "form1"
) -> bytes:
    """The complete sheet with some values changed, or left out where the change is None."""
    return _filled(tuple((key, value) for key, value in {**base, **changes}.items() if value is not None), id)


@lru_cache(1024)
def _filled(values: tuple[tuple[str, FillValue], ...], id: str) -> bytes:
    return fill(form(id), the_survey(), dict(values))


def edited(data: bytes, edit: Callable[[Worksheet], None], sheet: str = "様式") -> bytes:
    """A workbook after `edit` has changed one of its sheets with openpyxl."""
    book = load_workbook(io.BytesIO(data))
    edit(book[sheet])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def unmerge(sheet: Worksheet) -> None:
    """Takes all merged areas apart, since openpyxl leaves them behind when rows are inserted."""
    for area in list(sheet.merged_cells.ranges):
        sheet.unmerge_cells(str(area))


def reading(data: bytes, name: str = "回答.xlsx", claim: Claim = NO_CLAIM) -> FileReading:
    return read_file(AttachedFile(name, data, claim=claim), the_survey(), the_roster())


def the_sheet(data: bytes) -> AnswerSheet:
    """The one answer sheet in a workbook."""
    read = reading(data)
    assert read.kind == "answer_sheet", read.findings
    assert len(read.sheets) == 1
    return read.sheets[0]


def told(data: bytes) -> list[tuple[str, str, str]]:
    """(code, question, cell) of every finding about the one answer sheet in a workbook."""
    return [(f.code, f.question, f.cell) for f in the_sheet(data).findings]


def only(findings: tuple[Finding, ...], code: str) -> Finding:
    """The one finding with this code."""
    fitting = [finding for finding in findings if finding.code == code]
    assert len(fitting) == 1, findings
    return fitting[0]
