"""Whose desk a mail is for, where several surveys share a mailbox (`other_surveys` of the settings).

Each desk reads all of its mail, and asks the same of it for each survey: does it bring a form of that survey, do
subject, thread, names of files or words speak for it? Since every desk weighs the same signs the same way, one of them
takes what the others leave: no mail is left by all, and none is answered by two. What speaks for none of them, or for
several alike, all of them see; the one whose survey ends first writes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from config.frozen import replace
from config.roster import Roster, fold
from config.survey import Survey
from intake.answers import AttachedFile, read_file
from intake.convention import read_claim
from intake.mail import intent
from intake.mail.ids import receipt_in
from intake.submission import FileReading, WhoseDesk
from intake.theme import MailContent, speaks

Signs = tuple[int, int, int, int]  # subject, names of files, thread, words; the first that differ decide

_RECEIPT = re.compile(r"([A-Z][A-Z0-9]{0,3})\d{4}-[0-9A-Z]{4}-[0-9A-Z]{4}(?![0-9A-Z])")
_BY_NUMBER = 1_000  # a number names one survey; of two conventions the longer one that fits counts


def whose_form(
    reading: FileReading, file: AttachedFile, survey: Survey, others: Sequence[Survey], roster: Roster
) -> FileReading:
    """The reading of `file`, marked where it is another survey's form: by how many questions of each stand in it. What is
    only another's is nothing to us."""
    if not others or not reading.looks_like_workbook:
        return reading
    theirs = max(_likeness(read_file(file, other, roster), other) for other in others)
    ours = _likeness(reading, survey)
    if theirs < ours or not theirs:
        return reading
    if theirs == ours:
        return replace(reading, form_of="several")
    left = replace(reading, form_of="other", kind="other", sheets=(), findings=())
    return replace(left, attached=False, looks_like_workbook=False)


def _likeness(reading: FileReading, survey: Survey) -> float:
    """What share of a form's questions stands in a file; where it is a form by its fields alone, a trace."""
    shares = (
        len({answer.question.partition(".")[0] for answer in sheet.answers})
        / max(1, len(survey.form(sheet.form, sheet.version).blocks))
        for sheet in reading.sheets
    )
    return max(shares, default=0.0) or (0.01 if reading.kind != "other" else 0.0)


def desk_of(mail: MailContent, survey: Survey, others: Sequence[Survey], roster: Roster) -> WhoseDesk:
    """The desk that a mail is for."""
    if not others:
        return "ours"
    files = [file for file in mail.files if not file.returned]
    theirs, several = (any(file.form_of == of for file in files) for of in ("other", "several"))
    if any(file.kind != "other" and file.form_of == "ours" for file in files):
        return "both" if theirs else "ours"
    if theirs:  # what is locked beside it may be ours
        return "second" if any(file.locked for file in files) else "other"
    surveys = (survey, *others)
    signs = [_signs(mail, one, [other for other in surveys if other is not one], roster) for one in surveys]
    alike = [one for one, its in zip(surveys, signs, strict=True) if its == max(signs)]
    if alike == [survey]:
        return "ours"
    if survey not in alike:
        return "other"
    first = min(alike, key=lambda one: (one.deadline, one.id)) is survey
    return "first" if first else "other" if several else "second"


def _signs(mail: MailContent, survey: Survey, others: Sequence[Survey], roster: Roster) -> Signs:
    """What speaks for one survey, without what speaks for every other as well."""
    message = mail.message
    numbers = intent.numbers_of_ours(message.subject)
    leaves = [leaf for leaf in mail.found if not leaf.displayed]
    named = max((_asked_for(leaf.filename, survey, roster, True) for leaf in leaves), default=0)
    thread = (receipt_in(mail.kind.answers), *intent.numbers_of_ours(message.body))
    shared = [fold(word) for other in others for word in _words(other)]
    words = [word for word in map(fold, _words(survey)) if not any(word in theirs for theirs in shared)]
    return (
        _BY_NUMBER if _names(numbers, survey) else _asked_for(message.subject, survey, roster, False),
        named,
        int(_names(thread, survey)),
        int(speaks(message, leaves, words)),
    )


def _words(survey: Survey) -> tuple[str, ...]:
    return (*survey.words, survey.convention.text, survey.title, survey.phrases.mail_title)


def _asked_for(text: str, survey: Survey, roster: Roster, is_file: bool) -> int:
    """How much of a subject, or of a file's name, is as this survey asks for it."""
    claim = read_claim(text, survey, roster, is_file)
    return len(survey.convention.text) if claim.shape == "as_asked" else 0


def _names(numbers: Sequence[str], survey: Survey) -> bool:
    """Whether one of these numbers is of a letter about this survey: its mailbox's prefix stands in front of a receipt
    number, and at the end of any other."""
    prefixes = {mailbox.receipt_prefix for mailbox in survey.mailboxes}
    return any(_prefix(number.upper()) in prefixes for number in numbers if number)


def _prefix(number: str) -> str:
    receipt = _RECEIPT.match(number)
    return receipt[1] if receipt else number.rpartition("-")[2]
