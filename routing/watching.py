"""A mailbox's own thread in the worker: fetches what is new and hands it to the desk.

Owns its source, so that a slow server holds up nobody else. Only reads the ledger, on connections of its
own; never parses a mail.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from threading import Condition, Thread

from config.errors import SettingsError
from intake.source import Fetched, Source, SourceUnavailable
from routing.desk import new_mail
from routing.ledger.store import Ledger, LedgerBusy

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Batch:
    """Raw mail from one mailbox on its way to the desk."""

    mailbox: str
    uidvalidity: str
    mails: list[Fetched]

    @property
    def size(self) -> int:
        """Bytes."""
        return sum(len(mail.raw) for mail in self.mails)


@dataclass(frozen=True, slots=True)
class Polled:
    """One look into a mailbox is over, and all that it found lies before this; an empty `problem` is a
    success."""

    mailbox: str
    problem: str


class ByteBudget:
    """How many bytes may wait between the mailboxes' threads and the desk."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._free = limit
        self._closed = False
        self._changed = Condition()

    def take(self, size: int) -> bool:
        """Waits until there is room (a batch over the limit goes alone); False once the budget is closed."""
        size = min(size, self._limit)
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._free >= size)
            if not self._closed:
                self._free -= size
            return not self._closed

    def give(self, size: int) -> None:
        """Makes room again."""
        with self._changed:
            self._free += min(size, self._limit)
            self._changed.notify_all()

    def close(self) -> None:
        """Lets nothing more through, and nobody wait."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()


class MailboxThread(Thread):
    """Watches one mailbox. Looks when told to and tells what it found; the next look begins only after the
    desk has said `handled`, and so from a cursor that has moved."""

    def __init__(
        self,
        mailbox: str,
        source: Source,
        ledger: Path,
        budget: ByteBudget,
        tell: Callable[[Batch | Polled], None],
    ) -> None:
        super().__init__(name=f"mailbox {mailbox}", daemon=True)
        self.mailbox = mailbox
        self._source = source
        self._ledger = ledger
        self._budget = budget
        self._tell = tell
        self._busy = False
        self._orders: SimpleQueue[bool] = SimpleQueue()  # True: look; False: end

    def run(self) -> None:
        """Looks whenever it is told to, until it is stopped."""
        while self._orders.get():
            self._tell(Polled(self.mailbox, self._look()))
        self._source.close()

    def look(self) -> bool:
        """Has it look into the mailbox, unless the last look is still under way; whether it will."""
        if self._busy:
            return False
        self._busy = True
        self._orders.put(True)
        return True

    def handled(self) -> None:
        """The desk has taken in everything of the last look."""
        self._busy = False

    def stop(self) -> None:
        """Ends the thread after the look under way."""
        self._orders.put(False)

    def _look(self) -> str:
        """Fetches what is new; the problem in one sentence, or an empty string."""
        try:
            with closing(Ledger(self._ledger)) as ledger:
                for uidvalidity, mails in new_mail(ledger, self.mailbox, self._source):
                    batch = Batch(self.mailbox, uidvalidity, mails)
                    if not self._budget.take(batch.size):
                        break
                    self._tell(batch)
        except (SourceUnavailable, LedgerBusy, SettingsError) as problem:
            return str(problem)
        except Exception as error:  # whatever it was, the next look tries again
            log.debug("%s", self.mailbox, exc_info=True)
            return f"予期しない問題が起きました（{type(error).__name__}）。次回もう一度試します。"
        return ""
