"""ご提出のお願い: what we write, without being written to, to a respondent that is not complete.

Values in, a subject and a body out, as in `render.py`. Decides neither who is reminded nor when, and never
presses: it says what is left, how to mend it, and whom to ask.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from config.frozen import frozen
from config.survey import Mailbox, Survey
from intake.finding import quote_name
from replies.japanese import day_and_hour, short_day
from replies.letter import Attachment, OwedProgram
from replies.letters.notice import notice_values
from replies.letters.render import Rendered, write_body
from replies.points import Point, requests
from replies.reports.data import OpenCorrection
from replies.wording import Wording

CORRECTIONS_LIMIT = 20  # told one by one in the body; of more, the attached report tells


@frozen
class Reminder:
    """One reminder of one mailbox. `owed`: what is left in it, whose `missing` names bodies of which nothing
    has come; `corrections`: what waits for a mended file; `deadline`: this respondent's own, at which
    `working_days` are left after the day of writing. `report`: its deadline tracking report, if it gets one."""

    mailbox: Mailbox
    extensions: tuple[tuple[str, str], ...]  # (program name, 内線)
    addressee: str
    honorific: str
    deadline: datetime
    extended: bool
    working_days: int
    owed: tuple[OwedProgram, ...]
    corrections: tuple[OpenCorrection, ...]
    report: Attachment | None = None
    kind: Literal["reminder"] = "reminder"


@frozen
class CorrectionView:
    """An open correction as the template sees it."""

    name: str  # 神奈川県鎌倉市　予防接種
    filename: str
    receipt: str
    since: datetime
    points: tuple[Point, ...]


def render_reminder(reminder: Reminder, survey: Survey, wording: Wording) -> Rendered:
    """The reminder in words. KeyError where a finding or state has no wording."""
    few = len(reminder.corrections) <= CORRECTIONS_LIMIT or reminder.report is None
    body = write_body(
        "reminder",
        notice_values(reminder, survey, wording)
        | {
            "honorific": reminder.honorific,
            "corrections": tuple(correction_view(c, survey, wording) for c in reminder.corrections) if few else (),
            "summed": 0 if few else len(reminder.corrections),
            "report": reminder.report.filename if reminder.report else "",
            "sheet": wording.report["sheet_corrections"],
            "summed_bodies": tuple(dict.fromkeys(c.body for c in reminder.corrections)),
            "by": wording.phrase["by_day"].format(day=day_and_hour(reminder.deadline)),
            "named": "、".join(owed.program for owed in reminder.owed),
        },
    )
    about = wording.phrase["reminder_about"].format(
        title=survey.phrases.mail_title,
        deadline=short_day(reminder.deadline),
        programs="・".join(owed.program for owed in reminder.owed),
    )
    mark = "mending" if all(owed.state == "correction" for owed in reminder.owed) else "reminder"
    attached = (reminder.report,) if reminder.report else ()
    return Rendered(wording.subject[mark] + about, body, attached)


def correction_view(correction: OpenCorrection, survey: Survey, wording: Wording) -> CorrectionView:
    """An open correction with its points in words."""
    return CorrectionView(
        name=f"{correction.body}　{correction.program_name}",
        filename=quote_name(correction.filename),
        receipt=correction.receipt,
        since=correction.since,
        points=requests(correction.findings, survey, wording),
    )
