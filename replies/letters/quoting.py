"""What a letter repeats of its reader's own mail: subject, names of files, whom it names; findings in `points.py`.

These words pass here before a letter is rendered, so that we relay no advertisement and no link, and nothing at all
to whom never sent us a form.
"""

from __future__ import annotations

import re
from functools import cache

from config.frozen import replace
from intake.finding import Finding, quote, quote_name
from intake.shown import one_line
from replies.letter import FileBlock, Letter, RowBlock
from replies.wording import Wording

_ABOUT = re.compile(r"[^【】\[\]]{0,40}?(?=Re: )")  # what our own letters say between their mark and the subject
_NAME_LIMIT = 40  # of a department or a body's own name
_SUBJECT_LOOKED_AT = 400  # characters; marks of replies beyond are the stranger's own
_REPLY_MARK = re.compile(r"^(?:(?:re|ｒｅ|返信)\s*(?:[\[(^]?\d+[\])]?)?\s*[:：]\s*)+", re.IGNORECASE)


def quotable(letter: Letter) -> Letter:
    """The letter with its reader's words as they may be repeated: in one line, cut, and without links."""
    whole = replace(
        letter,
        department=quote(letter.department, _NAME_LIMIT),
        files=tuple(map(_file, letter.files)),
    )
    return whole if letter.quotes else _unquoted(whole)


def _file(block: FileBlock) -> FileBlock:
    return replace(block, filename=quote_name(block.filename), rows=tuple(map(_row, block.rows)))


def _row(row: RowBlock) -> RowBlock:
    return row if row.lgcode else replace(row, name=quote(row.name, _NAME_LIMIT))


def _unquoted(letter: Letter) -> Letter:
    """The letter without any word of the reader's: what was found is told, and the names of what it was found in are
    not."""
    return replace(
        letter,
        subject="",
        department="",
        findings=tuple(map(_bare, letter.findings)),
        files=tuple(replace(b, filename="", findings=tuple(map(_bare, b.findings)), rows=()) for b in letter.files),
    )


def _bare(finding: Finding) -> Finding:
    return replace(finding, sheet="", label="", found="")


def quoted_subject(letter: Letter, wording: Wording) -> str:
    """Re: and the subject that is answered, or what stands for it."""
    if not letter.quotes:
        return wording.phrase["your_mail"]
    return f"Re: {quote(_original_subject(letter.subject, wording)) or wording.phrase['no_subject']}"


def _original_subject(subject: str, wording: Wording) -> str:
    """The subject as it was before any reply: without Re:, and without what our own letters put around."""
    text = " ".join(one_line(subject[:_SUBJECT_LOOKED_AT]).split())
    own = [*wording.subject.values(), wording.phrase["rehearsal_subject"]]
    receipt = _receipt_behind(wording.phrase["receipt"])
    while True:
        shorter = receipt.sub("", _REPLY_MARK.sub("", text)).strip()
        for prefix in own:
            shorter = _bare_of(prefix, shorter)
        if shorter == text:
            return text
        text = shorter


@cache
def _receipt_behind(called: str) -> re.Pattern[str]:
    return re.compile(rf" ?\[{re.escape(called)} [^\]]*\]")


def _bare_of(prefix: str, subject: str) -> str:
    """A subject without this mark of ours and what we said behind it; as it is where it begins otherwise."""
    if not subject.startswith(prefix):
        return subject
    rest = subject.removeprefix(prefix)
    about = _ABOUT.match(rest)
    return rest[about.end() if about else 0 :].strip()
