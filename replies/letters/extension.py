"""提出期限延長のお知らせ: what we write to a respondent whose deadline was extended.

Values in, a subject and a body out, as in `render.py`. Tells no reason, which is for the record; decides nothing.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from config.frozen import frozen
from config.survey import Mailbox, Survey
from replies.japanese import day_and_hour, era_date, short_day
from replies.letters.notice import notice_values
from replies.letters.render import Rendered, write_body
from replies.wording import Wording


@frozen
class ExtensionLetter:
    """One notice from one mailbox. `programs`: (name, the deadline that now holds); `ordinary`: those that the
    survey sets; `about`: names of the municipalities that it concerns, empty where it is the respondent's own;
    `collects`: the respondent's deadline holds for what it collects as well."""

    mailbox: Mailbox
    extensions: tuple[tuple[str, str], ...]  # (program name, 内線)
    addressee: str
    programs: tuple[tuple[str, datetime], ...]
    about: tuple[str, ...] = ()
    collects: bool = False
    ordinary: tuple[datetime, ...] = ()  # the survey's, where it names none
    kind: Literal["extension"] = "extension"


def render_extension(letter: ExtensionLetter, survey: Survey, wording: Wording) -> Rendered:
    """The notice in words."""
    last = max(until for _, until in letter.programs)
    values = notice_values(letter, survey, wording) | {
        "until": day_and_hour(last),
        "ordinary": "、".join(map(era_date, sorted(set(letter.ordinary)))) or era_date(survey.deadline),
    }
    about = wording.phrase["extension_about"].format(
        title=survey.phrases.mail_title,
        programs="・".join(name for name, _ in letter.programs),
        until=short_day(last),
    )
    return Rendered(wording.subject["extension"] + about, write_body("extension", values))
