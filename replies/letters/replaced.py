"""ご回答の差し替えのお知らせ: what we write to whoever sent an answer that another address of the same body replaced.

Values in, a subject and a body out, as in `render.py`. Tells nothing of the newer mail; decides nothing.
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
class ReplacedLetter:
    """One notice. `receipt` and `received_at` (JST) are the reader's own mail's; `programs`: what of it was
    replaced, by name; `honorific` 貴市, 貴県 …"""

    mailbox: Mailbox
    extensions: tuple[tuple[str, str], ...]  # (program name, 内線)
    addressee: str
    honorific: str
    receipt: str
    received_at: datetime
    programs: tuple[str, ...]
    kind: Literal["replaced"] = "replaced"


def render_replaced(letter: ReplacedLetter, survey: Survey, wording: Wording) -> Rendered:
    """The notice in words."""
    values = notice_values(letter, survey, wording)
    about = wording.phrase["replaced_about"].format(
        title=survey.phrases.mail_title, programs="・".join(letter.programs)
    )
    return Rendered(wording.subject["replaced"] + about, write_body("replaced", values))
