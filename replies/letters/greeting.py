"""自動返信の開始のお知らせ: what respondents are told before the first automatic reply, so that they know it for ours.

Values in, a subject and a body out, as in `render.py`. Decides neither who gets one nor when.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from config.frozen import frozen
from config.survey import Mailbox, Survey
from replies.letters.notice import notice_values
from replies.letters.render import Rendered, write_body
from replies.wording import Wording


@frozen
class Greeting:
    """One letter. `begins`: from when on mail is answered; `example`: what a receipt number looks like."""

    mailbox: Mailbox
    extensions: tuple[tuple[str, str], ...]  # (program name, 内線)
    addressee: str
    begins: datetime
    example: str
    kind: Literal["greeting"] = "greeting"


def render_greeting(letter: Greeting, survey: Survey, wording: Wording) -> Rendered:
    """The letter in words."""
    programs = {m.id: "、".join(p.name for p in survey.programs if p.mailbox == m.id) for m in survey.mailboxes}
    values = notice_values(letter, survey, wording) | {"programs": programs}
    about = wording.phrase["greeting_about"].format(title=survey.phrases.mail_title)
    return Rendered(wording.subject["greeting"] + about, write_body("greeting", values))
