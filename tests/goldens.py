"""What the program says today of every workbook on the shelf, and what it prints: text to be compared by eye.

`python -m tests.goldens` writes tests/goldens/ anew; test_goldens.py fails where they differ. A change of them is
read in review like any other: whatever became longer or more suspicious has to be wanted.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

from openpyxl import load_workbook

from config.survey import Form
from intake.sheets.columns import list_columns
from intake.submission import AnswerSheet, FileReading
from replies.workbooks.form import blank
from tests.workbooks.expectations import EXPECTED, FILES
from tests.workbooks.forms_at_hand import reading, the_survey

GOLDENS = Path(__file__).parent / "goldens"


def forms() -> str:
    """Every cell of the blank forms, and the columns of their lists."""
    return "".join(line + "\n" for form in the_survey().forms for line in _form(form))


def _form(form: Form) -> Iterator[str]:
    book = load_workbook(io.BytesIO(blank(form, the_survey())))
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


MADE = {"forms.txt": forms, "findings.txt": findings}

if __name__ == "__main__":
    GOLDENS.mkdir(exist_ok=True)
    for name, make in MADE.items():
        (GOLDENS / name).write_text(make(), encoding="utf-8")
