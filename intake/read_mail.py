"""One function: the bytes of a mail in, a Submission out. What the reader child runs.

Joins the steps in their order: MIME, the header, the claim of the subject, each attachment, the kind of
mail. Decides nothing, remembers nothing; opens no connection, no ledger and no clock.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable

from config.domains import body_hint
from config.frozen import replace
from config.services import Service
from config.survey import Survey
from intake.asked_service import at_least, service_of
from intake.attached import Context, Opening, files_at, read_alone, read_leaves
from intake.convention import convention_findings, read_claim
from intake.finding import Finding, quote_name, severity_of
from intake.frames import NOTHING_TOLD, ReadingHints
from intake.mail.authentication import authentications
from intake.mail.bounce import refuses_attachments, returned_to, told_by
from intake.mail.carriers import carrier_of
from intake.mail.features import Features
from intake.mail.headers import header_text
from intake.mail.intent import amends, asks, numbers_of_ours, recalls
from intake.mail.kind import brings_back, tell_kind
from intake.mail.message import is_searched_whole, read_message, text_behind
from intake.mail.mime import Leaf, Part, leaves, mark_returned, parse
from intake.mail.no_attachment import PARTIAL, comes_by_link, divided, download_links, was_removed
from intake.mail.no_reply import never_answer
from intake.mail.passwords import told_in, without_passwords
from intake.mail.received import reached_at
from intake.mail.set_marks import part_mark
from intake.other_surveys import desk_of
from intake.personal import holds_my_number, mask
from intake.samples import without_sample_files
from intake.shown import one_line, unlinked
from intake.submission import (
    Address,
    Amends,
    AnswerSheet,
    Claim,
    FileReading,
    MailKind,
    Message,
    Submission,
    place_in,
)
from intake.theme import MailContent, tells_of_a_program, theme_of

__all__ = ["Context", "file_as_sent", "read_mail", "read_single_file", "told_passwords"]

_PERSONS = frozenset({"submission", "reply", "inquiry"})


def read_mail(
    raw: bytes,
    context: Context,
    begin: Callable[[int], bool] = lambda n: True,
    told: ReadingHints = NOTHING_TOLD,
) -> Submission:
    """The mail, read. `begin` is asked with the position of each file whether it may be opened. `told`: what is known
    of it from elsewhere."""
    names = context.roster.names()
    part = parse(raw)
    message = read_message(part, names)
    service, claim = _claimed(message.subject, context)
    found = leaves(part, names)
    features = Features(part, message, found, claims=claim.shape != "absent")
    found = mark_returned(found) if brings_back(features) else found
    own_passwords = told_in(message.subject) + told_in(message.body)
    opening = Opening(context, begin, tuple(dict.fromkeys(own_passwords + told.passwords)))
    files = _files(found, opening, _spoken_of(claim, message.sender, context))
    kind = tell_kind(features.with_form(any(f.kind != "other" for f in files)))
    content = MailContent(message, claim, kind, found, files)
    submission = Submission(
        kind=kind.kind,
        message=message,
        claim=claim,
        files=files,
        findings=convention_findings(claim, context.survey, is_file=False)
        + _missing(kind.kind, message.body, found, files, context)
        + _unsearched(part, context),
        action=kind.action,
        answers=kind.answers,
        returned_to=returned_to(part) if kind.kind == "bounce" else (),
        too_heavy=kind.kind == "bounce" and refuses_attachments(told_by(part, message)),
        signs=kind.signs,
        no_reply=never_answer(part, message, frozenset(m.address for m in context.survey.mailboxes)),
        passwords_told=bool(own_passwords),
        part=divided(part) or part_mark(message.subject, _names_of(files), message.date),
        asks=kind.kind in _PERSONS and (asks(message.body) or tells_of_a_program(message.body, context.survey)),
        amends=_amends(message) if kind.kind in _PERSONS and not _names_of(files) else "",
        says=kind.says,
        links=tuple(one_line(unlinked(link)) for link in download_links(found)),
        theme="survey" if own_passwords or divided(part) else at_least(theme_of(content, context.survey), service),
        desk=desk_of(content, context.survey, context.others, context.roster),
        awaits_scan=any(carrier_of(leaf) == "scan" for leaf in found),
        numbers=numbers_of_ours(f"{message.subject}\n{message.body}"),
        authentication=authentications(part.headers_of("authentication-results")),
        service=service,
        reached_at=_reached(part, context.survey),
        allowed=len(told.allowed),
    )
    # first: a number that is told as a password is one all the same
    kept = _without_numbers(submission, told.allowed, _beside(part, kind.kind, names))
    return _without_passwords(kept) if own_passwords else kept


def _claimed(subject: str, context: Context) -> tuple[Service, Claim]:
    """What a subject asks for, and what it claims without the word that asks for it."""
    service, claimed = service_of(subject, context.survey.open_services)
    return service, read_claim(claimed, context.survey, context.roster, is_file=False)


def _files(found: Iterable[Leaf], opening: Opening, spoken_of: frozenset[str]) -> tuple[FileReading, ...]:
    """What the attached leaves hold, without the samples among them."""
    read = tuple(read_leaves((leaf for leaf in found if not leaf.displayed), opening))
    return without_sample_files(read, spoken_of, opening.context.survey, opening.context.roster)


def _amends(message: Message) -> Amends:
    """What a mail without a file wants of an answer sent before; Outlook's recall is a withdrawal."""
    return "withdrawal" if recalls(message.subject, message.body) else amends(message.body)


_WRITTEN = ("sender", "comments", "keywords", "organization", "thread-topic")


def _beside(part: Part, kind: MailKind, names: frozenset[str]) -> tuple[str, ...]:
    """The places of numbers in what no reading keeps: the text behind what is read, the subjects of the mails that
    this one carries, as a forward does, and header fields in which people write."""
    nodes = part.walk() if kind not in ("bounce", "receipt") else ()
    carried = (node.children[0] for node in nodes if node.is_message and node.children)
    written = (header_text(value, names).text for name in _WRITTEN for value in part.headers_of(name))
    places = {
        "ヘッダー": any(map(holds_my_number, written)),
        "本文": any(map(holds_my_number, text_behind(part, names))),
        "転送されたメールの件名": any(holds_my_number(read_message(inner, names).subject) for inner in carried),
    }
    return tuple(place for place, holds in places.items() if holds)


def _unsearched(part: Part, context: Context) -> tuple[Finding, ...]:
    """A finding, if there is more text than is looked through."""
    if is_searched_whole(part, context.roster.names()):
        return ()
    return (Finding("text_unsearched", severity_of("text_unsearched", context.survey)),)


def told_passwords(raw: bytes, context: Context) -> tuple[str, ...]:
    """The texts that may be the passwords which this mail tells, likeliest first: to be tried and forgotten."""
    message = read_message(parse(raw), context.roster.names())
    return tuple(dict.fromkeys(told_in(message.subject) + told_in(message.body)))


def file_as_sent(raw: bytes, position: int, sha256: str, context: Context) -> bytes | None:
    """The bytes of the file that a reading of this mail names by position and digest; None where it is not found, as one
    in an archive that only another mail's password opens."""
    names = context.roster.names()
    part = parse(raw)
    message = read_message(part, names)
    opening = Opening(context, passwords=told_in(message.subject) + told_in(message.body))
    found = files_at(leaves(part, names), position, opening)
    return next((data for data in found if hashlib.sha256(data).hexdigest() == sha256), None)


def _spoken_of(claim: Claim, sender: Address | None, context: Context) -> frozenset[str]:
    """The lgcodes of the bodies that the subject and the sender's domain name."""
    hint = body_hint(sender.domain, context.roster) if sender else ()
    return frozenset((*claim.match.lgcodes, *hint))


def _reached(part: Part, survey: Survey) -> str:
    """When our side first had the mail, where a Received line of ours tells."""
    at = reached_at(part.headers_of("received"), survey.receiving_hosts)
    return at.isoformat(timespec="seconds") if at else ""


def read_single_file(
    filename: str, data: bytes, context: Context, begin: Callable[[int], bool] = lambda n: True
) -> FileReading:
    """One file without a mail around it, as `check` and `add` see it."""
    read = read_alone(filename, data, Opening(context, begin))
    return without_sample_files((read,), frozenset(), context.survey, context.roster)[0]


def _names_of(files: tuple[FileReading, ...]) -> tuple[str, ...]:
    """The names of what a person attached."""
    return tuple(file.filename for file in files if file.attached and not file.returned)


def _missing(
    kind: MailKind, body: str, found: tuple[Leaf, ...], files: tuple[FileReading, ...], context: Context
) -> tuple[Finding, ...]:
    """What the mail tells about its missing workbook: sent by a link, removed by a gateway, divided, or nothing."""
    if kind != "submission" or any(file.attached and file.looks_like_workbook for file in files):
        return ()
    came = {carrier: quote_name(leaf.filename) for leaf in reversed(found) if (carrier := carrier_of(leaf))}
    codes = {
        "mail_divided": any(leaf.content_type == PARTIAL for leaf in found),
        "file_sealed": "sealed" in came,
        "file_removed": "removed" in came or was_removed(body, found),
        "file_by_link": "link" in came or bool(download_links(found)) or comes_by_link(body),
    }
    told = next((code for code, holds in codes.items() if holds), "")
    if not told or "scan" in came:
        return ()
    by = {"file_sealed": "sealed", "file_removed": "removed", "file_by_link": "link"}.get(told, "")
    return (Finding(told, severity_of(told, context.survey), found=came.get(by, "")),)  # type: ignore[call-overload]


def _without_passwords(submission: Submission) -> Submission:
    """The reading of a mail that tells a password, without the password."""
    message = submission.message
    return replace(
        submission,
        message=replace(
            message, subject=without_passwords(message.subject), body=without_passwords(message.body)
        ),
        claim=replace(submission.claim, text=without_passwords(submission.claim.text)),
    )


def _without_numbers(submission: Submission, allowed: frozenset[str], beside: tuple[str, ...] = ()) -> Submission:
    """A My Number stays in the raw mail only: where one seems to stand, the reading keeps the place and not
    the text around it. A place that is allowed is no alarm: what its sheet answers is kept, and all else that repeats
    the number is not. `beside`: places in what no reading keeps."""
    message = submission.message
    texts = {"件名": (message.subject,), "本文": (message.body,), **_names_in(message)}
    found = [place for place, shown in texts.items() if any(map(holds_my_number, shown))]
    found += [f"添付{f.position}の名前" for f in submission.files if holds_my_number(f.filename)]
    places = tuple(dict.fromkeys((*found, *beside)))
    if not places and not any(f.personal for f in submission.files):
        return submission
    return replace(
        submission,
        message=_message_without_numbers(message),
        claim=_claim_without_numbers(submission.claim),
        files=tuple(_file_without_numbers(f, allowed) for f in submission.files),
        personal=tuple(place for place in places if place not in allowed),
    )


def _names_in(message: Message) -> dict[str, tuple[str, ...]]:
    """The names that stand beside addresses, by place."""
    writers = (address for address in (message.sender, message.reply_to) if address)
    return {
        "差出人の表示名": tuple(address.name for address in writers),
        "宛先の表示名": tuple(address.name for address in (*message.to, *message.cc)),
    }


def _message_without_numbers(message: Message) -> Message:
    return replace(
        message,
        subject=mask(message.subject),
        body=mask(message.body),
        sender=message.sender and _unnumbered(message.sender),
        reply_to=message.reply_to and _unnumbered(message.reply_to),
        to=tuple(map(_unnumbered, message.to)),
        cc=tuple(map(_unnumbered, message.cc)),
    )


def _unnumbered(address: Address) -> Address:
    return replace(address, name=mask(address.name))


def _claim_without_numbers(claim: Claim) -> Claim:
    return replace(claim, text=mask(claim.text), name=mask(claim.name))


def _file_without_numbers(file: FileReading, allowed: frozenset[str]) -> FileReading:
    left = tuple(place for place in file.personal if place_in(file.position, place) not in allowed)
    return replace(
        file,
        filename=mask(file.filename),
        claim=_claim_without_numbers(file.claim),
        sheets=() if left else tuple(map(_sheet_without_numbers, file.sheets)),
        findings=_findings_without_numbers(file.findings),
        personal=left,
    )


def _sheet_without_numbers(sheet: AnswerSheet) -> AnswerSheet:
    """The sheet without any My Number: its answers are what was asked for; its name was not, nor do findings repeat a
    number."""
    return replace(sheet, sheet=mask(sheet.sheet), findings=_findings_without_numbers(sheet.findings))


def _findings_without_numbers(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    return tuple(
        replace(f, sheet=mask(f.sheet), label=mask(f.label), found=mask(f.found), expected=mask(f.expected))
        for f in findings
    )
