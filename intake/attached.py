"""The leaves of a mail as FileReadings: each attachment opened, each file of an archive as if attached.

What is locked is tried with the passwords at hand; those are part of no result. Decides nothing about what a
file is good for, and opens neither what a bounce returns nor what nobody attached.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from config.frozen import frozen, replace
from config.roster import Roster
from config.survey import Survey
from intake.answers import AttachedFile, read_file
from intake.container import Member, unpack
from intake.convention import convention_findings, read_claim
from intake.encrypted import decrypted
from intake.finding import Finding, severity_of
from intake.mail.features import is_file
from intake.mail.mime import Leaf, leaves, parse
from intake.mail.outlook_item import is_mail_file, is_outlook_item, open_item
from intake.other_surveys import whose_form
from intake.sniff import sniff
from intake.submission import FileReading

ARCHIVE_STEP = 1000  # the files of the archive at position 2 stand at 2001, 2002 …


@frozen
class Context:
    """What a mail is read against. `others`: surveys that share its mailbox, which other desks look after."""

    survey: Survey
    roster: Roster
    others: tuple[Survey, ...] = ()


@dataclass(frozen=True, slots=True)
class Opening:
    """How the files of one mail are opened. `begin` is asked with the position of each whether it may be, and takes note
    of it; `passwords`: tried on what is locked."""

    context: Context
    begin: Callable[[int], bool] = lambda n: True
    passwords: tuple[str, ...] = field(default=(), repr=False)


def read_leaves(found: Iterable[Leaf], opening: Opening) -> Iterator[FileReading]:
    """A reading of each leaf, and behind an archive one of each file in it."""
    for leaf in found:
        file = _file(leaf.position, leaf.filename, leaf.data, opening)
        if leaf.returned or not is_file(leaf):
            yield replace(_unopened(file), returned=leaf.returned)
        elif sniff(leaf.data) == "zip":
            yield from _read_archive(file, opening)
        else:
            yield _read(file, opening)


def files_at(found: Iterable[Leaf], position: int, opening: Opening) -> Iterator[bytes]:
    """The bytes, as they came, of the files that `read_leaves` places there: an attachment's own, or those of a file of
    an archive. More than one only in a mail with a thousand leaves."""
    archive, number = divmod(position, ARCHIVE_STEP)
    for leaf in found:
        if leaf.position == position:
            yield leaf.data
        elif leaf.position == archive and is_file(leaf) and sniff(leaf.data) == "zip":
            members = _unpacked(leaf.data, opening)
            if not isinstance(members, Finding):
                yield from (member.data for member in members[number - 1 : number])


def read_alone(filename: str, data: bytes, opening: Opening) -> FileReading:
    """One file without a mail around it; nobody chose its name as a claim, so its name gets no finding."""
    file = _file(1, filename, data, opening)
    return _opened(file, opening) if opening.begin(file.position) else _too_costly(file, opening)


def _file(position: int, name: str, data: bytes, opening: Opening) -> AttachedFile:
    context = opening.context
    return AttachedFile(name, data, position, read_claim(name, context.survey, context.roster, is_file=True))


def _read(file: AttachedFile, opening: Opening) -> FileReading:
    """The reading of a file as it was opened, with the findings on its name if it is a form; a supporting file may
    have any name."""
    if not opening.begin(file.position):
        return _too_costly(file, opening)
    reading = _opened(file, opening)
    if reading.kind == "other":
        return reading
    named = convention_findings(reading.claim, opening.context.survey, is_file=True)
    return replace(reading, findings=reading.findings + named)


def _opened(file: AttachedFile, opening: Opening) -> FileReading:
    """The file as it is; if it is locked, what the passwords at hand bring to light."""
    if is_outlook_item(file.data) or is_mail_file(file.name, file.data):  # one that brings no file that could be read
        finding = Finding("mail_file", severity_of("mail_file", opening.context.survey))
        return replace(_unopened(file), attached=True, findings=(finding,))
    reading = _as_file(file, opening)
    if all(finding.code != "encrypted" for finding in reading.findings):
        return reading
    clear = decrypted(file.data, opening.passwords)
    if not clear:
        return replace(reading, locked=True)
    inner = _as_file(replace(file, data=clear), opening)
    return replace(inner, size=reading.size, sha256=reading.sha256)


def _as_file(file: AttachedFile, opening: Opening) -> FileReading:
    context = opening.context
    reading = read_file(file, context.survey, context.roster)
    return whose_form(reading, file, context.survey, context.others, context.roster)


def _read_archive(file: AttachedFile, opening: Opening) -> Iterator[FileReading]:
    """The archive itself, listed, and then each file in it as if it had been attached."""
    if not opening.begin(file.position):
        yield _too_costly(file, opening)
        return
    members = _unpacked(file.data, opening)
    if isinstance(members, Finding):
        finding = replace(members, severity=severity_of(members.code, opening.context.survey))
        locked = members.code == "encrypted"
        closed = replace(_unopened(file), attached=True, locked=locked, looks_like_workbook=True)
        yield replace(closed, findings=(finding,))
        return
    yield _unopened(file)
    for number, member in enumerate(members, 1):
        inner = _file(file.position * ARCHIVE_STEP + number, member.name, member.data, opening)
        yield _read(inner, opening)


def _unpacked(data: bytes, opening: Opening) -> tuple[Member, ...] | Finding:
    """The files of an archive; for each mail in it, the files that are attached to that mail; a finding where the
    archive stays closed."""
    members = unpack(data, opening.context.roster.names(), opening.passwords)
    if isinstance(members, Finding):
        return members
    return tuple(inner for member in members for inner in _within(member))


def _within(member: Member) -> Iterator[Member]:
    """A file of an archive; if it is a mail, what is attached to that."""
    if is_outlook_item(member.data) and (item := open_item(member.data)) is not None and item.files:
        yield from (Member(name or member.name, data) for name, data in item.files)
    elif is_mail_file(member.name, member.data):
        found = [Member(leaf.filename, leaf.data) for leaf in leaves(parse(member.data)) if is_file(leaf)]
        yield from found or [member]
    else:
        yield member


def _unopened(file: AttachedFile) -> FileReading:
    """What nobody attached on purpose, or what is only listed."""
    digest = hashlib.sha256(file.data).hexdigest()
    return FileReading(file.position, file.name, len(file.data), digest, "other", file.claim, attached=False)


def _too_costly(file: AttachedFile, opening: Opening) -> FileReading:
    finding = Finding("too_costly", severity_of("too_costly", opening.context.survey))
    return replace(_unopened(file), attached=True, findings=(finding,), looks_like_workbook=True)
