"""The files of a decided mail as a letter shows them: one block for each sheet, and of a collated list one
for each program that it is about.

Only brings values into the shapes that `replies` declares; no decision, no wording.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from config.frozen import frozen, replace
from intake.finding import CATALOGUE, Finding
from intake.personal import mask
from intake.submission import AnswerSheet
from replies.letter import FileBlock, FileResult, RowBlock
from routing.records import Decided, Piece
from routing.register import Register

_RESULTS: dict[str, FileResult] = {  # of several, the first is told
    "accepted": "accepted",
    "correction": "correction",
    "held": "held",
    "kept": "kept",
    "ignored": "elsewhere",
}
_NOTHING_ASKED = frozenset({"supporting", "not_owed", "row_of_prefecture", "row_of_city"})


def blocks(decided: Decided, register: Register) -> tuple[FileBlock, ...]:
    """One block per file and sheet, in the mail's order; the rows of a list are inside its blocks."""
    return tuple(_blocks(decided.pieces, register))


@frozen
class _ListRow:
    """A row of a collated list, and what was decided about it."""

    piece: Piece
    sheet: AnswerSheet


def _blocks(pieces: tuple[Piece, ...], register: Register) -> Iterator[FileBlock]:
    rows: dict[int, list[_ListRow]] = {}
    for piece in pieces:
        if piece.sheet is not None and piece.sheet.row:
            rows.setdefault(piece.file.position, []).append(_ListRow(piece, piece.sheet))
    for piece in pieces:
        if piece.sheet is None and piece.file.position in rows:
            yield from _list_blocks(piece, rows[piece.file.position], register)
        elif piece.sheet is None or not piece.sheet.row:
            yield file_block(piece, register)


def file_block(piece: Piece, register: Register) -> FileBlock:
    """One file, or one sheet of it."""
    survey, sheet = register.survey, piece.sheet
    return FileBlock(
        filename=piece.file.filename,
        form_title=survey.form(sheet.form, sheet.version).title if sheet else "",
        program=survey.program(piece.program).name if piece.program else "",
        body=register.full_name(piece.identity.body) if sheet else "",
        result=_RESULTS[piece.decision.outcome],
        findings=told_of(piece, register),
        remarks=piece.decision.remarks,
        attributes=tuple(a.name for a in survey.attributes if sheet and a.number in sheet.attributes),
        stood=(piece.stood.receipt, piece.stood.received_at) if piece.stood else None,
        since=_since(piece, register),
    )


def _since(piece: Piece, register: Register) -> tuple[str, datetime, tuple[str, ...]] | None:
    """The version before this one, and what differs: questions, and fields of the head by their labels."""
    if piece.since is None or piece.sheet is None:
        return None
    form = register.survey.form(piece.sheet.form, piece.sheet.version)
    labels = {f.key: f.label for f in form.fields}
    asked = map(form.question_name, piece.since.questions)
    names = (*(labels.get(key, key) for key in piece.since.fields), *asked)
    return piece.since.before.receipt, piece.since.before.received_at, names


def _list_blocks(whole: Piece, rows: list[_ListRow], register: Register) -> Iterator[FileBlock]:
    """The blocks of a collated list, program by program, so that a municipality that is missing from one program is
    not thought to be named by another. `whole` is the decision about the list as a whole; what it found stands in the
    first block, and what its rows say of the file (that it belongs to another mailbox) is said once."""
    survey = register.survey
    for number, (program, chosen) in enumerate(_by_program(rows).items()):
        form = survey.form(chosen[0].sheet.form, chosen[0].sheet.version)
        told = [_row(r, register) for r in sorted(chosen, key=_by_code)]
        of_file = tuple(dict.fromkeys(f for row in told for f in row.findings if CATALOGUE[f.code].about == "file"))
        yield FileBlock(
            filename=whole.file.filename,
            form_title=form.title,
            program=survey.program(program).name if program else "",
            body=register.full_name(whole.identity.submitter),
            result=_sum_up(whole, chosen, with_whole=number == 0),
            findings=(*(() if number else told_of(whole, register)), *of_file),
            remarks=() if number else whole.decision.remarks,
            rows=tuple(replace(row, findings=tuple(f for f in row.findings if f not in of_file)) for row in told),
        )


def _by_program(rows: list[_ListRow]) -> dict[str, list[_ListRow]]:
    """Rows by the program (id) that was told of them, or that they name themselves; a row that tells none goes with
    the others of its sheet."""
    named = [(row, row.piece.program or row.sheet.program) for row in rows]
    on_sheet = {row.sheet.sheet: program for row, program in named if program}
    groups: dict[str, list[_ListRow]] = {}
    for row, program in named:
        groups.setdefault(program or on_sheet.get(row.sheet.sheet, ""), []).append(row)
    return groups


def _sum_up(whole: Piece, rows: list[_ListRow], with_whole: bool) -> FileResult:
    outcomes = {r.piece.decision.outcome for r in rows} | ({whole.decision.outcome} if with_whole else set())
    if {"accepted", "correction"} <= outcomes:
        return "partial"
    return next(result for outcome, result in _RESULTS.items() if outcome in outcomes)


def _by_code(row: _ListRow) -> tuple[str, int]:
    return row.piece.identity.body or "~", row.sheet.row


def _row(row: _ListRow, register: Register) -> RowBlock:
    lgcode, decision = row.piece.identity.body, row.piece.decision
    body = register.body(lgcode)
    return RowBlock(
        lgcode=lgcode,
        name=body.name if body else mask(row.sheet.field("organisation")),
        row=row.sheet.row,
        result=_RESULTS[decision.outcome],
        findings=told_of(row.piece, register),
        remarks=decision.remarks,
    )


def told_of(piece: Piece, register: Register) -> tuple[Finding, ...]:
    """What the sender is told of this piece. Nothing of a piece that waits for a human, or that nobody asked for; no
    request about a piece that is kept, or that an official accepted as it is; of the mail itself only once, above."""
    outcome, rule = piece.decision.outcome, piece.decision.rule
    if outcome in ("held", "ignored") or rule in _NOTHING_ASKED:
        return ()
    told = (
        f for f in piece.findings if not about_mail(f) and (outcome == "correction" or f.severity != "error")
    )
    return tuple(with_name(f, piece.identity.body or piece.identity.submitter, register) for f in told)


def with_name(finding: Finding, lgcode: str, register: Register) -> Finding:
    """A finding about the convention of names, with the body's own name instead of the example's placeholder."""
    body, asked = register.body(lgcode), register.survey.convention
    if body is not None:
        named = finding.expected.replace(asked.placeholder, body.name)
        return replace(finding, expected=named.replace(asked.code_placeholder, body.lgcode) if asked.coded else named)
    return replace(finding, expected="") if finding.code.endswith("_placeholder") else finding


def about_mail(finding: Finding) -> bool:
    """Whether a finding is about the mail as a whole, such as its subject."""
    return CATALOGUE[finding.code].about == "mail"
