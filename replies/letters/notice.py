"""What the mails of ours have in common that answer none: reminder, request, extension, report.

Values in, values for the templates out. Renders nothing and decides nothing.
"""

from __future__ import annotations

from typing import Protocol

from config.survey import Mailbox, Survey
from replies.letters.render import extension_words
from replies.wording import Wording


class NoticeView(Protocol):
    """What all our mails have in common that answer no mail."""

    @property
    def mailbox(self) -> Mailbox:
        """The mailbox from whose section the letter comes."""

    @property
    def extensions(self) -> tuple[tuple[str, str], ...]:
        """The telephone extensions (内線), as (program name, 内線)."""

    @property
    def addressee(self) -> str:
        """The addressee's full name."""


def notice_values(notice: NoticeView, survey: Survey, wording: Wording) -> dict[str, object]:
    """What the templates of all notices want; each adds its own."""
    wording = wording.of(survey)
    return {
        "letter": notice,
        "survey": survey,
        "mailbox": notice.mailbox,
        "phrases": survey.phrases,
        "words": wording,
        "addressee": f"{notice.addressee}　{wording.phrase['attendant']}",
        "extensions": extension_words(notice.extensions),
        "thanked": False,
        "municipality": False,
    }
