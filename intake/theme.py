"""Whether a mail is about this survey at all: mailboxes belong to whole sections, to which citizens write as well, and
those who answer other surveys.

Any sign speaks for the survey; what has none is another's business, and what has only words that go with any survey
may be either. So may what a body says of itself in short (該当なし), or sends closed: that is for a person to see.
Decides nothing about what becomes of it.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Sequence

from config.frozen import frozen
from config.roster import fold
from config.spelling import nfkc
from config.survey import Survey
from intake.mail import intent, phrases
from intake.mail.kind import Classification
from intake.mail.mime import Leaf
from intake.submission import Claim, FileReading, Message, Theme

# A file that could not be looked into may hold anything.
_CLOSED = frozenset({"encrypted", "unreadable", "too_costly", "macro", "check_failed", "cut_short", "not_a_form"})
_LONGEST = 50_000  # characters of a text that are looked at
_MOST_BYTES = 2 << 20  # of one part of a workbook
_TEXT_PARTS = re.compile(r"xl/(?:sharedStrings|worksheets/sheet[1-4])\.xml")
# 7-Zip, RAR, LHA: nobody here opens them.
_OTHER_ARCHIVE = re.compile(rb"7z\xbc\xaf\x27\x1c|Rar!|[\x00-\xff]{2}-lh[0-9a-z]-", re.DOTALL)
_QUESTION = re.compile(r"(?:(?<![a-z])q|問)\s*([0-9]{1,2}(?:-[0-9]{1,2})?)(?![0-9])", re.IGNORECASE)
_PREFIX = re.compile(r"\s*(?:(?:re|fw|fwd)\s*[:：]\s*)+", re.IGNORECASE)
_MARKUP = re.compile(r"<[^<>]*>")


@frozen
class MailContent:
    """What was read of a mail: `found` its leaves, `files` what the attached ones hold."""

    message: Message
    claim: Claim
    kind: Classification
    found: tuple[Leaf, ...]
    files: tuple[FileReading, ...]


def theme_of(mail: MailContent, survey: Survey) -> Theme:
    """What a mail is about."""
    message, kind, files = mail.message, mail.kind, mail.files
    leaves = [leaf for leaf in mail.found if not leaf.displayed]
    ours = kind.answers or intent.names_our_result(message.subject) or intent.numbers_of_ours(message.subject)
    words = [fold(word) for word in (*survey.words, survey.convention.text)]
    if not survey.words or ours or mail.claim.shape != "absent" or any(f.kind != "other" for f in files):
        return "survey"
    if speaks(message, leaves, words):
        return "survey"
    if any(f.looks_like_workbook and _is_closed(f, leaves) for f in files):
        return "survey"
    own = "\n".join((nfkc(message.subject), intent.own_words(message.body), *(leaf.filename for leaf in leaves)))
    if kind.kind == "submission" or phrases.pattern("general").search(own) or _cites(own, survey):
        return "perhaps"
    return _without_a_word(message, leaves)


def tells_of_a_program(body: str, survey: Survey) -> bool:
    """Whether the text says of a program by its name why that does not come: 小慢は該当ありません, 検診は後日提出します."""
    said = [fold(sentence) for sentence in intent.left_out(body)]  # nothing, of nearly all mail
    names = {fold(name) for p in survey.programs for name in (p.choice, p.name, *p.names) if name} if said else ()
    return any(name in sentence for sentence in said for name in names)


def speaks(message: Message, leaves: Sequence[Leaf], words: Sequence[str]) -> bool:
    """Whether one of these words (folded) stands in a mail, in the names of its files, or in its workbooks."""
    texts = (message.subject, message.body[:_LONGEST], *(leaf.filename for leaf in leaves))
    spoken = any(word in fold(text) for text in texts for word in words)
    return spoken or any(_speaks(leaf.data, words) for leaf in leaves)


def _without_a_word(message: Message, leaves: list[Leaf]) -> Theme:
    """The theme of a mail without any survey's words. An empty mail forgot its file; a mail that asks something, says
    why no file comes (該当なし), says only that one comes, or is closed, may be about this survey."""
    subject = _PREFIX.sub("", nfkc(message.subject)).strip()
    empty = not leaves and not intent.own_words(message.body).strip()
    if empty and not subject:
        return "perhaps"
    says = set(intent.says(message.body)) - {"other", *phrases.silent_reasons()}
    closed = any(_OTHER_ARCHIVE.match(leaf.data) for leaf in leaves) or _says_nothing_of_it(subject, message, leaves)
    asks = not leaves and (intent.asks(message.body) or intent.asks_in_subject(subject))
    return "unclear" if says or closed or asks or (empty and phrases.pattern("encloses").search(subject)) else "other"


def _says_nothing_of_it(subject: str, message: Message, leaves: list[Leaf]) -> bool:
    """Whether only a file that nobody looks into, a scan or a photo, could tell what a mail is about."""
    generic = phrases.pattern("generic")
    stems = (nfkc(leaf.filename).rpartition(".")[0] for leaf in leaves)
    words = intent.own_words(message.body).strip().splitlines()
    told = (subject, *(line.strip() for line in words), *stems)
    return bool(leaves) and all(generic.fullmatch(text) for text in told if text)


def _cites(text: str, survey: Survey) -> bool:
    """Whether a text (NFKC) names a question of the forms by its number."""
    numbers = {question.key for form in survey.forms for question in form.questions}
    return any(found[1] in numbers for found in _QUESTION.finditer(text))


def _is_closed(file: FileReading, leaves: list[Leaf]) -> bool:
    """Whether nobody knows what stands in a workbook: one that opens, and has no word of the survey, is another's."""
    codes = {finding.code for finding in file.findings}
    opened = any(leaf.position == file.position and leaf.data.startswith(b"PK") for leaf in leaves)
    return bool(codes & (_CLOSED - {"not_a_form"} if opened else _CLOSED))


def _speaks(data: bytes, words: Sequence[str]) -> bool:
    """Whether one of these words (folded) stands in a workbook of OOXML."""
    if not data.startswith(b"PK"):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            for name in filter(_TEXT_PARTS.fullmatch, package.namelist()):
                with package.open(name) as part:
                    text = fold(_MARKUP.sub("", part.read(_MOST_BYTES).decode("utf-8", "replace")))
                if any(word in text for word in words):
                    return True
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError, ValueError):
        return True  # closed: whatever stands in it
    return False
