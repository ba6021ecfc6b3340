"""受付完了のお礼: what a section writes to a respondent whose answers to it are all accepted.

Values in, a subject and a body out, as in `render.py`. Says that receipt is no approval of the content. Decides neither
who gets one nor when.
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
class Accepted:
    """One accepted answer: of which program (`about`: 難病, 予防接種　取りまとめていただいた18団体分 …), under which
    receipt numbers, when the newest of it was received, and the screenings it is about (属性; none: all)."""

    about: str
    receipts: tuple[str, ...]
    received_at: datetime
    attributes: tuple[str, ...] = ()


@frozen
class Thanks:
    """One letter of one mailbox's section."""

    mailbox: Mailbox
    extensions: tuple[tuple[str, str], ...]  # (program name, 内線)
    addressee: str
    honorific: str
    accepted: tuple[Accepted, ...]
    kind: Literal["thanks"] = "thanks"


def render_thanks(letter: Thanks, survey: Survey, wording: Wording) -> Rendered:
    """The letter in words."""
    values = notice_values(letter, survey, wording) | {"honorific": letter.honorific, "named": 3}
    about = wording.phrase["thanks_about"].format(
        title=survey.phrases.mail_title, programs="・".join(name for name, _ in letter.extensions)
    )
    return Rendered(wording.subject["thanks"] + about, write_body("thanks", values))
