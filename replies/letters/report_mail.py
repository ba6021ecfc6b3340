"""提出状況のお知らせ: the mail with which a prefecture gets its deadline tracking report, the .xlsx alone.

Values in, a subject and a body out, as in `render.py`. Decides neither who gets one nor when.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from config.frozen import frozen
from config.survey import Mailbox, Survey
from replies.japanese import day_and_hour, short_day
from replies.letter import Attachment, OwedProgram
from replies.letters.notice import notice_values
from replies.letters.render import Rendered, write_body
from replies.wording import Wording


@frozen
class ReportLetter:
    """One mail with the report of an instant. `programs`: every program that the prefecture owes, in its state;
    `by`: until when what is left is asked for (None: no day is named); `closing`: it counts what was received until
    the deadline."""

    mailbox: Mailbox
    extensions: tuple[tuple[str, str], ...]  # (program name, 内線)
    addressee: str
    honorific: str
    instant: datetime
    closing: bool
    programs: tuple[OwedProgram, ...]
    by: datetime | None
    report: Attachment
    mending: bool = False  # something received in time is to be mended
    extended: bool = False  # of something that is left the deadline was extended, and has not come yet
    after: bool = False  # closing, and its deadline was before the instant up to which it counts
    kind: Literal["report"] = "report"


def render_report_mail(letter: ReportLetter, survey: Survey, wording: Wording) -> Rendered:
    """The mail in words, with the report attached."""
    values = notice_values(letter, survey, wording) | {
        "honorific": letter.honorific,
        "left": any(owed.state not in ("accepted", "not_applicable") for owed in letter.programs),
        "named": 60,
        "by": wording.phrase["by_day"].format(day=day_and_hour(letter.by)) if letter.by else "",
    }
    about = wording.phrase["report_about"].format(
        title=survey.phrases.mail_title, instant=short_day(letter.instant)
    )
    return Rendered(wording.subject["report"] + about, write_body("report_mail", values), (letter.report,))
