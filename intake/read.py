"""One function: the bytes of a mail in, a Submission out. What the reader child runs.

Joins the steps in their order: MIME, the header, the claim of the subject, each attachment, the kind of
mail. Decides nothing, remembers nothing; opens no connection, no ledger and no clock.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from config.roster import Roster
from config.survey import Survey
from intake.answers import read_file
from intake.container import unpack
from intake.convention import convention_findings, read_claim
from intake.finding import Finding, severity_of
from intake.kind import TAG_HEADER, is_file, mark_returned, never_answer, tell_kind
from intake.message import read_message
from intake.mime import Leaf, leaves, parse
from intake.personal import holds_my_number, mask
from intake.sniff import sniff
from intake.submission import Claim, FileReading, Submission

ARCHIVE_STEP = 1000  # the files of the archive at position 2 stand at 2001, 2002 …


@dataclass(frozen=True, slots=True)
class Context:
    """What a mail is read against."""

    survey: Survey
    roster: Roster


def read_mail(
    raw: bytes,
    context: Context,
    skip: frozenset[int] = frozenset(),
    begin: Callable[[int], None] = lambda n: None,
) -> Submission:
    """The mail, read. `skip`: positions of files that cost an earlier reader its life; `begin` is called
    with the position of each file before it is opened."""
    names = context.roster.names()
    part = parse(raw)
    message = read_message(part, names)
    claim = read_claim(message.subject, context.survey, context.roster, is_file=False)
    first = tell_kind(part, message, False, TAG_HEADER, claim)
    found = mark_returned(first.kind, leaves(part, names))
    files = tuple(_read_leaves((f for f in found if not f.displayed), context, skip, begin))
    has_form = any(f.kind != "other" for f in files)
    kind = tell_kind(part, message, has_form, TAG_HEADER, claim)
    own = frozenset(m.address for m in context.survey.mailboxes)
    return _without_numbers(
        Submission(
            kind=kind.kind,
            message=message,
            claim=claim,
            files=files,
            findings=convention_findings(claim, context.survey, is_file=False),
            action=kind.action,
            answers=kind.answers,
            signs=kind.signs,
            no_reply=never_answer(part, message, own),
        )
    )


def read_single_file(
    filename: str, data: bytes, context: Context, skip: frozenset[int] = frozenset()
) -> FileReading:
    """One file without a mail around it, as `check` and `add` see it."""
    claim = read_claim(filename, context.survey, context.roster, is_file=True)
    if 1 in skip:
        return _too_costly(1, filename, data, claim, context)
    return read_file(filename, data, 1, context.survey, context.roster, claim)


def _read_leaves(
    found: Iterable[Leaf], context: Context, skip: frozenset[int], begin: Callable[[int], None]
) -> Iterable[FileReading]:
    for leaf in found:
        claim = read_claim(leaf.filename, context.survey, context.roster, is_file=True)
        if leaf.position in skip:
            yield _too_costly(leaf.position, leaf.filename, leaf.data, claim, context)
        elif leaf.returned or not is_file(leaf):
            yield _unopened(leaf, claim)
        elif sniff(leaf.data) == "zip":
            yield from _read_archive(leaf, claim, context, skip, begin)
        else:
            begin(leaf.position)
            reading = read_file(
                leaf.filename, leaf.data, leaf.position, context.survey, context.roster, claim
            )
            yield _with_claim(reading, context)


def _read_archive(
    leaf: Leaf, claim: Claim, context: Context, skip: frozenset[int], begin: Callable[[int], None]
) -> Iterable[FileReading]:
    """The archive itself, listed, and then each file in it as if it had been attached."""
    begin(leaf.position)
    members = unpack(leaf.data, context.roster.names())
    if isinstance(members, Finding):
        finding = replace(members, severity=severity_of(members.code, context.survey))
        yield replace(_unopened(leaf, claim), attached=True, findings=(finding,), looks_like_workbook=True)
        return
    yield _unopened(leaf, claim)
    for number, member in enumerate(members, 1):
        position = leaf.position * ARCHIVE_STEP + number
        own = read_claim(member.name, context.survey, context.roster, is_file=True)
        if position in skip:
            yield _too_costly(position, member.name, member.data, own, context)
            continue
        begin(position)
        reading = read_file(member.name, member.data, position, context.survey, context.roster, own)
        yield _with_claim(reading, context)


def _unopened(leaf: Leaf, claim: Claim) -> FileReading:
    """What nobody attached on purpose, or what a bounce brings back: listed, never opened."""
    digest = hashlib.sha256(leaf.data).hexdigest()
    return FileReading(
        leaf.position,
        leaf.filename,
        len(leaf.data),
        digest,
        "other",
        claim,
        returned=leaf.returned,
        attached=False,
    )


def _with_claim(reading: FileReading, context: Context) -> FileReading:
    """Findings on the file's name belong to forms only; a supporting file may be called anything."""
    if reading.kind == "other":
        return reading
    return replace(
        reading, findings=reading.findings + convention_findings(reading.claim, context.survey, is_file=True)
    )


def _too_costly(position: int, filename: str, data: bytes, claim: Claim, context: Context) -> FileReading:
    finding = Finding("too_costly", severity_of("too_costly", context.survey))
    digest = hashlib.sha256(data).hexdigest()
    return FileReading(
        position, filename, len(data), digest, "other", claim, findings=(finding,), looks_like_workbook=True
    )


def _without_numbers(submission: Submission) -> Submission:
    """A My Number stays in the raw mail only: where one seems to stand, the reading keeps the place and not
    the text around it."""
    message = submission.message
    places = tuple(
        place for place, text in (("件名", message.subject), ("本文", message.body)) if holds_my_number(text)
    )
    places += tuple(f"添付{f.position}の名前" for f in submission.files if holds_my_number(f.filename))
    if not places and not any(f.personal for f in submission.files):
        return submission
    return replace(
        submission,
        message=replace(message, subject=mask(message.subject), body=mask(message.body)),
        claim=replace(submission.claim, text=mask(submission.claim.text)),
        files=tuple(_file_without_numbers(f) for f in submission.files),
        personal=places,
    )


def _file_without_numbers(file: FileReading) -> FileReading:
    name = mask(file.filename)
    sheets = () if file.personal else file.sheets
    return replace(file, filename=name, claim=replace(file.claim, text=mask(file.claim.text)), sheets=sheets)
