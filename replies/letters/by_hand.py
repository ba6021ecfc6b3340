"""What officials write themselves: an answer to what a mail asks, and a mail passed on to a colleague.

Values in, a subject and a body out, as in `render.py`. The words are the official's; only how a letter begins and ends is
ours. Decides nothing.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from config.frozen import frozen
from config.survey import Mailbox, Survey
from intake.finding import quote
from replies.letter import Attachment
from replies.letters.notice import notice_values
from replies.letters.render import Rendered, write_body
from replies.wording import Wording

MOST = 200  # lines that are repeated of the mail that is answered …
_LINE = 33  # … and full-width characters of each, behind its mark


@frozen
class AnswerLetter:
    """An answer in words. `lines` as they were typed; `quoted`: lines of the mail that it answers."""

    mailbox: Mailbox
    extensions: tuple[tuple[str, str], ...]  # (program name, 内線)
    addressee: str  # 神奈川県; empty if not known
    receipt: str
    lines: tuple[str, ...]
    quoted: tuple[str, ...] = ()
    kind: Literal["answer"] = "answer"


@frozen
class ForwardLetter:
    """A mail passed on. `lines`: what its reader should know; `original`: its bytes as they came; `received_at` JST."""

    mailbox: Mailbox
    extensions: tuple[tuple[str, str], ...]
    addressee: str  # the body that it is of
    receipt: str
    received_at: datetime
    lines: tuple[str, ...]
    original: bytes
    kind: Literal["forward"] = "forward"


def quoted_lines(text: str) -> tuple[str, ...]:
    """The text of a mail as an answer repeats it: no line longer than a mail program shows, none that quotes already, no
    link that could be clicked."""
    own = [line for line in text.splitlines() if not line.startswith((">", "＞"))]
    told = [quote(line, _LINE * MOST) for line in own[:MOST]]
    return tuple(line[at : at + _LINE] for line in told for at in range(0, len(line) or 1, _LINE))[:MOST]


def render_by_hand(letter: AnswerLetter | ForwardLetter, survey: Survey, wording: Wording) -> Rendered:
    """The letter in words."""
    values = notice_values(letter, survey, wording)
    if letter.kind == "forward":
        values["addressee"] = letter.addressee or "特定できません"
    elif not letter.addressee:
        values["addressee"] = wording.phrase["attendant"]
    about = wording.phrase["numbered"].format(title=survey.phrases.mail_title, receipt=letter.receipt)
    attached = (Attachment(f"{letter.receipt}.eml", letter.original),) if letter.kind == "forward" else ()
    return Rendered(wording.subject[letter.kind] + about, write_body(letter.kind, values), attached)
