"""The border: what leaves the reader child is no longer, and no more, than what people send.

One table of limits over the fields of a Submission. Nearly no mail has anything that is cut; where one has, a
finding or a defect says so. Whoever reads a Submission need not ask how long a stranger made something.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from operator import is_
from types import UnionType
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from config.frozen import frozen, replace
from config.kinds.lines import MOST_CELLS
from config.spelling import stream_safe
from config.survey import Survey
from intake.finding import Finding, severity_of
from intake.frames import MOST_BYTES, MOST_PART
from intake.shapes import as_json
from intake.submission import (
    Address,
    Answer,
    AnswerSheet,
    Authentication,
    Claim,
    Defect,
    FieldValue,
    FileReading,
    Message,
    NameMatch,
    Submission,
)

# Of one reading as JSON. The longest list that can come: a row for each of 179 bodies and of eight screenings, some
# 3.5 KB each.
_ENOUGH = 30  # characters: shorter than every limit of a text, and no run of marks
_TEXT, _NUMBER = 1_000, 1_000  # of a field that is not in the table (a test wants each to be there)
_LINE = 998  # RFC 5322 §2.1.1
_FEW, _LABEL, _PASSWORD = 100, 255, 200
_CELL = 32_767  # characters: Excel's own limit

# Characters of a text, how many of a tuple, or both.
Limit = int | tuple[int, int]
LIMITS: Mapping[type, Mapping[str, Limit]] = {
    Address: {"name": 255, "address": 320},  # RFC 3696 erratum 1003: 64 + @ + 255
    Defect: {"where": _LABEL, "what": _LABEL},
    Message: {
        "message_id": _LINE, "subject": 500, "to": 200, "cc": 200, "in_reply_to": _LINE,
        "references": (_FEW, _LINE), "date": 100, "body": 100_000, "defects": _FEW,
    },
    NameMatch: {"lgcodes": (_FEW, 100), "near": (_FEW, 100)},
    Claim: {"text": 500, "name": 100, "programs": (_FEW, 100)},
    FieldValue: {"key": 100, "value": _CELL, "cell": 100},
    Answer: {
        "question": 100, "value": _CELL, "cell": 100, "marks": _FEW, "texts": _FEW, "canonical": _CELL,
    },
    AnswerSheet: {
        "sheet": 31,  # characters that Excel allows
        "form": 100, "version": 100, "program": 100, "fields": _FEW, "answers": 300 + MOST_CELLS, "findings": 1_000,
        "alerts": (300, 100), "unsure": (300, 100), "elsewhere": (_FEW, 100), "outlines_wanted": (300, 100),
        "attributes": _FEW,
    },
    Finding: {
        "code": 100, "sheet": 31, "cell": 100, "question": 100, "label": _LABEL, "about": 100, "found": _LABEL,
        "expected": 2_000,
    },
    FileReading: {
        "filename": 255, "sha256": 64, "sheets": 2_000, "findings": 1_000, "personal": (_FEW, 100),
    },
    Authentication: {
        "server": 255, "spf": 100, "dkim": 100, "dmarc": 100, "compauth": 100, "mail_from": 255,
        "signed_by": (_FEW, 255), "header_from": 255,
    },
    Submission: {
        "files": 2_000, "findings": 1_000, "action": 100, "answers": _LINE, "signs": (_FEW, _LABEL),
        "no_reply": (_FEW, _LABEL), "personal": (_FEW, 100), "authentication": _FEW, "reached_at": 100,
        "returned_to": (200, 320), "says": (_FEW, 100), "numbers": (_FEW, 100),
        "links": (_FEW, 1_000),
    },
}  # fmt: skip
# Cut off, these would be another's: they are left out.
_WHOLE_OR_NOT = frozenset({"Address.address", "Message.message_id", "Message.in_reply_to", "Submission.answers"})

S = TypeVar("S")
Cuts = dict[str, int]  # fields, and how long, or how many, the longest of each was


def mail_as_json(mail: Submission, survey: Survey) -> bytes:
    """The mail within its limits. What was cut of a file is a finding of that file, all else a defect."""
    cuts: Cuts = {}
    files = tuple(_file(file, survey) for file in _first(mail.files, _field(Submission, "files"), cuts))
    bounded = replace(_bounded(replace(mail, files=()), cuts), files=files)
    whole = as_json(_telling(bounded, cuts))
    if len(whole) <= MOST_BYTES:
        return whole
    files = tuple(_closed_from_the_largest(files, len(whole) - MOST_BYTES, survey))
    while len(whole := as_json(_telling(replace(bounded, files=files), cuts))) > MOST_BYTES:
        cuts.setdefault("Submission.files", len(files))
        files = files[: len(files) // 2]
    return whole


def file_as_json(file: FileReading, survey: Survey) -> bytes:
    """The file within its limits; without its sheets where that is still too much."""
    bounded = _file(file, survey)
    whole = as_json(bounded)
    return whole if len(whole) <= MOST_BYTES else as_json(_closed(bounded, survey))


def passwords_as_json(passwords: Iterable[str]) -> bytes:
    """The texts that may be a password, as JSON: a longer one than any password was left out, as what is more than a
    mail tells."""
    return as_json([text for text in passwords if len(text) <= _PASSWORD][:_FEW])


def part_as_json(data: bytes | None, offset: int) -> bytes:
    """MOST_PART bytes of a file from an offset on, in Base64 (RFC 4648 §4); null where there is no file."""
    return as_json(None if data is None else data[offset : offset + MOST_PART])


@frozen
class _LongField:
    """A field that can be long: how many characters it may have, and how many items. `told`: its name in a finding."""

    name: str
    kind: Literal["text", "texts", "numbers", "shape", "shapes"]
    told: str
    characters: int
    number: int


@cache
def _fields(shape: type) -> tuple[_LongField, ...]:
    """The fields of a shape that can be long; what is neither a text, a tuple nor a shape (a bool, a Literal)
    cannot."""
    hints = get_type_hints(shape)
    kinds = {field.name: _kind(hints[field.name]) for field in fields(shape)}
    return tuple(
        _LongField(name, kind, f"{shape.__name__}.{name}", *_limit(shape, name))
        for name, kind in kinds.items()
        if kind is not None
    )


def _field(shape: type, name: str) -> _LongField:
    return next(field for field in _fields(shape) if field.name == name)


def _limit(shape: type, name: str) -> tuple[int, int]:
    """The most characters and items that a field may have."""
    limit = LIMITS.get(shape, {}).get(name)
    if limit is None:
        return _TEXT, _NUMBER
    return (limit[1], limit[0]) if isinstance(limit, tuple) else (limit, limit)


def _kind(hint: Any) -> Literal["text", "texts", "numbers", "shape", "shapes"] | None:
    if hint is str:
        return "text"
    if is_dataclass(hint):
        return "shape"
    inside = get_args(hint)
    if get_origin(hint) is UnionType:
        return "shape" if any(map(is_dataclass, inside)) else None
    if get_origin(hint) is tuple and inside[-1] is ...:
        return "texts" if inside[0] is str else "shapes" if is_dataclass(inside[0]) else "numbers"
    return None


def _bounded(value: S, cuts: Cuts) -> S:
    """The value itself, if nothing of it is over its limit; else a copy in which that is cut."""
    changed = {}
    for field in _fields(type(value)):  # type: ignore[arg-type]
        old = getattr(value, field.name)
        if not old or (field.kind == "text" and len(old) <= _ENOUGH):
            continue
        new = _within(old, field, cuts)
        if new is not old:
            changed[field.name] = new
    return replace(value, **changed) if changed else value  # type: ignore[type-var]


def _within(old: Any, field: _LongField, cuts: Cuts) -> Any:
    if field.kind == "text":
        return _text(old, field, cuts)
    if field.kind == "shape":
        return _bounded(old, cuts)
    first = _first(old, field, cuts)
    if field.kind == "shapes":
        new = tuple(_bounded(each, cuts) for each in first)
    elif field.kind == "texts":
        new = tuple(_text(each, field, cuts) for each in first)
    else:
        return first
    return old if len(new) == len(old) and all(map(is_, new, old)) else new


def _first(values: tuple[S, ...], field: _LongField, cuts: Cuts) -> tuple[S, ...]:
    if len(values) <= field.number:
        return values
    _note(cuts, field, len(values))
    return values[: field.number]


def _text(text: str, field: _LongField, cuts: Cuts) -> str:
    if len(text) <= _ENOUGH:
        return text
    if len(text) > field.characters:
        _note(cuts, field, len(text))
        if field.told in _WHOLE_OR_NOT:
            return ""
        text = f"{text[: field.characters - 1]}…"
    safe = stream_safe(text)
    if safe != text:
        _note(cuts, field, len(text))
    return safe


def _note(cuts: Cuts, field: _LongField, size: int) -> None:
    cuts[field.told] = max(size, cuts.get(field.told, 0))


def _telling(mail: Submission, cuts: Cuts) -> Submission:
    """The mail with a defect for each field that was cut."""
    if not cuts:
        return mail
    message = mail.message
    told = tuple(Defect(field, f"too long or too many ({size:,}); the rest is left out") for field, size in cuts.items())
    return replace(mail, message=replace(message, defects=(*told, *message.defects)[:_FEW]))


def _file(file: FileReading, survey: Survey) -> FileReading:
    """The file with a finding where something of it was cut."""
    cuts: Cuts = {}
    bounded = _bounded(file, cuts)
    if not cuts:
        return file
    found = "、".join(f"{field}（{size:,}）" for field, size in cuts.items())[:_LABEL]
    finding = Finding("cut_short", severity_of("cut_short", survey), found=found)
    return replace(bounded, findings=(finding, *bounded.findings))


def _closed_from_the_largest(
    files: tuple[FileReading, ...], too_much: int, survey: Survey
) -> Iterable[FileReading]:
    """The files, where those that make the mail so long count as not read after all, the largest first."""
    sizes = {place: len(as_json(file)) for place, file in enumerate(files) if file.sheets}
    closed = set()
    for place in sorted(sizes, key=sizes.__getitem__, reverse=True):
        if too_much > 0:
            closed.add(place)
            too_much -= sizes[place]
    for place, file in enumerate(files):
        yield _closed(file, survey) if place in closed else file


def _closed(file: FileReading, survey: Survey) -> FileReading:
    finding = Finding("too_costly", severity_of("too_costly", survey))
    return replace(file, kind="other", sheets=(), findings=(finding,), looks_like_workbook=True)
