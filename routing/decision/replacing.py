"""Which accepted answers a new one stands beside, and whether it may take their place. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from config.frozen import frozen
from routing.proof import LEAST, Proof, may_replace
from routing.standing import Booking, overlap, weight


@frozen
class Newcomer:
    """An answer that comes beside those that stand: from which address, with which proof. `own_thread`: it answers a
    letter about this that went to this very address."""

    sender: str
    proof: Proof
    own_thread: bool = False

    def may_replace(self, standing: Booking) -> bool:
        """Whether its proof is enough to take the place of an answer that stands."""
        return may_replace(self.proof, self._sent(standing), self.own_thread, standing.proof)

    def displaces(self, standing: Booking, received_at: datetime) -> bool:
        """Whether another address's answer no longer counts once this one is accepted, as received at that time."""
        new = (self.proof >= LEAST["unconfirmed"], received_at)
        return weight(standing)[:2] <= new and not self._sent(standing)

    def was_told(self, asked: Booking) -> bool:
        """Whether a request for correction went to the body, or to this very sender: a stranger's faults concern
        nobody else."""
        return asked.confirmed or self._sent(asked)

    def _sent(self, booking: Booking) -> bool:
        return bool(self.sender) and self.sender.lower() == booking.sender.lower()


def standing_ones(history: Iterable[Booking], attributes: tuple[int, ...]) -> tuple[Booking, ...]:
    """The accepted answers that stand for some of these screenings (属性; none: all), without those whose place a
    weightier one has taken."""
    accepted = [b for b in history if b.outcome == "accepted" and overlap(b.attributes, attributes)]
    return tuple(b for b in accepted if not any(weight(o) > weight(b) and _covers(o, b) for o in accepted))


def _covers(one: Booking, other: Booking) -> bool:
    """Whether one booking covers every screening of another (none named: all)."""
    return not one.attributes or (bool(other.attributes) and set(other.attributes) <= set(one.attributes))
