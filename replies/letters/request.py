"""原本のご送付のお願い: what we write to a prefecture about single municipalities' own sheets.

Values in, a subject and a body out, as in `render.py`. Decides nothing.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from config.frozen import frozen
from config.survey import Mailbox, Survey
from replies.japanese import day_and_hour
from replies.letters.notice import notice_values
from replies.letters.render import Rendered, write_body
from replies.wording import Wording


@frozen
class OriginalRequest:
    """One request: of which program, and of which municipalities (names by code). `until`: when the section
    would like to have them; None: no day is named."""

    mailbox: Mailbox
    extensions: tuple[tuple[str, str], ...]  # (program name, 内線)
    addressee: str
    program: str
    form_title: str
    bodies: tuple[str, ...]
    until: datetime | None = None
    kind: Literal["request"] = "request"


def render_request(request: OriginalRequest, survey: Survey, wording: Wording) -> Rendered:
    """The request in words."""
    by = request.until and wording.phrase["by_day"].format(day=day_and_hour(request.until))
    values = notice_values(request, survey, wording) | {"by": by or ""}
    about = wording.phrase["request_about"].format(title=survey.phrases.mail_title, program=request.program)
    return Rendered(wording.subject["request"] + about, write_body("request", values))
