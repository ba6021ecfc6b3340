"""個人番号が含まれていたメールについてのお願い: what we write to whoever sent a My Number by mistake.

Values in, a subject and a body out, as in `render.py`. Tells neither the number nor where it stood: the letter would
carry on what is to be erased. Decides nothing.
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
class MyNumberLetter:
    """One letter. `receipt` and `received_at` (JST) are the reader's own mail's; `addressee` is empty where nothing
    tells the body."""

    mailbox: Mailbox
    extensions: tuple[tuple[str, str], ...]  # (program name, 内線)
    addressee: str
    receipt: str
    received_at: datetime
    kind: Literal["my_number"] = "my_number"


def render_my_number(letter: MyNumberLetter, survey: Survey, wording: Wording) -> Rendered:
    """The letter in words."""
    values = notice_values(letter, survey, wording)
    if not letter.addressee:
        values["addressee"] = wording.phrase["attendant"]
    about = wording.phrase["my_number_about"].format(title=survey.phrases.mail_title)
    return Rendered(wording.subject["my_number"] + about, write_body("my_number", values))
