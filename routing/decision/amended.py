"""A submission with what officials entered into its sheet by telephone (職員補記), checked again. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from config.frozen import replace
from intake.amendment import AmendmentRefused, amend_sheet
from intake.submission import Submission
from routing.register import Register


def amended_submission(submission: Submission, changes: Mapping[str, str], register: Register) -> Submission:
    """The submission with these answers (question key -> value) in its one sheet. Raises AmendmentRefused."""
    if not changes:
        return submission
    sheets = [(f, s) for f in submission.files for s in f.sheets]
    if len(sheets) != 1:
        raise AmendmentRefused(f"補記できるのは調査票が１枚のメールだけです（このメールは{len(sheets)}枚）。")
    [(file, sheet)] = sheets
    amended = amend_sheet(sheet, changes, register.survey, register.roster)
    files = tuple(replace(f, sheets=(amended,)) if f is file else f for f in submission.files)
    return replace(submission, files=files)
