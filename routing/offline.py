"""A file checked without mail and ledger: what `check` tells is what a mail with it would be told."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from intake.finding import Finding
from intake.submission import FileKind, FileReading
from routing.decision.identify import ProgramEvidence, infer_program
from routing.reading.errors import ReaderDied, ReadFailed
from routing.reading.pool import Readers
from routing.reading.reader import Reader
from routing.register import Register


@dataclass(frozen=True, slots=True)
class Checked:
    """One file, checked. `form`, `program`: ids, or empty where its rows differ; `body`: lgcode, or empty; of
    a collated list the prefecture, and `rows` the number of its rows."""

    filename: str
    kind: FileKind
    form: str
    program: str
    body: str
    findings: tuple[Finding, ...]
    rows: int = 0


def check_file(reader: Reader | Readers, filename: str, data: bytes, register: Register) -> Checked:
    """Reads and checks one file in the reader child; a file that it cannot survive is a finding."""
    try:
        reading = reader.read_file(filename, data)
    except (ReaderDied, ReadFailed):
        return Checked(filename, "other", "", "", "", (Finding("unreadable", "error"),))
    findings = all_findings(reading)
    if not reading.sheets:
        return Checked(filename, reading.kind, "", "", "", findings)
    if reading.kind == "collated_list":
        return _check_list(filename, reading, findings, register)
    sheet = reading.sheets[0]
    body = sheet.body.lgcode or reading.claim.match.lgcode
    evidence = ProgramEvidence(reading.claim.programs, (), "")
    program = infer_program(sheet, evidence, register.programs_of(body), register.survey)
    return Checked(filename, reading.kind, sheet.form, program, body, findings)


def all_findings(reading: FileReading) -> tuple[Finding, ...]:
    """What was found in a file and in its sheets; of personal data the place, which a letter never tells."""
    places = (place.rpartition("!") for place in reading.personal)
    personal = tuple(Finding("personal_found", "error", sheet=sheet, cell=cell) for sheet, _, cell in places)
    return personal + reading.findings + tuple(f for s in reading.sheets for f in s.findings)


def _check_list(
    filename: str, reading: FileReading, findings: tuple[Finding, ...], register: Register
) -> Checked:
    """A collated list: what all of its rows share, and the prefecture of most of them."""
    rows = [sheet for sheet in reading.sheets if sheet.row]
    forms, programs = {sheet.form for sheet in rows}, {sheet.program for sheet in rows}
    prefectures = Counter(register.prefecture_code(sheet.body.lgcode) for sheet in rows if sheet.body.lgcode)
    most = prefectures.most_common(1)
    return Checked(
        filename,
        reading.kind,
        form=forms.pop() if len(forms) == 1 else "",
        program=programs.pop() if len(programs) == 1 else "",
        body=most[0][0] if most else reading.claim.match.lgcode,
        findings=findings,
        rows=len(rows),
    )
