"""The day at one glance: what waits by urgency, words without an answer, what did not arrive, whom to call, and when
each mailbox was read last. One view for the command, the page and the mail to the operators.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from config.frozen import frozen, replace
from replies.letters.today import TodayCounts, Waits
from replies.wording import load_wording
from routing.clock import stamp
from routing.ledger import conditions
from routing.office import Office
from routing.views.calls import Call, calls
from routing.views.held import QUEUES, HeldRow, held_rows


@frozen
class LastLook:
    """When a mailbox was read last; None: never. `failing_since`: it cannot be read since then."""

    mailbox: str
    section: str
    last_at: datetime | None
    failing_since: datetime | None


@frozen
class Today:
    """One day. `held`: everything that waits for people, the most urgent first; `unread`: mails that wait for the desk
    itself."""

    at: datetime
    held: tuple[HeldRow, ...]
    calls: tuple[Call, ...]
    looks: tuple[LastLook, ...]
    unread: int

    @property
    def unanswered(self) -> tuple[HeldRow, ...]:
        """The questions and words of mails that nobody has answered."""
        return tuple(row for row in self.held if row.queue == "inquiry")

    @property
    def undelivered(self) -> tuple[HeldRow, ...]:
        """Letters of ours that did not leave, or did not arrive."""
        return tuple(row for row in self.held if row.queue == "outbox")

    @property
    def counts(self) -> TodayCounts:
        """The day's list in figures alone: no name, subject or answer."""
        waits = [(queue, [row for row in self.held if row.queue == queue]) for queue in QUEUES]
        return TodayCounts(
            at=self.at,
            held=tuple(_waits(queue, rows) for queue, rows in waits if rows),
            unanswered=len(self.unanswered),
            undelivered=len(self.undelivered),
            calls=len(self.calls),
            looks=tuple((look.section, look.last_at, look.failing_since) for look in self.looks),
            unread=self.unread,
        )

    def seen_by(self, sees: Callable[[str], bool]) -> Today:
        """The day's list without what belongs to mailboxes that somebody does not see."""
        return replace(
            self,
            held=tuple(row for row in self.held if sees(row.mailbox)),
            calls=tuple(call for call in self.calls if sees(call.mailbox)),
        )

    def as_dict(self) -> dict[str, Any]:
        """The day's list as an object, for programs."""
        return {
            "at": stamp(self.at),
            "held": [row.as_dict() for row in self.held],
            "calls": [_call(call) for call in self.calls],
            "mailboxes": [_look(look) for look in self.looks],
            "unread": self.unread,
        }


def today(office: Office, whom_to_call: bool = True) -> Today:
    """The day as it stands now; without `whom_to_call`, which looks through everybody, at once. Raises SettingsError if
    the contacts file is wrong."""
    rows = held_rows(office)
    unread, _ = conditions.waiting(office.ledger)
    return Today(office.clock(), tuple(rows), calls(office) if whom_to_call else (), _looks(office), unread)


def _looks(office: Office) -> tuple[LastLook, ...]:
    seen = {one.mailbox: one for one in conditions.health(office.ledger)}
    return tuple(
        LastLook(m.id, m.section, seen[m.id].last_success_at, seen[m.id].failing_since)
        if m.id in seen
        else LastLook(m.id, m.section, None, None)
        for m in office.register.survey.mailboxes
        if m.id in office.settings.mailboxes
    )


def _waits(queue: str, rows: Sequence[HeldRow]) -> Waits:
    oldest = max(rows, key=lambda row: row.minutes)
    return Waits(load_wording().screen["queue_" + queue], len(rows), oldest.age)


def _call(call: Call) -> dict[str, Any]:
    return {
        "lgcode": call.lgcode, "name": call.name, "mailbox": call.mailbox, "left": list(call.left),
        "reason": call.reason, "telephone": call.telephone, "addresses": list(call.addresses),
    }  # fmt: skip


def _look(look: LastLook) -> dict[str, Any]:
    return {
        "mailbox": look.mailbox,
        "last_at": stamp(look.last_at) if look.last_at else None,
        "failing_since": stamp(look.failing_since) if look.failing_since else None,
    }
