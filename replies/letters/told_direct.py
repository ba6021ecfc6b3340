"""市町村からの直接の送付のお知らせ: what a prefecture is told of a municipality's mail to us, once an official chose so.

Values in, a subject and a body out, as in `render.py`. Facts only: nothing of what the mail holds. Decides nothing.
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
class ToldDirect:
    """One letter to a prefecture. `body`: the municipality by full name; `programs` by name; `receipt` and `received_at` of
    its mail; `taken`: it was accepted as it came; `asked`: when it was asked to send through the prefecture (None: not)."""

    mailbox: Mailbox
    extensions: tuple[tuple[str, str], ...]  # (program name, 内線)
    addressee: str
    body: str
    programs: tuple[str, ...]
    receipt: str
    received_at: datetime
    taken: bool = False
    asked: datetime | None = None
    kind: Literal["told_direct"] = "told_direct"


def render_told_direct(letter: ToldDirect, survey: Survey, wording: Wording) -> Rendered:
    """The letter in words."""
    about = wording.phrase["told_direct_about"].format(
        title=survey.phrases.mail_title, body=letter.body, programs="・".join(letter.programs)
    )
    values = notice_values(letter, survey, wording)
    return Rendered(wording.subject["told_direct"] + about, write_body("told_direct", values))
