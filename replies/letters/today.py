"""本日の状況: what the operators are told each morning, in figures alone: no name, no subject, no answer.

Values in, a subject and a body out, as in `render.py`. Decides neither what waits nor when it is told.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from config.frozen import frozen
from replies.japanese import short_day
from replies.wording import Wording

if TYPE_CHECKING:
    from replies.letters.render import Rendered


@frozen
class Waits:
    """What waits in one queue: how many, and for how long the oldest."""

    queue: str
    count: int
    oldest: str


@frozen
class TodayCounts:
    """One day in figures. `looks`: (section, when it was read last, since when it cannot be) of each mailbox."""

    at: datetime
    held: tuple[Waits, ...]
    unanswered: int
    undelivered: int
    calls: int
    looks: tuple[tuple[str, datetime | None, datetime | None], ...]
    unread: int

    @property
    def waiting(self) -> int:
        """How many things wait for people."""
        return sum(one.count for one in self.held)


def render_today(counts: TodayCounts, wording: Wording) -> Rendered:
    """The letter in words."""
    from replies.letters.render import Rendered, write_body  # not to be loaded by who only shows the figures

    about = wording.phrase["today_about"].format(day=short_day(counts.at), count=counts.waiting)
    return Rendered(wording.subject["today"] + about, write_body("today", {"counts": counts}))
