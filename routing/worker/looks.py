"""When each mailbox was looked into: what the calendar orders, what was missed meanwhile, and what has been read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from routing.clock import Clock
from routing.mailboxes.thread import MailboxThread, Polled

STILL_SECONDS = 1800.0  # a look that brings nothing for so long hangs: every wait for a server is far shorter


class Looks:
    """The looks of the mailboxes' threads, by mailbox id."""

    def __init__(self, threads: Mapping[str, MailboxThread], clock: Clock) -> None:
        self._threads, self._clock = threads, clock
        self._missed: set[str] = set()  # that the calendar ordered while another was under way
        self._began: dict[str, datetime] = {}  # when the last one was ordered …
        self._read: dict[str, datetime] = {}  # … and when the last one that succeeded was
        self._ended: set[str] = set()  # mailboxes whose first look has ended, well or not

    def order(self, id: str) -> None:
        """Have a mailbox looked into. Runs in the scheduler's thread, and for a look that was missed, in the desk's."""
        at = self._clock()
        if self._threads[id].look():
            self._began[id] = at
        else:
            self._missed.add(id)

    def ended(self, polled: Polled) -> None:
        """Take note of a look that has ended, and order the one that was missed meanwhile."""
        id = polled.mailbox
        self._ended.add(id)
        if not polled.problem and id in self._began:
            self._read[id] = self._began[id]
        self._threads[id].handled()
        if id in self._missed:
            self._missed.discard(id)
            self.order(id)

    def all_ended(self) -> bool:
        """Whether the first look into each mailbox has ended."""
        return self._ended.issuperset(self._threads)

    def read_since(self, at: datetime) -> list[str]:
        """The mailboxes whose last successful look was ordered at `at` or later."""
        return [id for id, read in self._read.items() if read >= at]

    def hanging(self) -> frozenset[str]:
        """The mailboxes whose look has brought nothing for STILL_SECONDS."""
        return frozenset(id for id, thread in self._threads.items() if thread.still_for() > STILL_SECONDS)
