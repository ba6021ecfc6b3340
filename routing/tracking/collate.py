"""一覧表 made from a folder of answer sheets, for those who send (notice 記３（３）).

Reads every file as the desk would, in the reader child; never sends, never touches the ledger, never
changes a file of the folder. What is wrong is told per file; who is missing is told per program.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from config.frozen import frozen, replace
from intake.finding import Finding
from intake.submission import AnswerSheet, FileReading
from replies.workbooks.collated_list import write_list
from routing.decision.identify import ProgramEvidence, infer_program
from routing.offline import all_findings
from routing.reading.errors import ReaderDied, ReadFailed
from routing.reading.reader import Reader
from routing.register import Register
from routing.standing import overlap

SUFFIXES = frozenset({".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"})
_LOCK_FILE = "~$"  # left beside a workbook that is open in Excel


@frozen
class FileReport:
    """What is to be said of one file: its path within the folder, whether (any sheet of) it went into a
    list, findings; `reasons` why something was left out, as keys of wording.toml's [collate]."""

    name: str
    used: bool
    findings: tuple[Finding, ...]
    reasons: tuple[str, ...] = ()


@frozen
class Gathered:
    """One list: its program (id), its rows by code, and the lgcodes that its prefecture still lacks."""

    program: str
    rows: tuple[AnswerSheet, ...]
    missing: tuple[str, ...]
    data: bytes


@frozen
class Collation:
    """What a folder came to. `prefecture`: the lgcode of the prefecture whose municipalities these are."""

    prefecture: str
    lists: tuple[Gathered, ...]
    files: tuple[FileReport, ...]


@frozen
class _CollatedSheet:
    """One sheet on its way into a list; `reason` why it is left out, if it is."""

    name: str
    program: str
    sheet: AnswerSheet
    reason: str = ""


def workbooks(folder: Path) -> list[Path]:
    """The workbooks in a folder and below it, by name; Excel's lock files are left out."""
    found = (p for p in folder.rglob("*") if p.is_file() and p.suffix.lower() in SUFFIXES)
    return sorted(p for p in found if not p.name.startswith(_LOCK_FILE))


def collate(
    folder: Path, paths: Iterable[Path], reader: Reader, register: Register, prefecture: str = ""
) -> Collation:
    """Gather the sheets of these files into one list for each program. `prefecture`: two digits, else the one that
    most of the sheets come from."""
    found: dict[str, tuple[Finding, ...]] = {}
    entries: list[_CollatedSheet] = []
    for path in paths:
        name = path.relative_to(folder).as_posix()
        reading = _read(reader, path)
        found[name] = (Finding("unreadable", "error"),) if reading is None else all_findings(reading)
        entries += _entries(name, reading, register) if reading else ()
    code = _prefecture([e for e in entries if not e.reason], register, prefecture)
    entries = _one_each([_at_home(e, code, register) for e in entries])
    chosen = [e for e in entries if not e.reason]
    lists = tuple(_gather(p.id, chosen, code, register) for p in register.survey.programs)
    return Collation(code, tuple(g for g in lists if g.rows), _told(found, entries))


def _told(found: dict[str, tuple[Finding, ...]], entries: list[_CollatedSheet]) -> tuple[FileReport, ...]:
    sheets: dict[str, list[_CollatedSheet]] = {}
    for entry in entries:
        sheets.setdefault(entry.name, []).append(entry)
    return tuple(
        FileReport(
            name,
            any(not e.reason for e in sheets.get(name, ())),
            findings,
            tuple(dict.fromkeys(e.reason for e in sheets.get(name, ()) if e.reason)),
        )
        for name, findings in found.items()
    )


def _entries(name: str, reading: FileReading, register: Register) -> list[_CollatedSheet]:
    """The sheets of one file, each with the reason why it cannot stand in a list, if there is one."""
    found = []
    for sheet in reading.sheets:
        program = _program(sheet, reading, register)
        reasons = (
            ("collate_personal", bool(reading.personal)),
            ("collate_list", sheet.row > 0),
            ("collate_no_body", not sheet.body.lgcode),
            ("collate_no_program", not program),
        )
        found.append(_CollatedSheet(name, program, sheet, next((key for key, holds in reasons if holds), "")))
    return found


def _at_home(entry: _CollatedSheet, prefecture: str, register: Register) -> _CollatedSheet:
    """The entry; if this prefecture does not collect its sheet, with the reason to leave it out."""
    obligation = register.by_key.get((prefecture, entry.program))
    collected = obligation is not None and entry.sheet.body.lgcode in obligation.collected
    return entry if entry.reason or collected else replace(entry, reason="collate_elsewhere")


def _read(reader: Reader, path: Path) -> FileReading | None:
    try:
        return reader.read_file(path.name, path.read_bytes())
    except (ReaderDied, ReadFailed):
        return None


def _program(sheet: AnswerSheet, reading: FileReading, register: Register) -> str:
    evidence = ProgramEvidence(reading.claim.programs, (), "")
    return infer_program(sheet, evidence, register.programs_of(sheet.body.lgcode), register.survey)


def _prefecture(entries: list[_CollatedSheet], register: Register, digits: str) -> str:
    """Whose list it is: of the prefecture asked for, else of anywhere, who collects most of the sheets; empty if there
    is no sheet."""
    found = (register.whose_list(e.sheet.body.lgcode, e.program) for e in entries)
    counted = Counter(code for code in found if register.lies_in(code, digits))
    asked = next((b.lgcode for b in register.roster.of_kind("prefecture") if b.lgcode[:2] == digits), "")
    return counted.most_common(1)[0][0] if counted else asked


def _one_each(entries: list[_CollatedSheet]) -> list[_CollatedSheet]:
    """Each body × program × screening once, the last file by name winning; the others told to be left out."""
    kept: dict[tuple[str, str], list[_CollatedSheet]] = {}
    judged = []
    for entry in reversed(entries):
        same = kept.setdefault((entry.sheet.body.lgcode, entry.program), [])
        if not entry.reason and any(overlap(entry.sheet.attributes, o.sheet.attributes) for o in same):
            entry = replace(entry, reason="collate_doubled")
        if not entry.reason:
            same.append(entry)
        judged.append(entry)
    return judged[::-1]


def _gather(program: str, entries: list[_CollatedSheet], prefecture: str, register: Register) -> Gathered:
    """The list of one program, by code; all of `entries` are of bodies that this prefecture collects."""
    obligation = register.by_key.get((prefecture, program))
    wanted = obligation.collected if obligation else ()
    chosen = [e.sheet for e in entries if e.program == program]
    rows = tuple(sorted(chosen, key=lambda s: (s.body.lgcode, s.attributes)))
    here = {s.body.lgcode for s in rows}
    missing = tuple(c for c in wanted if c not in here)
    form = register.survey.form(register.survey.program(program).form)
    data = write_list(rows, form, register.survey) if rows else b""
    return Gathered(program, rows, missing, data)
