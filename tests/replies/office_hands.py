"""LibreOffice as a person who fills a workbook in: types into cells, puts rows and columns in, saves. By a macro, so that
whatever it does to merged cells, formulas and formats is done to them.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

# ("type", "C6", "text"), ("rows", "12", "2"): two put in above row 12, ("columns", "C", "1"), ("unprotect",),
# ("rows_out", "12", "1"), ("columns_out", "C", "1"): taken out
Step = tuple[str, ...]

FILTERS = {"xlsx": "Calc MS Excel 2007 XML", "xls": "MS Excel 97", "ods": "calc8"}
_LIBRARY = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE library:library PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "library.dtd">
<library:library xmlns:library="http://openoffice.org/2000/library" library:name="Standard" library:readonly="false"
 library:passwordprotected="false"><library:element library:name="Hands"/></library:library>"""
_LIBRARIES = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE library:libraries PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "libraries.dtd">
<library:libraries xmlns:library="http://openoffice.org/2000/library" xmlns:xlink="http://www.w3.org/1999/xlink">
 <library:library library:name="Standard" xlink:href="$(USER)/basic/Standard/script.xlb/" xlink:type="simple"
 library:link="false"/></library:libraries>"""
_MODULE = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE script:module PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "module.dtd">
<script:module xmlns:script="http://openoffice.org/2000/script" script:name="Hands" script:language="StarBasic">{}
</script:module>"""


@dataclass(frozen=True, slots=True)
class Job:
    """What somebody does to one sheet of a workbook, and as what he saves it (.xlsx, .xls, .ods)."""

    book: Path
    sheet: str
    steps: tuple[Step, ...]
    to: Path


def by_hand(jobs: Sequence[Job], folder: Path) -> None:
    """All of these, with a profile of its own in `folder`."""
    profile = folder / "profile"
    basic = profile / "user" / "basic" / "Standard"
    office = ["soffice", f"-env:UserInstallation={profile.as_uri()}", "--headless", "--norestore"]
    subprocess.run([*office, "--terminate_after_init"], capture_output=True, timeout=180, check=True)
    (basic.parent / "script.xlc").write_text(_LIBRARIES, encoding="utf-8")
    (basic / "script.xlb").write_text(_LIBRARY, encoding="utf-8")
    (basic / "Hands.xba").write_text(_MODULE.format(escape("\n".join(_macro(jobs)))), encoding="utf-8")
    run = [*office, "macro:///Standard.Hands.Fill"]
    done = subprocess.run(run, capture_output=True, text=True, timeout=180 + 10 * len(jobs), check=False)
    assert not [job.to for job in jobs if not job.to.is_file()], done.stderr


def _macro(jobs: Sequence[Job]) -> Iterator[str]:
    yield "Sub Fill"
    yield "On Error GoTo Ended"
    for number in range(len(jobs)):
        yield f"Work{number}()"
    yield from ("Ended:", "StarDesktop.terminate()", "End Sub")
    for number, job in enumerate(jobs):
        yield f"Sub Work{number}"
        yield from _work(job)
        yield "End Sub"


def _work(job: Job) -> Iterator[str]:
    yield "Dim how(0) As New com.sun.star.beans.PropertyValue"
    yield 'how(0).Name = "Hidden"'
    yield "how(0).Value = True"
    yield f'book = StarDesktop.loadComponentFromURL({_said(job.book.as_uri())}, "_blank", 0, how())'
    yield f"page = book.Sheets.getByName({_said(job.sheet)})"
    yield from map(_step, job.steps)
    yield 'how(0).Name = "FilterName"'
    yield f"how(0).Value = {_said(FILTERS[job.to.suffix[1:]])}"
    yield f"book.storeToURL({_said(job.to.as_uri())}, how())"
    yield "book.close(True)"


def _step(step: Step) -> str:
    match step:
        case ("type", cell, text):
            return f"page.getCellRangeByName({_said(cell)}).FormulaLocal = {_said(text)}"
        case ("rows", row, number):
            return f"page.Rows.insertByIndex({int(row) - 1}, {number})"
        case ("unprotect",):
            return 'page.unprotect("")'
        case ("columns", column, number):
            cell = f"page.getCellRangeByName({_said(column + '1')})"
            return f"page.Columns.insertByIndex({cell}.CellAddress.Column, {number})"
        case ("rows_out", row, number):
            return f"page.Rows.removeByIndex({int(row) - 1}, {number})"
        case ("columns_out", column, number):
            cell = f"page.getCellRangeByName({_said(column + '1')})"
            return f"page.Columns.removeByIndex({cell}.CellAddress.Column, {number})"
    raise ValueError(step)


def _said(text: str) -> str:
    """A text in Basic, of which a line may not be longer than some hundred characters."""
    return '"' + text.replace('"', '""').replace("\n", '" & Chr(10) & "') + '"'
