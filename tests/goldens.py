"""What the program says today of every workbook on the shelf, and what it prints: text to be compared by eye.

`python -m tests.goldens` writes tests/goldens/ anew; test_goldens.py fails where they differ. A change of them is
read in review like any other: whatever became longer or more suspicious has to be wanted.
"""

from __future__ import annotations

import hashlib
import io
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from openpyxl import load_workbook

from config.form import Form
from config.load import default_survey
from intake.sheets.columns import list_columns
from intake.submission import AnswerSheet, FileReading
from replies.workbooks.export import write_export
from replies.workbooks.form import blank
from routing.demo.run import run_demo
from routing.ledger.store import Ledger
from routing.register import build_register
from routing.tracking.exporting import export_rows
from tests.workbooks.expectations import EXPECTED, FILES
from tests.workbooks.forms_at_hand import reading, the_survey

GOLDENS = Path(__file__).parent / "goldens"


def forms() -> str:
    """Every cell of the blank forms, the columns of their lists, and a digest of each part of their files."""
    return "".join(line + "\n" for form in the_survey().forms for line in _form(form))


def _form(form: Form) -> Iterator[str]:
    made = io.BytesIO(blank(form, the_survey()))
    with zipfile.ZipFile(made) as parts:  # what the cells do not tell: lists to choose from, formats, widths
        yield from (f"{form.id} {name} {_digest(parts.read(name))}" for name in parts.namelist())
    book = load_workbook(made)
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            yield from (
                f"{form.id} {sheet.title}!{c.coordinate} {c.value!r}" for c in row if c.value is not None
            )
    yield from (f"{form.id} {c.holds} {c.key} {c.number} {c.heading!r}" for c in list_columns(form))


def findings() -> str:
    """Every finding about the sheets of every workbook that the tests have, with what was read of each answer."""
    names = sorted(name for name, expected in EXPECTED.items() if not expected.get("hostile"))
    books = [(name, FILES / name) for name in names]
    lists = FILES.parent / "lists" / "files"
    books += [(f"lists/{path.name}", path) for path in sorted(lists.iterdir())]
    return "".join(
        f"{name}: {line}\n" for name, path in books for line in _book(reading(path.read_bytes(), path.name))
    )


def _book(read: FileReading) -> Iterator[str]:
    for finding in read.findings:
        yield f"{finding.severity} {finding.code} {finding.found}".strip()
    for sheet in read.sheets:
        yield from _sheet(sheet)


def _sheet(sheet: AnswerSheet) -> Iterator[str]:
    taken = " ".join(f"{a.question}={a.number or list(a.marks) or '-'}" for a in sheet.answers)
    yield f"{sheet.sheet}!{sheet.row or ''} {sheet.form} {sheet.program or '-'} {sheet.body.lgcode or '-'} {taken}"
    for f in sheet.findings:
        parts = (f.severity, f.code, f.cell, f.question or f.label, f.about, f.found, f.expected)
        yield " ".join(part for part in parts if part)


def ledger() -> str:
    """The verdicts and findings that the ledger of the demo holds."""
    return _demo()["ledger"]


def letters() -> str:
    """A digest of each letter that the demo writes: whose change is meant to change letters writes them anew."""
    return _demo()["letters"]


def export() -> str:
    """Every cell of the export that the demo leaves, and of one with what is still open and personal fields."""
    return _demo()["export"]


@cache
def _demo() -> dict[str, str]:
    with TemporaryDirectory() as folder:
        out = run_demo(default_survey(), Path(folder) / "out").out
        made = {"ledger": _ledger(out / "ledger.db"), "letters": _letters(out), "export": _export(out / "ledger.db")}
        return {name: "".join(f"{line}\n" for line in lines) for name, lines in made.items()}


_LEDGER = (
    "SELECT arrival_id, piece, outcome, rules, body, program, part, attribute, late, why FROM verdict ORDER BY id",
    "SELECT arrival_id, severity, code, sheet, cell, question, label, found, expected FROM finding ORDER BY id",
)


def _ledger(path: Path) -> Iterator[str]:
    with closing(sqlite3.connect(path)) as ledger:
        for query in _LEDGER:
            yield from (" ".join(str(value) for value in row) for row in ledger.execute(query))


def _letters(out: Path) -> Iterator[str]:
    yield from (f"{path.name} {_digest(path.read_bytes())}" for path in sorted((out / "replies").iterdir()))


def _export(path: Path) -> Iterator[str]:
    register = build_register(default_survey())
    at = register.survey.correct_by
    with closing(Ledger(path)) as ledger:
        for openly in (False, True):
            made = io.BytesIO()
            write_export(made, export_rows(ledger, register, at, openly), register.survey, at, openly)
            for sheet in load_workbook(made).worksheets:
                cells = (c for row in sheet.iter_rows() for c in row if c.value is not None)
                yield from (f"{sheet.title}!{c.coordinate} {c.value!r}" for c in cells)


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]


MADE = {
    "forms.txt": forms, "findings.txt": findings,
    "ledger.txt": ledger, "letters.txt": letters, "export.txt": export,
}  # fmt: skip

if __name__ == "__main__":
    GOLDENS.mkdir(exist_ok=True)
    for name, make in MADE.items():
        (GOLDENS / name).write_text(make(), encoding="utf-8")
