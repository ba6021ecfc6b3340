"""What a newer version of an answer changes in the one before it, by question: no value is told. Pure."""

from __future__ import annotations

from config.frozen import frozen
from config.spelling import fold
from intake.submission import Answer, AnswerSheet
from routing.standing import Booking, overlap


@frozen
class Version:
    """An earlier version of an answer: its booking, and the sheet as it was read."""

    booking: Booking
    sheet: AnswerSheet


@frozen
class VersionChange:
    """What differs from the version `before`: the keys of questions and of fields of the head, in the order of the sheet;
    none: nothing does."""

    before: Booking
    questions: tuple[str, ...]
    fields: tuple[str, ...]


def may_follow(booking: Booking, attributes: tuple[int, ...]) -> bool:
    """Whether a sheet for these screenings (none: all) is a newer version of what was booked."""
    same = booking.attributes == attributes or overlap(booking.attributes, attributes)
    return booking.part == "own" and booking.outcome != "ignored" and not booking.provisional and same


def change_since(version: Version, sheet: AnswerSheet) -> VersionChange:
    """What a sheet changes in an earlier one. How a choice is written is no change of it."""
    older = {a.question: _told(a) for a in version.sheet.answers}
    newer = {a.question: _told(a) for a in sheet.answers}
    was = {f.key: fold(f.value) for f in version.sheet.fields}
    now = {f.key: fold(f.value) for f in sheet.fields}
    return VersionChange(version.booking, _differing(older, newer), _differing(was, now))


def _told(answer: Answer) -> object:
    """What an answer says: as it was understood, else as it is written. A blank answer and no answer are the same."""
    texts = tuple(sorted((t.key, fold(t.value)) for t in answer.texts if fold(t.value)))
    said = answer.understood or fold(answer.value)
    return (said, texts) if said or texts else ""


def _differing(older: dict[str, object] | dict[str, str], newer: dict[str, object] | dict[str, str]) -> tuple[str, ...]:
    return tuple(key for key in dict.fromkeys((*newer, *older)) if older.get(key, "") != newer.get(key, ""))
