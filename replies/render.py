"""A Letter becomes a subject and a body in Japanese, ready to be read and signed by a section chief.

One template per kind of letter in `templates/`; every word stands there, in `wording.toml` or in the
survey. Nothing here decides what is said, knows the clock, or sends anything.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from config.survey import Survey
from intake.finding import Finding, quote
from replies.japanese import era_date, era_instant, full_width_number
from replies.letter import FileBlock, Letter
from replies.points import Point, hints, requests
from replies.wording import Wording
from replies.wrapping import wrap_text

_SUBJECT_LIMIT = 60  # of a stranger's words in our subject, so that we carry no advertisement
_FILENAME_LIMIT = 80
_DEPARTMENT_LIMIT = 40
_DROPPED = ("Cc", "Cf", "Zl", "Zp")  # controls, direction marks, separators; 外字 (Co) stay
_UNREADABLE = "〓"
_REPLY_MARK = re.compile(r"^(?:(?:re|ｒｅ|返信)\s*(?:[\[(^]?\d+[\])]?)?\s*[:：]\s*)+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Rendered:
    """A letter in words: the subject in one line, the body with LF line ends and a last one."""

    subject: str
    body: str


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


def render_letter(letter: Letter, survey: Survey, wording: Wording) -> Rendered:
    """The letter in words. KeyError where a finding, remark or state has no wording; no value of a
    personal field and no control character gets into it."""
    template = _environment().get_template(f"{letter.kind}.j2")
    mail = _mail_view(letter, survey, wording)
    files = tuple(_file_view(n, f, letter, survey, wording) for n, f in enumerate(letter.files, start=1))
    body = template.render(
        letter=letter,
        survey=survey,
        mailbox=letter.mailbox,
        phrases=survey.phrases,
        words=wording,
        addressee=_addressee(letter, wording),
        honorific=letter.honorific or wording.phrase["body_unknown"],
        files=files,
        parts=(mail, *files),
        extensions=_extensions(letter.extensions),
        due=survey.correct_by if letter.after_deadline else survey.deadline,
        complete=_is_complete(letter),
        originals=any("original" in block.remarks for block in letter.files),
    )
    return Rendered(_subject(letter, wording), wrap_text(_tidy(body)))


@cache
def _environment() -> Environment:
    """The templates, compiled once. `finalize` sees every value that is put in, so none can add a line."""
    environment = Environment(
        loader=PackageLoader("replies"),
        autoescape=False,  # text/plain: nothing to escape
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_finalize,
        auto_reload=False,
    )
    environment.filters.update(era_date=era_date, era_instant=era_instant, full_width=full_width_number)
    return environment


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
    own = [*wording.subject.values(), wording.phrase["reminder_subject"], wording.phrase["rehearsal_subject"]]
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
    return letter.kind == "acknowledgement" and bool(letter.addressee) and accepted and not letter.owed_here


def _mail_view(letter: Letter, survey: Survey, wording: Wording) -> FileView:
    asked, noticed = requests(letter.findings, survey, wording), hints(letter.findings, survey, wording)
    return FileView(0, wording.phrase["the_mail"], "", "", (), asked, noticed)


def _file_view(number: int, block: FileBlock, letter: Letter, survey: Survey, wording: Wording) -> FileView:
    findings = _not_yet_remarked(block)
    honorific = letter.honorific or wording.phrase["body_unknown"]
    remarks = [key for key in block.remarks if not (key == "late" and letter.late)]  # said at the top
    kind = "　".join(part for part in (block.form_title, block.program, block.body) if part)
    name = quote(_one_line(block.filename), _FILENAME_LIMIT)
    return FileView(
        number=number,
        name=name or kind or wording.phrase["the_mail"],
        kind=kind if name else "",
        result=wording.result[block.result],
        remarks=tuple(wording.remark[key].format(honorific=honorific) for key in remarks),
        requests=requests(findings, survey, wording),
        hints=hints(findings, survey, wording),
    )


def _not_yet_remarked(block: FileBlock) -> list[Finding]:
    """The findings, save those that a remark of the same name says already."""
    return [finding for finding in block.findings if finding.code not in block.remarks]


def _extensions(pairs: tuple[tuple[str, str], ...]) -> str:
    """内線 8917・8915; with several programs each behind its name: 難病 2298・2355、小慢 7937."""
    if len({extension for _, extension in pairs}) == 1:
        return pairs[0][1]
    return "、".join(f"{program} {extension}" for program, extension in pairs)
