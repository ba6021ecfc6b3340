"""A Letter becomes a subject and a body in Japanese, ready to be read and signed by a section chief.

One template per kind of letter in `templates/`; every word stands there, in `wording.toml` or in the
survey. Nothing here decides what is said, knows the clock, or sends anything.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from jinja2 import Environment

from config.survey import Survey
from intake.finding import Finding, quote
from replies.japanese import era_date, era_instant, full_width_number
from replies.letter import Attachment, FileBlock, Letter
from replies.letters.wrapping import wrap_text
from replies.listed import ListView, absent_from, programs_listed, remark_text, view_list, view_originals
from replies.points import Point, hints, requests
from replies.templating import environment_of
from replies.wording import Wording
from replies.workbooks.findings_book import book_name, findings_book

BLOCKS_LIMIT = 30  # municipalities that are told one by one in the body; of more, the workbook tells
LINES_LIMIT = 300  # of a body that tells of lists

_TELLING = ("acknowledgement", "correction", "partial", "transfer")  # letters that tell what was noticed
_ORIGINALS_LIMIT = 3  # of more, the municipalities' own sheets are told of together
_SUBJECT_LIMIT = 60  # of a stranger's words in our subject, so that we carry no advertisement
_FILENAME_LIMIT = 80
_DEPARTMENT_LIMIT = 40
_DROPPED = ("Cc", "Cf", "Zl", "Zp")  # controls, direction marks, separators; 外字 (Co) stay
_UNREADABLE = "〓"
_REPLY_MARK = re.compile(r"^(?:(?:re|ｒｅ|返信)\s*(?:[\[(^]?\d+[\])]?)?\s*[:：]\s*)+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Rendered:
    """A letter in words: the subject in one line, the body with LF line ends and a last one, and the
    documents that go with it."""

    subject: str
    body: str
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class FileView:
    """One file as the templates see it: `number` counts the files of the letter, 0 for the mail itself."""

    number: int
    name: str
    kind: str  # 別添１　小慢　神奈川県横浜市
    result: str
    remarks: tuple[str, ...]
    requests: tuple[Point, ...]
    hints: tuple[Point, ...]
    program: str = ""
    listed: ListView | None = None  # of a collated list, or of originals together

    @property
    def asks(self) -> bool:
        """Whether something is to be mended."""
        return bool(self.requests or (self.listed and self.listed.blocks))

    @property
    def notices(self) -> bool:
        """Whether there are friendly lines."""
        return bool(self.hints or (self.listed and self.listed.hints))


def render_letter(letter: Letter, survey: Survey, wording: Wording) -> Rendered:
    """The letter in words. KeyError where a finding, remark or state has no wording; no value of a
    personal field and no control character gets into it."""
    parts = (_mail_view(letter, survey, wording), *_file_views(letter, survey, wording))
    body = _body(letter, survey, wording, parts)
    attachments: tuple[Attachment, ...] = ()
    if letter.kind in _TELLING and _is_long(parts, body):
        name = book_name(letter, wording)
        body = _body(letter, survey, wording, parts, name)
        attachments = (Attachment(name, findings_book(letter, survey, wording)),)
    return Rendered(_subject(letter, wording), body, attachments)


def _is_long(parts: tuple[FileView, ...], body: str) -> bool:
    """Whether a letter on lists or originals says more than a mail should; then a workbook says it."""
    lists = [part.listed for part in parts if part.listed]
    if not lists:
        return False
    blocks = sum(len(view.blocks) for view in lists)
    differences = any(view.cut and not view.tally for view in lists)
    return blocks > BLOCKS_LIMIT or body.count("\n") > LINES_LIMIT or differences


def _body(
    letter: Letter, survey: Survey, wording: Wording, parts: tuple[FileView, ...], book: str = ""
) -> str:
    """The words of the letter; with `book`, the name of an attached workbook, lists are only summed up."""
    values = {
        "letter": letter,
        "survey": survey,
        "mailbox": letter.mailbox,
        "phrases": survey.phrases,
        "words": wording,
        "addressee": _addressee(letter, wording),
        "honorific": letter.honorific or wording.phrase["body_unknown"],
        "files": parts[1:],
        "parts": parts,
        "book": book,
        "absent": absent_from(letter, wording),
        "extensions": extension_words(letter.extensions),
        "deadline": letter.deadline or survey.deadline,
        "by": _by_when(letter, survey, wording),
        "complete": _is_complete(letter),
        "listed": programs_listed(letter),
        "originals": not programs_listed(letter) and any("original" in f.remarks for f in letter.files),
    }
    return write_body(letter.kind, values)


def write_body(template: str, values: Mapping[str, object]) -> str:
    """The text of one template of `templates/` with these values, wrapped for a mail, with LF line ends.
    No value can add a line. jinja2.UndefinedError for a value that the template wants and is not there."""
    return wrap_text(_tidy(environment().get_template(f"{template}.j2").render(**values)))


@cache
def environment() -> Environment:
    """The letters' templates, compiled once. No value that is put in can add a line."""
    return environment_of(
        "templates",
        escaped=False,
        finalize=_finalize,
        filters={"era_date": era_date, "era_instant": era_instant, "full_width": full_width_number},
    )


def _finalize(value: object) -> object:
    return _one_line(value) if isinstance(value, str) else value


def _one_line(text: str) -> str:
    """`text` without line breaks, control characters and direction marks. A lone surrogate, which no mail
    can carry, becomes 〓, so that nobody takes the name for whole."""
    if text.replace("\u3000", "").isprintable():
        return text
    spaced = re.sub(r"[\r\n\t\v\f\u0085\u2028\u2029]+", " ", text)
    kept = (c for c in spaced if unicodedata.category(c) not in _DROPPED)
    return "".join(_UNREADABLE if unicodedata.category(c) == "Cs" else c for c in kept)


def _by_when(letter: Letter, survey: Survey, wording: Wording) -> str:
    """令和５年７月21日（金）17時までに; after correct_by no day is named that is over."""
    if letter.due_passed:
        return wording.phrase["by_soon"]
    due = survey.correct_by if letter.after_deadline else letter.deadline or survey.deadline
    return wording.phrase["by_day"].format(day=era_date(due))


def _tidy(body: str) -> str:
    """At most one empty line in a row, and exactly one line end at the end."""
    return re.sub(r"\n{3,}", "\n\n", body).strip("\n") + "\n"


def _subject(letter: Letter, wording: Wording) -> str:
    original = quote(_original_subject(letter.subject, wording), _SUBJECT_LIMIT)
    return (
        f"{wording.subject[letter.kind]}Re: {original or wording.phrase['no_subject']}"
        f" [{wording.phrase['receipt']} {letter.receipt}]"
    )


def _original_subject(subject: str, wording: Wording) -> str:
    """The subject as it was before any reply: without Re:, and without what our own letters put around."""
    text = _one_line(subject).strip()
    own = [*wording.subject.values(), wording.phrase["rehearsal_subject"]]
    receipt = re.compile(rf"\s*\[{re.escape(wording.phrase['receipt'])} [^\]]*\]")
    while True:
        shorter = receipt.sub("", _REPLY_MARK.sub("", text)).strip()
        for prefix in own:
            shorter = shorter.removeprefix(prefix).strip()
        if shorter == text:
            return text
        text = shorter


def _addressee(letter: Letter, wording: Wording) -> str:
    """神奈川県　◯◯課　御担当者様. A department that repeats the body's name is not said twice."""
    department = quote(_one_line(letter.department), _DEPARTMENT_LIMIT).removeprefix(letter.addressee).strip()
    known = [letter.addressee, department] if letter.addressee else []
    return "　".join(part for part in (*known, wording.phrase["attendant"]) if part)


def _is_complete(letter: Letter) -> bool:
    """Whether we may say that nothing more is awaited here: only to a known body whose file we accepted."""
    accepted = any(block.result == "accepted" for block in letter.files)
    waits = letter.parts is not None and letter.parts.open
    told = letter.kind in ("acknowledgement", "parts") and bool(letter.addressee) and accepted
    return told and letter.standing_told and not waits and not letter.owed_here


def _mail_view(letter: Letter, survey: Survey, wording: Wording) -> FileView:
    asked, noticed = requests(letter.findings, survey, wording), hints(letter.findings, survey, wording)
    return FileView(0, wording.phrase["the_mail"], "", "", (), asked, noticed)


def _file_views(letter: Letter, survey: Survey, wording: Wording) -> tuple[FileView, ...]:
    """The files in the order of the mail; many originals without a request stand together where the first
    of them stood."""
    originals = [block for block in letter.files if _is_original(block)]
    together = originals if len(originals) > _ORIGINALS_LIMIT else []
    views: list[FileView] = []
    for block in letter.files:
        number = len(views) + 1
        if block not in together:
            views.append(_file_view(number, block, letter, survey, wording))
        elif block is together[0]:
            views.append(_originals_view(number, together, letter, survey, wording))
    return tuple(views)


def _is_original(block: FileBlock) -> bool:
    asked = any(finding.severity == "error" for finding in block.findings)
    return "original" in block.remarks and block.result == "kept" and not asked


def _originals_view(
    number: int, blocks: list[FileBlock], letter: Letter, survey: Survey, wording: Wording
) -> FileView:
    kinds = {(block.form_title, block.program) for block in blocks}
    return FileView(
        number=number,
        name=wording.listing["originals"].format(count=len(blocks)),
        kind="　".join(part for part in kinds.pop() if part) if len(kinds) == 1 else "",
        result=wording.result["kept"],
        remarks=(),
        requests=(),
        hints=(),
        listed=view_originals(blocks, letter, survey, wording),
    )


def _file_view(number: int, block: FileBlock, letter: Letter, survey: Survey, wording: Wording) -> FileView:
    findings = _not_yet_remarked(block)
    remarks = [key for key in block.remarks if not (key == "late" and letter.late)]  # said at the top
    the_list = wording.listing["the_list"] if block.rows else ""
    kind = "　".join(part for part in (block.form_title, block.program, block.body, the_list) if part)
    name = quote(_one_line(block.filename), _FILENAME_LIMIT)
    return FileView(
        number=number,
        name=name or kind or wording.phrase["the_mail"],
        kind=kind if name else "",
        result=wording.result[block.result],
        remarks=tuple(_remark(key, letter, survey, wording) for key in remarks),
        requests=requests(findings, survey, wording),
        hints=hints(findings, survey, wording),
        program=block.program,
        listed=view_list(block, letter, survey, wording) if block.rows else None,
    )


def _remark(key: str, letter: Letter, survey: Survey, wording: Wording) -> str:
    """A remark on a file; what only this survey has to say stands in its phrases."""
    own = survey.phrases.not_owed if key == "not_owed" else ""
    return remark_text(key, letter, wording) + own


def _not_yet_remarked(block: FileBlock) -> list[Finding]:
    """The findings, save those that a remark of the same name says already."""
    return [finding for finding in block.findings if finding.code not in block.remarks]


def extension_words(pairs: tuple[tuple[str, str], ...]) -> str:
    """内線 8917・8915; with several programs each behind its name: 難病 2298・2355、小慢 7937."""
    if len({extension for _, extension in pairs}) == 1:
        return pairs[0][1]
    return "、".join(f"{program} {extension}" for program, extension in pairs)
