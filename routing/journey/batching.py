"""The mails that wait, on their way through the readers to the desk, a few in one transaction.

Takes what has been read by then, a few readings together, so that a commit is paid for once for several mails.
Keeps their order, oldest first; those that were deferred come one by one, when no other waits. Decides nothing;
writes nothing itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from intake.frames import ReadingHints
from intake.submission import Submission
from routing.journey.judge import Settled
from routing.reading.pool import ReadAhead, Readers
from routing.reading.reader import Reader
from routing.reading.request import Request
from routing.records import Arrival


class Decider(Protocol):
    """What this needs of the desk."""

    reader: Reader | Readers

    def waiting(self) -> Sequence[Arrival]:
        """The mails that wait now, oldest first, without those that were deferred."""
        ...

    def next_deferred(self, overdue: bool) -> Arrival | None:
        """The next one of the mails that were deferred; `overdue`: only if it has waited for long."""
        ...

    def raw(self, arrival: Arrival) -> bytes | None:
        """The bytes of a mail, if they may be read."""
        ...

    def hints_for(self, arrival: Arrival) -> ReadingHints:
        """What is known of a mail from elsewhere, for whoever reads it."""
        ...

    def settle_batch(
        self, mails: Sequence[tuple[Arrival, Request[Submission] | None]], following: Sequence[Arrival] = ()
    ) -> list[Settled]:
        """Decide these mails in one transaction; `following` are on their way."""
        ...


class Settling:
    """One walk after another over the mails that wait. Those that come, and those over which the reader died, are
    seen when the ones before them are done."""

    def __init__(self, desk: Decider, tell: Callable[[], None], deferred: Callable[[], bool]) -> None:
        """`deferred` is asked whether a mail that was deferred may come now."""
        self._desk = desk
        self._tell = tell
        self._deferred_may_come = deferred
        self._ahead: ReadAhead | None = None
        self._was_deferred = False  # the last walk was for a mail that was deferred

    def begin(self) -> None:
        """Have the readers begin with what waits. Raises what the look-up of the waiting mails raises."""
        if self._ahead is None:
            self._walk(self._desk.waiting(), None)
        else:
            self._ahead.begin()

    def step(self, wait: bool = False) -> list[Settled] | None:
        """Settle the mails that have been read meanwhile and return those settled, perhaps none yet. None when no
        mail waits any more, or when all that wait were deferred and may not come now. With `wait` at least one
        reading is over. Raises what `settle_batch` raises."""
        taken = self._ahead.take(wait) if self._ahead is not None else None
        if taken is None:  # at the end of a walk: once more, for what has come since
            taken = self._next_walk().take(wait)
        if taken is None:
            self.close()
            return None
        following = self._ahead.on_their_way() if self._ahead is not None else []
        return self._desk.settle_batch(taken, following) if taken else []

    def _next_walk(self) -> ReadAhead:
        """A walk over all mails that wait. A mail that was deferred walks alone: where no other waits, or where it
        has waited for long and the others had their turn since the last one."""
        mails, alone = self._desk.waiting(), None
        if not (mails and self._was_deferred) and self._deferred_may_come():
            alone = self._desk.next_deferred(overdue=bool(mails))
        return self._walk(mails, alone)

    def _walk(self, mails: Sequence[Arrival], alone: Arrival | None) -> ReadAhead:
        self.close()
        self._was_deferred = alone is not None
        walk = [alone] if alone is not None else mails
        to_read = ((mail, self._desk.raw(mail)) for mail in walk)
        begun = ReadAhead(self._desk.reader, to_read, self._tell, self._desk.hints_for)
        self._ahead = begun
        begun.begin()
        return begun

    def close(self) -> None:
        """Read nothing more; wait for the mails that are being read. What is not settled waits on."""
        if self._ahead is not None:
            self._ahead.close()
            self._ahead = None
