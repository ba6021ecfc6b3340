"""All findings on one piece of a mail: what intake saw in the file and the sheet, and what only the whole
mail and the obligation show. Pure; the severity is the survey's; decides nothing.
"""

from __future__ import annotations

from collections.abc import Callable

from config.frozen import frozen, replace
from config.kinds.organisation import OrganisationKind
from config.programs import find_program
from config.survey import Survey
from intake.finding import Finding, quote, severity_of
from intake.submission import Answer, AnswerSheet, FileReading, Submission
from routing.decision.compare import Told, differences, listed_in, same_body_twice
from routing.records import Identity
from routing.register import Register


@frozen
class Piecework:
    """One piece in its mail, with what was told of its body and program (an id, or empty). `beside`: what was told
    of every sheet of the mail, its own among them."""

    submission: Submission
    file: FileReading
    sheet: AnswerSheet | None
    identity: Identity
    program: str
    beside: tuple[Told, ...] = ()


Listed = Callable[[str, str], AnswerSheet | None]


def piece_findings(piece: Piecework, register: Register, listed: Listed) -> tuple[Finding, ...]:
    """Everything that was found, in the order in which a reader meets it. `listed` tells the row of a list
    that stands for a body and program. What concerns a list as a whole is found once, not for each row."""
    found: list[Finding] = []
    if piece.sheet is None or not piece.sheet.row:
        found += [*_contradictions(piece, register), *piece.file.findings]
    if piece.sheet is not None:
        found += _settled(piece.sheet, piece, register)
        found += _outlines(piece.sheet, piece.submission, register)
        found += _unclear(piece.sheet, piece, register)
        told = tell(piece.sheet, piece.identity.body, piece.program, register)
        found += same_body_twice(told, piece.beside, register.survey)
        found += _compared(piece, piece.sheet, register, listed)
    return tuple(found)


def _compared(
    piece: Piecework, sheet: AnswerSheet, register: Register, listed: Listed
) -> tuple[Finding, ...]:
    """Where a municipality's own sheet differs from its row in the list, of this mail or an earlier one."""
    if sheet.row or (piece.identity.body, piece.program) not in register.collectors:
        return ()
    told = Told(sheet, piece.identity.body, piece.program)
    row = listed_in(told, piece.beside) or listed(piece.identity.body, piece.program)
    return differences(sheet, row, register.survey) if row else ()


def _contradictions(piece: Piecework, register: Register) -> list[Finding]:
    """Findings where subject or file name says another body than workbook and sender do. A supporting file may have
    any name."""
    if piece.file.kind == "other":
        return []
    claims = (
        ("subject", "subject_contradicts", piece.submission.claim),
        ("file_name", "file_name_contradicts", piece.file.claim),
    )
    expected = register.full_name(piece.identity.body)
    return [
        Finding(code, severity_of(code, register.survey), found=quote(claim.name), expected=expected)
        for source, code, claim in claims
        if source in piece.identity.disagree
    ]


def _own_findings(sheet: AnswerSheet, piece: Piecework, register: Register) -> tuple[Finding, ...]:
    """The sheet's findings. Where 組織名 names another body than everything else does, that is the finding, and what
    was found only by believing that name is left out."""
    sources = {e.source for e in piece.identity.evidence}
    if "organisation" not in piece.identity.disagree or "operator" in sources or sheet.row:
        return sheet.findings
    form = register.survey.form(sheet.form, sheet.version)
    by_kind = {q.key for q in form.questions if q.only}
    name = next(f.label for f in form.fields if isinstance(f.kind, OrganisationKind))
    kept = tuple(
        f
        for f in sheet.findings
        if f.question not in by_kind and f.code != "kind_disagrees" and (f.question or f.label != name)
    )
    return (_organisation(sheet, piece.identity.body, register), *kept)


def _organisation(sheet: AnswerSheet, lgcode: str, register: Register) -> Finding:
    form = register.survey.form(sheet.form, sheet.version)
    field, kind = next((f, f.kind) for f in form.fields if isinstance(f.kind, OrganisationKind))
    body = register.body(lgcode)
    return Finding(
        "organisation_contradicts",
        severity_of("organisation_contradicts", register.survey),
        sheet=sheet.sheet,
        cell=next((f.cell for f in sheet.fields if f.key == field.key), ""),
        label=field.label,
        found=quote(sheet.field(field.key)),
        expected=kind.spelling(body) if body else "",
    )


def tell(sheet: AnswerSheet, body: str, program: str, register: Register) -> Told:
    """What the mail tells of a sheet, to be held beside others; no body where the sheet may be somebody else's."""
    return Told(sheet, "" if _may_be_anothers(sheet, body, register) else body, program)


def _may_be_anothers(sheet: AnswerSheet, body: str, register: Register) -> bool:
    """Whether a sheet that a prefecture sends may be one of its municipalities': its name is misspelt, and 組織区分 does
    not say that it is the prefecture's own."""
    sender = register.roster.by_code(body)
    if sheet.body.status != "unknown" or sender is None or not register.roster.has_below(sender):
        return False
    fields = register.survey.form(sheet.form, sheet.version).fields
    return not any(sender.kind in field.kind.bodies(sheet.field(field.key)) for field in fields)


def _settled(sheet: AnswerSheet, piece: Piecework, register: Register) -> list[Finding]:
    """The sheet's findings as they stand in its mail. A name that several bodies share, or a misspelt one, is no
    fault where other evidence told the body for certain: a shared name is then settled, a misspelt one a friendly
    line. The same holds for a spelling of 制度等 that is not in the list, where file name or mailbox told the
    program; where nothing did, that is told."""
    identity, kept = piece.identity, list(_own_findings(sheet, piece, register))
    if identity.body and identity.strong and not _may_be_anothers(sheet, identity.body, register):
        kept = [f for f in kept if f.code != "body_ambiguous"]
        kept = [replace(f, severity="warning") if f.code == "body_unknown" else f for f in kept]
    spelt = [f for f in kept if f.code == "field_not_a_choice" and _is_program(f, sheet, register.survey)]
    if not piece.program:
        return [f for f in kept if f not in spelt]
    return [replace(f, severity="warning") if f in spelt and f.severity == "error" else f for f in kept]


def _is_program(finding: Finding, sheet: AnswerSheet, survey: Survey) -> bool:
    """Whether a finding is about 制度等, and what stands there is no other form's program."""
    if not any(f.key == "program" and f.cell == finding.cell for f in sheet.fields):
        return False
    return not any(find_program(sheet.field("program"), survey, form.id) for form in survey.forms)


def _outlines(sheet: AnswerSheet, submission: Submission, register: Register) -> list[Finding]:
    """A text that may come as a supporting file, and came neither in the cell nor as a file. If text stands outside
    the expected cells, the answer goes to an official anyway, so the sender is asked for nothing."""
    if any(f.kind == "other" and f.attached and not f.returned for f in submission.files):
        return []
    severity = severity_of("outline_missing", register.survey)
    answers = {a.question: a for a in sheet.answers}
    return [
        Finding(
            "outline_missing",
            severity,
            sheet=sheet.sheet,
            cell=answers[key].cell,
            question=key,
            found=quote(_taken(answers[key], sheet, register)),
        )
        if not sheet.elsewhere
        else Finding(
            "text_elsewhere", "warning", sheet.sheet, answers[key].cell, key, found="、".join(sheet.elsewhere)
        )
        for key in sheet.outlines_wanted
    ]


def _taken(answer: Answer, sheet: AnswerSheet, register: Register) -> str:
    """The choice as the form words it: what was written beside it may be a free text, which is never quoted."""
    kind = register.survey.form(sheet.form, sheet.version).question(answer.question).kind
    return kind.shown(answer.understood)


def _unclear(sheet: AnswerSheet, piece: Piecework, register: Register) -> list[Finding]:
    """What nothing in the mail tells: the program, or the body where 組織名 is no finding already."""
    found = [] if piece.program else [_program_unclear(sheet, register)]
    told = any(_tells_no_body(f, sheet) for f in sheet.findings)
    if not piece.identity.body and not told:
        found.append(Finding("body_unclear", severity_of("body_unclear", register.survey)))
    return found


def _tells_no_body(finding: Finding, sheet: AnswerSheet) -> bool:
    """Whether a finding says already why nobody can be told; for a list's row, any finding about how it was pasted
    does."""
    return finding.code.startswith("body_") or bool(sheet.row and finding.code.startswith("row_"))


def _program_unclear(sheet: AnswerSheet, register: Register) -> Finding:
    form = register.survey.form(sheet.form, sheet.version)
    field = next(f for f in form.fields if f.key == "program")
    return Finding(
        "program_unclear",
        severity_of("program_unclear", register.survey),
        sheet=sheet.sheet,
        cell=next((f.cell for f in sheet.fields if f.key == "program"), ""),
        label=field.label,
        found=quote(sheet.field("program")),
        expected=field.kind.offered,
    )
