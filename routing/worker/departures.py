"""The delivery thread as the desk sees it: one reply at a time, the next one begun as soon as the last is recorded.

Each beginning and each end is committed by the desk, in its own thread; the delivery thread only talks to the server.
"""

from __future__ import annotations

import time

from routing.journey.delivery import Attempt, Connection, DeliveryThread
from routing.journey.dispatch import Delivery, Dispatch
from routing.ledger.outbox import Outgoing
from routing.ledger.sending import REST


class Departures:
    """The replies on their way out. `free`: no reply is with the delivery thread."""

    def __init__(self, dispatch: Dispatch, thread: DeliveryThread) -> None:
        self._dispatch, self._thread = dispatch, thread
        self.free = True
        self._rests_until = 0.0  # time.monotonic

    @property
    def rests(self) -> bool:
        """Whether the server is left alone for a time, after it could not be reached."""
        return time.monotonic() < self._rests_until

    def all_left(self) -> bool:
        """Whether no reply waits that could leave now."""
        return self.rests or (self.free and self._dispatch.first_due() is None)

    def hand_over(self) -> None:
        """Have the line opened, if a reply is due; its attempt begins when the thread says that it is open."""
        if self.free and not self.rests:
            outgoing = self._dispatch.first_due()
            if outgoing is not None:
                self.free = False
                self._thread.open(outgoing)

    def begin(self, line: Connection, last: bool) -> Delivery | None:
        """Commit the beginning of the first attempt, now that the line is open; where it could not be opened, return
        that. `last`: no other reply is begun."""
        rest = self._dispatch.rest(line) if line.trouble else None
        if rest is not None:
            self._rest()
        self._go_on(None if last or rest is not None else self._dispatch.next_reply(self._thread.is_open))
        return rest

    def record(self, made: Attempt, last: bool) -> Delivery:
        """Commit what became of a reply, and with it the beginning of the next one, which is under way before
        anything is said about the first. `last`: no other reply is begun."""
        if last or made.rest:
            delivery, following = self._dispatch.record(made), None
        else:
            delivery, following = self._dispatch.record_and_next(made, self._thread.is_open)
        self._go_on(following)
        self._rests_until = 0.0
        if made.rest:
            self._rest()
        return delivery

    def _go_on(self, following: Outgoing | None) -> None:
        if following is not None:
            self._thread.send(following)
        self.free = following is None

    def _rest(self) -> None:
        self._rests_until = time.monotonic() + REST.total_seconds()
