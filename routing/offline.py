"""A file checked without mail and ledger: what `check` tells is what a mail with it would be told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from config.frozen import frozen, replace
from intake.finding import Finding
from intake.submission import AnswerSheet, Claim, FileKind, FileReading, Message, Submission
from routing.decision.compare import Told
from routing.decision.findings import Piecework, piece_findings
from routing.decision.identify import ProgramEvidence, identify, infer_program
from routing.reading.errors import ReaderDied, ReadFailed
from routing.reading.pool import Readers
from routing.reading.reader import Reader
from routing.records import KnownSender
from routing.register import Register


@frozen
class Checked:
    """One file, checked. `form`, `program`: ids, of the first sheet, or empty where its rows differ; `body`: lgcode, or
    empty; of a collated list the prefecture, and `rows` the number of its rows. `forms`: ids of all forms in it."""

    filename: str
    kind: FileKind
    form: str
    program: str
    body: str
    findings: tuple[Finding, ...]
    rows: int = 0
    forms: tuple[str, ...] = ()


def check_file(
    reader: Reader | Readers, filename: str, data: bytes, register: Register, mailbox: str = ""
) -> Checked:
    """Read and check one file in the reader child; a file that it cannot survive is a finding. `mailbox`: the one it
    will go to, where that is known."""
    try:
        reading = reader.read_file(filename, data)
    except (ReaderDied, ReadFailed):
        return Checked(filename, "other", "", "", "", (Finding("unreadable", "error"),))
    findings = as_by_mail(reading, register, mailbox)
    if not reading.sheets:
        return Checked(filename, reading.kind, "", "", "", findings)
    if reading.kind == "collated_list":
        return _check_list(filename, reading, findings, register)
    sheet = reading.sheets[0]
    body = sheet.body.lgcode or reading.claim.match.lgcode
    program = _program(reading, sheet, body, mailbox, register)
    forms = tuple(dict.fromkeys(s.form for s in reading.sheets))
    return Checked(filename, reading.kind, sheet.form, program, body, findings, forms=forms)


def without_outlines(checked: Sequence[Checked]) -> list[Checked]:
    """Files checked together: an outline that is wanted may be one of those that are no form."""
    if not any(one.kind == "other" for one in checked):
        return list(checked)
    return [replace(c, findings=tuple(f for f in c.findings if f.code != "outline_missing")) for c in checked]


def as_by_mail(reading: FileReading, register: Register, mailbox: str = "") -> tuple[Finding, ...]:
    """What a mail with nothing but this file would be told, as far as the file alone can tell. Where it is not said to
    which mailbox it will go: where each of them would tell the program, nothing is said, and where one of them would, it
    is a friendly line. Whose it is may be told by the sender."""
    mail = Submission("submission", _NO_MAIL, Claim("", "absent"), (reading,))
    units = [_unit(mail, reading, sheet, mailbox, register) for sheet in reading.sheets]
    beside = tuple(Told(unit.sheet, unit.identity.body, unit.program) for unit in units if unit.sheet)
    found = [f for unit in units for f in piece_findings(replace(unit, beside=beside), register, _nothing_listed)]
    found = [f for f in found if f.code != "body_unclear"]
    kept = found if mailbox else [told for f in found for told in _by_mailbox(f, reading, register)]
    return tuple(dict.fromkeys((*all_findings(replace(reading, sheets=())), *kept)))


_NO_MAIL = Message("", "", None, None, (), (), "", (), "", "")
_NO_SENDER = KnownSender(None, False, "", ())


def _unit(
    mail: Submission, reading: FileReading, sheet: AnswerSheet, mailbox: str, register: Register
) -> Piecework:
    identity = identify(mail, reading, sheet, _NO_SENDER, register.roster)
    return Piecework(mail, reading, sheet, identity, _program(reading, sheet, identity.body, mailbox, register))


def _program(reading: FileReading, sheet: AnswerSheet, body: str, mailbox: str, register: Register) -> str:
    evidence = ProgramEvidence(reading.claim.programs, (), mailbox)
    return infer_program(sheet, evidence, register.programs_of(body), register.survey)


def _by_mailbox(finding: Finding, reading: FileReading, register: Register) -> Iterator[Finding]:
    """The finding; that a program is unclear only as far as the mailbox may not tell it. For a list's rows the list
    tells it."""
    sheet = next((s for s in reading.sheets if s.sheet == finding.sheet), None)
    if finding.code != "program_unclear" or sheet is None:
        yield finding
        return
    if sheet.row or any(f.code == "sheet_blank" for f in sheet.findings):
        return
    body = sheet.body.lgcode or reading.claim.match.lgcode
    owed = [register.survey.program(id) for id in register.programs_of(body)]
    told = [_program(reading, sheet, body, p.mailbox, register) for p in owed if p.form == sheet.form]
    if not told or not any(told):
        yield finding
    elif not all(told):
        yield replace(finding, severity="warning")


def _nothing_listed(lgcode: str, program: str) -> None:
    """No row: without a ledger no list is known."""


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
    prefectures = Counter(register.whose_list(sheet.body.lgcode, sheet.program) for sheet in rows if sheet.body.lgcode)
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
