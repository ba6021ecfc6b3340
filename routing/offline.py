"""A file checked without mail and ledger: what `check` tells is what a mail with it would be told."""

from __future__ import annotations

from dataclasses import dataclass

from intake.finding import Finding
from intake.submission import FileKind
from routing.identify import ProgramEvidence, infer_program
from routing.reading import Reader, ReaderDied, ReadFailed
from routing.register import Register


@dataclass(frozen=True, slots=True)
class Checked:
    """One file, checked. `form`, `program`: ids, or empty; `body`: lgcode, or empty."""

    filename: str
    kind: FileKind
    form: str
    program: str
    body: str
    findings: tuple[Finding, ...]


def check_file(reader: Reader, filename: str, data: bytes, register: Register) -> Checked:
    """Reads and checks one file in the reader child; a file that it cannot survive is a finding."""
    try:
        reading = reader.read_file(filename, data)
    except (ReaderDied, ReadFailed):
        return Checked(filename, "other", "", "", "", (Finding("unreadable", "error"),))
    findings = reading.findings + tuple(f for s in reading.sheets for f in s.findings)
    if not reading.sheets:
        return Checked(filename, reading.kind, "", "", "", findings)
    sheet = reading.sheets[0]
    body = sheet.body.lgcode or reading.claim.match.lgcode
    evidence = ProgramEvidence(reading.claim.programs, (), "")
    program = infer_program(sheet, evidence, register.owed_by(body), register.survey)
    return Checked(filename, reading.kind, sheet.form, program, body, findings)
