"""What is still open of an earlier mail, in the shapes of a letter: for whoever sends the same again unmended.

Reads the ledger inside the caller's transaction. Decides nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from replies.letter import FileBlock, RowBlock
from routing.ledger import bookings, verdicts
from routing.ledger.asked import AskedPiece, asked_pieces
from routing.ledger.store import Ledger
from routing.register import Register
from routing.standing import open_books

_ROW = re.compile(r"[A-Z]{1,3}([0-9]{1,7})")


def still_asked(
    ledger: Ledger, register: Register, receipt: str, sender: str, before: int
) -> tuple[FileBlock, ...]:
    """The requests about an earlier mail (by receipt number) that nothing has answered up to the arrival `before`. A
    request about what was booked under no body counts as answered once its `sender` has had anything accepted since."""
    if not receipt:
        return ()
    unbooked = verdicts.first_is_open(ledger, receipt, sender, before)
    asked = [a for a in asked_pieces(ledger, receipt) if a.findings and _is_open(ledger, a, before, unbooked)]
    return tuple(_blocks(asked, register))


def _is_open(ledger: Ledger, asked: AskedPiece, before: int, unbooked: bool) -> bool:
    if not asked.part:
        return unbooked
    known = open_books(bookings.history(ledger, asked.body, asked.program, before))
    standing = known.part(asked.part, asked.body, asked.program)
    return any(booking.id == asked.verdict_id for booking in standing.correction)


def _blocks(asked: Iterable[AskedPiece], register: Register) -> Iterator[FileBlock]:
    """A block for each piece; the rows of one list and program together."""
    lists: dict[tuple[str, str], list[AskedPiece]] = {}
    for piece in asked:
        if piece.listed:
            lists.setdefault((piece.filename, piece.program), []).append(piece)
        else:
            yield FileBlock(
                piece.filename, "", _program(piece, register), register.full_name(piece.body), "correction",
                piece.findings,
            )  # fmt: skip
    for (filename, _), rows in lists.items():
        blocks = tuple(_row(piece, register) for piece in rows)
        yield FileBlock(filename, "", _program(rows[0], register), "", "correction", rows=blocks)


def _program(piece: AskedPiece, register: Register) -> str:
    return register.survey.program(piece.program).name if piece.program else ""


def _row(piece: AskedPiece, register: Register) -> RowBlock:
    cells = [match for f in piece.findings if (match := _ROW.fullmatch(f.cell))]
    body = register.body(piece.body)
    return RowBlock(
        piece.body, body.name if body else "", int(cells[0][1]) if cells else 0, "correction", piece.findings
    )
