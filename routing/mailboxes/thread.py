"""A mailbox's own thread in the worker: fetches what is new and hands it to the desk.

Owns its source, so that a slow server holds up nobody else. Looks when it is told to, and between the looks
listens to the server, if that can tell of new mail. Only reads the ledger, on connections of its own; never
parses a mail.
"""

from __future__ import annotations

import logging
import socket
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue
from threading import Condition, Lock, Thread

from config.errors import SettingsError
from config.frozen import frozen
from intake.sources.idle import rest
from intake.sources.source import Fetched, Source, SourceUnavailable
from routing.ledger.missing_uids import UidDifference
from routing.ledger.store import DiskFull, Ledger, LedgerBusy, NewerLedger, NotALedger
from routing.mailboxes.collecting import Collector
from routing.mailboxes.tasks import Tasks, TasksDone

BETWEEN_LOOKS_SECONDS = 1.0  # in a stream of mail, looks are not made one by one
AFTER_LOSS_SECONDS = 60.0  # a connection that is lost more often is not made anew at once
log = logging.getLogger(__name__)


@frozen
class Batch:
    """Raw mail from one mailbox on its way to the desk."""

    mailbox: str
    uidvalidity: str
    mails: list[Fetched]

    @property
    def size(self) -> int:
        """The size of all its mails in bytes."""
        return sum(len(mail.raw) for mail in self.mails)


@dataclass(frozen=True, slots=True)
class Polled:
    """The end of one look into a mailbox; all that it found lies before this. An empty `problem` is a success, and
    then `difference` tells what the server keeps back."""

    mailbox: str
    problem: str
    difference: UidDifference | None = field(default=None, compare=False)


class ByteBudget:
    """How many bytes may wait between the mailboxes' threads and the desk."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._free = limit
        self._closed = False
        self._changed = Condition()

    def take(self, size: int) -> bool:
        """Wait until there is room (a batch over the limit goes alone); return False once the budget is closed."""
        size = min(size, self._limit)
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._free >= size)
            if not self._closed:
                self._free -= size
            return not self._closed

    def give(self, size: int) -> None:
        """Make room again."""
        with self._changed:
            self._free += min(size, self._limit)
            self._changed.notify_all()

    def close(self) -> None:
        """Let nothing more through, and let nobody wait."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()


class Bell:
    """A bell that wakes a thread which waits on a file descriptor."""

    def __init__(self) -> None:
        self._ours, self._theirs = socket.socketpair()
        self._ours.setblocking(False)
        self._theirs.setblocking(False)

    def fileno(self) -> int:
        """The file descriptor to wait on."""
        return self._ours.fileno()

    def ring(self) -> None:
        """Wake the thread that waits. May be called from any thread."""
        with suppress(BlockingIOError):  # it is ringing already
            self._theirs.send(b"!")

    def quiet(self) -> None:
        """Take note that the bell was heard: it can ring anew."""
        with suppress(BlockingIOError):
            while self._ours.recv(4096):
                pass


@frozen
class WatchedMailbox:
    """A mailbox by its id, where its mail comes from, and what is done in it after each look."""

    id: str
    source: Source
    tasks: Tasks | None = None


class MailboxThread(Thread):
    """The thread that watches one mailbox. It looks when told to, or when the server tells of mail, and tells what it
    found; the next look begins only after the desk has said `handled`, and so from a cursor that has moved."""

    def __init__(
        self,
        watched: WatchedMailbox,
        ledger: Path,
        budget: ByteBudget,
        tell: Callable[[Batch | Polled | TasksDone], None],
    ) -> None:
        super().__init__(name=f"mailbox {watched.id}", daemon=True)
        self.mailbox = watched.id
        self._source = watched.source
        self._tasks = watched.tasks
        self._collector = Collector(watched.id, watched.source)
        self._ledger = ledger
        self._budget = budget
        self._tell = tell
        self._busy = False
        self._lock = Lock()
        self._bell = Bell()
        self._lost_at = float("-inf")  # time.monotonic
        self._moved_at: float | None = None  # time.monotonic, while a look waits for server or ledger
        self._orders: SimpleQueue[bool] = SimpleQueue()  # True: look; False: end

    def run(self) -> None:
        """Look whenever there is reason to, until it is stopped."""
        while self._order():
            problem = self._look()
            self._tell(Polled(self.mailbox, problem, None if problem else self._collector.difference))
            self._pause()
        self._source.close()
        if self._tasks is not None:
            self._tasks.close()

    def look(self) -> bool:
        """Have the thread look into the mailbox, unless the last look is still under way; return whether it will."""
        with self._lock:
            if self._busy:
                return False
            self._busy = True
        self._orders.put(True)
        self._bell.ring()
        return True

    def handled(self) -> None:
        """Take note that the desk has taken in everything of the last look."""
        with self._lock:
            self._busy = False
        self._bell.ring()

    def still_for(self) -> float:
        """How many seconds the look under way has brought nothing; for any thread."""
        moved_at = self._moved_at
        return 0.0 if moved_at is None else time.monotonic() - moved_at

    def stop(self) -> None:
        """End the thread after the look under way."""
        self._orders.put(False)
        self._bell.ring()

    def _pause(self) -> None:
        """Let the desk take in what was found, and a little time pass."""
        until = time.monotonic() + BETWEEN_LOOKS_SECONDS
        while self._orders.empty() and (self._busy or time.monotonic() < until):
            rest(self._bell.fileno(), None if self._busy else max(0.0, until - time.monotonic()))
            self._bell.quiet()

    def _order(self) -> bool:
        """The next order; while there is none, what the server says becomes one. A server that hangs up again and
        again is not asked again at once: the next order to look comes by the calendar."""
        while self._orders.empty():
            self._bell.quiet()
            if not self._orders.empty():
                break
            heard = self._source.wait(self._bell.fileno())
            if heard == "lost":
                now = time.monotonic()
                heard = "news" if now - self._lost_at > AFTER_LOSS_SECONDS else "quiet"
                self._lost_at = now
            if heard == "news":
                self.look()
        return self._orders.get()

    def _look(self) -> str:
        """Fetch what is new; return the problem in one sentence, or an empty string."""
        self._moved_at = time.monotonic()
        try:
            with closing(Ledger(self._ledger)) as ledger:
                for uidvalidity, mails in self._collector.new_mail(ledger):
                    batch = Batch(self.mailbox, uidvalidity, mails)
                    self._moved_at = None  # it is the desk that it waits for
                    if not self._budget.take(batch.size):
                        break
                    self._tell(batch)
                    self._moved_at = time.monotonic()
                if self._tasks is not None and (done := self._tasks.run(ledger)) is not None:
                    self._tell(done)
        except (SourceUnavailable, LedgerBusy, DiskFull, NotALedger, NewerLedger, SettingsError) as problem:
            return str(problem)
        except Exception as error:  # whatever it was, the next look tries again
            log.debug("%s", self.mailbox, exc_info=True)
            return f"予期しない問題が起きました（{type(error).__name__}）。次回もう一度試します。"
        finally:
            self._moved_at = None
        return ""
