"""Sending replies, one at a time: a single attempt, and the worker's thread that makes them.

Talks to the sender only. The desk commits the beginning of an attempt before it comes here and records its
end afterwards; nothing here touches the ledger or decides whether to try again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Thread
from typing import Literal

from config.errors import SettingsError
from replies.sender import AnswerLost, Sender, SenderLater
from routing.ledger.outbox import Outgoing

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Attempt:
    """What became of one attempt. "lost": whether the reply went out is unknown. `rest`: nothing can be sent
    for the moment, whichever reply it is. `detail`: the server's own words, or a sentence."""

    outgoing: Outgoing
    state: Literal["sent", "drafted", "later", "refused", "lost"]
    detail: str
    rest: bool = False


def attempt(sender: Sender, outgoing: Outgoing) -> Attempt:
    """Sends one reply. Never raises: what nobody foresaw counts as lost, since the mail may be out."""
    try:
        outcome = sender.send(outgoing.posting)
    except AnswerLost as lost:
        return Attempt(outgoing, "lost", str(lost), rest=True)
    except (SenderLater, SettingsError) as later:
        return Attempt(outgoing, "later", str(later), rest=True)
    except Exception as error:  # the delivery must not end with one reply
        log.error("送信中に予期しない問題が起きました（%s）。", type(error).__name__)
        log.debug("%s", outgoing.receipt, exc_info=True)
        return Attempt(outgoing, "lost", type(error).__name__, rest=True)
    return Attempt(outgoing, outcome.result, outcome.detail)


class DeliveryThread(Thread):
    """Owns the sender. Given one reply at a time, hands the attempt back to `tell`."""

    def __init__(self, sender: Sender, tell: Callable[[Attempt], None]) -> None:
        super().__init__(name="delivery", daemon=True)
        self._sender = sender
        self._tell = tell
        self._orders: SimpleQueue[Outgoing | None] = SimpleQueue()

    def run(self) -> None:
        """Sends what it is given until it is stopped."""
        while (outgoing := self._orders.get()) is not None:
            self._tell(attempt(self._sender, outgoing))
        self._sender.close()

    def send(self, outgoing: Outgoing) -> None:
        """Hands over a reply whose attempt is committed as begun."""
        self._orders.put(outgoing)

    def stop(self) -> None:
        """Ends the thread once the reply in hand has been answered."""
        self._orders.put(None)
