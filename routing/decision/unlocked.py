"""What a password opened in a mail, when the mail is read more than once. Pure."""

from __future__ import annotations

from config.frozen import replace
from intake.attached import ARCHIVE_STEP
from intake.submission import FileReading, Submission, place_in


def opens_more(before: Submission, after: Submission) -> bool:
    """Whether something that was locked before is open now."""
    still = _shut(after)
    return any(f.locked and f.position not in still for f in before.files)


def _shut(submission: Submission) -> set[int]:
    """Positions of files whose content is not known: locked, or given up because trying cost too much."""
    return {
        f.position for f in submission.files if f.locked or any(x.code == "too_costly" for x in f.findings)
    }


def keep_opened(before: Submission, after: Submission, allowed: frozenset[str] = frozenset()) -> Submission:
    """A mail read anew, without losing what an earlier password had opened in it. A file stays shut if nothing of it
    was kept because of a place that is `allowed` now: its sender is asked for it without a password."""
    shut = _shut(after) - _shut(before) - _emptied(before, allowed)
    if not shut:
        return after
    files: list[FileReading] = [f for f in after.files if f.position not in shut]
    files += [f for f in before.files if f.position in shut or f.position // ARCHIVE_STEP in shut]
    kind = before.kind if any(f.kind != "other" for f in before.files) else after.kind
    return replace(after, files=tuple(sorted(files, key=_place)), kind=kind)


def _emptied(before: Submission, allowed: frozenset[str]) -> set[int]:
    """Positions of files, and of archives of files, that had a place which is allowed now."""
    found = {f.position for f in before.files for p in f.personal if place_in(f.position, p) in allowed}
    return found | {position // ARCHIVE_STEP for position in found}


def _place(file: FileReading) -> tuple[int, int]:
    whole, member = divmod(file.position, ARCHIVE_STEP)
    return (whole, member) if whole else (member, 0)
