"""A list made of the sheets that a body collects, for a mail that asks for one: ready to be handed in, with what is wrong
in whose sheet, and who is missing. Pure; nothing of it is booked.
"""

from __future__ import annotations

from collections.abc import Sequence

from config.frozen import frozen, replace
from config.obligations import Obligation
from intake.submission import AnswerSheet, FileReading, Submission
from replies.letter import Attachment, FileBlock, Letter, OwedProgram, RowBlock
from replies.workbooks.collated_list import write_list
from routing.decision.blocks import file_block, told_of
from routing.records import Decided, Piece
from routing.register import Register
from routing.standing import overlap

_UNOPENED = frozenset({"encrypted", "unreadable", "too_costly", "empty_file"})  # what is in it, nobody saw
_APART = 10_000_000  # positions of an earlier mail's files begin behind so many for each mail, beyond any in an archive


@frozen
class Collated:
    """What goes into the letter: a block for each list and for each file that is in none, what each list still lacks, and
    the lists themselves."""

    files: tuple[FileBlock, ...]
    owed: tuple[OwedProgram, ...]
    lists: tuple[Attachment, ...]


def with_earlier(submission: Submission, earlier: Sequence[Submission]) -> Submission:
    """A mail with the files of those sent before it for the same list, oldest first; without a sheet of which a newer
    version came: nobody sent both as one."""
    found = list(submission.files)
    for number, one in reversed(list(enumerate(earlier, 1))):
        newer = {_whose(sheet) for file in found for sheet in file.sheets}
        files = [replace(file, position=file.position + number * _APART) for file in one.files]
        found = [*(file for file in files if _is_new(file, newer)), *found]
    return replace(submission, files=tuple(found))


def _whose(sheet: AnswerSheet) -> tuple[object, ...]:
    """What two versions of one answer share, before anybody has told whose it is."""
    return sheet.form, sheet.program, sheet.body.lgcodes, sheet.attributes


def _is_new(file: FileReading, newer: set[tuple[object, ...]]) -> bool:
    """Whether nothing in a file of an earlier mail has come again since."""
    return bool(file.sheets) and not any(_whose(sheet) in newer for sheet in file.sheets)


def collated(decided: Decided, register: Register) -> Collated:
    """The lists of whoever sends the mail, by program; of one body's answer the newest counts."""
    collector = decided.identity.submitter
    owed = {o.program: o for o in register.owed_by(collector) if o.collected}
    chosen = _newest([p for p in decided.pieces if _may_stand(p, owed)])
    files: list[FileBlock] = []
    lacking: list[OwedProgram] = []
    lists: list[Attachment] = []
    for program, obligation in owed.items():
        rows = sorted((p for p in chosen if p.program == program), key=_by_code)
        if not rows:
            continue
        made = _list_of(rows, collector, program, register)
        block = _block(made.filename, rows, collector, register)
        lists.append(made)
        files.append(block)
        lacking.append(_lacking(rows, obligation, block.program, register))
    left = [p for p in decided.pieces if p not in chosen and p.id.partition("/")[0] not in _places(chosen)]
    files += dict.fromkeys(_left_out(p, register) for p in left)
    return Collated(tuple(files), tuple(lacking), tuple(lists))


def in_letter(letter: Letter, made: Collated) -> Letter:
    """The letter about these lists."""
    return replace(letter, files=made.files, owed_here=made.owed, owed_elsewhere=())


def _may_stand(piece: Piece, owed: dict[str, Obligation]) -> bool:
    known = piece.sheet is not None and not piece.sheet.row and not piece.file.personal
    return known and piece.program in owed and piece.identity.body in owed[piece.program].collected


def _newest(pieces: Sequence[Piece]) -> list[Piece]:
    """Each body × program × screening once: the last one that came."""
    kept: list[Piece] = []
    for piece in sorted(pieces, key=_in_order, reverse=True):
        same = (p for p in kept if (p.identity.body, p.program) == (piece.identity.body, piece.program))
        if not any(overlap(_screenings(piece), _screenings(other)) for other in same):
            kept.append(piece)
    return kept


def _in_order(piece: Piece) -> tuple[bool, int]:
    """Files of earlier mails first, the newest of these mails last; then those of the mail itself."""
    return piece.file.position < _APART, piece.file.position


def _screenings(piece: Piece) -> tuple[int, ...]:
    return piece.sheet.attributes if piece.sheet else ()


def _by_code(piece: Piece) -> tuple[str, tuple[int, ...]]:
    return piece.identity.body, _screenings(piece)


def _places(pieces: Sequence[Piece]) -> set[str]:
    return {str(p.file.position) for p in pieces}


def _list_of(rows: Sequence[Piece], collector: str, program: str, register: Register) -> Attachment:
    survey, body = register.survey, register.body(collector)
    name = survey.convention.written(body.name if body else "", collector)
    sheets = [p.sheet for p in rows if p.sheet is not None]
    data = write_list(sheets, survey.form(survey.program(program).form), survey)
    return Attachment(f"{name}（{survey.program(program).name}）.xlsx", data)


def _block(filename: str, rows: Sequence[Piece], collector: str, register: Register) -> FileBlock:
    survey, first = register.survey, rows[0].sheet
    told = tuple(_row(piece, number, register) for number, piece in enumerate(rows, 2))
    return FileBlock(
        filename=filename,
        form_title=survey.form(first.form, first.version).title if first else "",
        program=survey.program(rows[0].program).name,
        body=register.full_name(collector),
        result="correction" if any(row.result == "correction" for row in told) else "accepted",
        rows=told,
    )


def _left_out(piece: Piece, register: Register) -> FileBlock:
    """What is in no list, and why: it could not be read, it is a list already, or it is not by a body that the
    collector collects."""
    block = file_block(piece, register)
    unread = [f for f in piece.file.findings if f.code in _UNOPENED]  # also beside sheets, where it may be anything
    asked = block.findings if any(f.severity == "error" for f in block.findings) else tuple(unread)
    if piece.sheet is None and asked:
        return replace(block, result="correction", findings=asked, remarks=())
    if piece.file.kind == "collated_list":  # told once, and not by row
        return FileBlock(piece.file.filename, "", "", "", "kept", remarks=("listed_already",))
    return replace(block, result="kept", remarks=("not_listed",), findings=())


def _row(piece: Piece, number: int, register: Register) -> RowBlock:
    wrong = any(f.severity == "error" for f in piece.findings)
    body = register.body(piece.identity.body)
    return RowBlock(
        lgcode=piece.identity.body,
        name=body.name if body else "",
        row=number,
        result="correction" if wrong else "accepted",
        findings=told_of(piece, register),
    )


def _lacking(rows: Sequence[Piece], obligation: Obligation, program: str, register: Register) -> OwedProgram:
    here = {p.identity.body for p in rows}
    missing = tuple(body.name for c in obligation.collected if c not in here and (body := register.body(c)))
    return OwedProgram(program, "outstanding", missing, len(obligation.collected))
