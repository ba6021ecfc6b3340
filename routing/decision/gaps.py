"""Screenings that no accepted sheet of a body is about (notice 記４③): a friendly line and a note, no fault,
since a body may have no such screening. Pure.
"""

from __future__ import annotations

from collections.abc import Callable

from config.frozen import replace
from config.kinds.attributes import AttributesKind
from config.survey import Survey
from intake.finding import Finding, severity_of
from routing.records import Note, Piece
from routing.standing import Booking

History = Callable[[str, str], tuple[Booking, ...]]


def with_gaps(
    pieces: tuple[Piece, ...], history: History, survey: Survey
) -> tuple[tuple[Piece, ...], tuple[Note, ...]]:
    """The pieces, where the last accepted one of each body and program is told what is not covered; and the notes."""
    told: dict[tuple[str, str], str] = {}
    found = []
    for piece in reversed(pieces):
        key = (piece.identity.body, piece.program)
        if _names_some(piece) and key not in told:
            told[key] = _missing(key, pieces, history, survey)
            if told[key]:
                piece = replace(piece, findings=(*piece.findings, _finding(piece, told[key], survey)))
        found.append(piece)
    notes = tuple(Note("attribute_gap", names, *key) for key, names in told.items() if names)
    return tuple(reversed(found)), notes


def _names_some(piece: Piece) -> bool:
    return piece.decision.outcome == "accepted" and piece.sheet is not None and bool(piece.sheet.attributes)


def _missing(key: tuple[str, str], pieces: tuple[Piece, ...], history: History, survey: Survey) -> str:
    """Names of the screenings that neither this mail nor an earlier one is about."""
    here = [
        p.sheet.attributes
        for p in pieces
        if p.sheet is not None and p.decision.outcome == "accepted" and (p.identity.body, p.program) == key
    ]
    before = [b.attributes for b in history(*key) if b.outcome == "accepted"]
    if not all((*here, *before)):  # an empty 属性 means all
        return ""
    covered = {number for attributes in (*here, *before) for number in attributes}
    return "、".join(a.name for a in survey.attributes if a.number not in covered)


def _finding(piece: Piece, names: str, survey: Survey) -> Finding:
    sheet = piece.sheet
    assert sheet is not None
    form = survey.form(sheet.form, sheet.version)
    key, label = next(((f.key, f.label) for f in form.fields if isinstance(f.kind, AttributesKind)), ("", ""))
    return Finding(
        "attribute_gap",
        severity_of("attribute_gap", survey),
        sheet=sheet.sheet,
        cell=next((f.cell for f in sheet.fields if f.key == key), ""),
        label=label,
        expected=names,
    )
