"""一覧表 made from a folder of answer sheets, for those who send (notice 記３（３）).

Reads every file as the desk would, in the reader child; never sends, never touches the ledger, never
changes a file of the folder. What is wrong is told per file; who is missing is told per program.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from intake.finding import Finding
from intake.submission import AnswerSheet, FileReading
from replies.collated_list import write_list
from routing.identify import ProgramEvidence, infer_program
from routing.reading import Reader, ReaderDied, ReadFailed
from routing.register import Register
from routing.standing import overlap

SUFFIXES = frozenset({".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"})
_LOCK_FILE = "~$"  # left beside a workbook that is open in Excel


@dataclass(frozen=True, slots=True)
class Told:
    """What is to be said of one file: its path within the folder, whether it went into a list, findings."""

    name: str
    used: bool
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Gathered:
    """One list: its program (id), its rows by code, and the lgcodes that its prefecture still lacks."""

    program: str
    rows: tuple[AnswerSheet, ...]
    missing: tuple[str, ...]
    data: bytes


@dataclass(frozen=True, slots=True)
class Collation:
    """What a folder came to. `prefecture`: the lgcode of the prefecture whose municipalities these are."""

    prefecture: str
    lists: tuple[Gathered, ...]
    files: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class _Entry:
    """One sheet on its way into a list."""

    name: str
    program: str
    sheet: AnswerSheet


def workbooks(folder: Path) -> list[Path]:
    """The workbooks in a folder and below it, by name; Excel's lock files are left out."""
    found = (p for p in folder.rglob("*") if p.is_file() and p.suffix.lower() in SUFFIXES)
    return sorted(p for p in found if not p.name.startswith(_LOCK_FILE))


def collate(
    folder: Path, paths: Iterable[Path], reader: Reader, register: Register, prefecture: str = ""
) -> Collation:
    """Gathers the sheets of these files into one list for each program. `prefecture`: two digits, else the
    one that most of the sheets come from."""
    told: list[Told] = []
    entries: list[_Entry] = []
    for path in paths:
        name = path.relative_to(folder).as_posix()
        reading = _read(reader, path)
        if reading is None:
            told.append(Told(name, False, (Finding("unreadable", "error"),)))
            continue
        own = [_Entry(name, _program(s, reading, register), s) for s in reading.sheets if not s.row]
        usable = [e for e in own if e.program and e.sheet.body.lgcode]
        entries += usable
        findings = reading.findings + tuple(f for s in reading.sheets for f in s.findings)
        told.append(Told(name, bool(usable), findings))
    code = _prefecture(entries, register, prefecture)
    kept, doubled = _one_each(entries)
    lists = tuple(_gather(p.id, kept, code, register) for p in register.survey.programs)
    return Collation(code, tuple(g for g in lists if g.rows), _with_doubled(told, doubled))


def _read(reader: Reader, path: Path) -> FileReading | None:
    try:
        return reader.read_file(path.name, path.read_bytes())
    except (ReaderDied, ReadFailed):
        return None


def _program(sheet: AnswerSheet, reading: FileReading, register: Register) -> str:
    evidence = ProgramEvidence(reading.claim.programs, (), "")
    return infer_program(sheet, evidence, register.programs_of(sheet.body.lgcode), register.survey)


def _prefecture(entries: list[_Entry], register: Register, digits: str) -> str:
    """The prefecture's lgcode: as asked for, else that of most sheets; empty if there is no sheet."""
    if digits:
        return next((b.lgcode for b in register.roster.of_kind("prefecture") if b.lgcode[:2] == digits), "")
    counted = Counter(register.prefecture_code(e.sheet.body.lgcode) for e in entries)
    return counted.most_common(1)[0][0] if counted else ""


def _one_each(entries: list[_Entry]) -> tuple[list[_Entry], set[str]]:
    """Each body × program × screening once, the last file by name winning; the names of those left out."""
    kept: list[_Entry] = []
    doubled: set[str] = set()
    for entry in reversed(entries):
        if any(_same(entry, other) for other in kept):
            doubled.add(entry.name)
        else:
            kept.append(entry)
    return kept, doubled


def _same(one: _Entry, other: _Entry) -> bool:
    same = (one.sheet.body.lgcode, one.program) == (other.sheet.body.lgcode, other.program)
    return same and overlap(one.sheet.attributes, other.sheet.attributes)


def _with_doubled(told: list[Told], doubled: set[str]) -> tuple[Told, ...]:
    def mark(one: Told) -> Told:
        if one.name not in doubled:
            return one
        return Told(one.name, False, (*one.findings, Finding("answered_twice", "warning")))

    return tuple(map(mark, told))


def _gather(program: str, entries: list[_Entry], prefecture: str, register: Register) -> Gathered:
    """The list of one program: the municipalities that this prefecture collects, by code."""
    obligation = register.by_key.get((prefecture, program))
    wanted = obligation.collected if obligation else ()
    chosen = [e.sheet for e in entries if e.program == program and e.sheet.body.lgcode in wanted]
    rows = tuple(sorted(chosen, key=lambda s: (s.body.lgcode, s.attributes)))
    here = {s.body.lgcode for s in rows}
    missing = tuple(c for c in wanted if c not in here)
    form = register.survey.form(register.survey.program(program).form)
    data = write_list(rows, form, register.survey) if rows else b""
    return Gathered(program, rows, missing, data)


