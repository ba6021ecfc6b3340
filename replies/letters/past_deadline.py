"""提出期限後のお願い: what we write at a respondent's deadline, without being written to, where something is left.

Values in, a subject and a body out, as in `render.py`. Reproaches nobody; names a day only to whose answer came in time
and is to be mended. Decides neither who gets one nor when.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from config.frozen import frozen
from config.survey import Mailbox, Survey
from replies.japanese import day_and_hour
from replies.letter import OwedProgram
from replies.letters.notice import notice_values
from replies.letters.reminder import CORRECTIONS_LIMIT, correction_view
from replies.letters.render import Rendered, write_body
from replies.reports.data import OpenCorrection
from replies.wording import Wording


@frozen
class PastDeadline:
    """One letter. `deadline`: the respondent's own, which has come; `owed`: what is left, each with its address;
    `corrections`: what waits for a mended file, and whether it came in time; `by`: until when that is asked for (None: no
    day is named); `again`: it is some days later, and was asked for at the deadline."""

    mailbox: Mailbox
    extensions: tuple[tuple[str, str], ...]  # (program name, 内線)
    addressee: str
    honorific: str
    deadline: datetime
    owed: tuple[OwedProgram, ...]
    corrections: tuple[tuple[OpenCorrection, bool], ...]
    by: datetime | None = None
    again: bool = False
    kind: Literal["past_deadline"] = "past_deadline"


def render_past_deadline(letter: PastDeadline, survey: Survey, wording: Wording) -> Rendered:
    """The letter in words."""
    told = letter.corrections[:CORRECTIONS_LIMIT]
    values = notice_values(letter, survey, wording) | {
        "honorific": letter.honorific,
        "named": "、".join(owed.program for owed in letter.owed),
        "mending_only": all(owed.state == "correction" for owed in letter.owed),
        "in_time": _named(told, True, survey, wording),
        "others": _named(told, False, survey, wording),
        "more": len(letter.corrections) - len(told),
        "by": wording.phrase["by_day"].format(day=day_and_hour(letter.by)) if letter.by else wording.phrase["by_soon"],
    }
    programs = "・".join(owed.program for owed in letter.owed)
    about = wording.phrase["past_deadline_about"].format(title=survey.phrases.mail_title, programs=programs)
    return Rendered(wording.subject["past_deadline"] + about, write_body("past_deadline", values))


def _named(
    corrections: Sequence[tuple[OpenCorrection, bool]], in_time: bool, survey: Survey, wording: Wording
) -> tuple[object, ...]:
    return tuple(correction_view(c, survey, wording) for c, came_in_time in corrections if came_in_time == in_time)
