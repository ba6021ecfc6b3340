"""都道府県から回答を受け付けたことのお知らせ: what a body is told whose answer its prefecture sent and we accepted.

Values in, a subject and a body out, as in `render.py`. Facts only: nothing of what the answer says. Decides nothing.
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
class ToldBody:
    """One letter to the body whose answer it was. `honorific` 貴市, 貴町 …; `prefecture`: who sent it, by full name;
    `program` by name; `receipt` and `received_at` of the prefecture's mail; `itself`: the body answers to us, and not
    through its prefecture."""

    mailbox: Mailbox
    extensions: tuple[tuple[str, str], ...]  # (program name, 内線)
    addressee: str
    honorific: str
    prefecture: str
    program: str
    receipt: str
    received_at: datetime
    itself: bool
    kind: Literal["told_body"] = "told_body"


def render_told_body(letter: ToldBody, survey: Survey, wording: Wording) -> Rendered:
    """The letter in words."""
    about = wording.phrase["told_body_about"].format(title=survey.phrases.mail_title, program=letter.program)
    subject = wording.of(survey).subject["told_body"] + about
    return Rendered(subject, write_body("told_body", notice_values(letter, survey, wording)))
