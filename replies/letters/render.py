"""A Letter becomes a subject and a body in Japanese, ready to be read and signed by a section chief.

One template per kind of letter in `templates/`; every word stands there, in `wording.toml` or in the
survey. Nothing here decides what is said, knows the clock, or sends anything.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from jinja2 import Environment

from config.frozen import frozen
from config.jst import in_jst
from config.survey import Survey
from intake.shown import one_line
from replies.japanese import day_and_hour, era_date, era_instant, era_minute, full_width_number
from replies.letter import Attachment, Letter
from replies.letter_kinds import TRAITS
from replies.letters.fileviews import FileView, file_views, mail_view, summed_up
from replies.letters.opening import opening_values, subject_start
from replies.letters.quoting import quotable, quoted_subject
from replies.letters.wrapping import wrap_text
from replies.listed import absent_from, programs_listed
from replies.templating import environment_of
from replies.wording import Wording
from replies.workbooks.findings_book import book_name, findings_book

BLOCKS_LIMIT = 30  # municipalities that are told one by one in the body; of more, the workbook tells
LINES_LIMIT = 400  # of a body that tells of lists
SIZE_LIMIT = 60_000  # bytes of a body in UTF-8; what would be larger is summed up

_TO_MEND = ("correction", "partial")

@frozen
class Rendered:
    """A letter in words: the subject in one line, the body with LF line ends and a last one, and the
    documents that go with it."""

    subject: str
    body: str
    attachments: tuple[Attachment, ...] = ()


def render_letter(letter: Letter, survey: Survey, wording: Wording) -> Rendered:
    """The letter in words. KeyError where a finding, remark or state has no wording; no value of a
    personal field and no control character gets into it."""
    letter = quotable(letter)
    wording = wording.of(survey)
    wording = wording.before_handing_in if TRAITS[letter.kind].books_nothing else wording
    parts = (mail_view(letter, survey, wording), *file_views(letter, survey, wording))
    telling = TRAITS[letter.kind].tells_findings
    name = book_name(letter, wording)
    needs_book = telling and _tells_of_many(parts)  # seen beforehand: what a book tells is not rendered first
    body = _body(letter, survey, wording, parts, name if needs_book else "")
    if not needs_book and ((telling and _is_long(parts, body)) or _is_large(body)):
        needs_book = True
        body = _body(letter, survey, wording, parts, name)
    if needs_book and _is_large(body):
        body = _body(letter, survey, wording, summed_up(parts, wording), name)
    attachments = (Attachment(name, findings_book(letter, survey, wording)),) if needs_book else ()
    return Rendered(_subject(letter, survey, wording), body, attachments)


def _tells_of_many(parts: tuple[FileView, ...]) -> bool:
    """Whether lists or originals give more to say than a mail should; then a workbook says it."""
    lists = [part.listed for part in parts if part.listed]
    blocks = sum(len(view.blocks) + len(view.apart) for view in lists)
    return blocks > BLOCKS_LIMIT or any(view.cut and not view.tally for view in lists)


def _is_long(parts: tuple[FileView, ...], body: str) -> bool:
    """Whether a letter on lists or originals has become longer than a mail should be."""
    return any(part.listed for part in parts) and body.count("\n") > LINES_LIMIT


def _is_large(body: str) -> bool:
    return len(body) > SIZE_LIMIT // 3 and len(body.encode()) > SIZE_LIMIT


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
        "received": era_minute(letter.received_at) if _is_early(letter, survey) else era_instant(letter.received_at),
        "municipality": letter.municipality,
        "book": book,
        "absent": absent_from(letter, wording),
        "extensions": extension_words(letter.extensions),
        "deadline": letter.deadline or survey.deadline,
        "by": _by_when(letter, survey, wording),
        "complete": _is_complete(letter),
        "listed": programs_listed(letter),
        **opening_values(letter, parts, wording),
        "word": next((f"【{word}】" for word in getattr(survey.services, letter.kind, ())), ""),
        "lists": any(block.rows for block in letter.files),
        "asked_subject": f"「{survey.convention.written()}」",
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
    made = environment_of(
        "templates",
        escaped=False,
        finalize=_finalize,
        filters={
            "era_date": era_date,
            "era_instant": era_instant,
            "era_minute": era_minute,
            "full_width": full_width_number,
            "extension_words": extension_words,
        },
    )
    made.globals["traits"] = TRAITS
    return made


def _finalize(value: object) -> object:
    return one_line(value) if isinstance(value, str) else value


def _by_when(letter: Letter, survey: Survey, wording: Wording) -> str:
    """The day until which to mend: ７月21日（金）17時までに. After the deadline a day is named only to a reader whose
    answer came in time and is to be mended, and never a day that is over."""
    in_time = not letter.late and not letter.time_open and any(f.result in _TO_MEND for f in letter.files)
    if letter.after_deadline and (letter.due_passed or letter.kind == "duplicate" or not in_time):
        return wording.phrase["by_soon"]
    due = letter.correct_by or survey.correct_by if letter.after_deadline else letter.deadline or survey.deadline
    return wording.phrase["by_day"].format(day=day_and_hour(due)) if due else wording.phrase["by_soon"]


def _is_early(letter: Letter, survey: Survey) -> bool:
    """Whether an answer came so long before the deadline that nobody asks for the second."""
    return in_jst(letter.received_at).date() < in_jst(letter.deadline or survey.deadline).date()


def _tidy(body: str) -> str:
    """The text with at most one empty line in a row, and exactly one line end at the end."""
    return re.sub(r"\n{3,}", "\n\n", body).strip("\n") + "\n"


def _subject(letter: Letter, survey: Survey, wording: Wording) -> str:
    receipt = f"[{wording.phrase['receipt']} {letter.receipt}]"
    return f"{subject_start(letter, survey, wording)}{quoted_subject(letter, wording)} {receipt}"


def _addressee(letter: Letter, wording: Wording) -> str:
    """The first line of a letter: 神奈川県 ◯◯課 御担当者様. A department that repeats the body's name is not said
    twice."""
    department = letter.department.removeprefix(letter.addressee).strip()
    known = [letter.addressee, department] if letter.addressee else []
    return "　".join(part for part in (*known, wording.phrase["attendant"]) if part)


def _is_complete(letter: Letter) -> bool:
    """Whether we may say that nothing more is awaited here: only to a known body whose file we accepted."""
    accepted = any(block.result == "accepted" for block in letter.files)
    waits = letter.parts is not None and letter.parts.open
    told = TRAITS[letter.kind].tells_completeness and bool(letter.addressee) and accepted
    return told and letter.standing_told and not waits and not letter.owed_here


def extension_words(pairs: tuple[tuple[str, str], ...]) -> str:
    """The telephone extensions in words: 内線 8917・8915; with several programs each behind its name:
    難病2298・2355、小慢7937. Empty where no program has one."""
    if len({extension for _, extension in pairs}) == 1:
        return pairs[0][1]
    return "、".join(f"{program}{extension}" for program, extension in pairs if extension)
