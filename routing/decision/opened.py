"""What a password opened in a mail, when the mail is read more than once. Pure."""

from __future__ import annotations

from dataclasses import replace

from intake.attached import ARCHIVE_STEP
from intake.submission import FileReading, Submission


def opens_more(before: Submission, after: Submission) -> bool:
    """Whether something that was locked before is open now."""
    still = _shut(after)
    return any(f.locked and f.position not in still for f in before.files)


def _shut(submission: Submission) -> set[int]:
    """Positions of files whose content is not known: locked, or given up because trying cost too much."""
    return {
        f.position for f in submission.files if f.locked or any(x.code == "too_costly" for x in f.findings)
    }


def keep_opened(before: Submission, after: Submission) -> Submission:
    """A mail read anew, without losing what an earlier password had opened in it."""
    shut = _shut(after) - _shut(before)
    if not shut:
        return after
    files: list[FileReading] = [f for f in after.files if f.position not in shut]
    files += [f for f in before.files if f.position in shut or f.position // ARCHIVE_STEP in shut]
    kind = before.kind if any(f.kind != "other" for f in before.files) else after.kind
    return replace(after, files=tuple(sorted(files, key=_place)), kind=kind)


def _place(file: FileReading) -> tuple[int, int]:
    whole, member = divmod(file.position, ARCHIVE_STEP)
    return (whole, member) if whole else (member, 0)
