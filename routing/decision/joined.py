"""An outline that comes alone, as it was asked for, and the answer that it belongs to. Pure."""

from __future__ import annotations

from config.frozen import replace
from intake.submission import Submission
from routing.records import Decided

REMARK = "outline_joined"
# What an outline is written in; a picture beside a mail is a logo or a scan, and a person looks at it.
_DOCUMENTS = (".pdf", ".docx", ".doc", ".txt", ".rtf", ".pptx", ".ppt", ".odt", ".jtd", ".jtdc")


def may_join(decided: Decided, submission: Submission) -> bool:
    """Whether a mail brings nothing but documents, and its words want nothing of anybody."""
    files = [f for f in submission.files if f.attached and not f.returned]
    documents = bool(files) and all(f.filename.lower().endswith(_DOCUMENTS) and f.size > 0 for f in files)
    return decided.mail.rule == "material" and documents and not (submission.amends or submission.alarms)


def without_wanted(submission: Submission) -> Submission:
    """The answer, whose outline has come in another mail."""
    files = tuple(
        replace(file, sheets=tuple(replace(sheet, outlines_wanted=()) for sheet in file.sheets))
        for file in submission.files
    )
    return replace(submission, files=files)


def remarked(decided: Decided) -> Decided:
    """The answer, with the remark in its letter that the outline has come."""
    pieces = tuple(
        replace(p, decision=replace(p.decision, remarks=(*p.decision.remarks, REMARK)))
        if p.sheet is not None and p.decision.outcome in ("accepted", "correction")
        else p
        for p in decided.pieces
    )
    return replace(decided, pieces=pieces)
