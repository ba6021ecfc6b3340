"""The mails that wait, on their way through the readers to the desk, a few in one transaction.

Takes what has been read by then, a few readings together, so that a commit is paid for once for several mails.
Keeps their order, oldest first. Decides nothing; writes nothing itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from routing.judge import Settled
from routing.ledger.arrivals import Arrival
from routing.readers import ReadAhead, Readers
from routing.reading import Reader, Reading


class Decider(Protocol):
    """What this needs of the desk."""

    reader: Reader | Readers

    def waiting(self) -> Iterator[tuple[Arrival, bytes | None]]:
        """The mails that wait now, with their bytes."""
        ...

    def settle_together(self, mails: Sequence[tuple[Arrival, Reading | None]]) -> list[Settled]:
        """Decides them in one transaction."""
        ...


class Settling:
    """One walk over the mails that wait. Those that come, and those over which the reader died, are seen
    when the ones before them are done."""

    def __init__(self, desk: Decider, tell: Callable[[], None]) -> None:
        self._desk = desk
        self._tell = tell
        self._ahead: ReadAhead | None = None

    def begin(self) -> None:
        """Has the readers begin with what waits. Raises what the look-up of the waiting mails raises."""
        self._under_way().begin()

    def step(self, wait: bool = False) -> list[Settled] | None:
        """Settles the mails that have been read meanwhile: those settled, perhaps none yet; None when no
        mail waits any more. With `wait` at least one reading is over. Raises what `settle_together` raises."""
        taken = self._ahead.take(wait) if self._ahead is not None else None
        if taken is None:  # at the end of a walk: once more, for what has come since
            self.close()
            taken = self._under_way().take(wait)
        if taken is None:
            self.close()
            return None
        return self._desk.settle_together(taken) if taken else []

    def _under_way(self) -> ReadAhead:
        if self._ahead is None:
            self._ahead = ReadAhead(self._desk.reader, self._desk.waiting(), self._tell)
        return self._ahead

    def close(self) -> None:
        """Reads nothing more; waits for the mails that are being read. What is not settled waits on."""
        if self._ahead is not None:
            self._ahead.close()
            self._ahead = None
