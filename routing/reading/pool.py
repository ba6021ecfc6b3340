"""Several reader children behind the face of one, and reading ahead: the children read the next mails while
the desk decides one. More cores, more children, still one desk.

Each child is asked by one thread at a time, which hands it the next mails while it is at work. Reads no mail
itself and never touches the ledger.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent import futures
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import takewhile
from pathlib import Path
from queue import Empty, LifoQueue, SimpleQueue
from threading import Thread

from intake.read_mail import NOTHING_TOLD, ReadingHints
from intake.submission import FileReading, Submission
from routing.reading.errors import ReaderUnavailable
from routing.reading.reader import NOT_STARTED, Reader, Reading
from routing.records import Arrival

AHEAD_MAILS = 12  # begun at most for each child
AHEAD_BYTES = 8 << 20
TOGETHER = 6  # readings that the desk is told of at once, while more are under way
HELD_SECONDS = 0.5  # at most, where one takes long; the desk looks again when anything else comes


class Readers:
    """`count` reader children, each started when it is first needed; as many threads may ask at once."""

    def __init__(self, survey_dir: Path, count: int = 1) -> None:
        self.count = count
        self._all = [Reader(survey_dir) for _ in range(count)]
        self._idle: LifoQueue[Reader] = LifoQueue()  # the one used last first: the others may never start
        for reader in self._all:
            self._idle.put(reader)

    def read_mail(self, raw: bytes, told: ReadingHints = NOTHING_TOLD) -> Submission:
        """The mail, read; `told` as for Reader. Raises ReaderDied, ReadFailed, ReaderUnavailable."""
        with self.one() as reader:
            return reader.read_mail(raw, told)

    def told_passwords(self, raw: bytes) -> tuple[str, ...]:
        """As Reader does. Raises ReaderDied, ReadFailed, ReaderUnavailable."""
        with self.one() as reader:
            return reader.told_passwords(raw)

    def read_file(self, filename: str, data: bytes) -> FileReading:
        """One file as `check` sees it. Raises ReaderDied, ReadFailed, ReaderUnavailable."""
        with self.one() as reader:
            return reader.read_file(filename, data)

    def close(self) -> None:
        """Ends the children, when nobody asks any more."""
        for reader in self._all:
            reader.close()

    @contextmanager
    def one(self) -> Iterator[Reader]:
        """One of them, for as long as the block lasts."""
        reader = self._idle.get()
        try:
            yield reader
        finally:
            self._idle.put(reader)


class ReadAhead:
    """Mails on their way through the readers, handed out in the order in which `mails` gives them, which is
    drawn on in the caller's thread, where `told` is asked what else is known of each. `tell` is called, in a thread of
    its own, after every few readings. Begun are at most AHEAD_MAILS for each child, so that none waits for the
    caller, and not more bytes than AHEAD_BYTES beside one mail."""

    def __init__(
        self,
        reader: Reader | Readers,
        mails: Iterable[tuple[Arrival, bytes | None]],
        tell: Callable[[], None] = lambda: None,
        told: Callable[[Arrival], ReadingHints] = lambda arrival: NOTHING_TOLD,
    ) -> None:
        self._mails = iter(mails)
        self._told = told
        self._begun: deque[_Begun] = deque()  # in the order of the mails
        self._lines = [_Line(reader, tell) for _ in range(reader.count)]
        self._held_since: float | None = None  # time.monotonic

    def take(self, wait: bool) -> list[tuple[Arrival, Reading | None]] | None:
        """The next mails whose readings are over (None for one without bytes to read): TOGETHER of them or more,
        or all that were begun; with `wait` at least one. An empty list: not yet. None: that was all."""
        self.begin()
        if not self._begun:
            return None
        if wait and not self._begun[0].is_over:
            futures.wait([self._begun[0].reading])
        over = sum(1 for _ in takewhile(lambda begun: begun.is_over, self._begun))
        if not wait and self._holds_back(over):
            return []
        taken = [self._begun.popleft() for _ in range(over)]
        self.begin()
        return [(begun.arrival, begun.reading.result if begun.readable else None) for begun in taken]

    def on_their_way(self) -> list[Arrival]:
        """The mails that were begun and not handed out yet."""
        return [begun.arrival for begun in self._begun]

    def _holds_back(self, over: int) -> bool:
        """Whether to wait up to HELD_SECONDS for the next readings: one commit for several mails costs less."""
        if 0 < over < min(TOGETHER, len(self._begun)):
            now = time.monotonic()
            self._held_since = self._held_since or now
            if now - self._held_since < HELD_SECONDS:
                return True
        self._held_since = None
        return False

    def close(self) -> None:
        """Read nothing more except the mails in hand."""
        for line in self._lines:
            line.close()
        for line in self._lines:
            line.join()

    def begin(self) -> None:
        """Hands over as many mails as there is room for."""
        while self._has_room():
            arrival, raw = next(self._mails, (None, None))
            if arrival is None:
                break
            readable = raw is not None
            begun = _Begun(arrival, raw or b"", readable, self._told(arrival) if readable else NOTHING_TOLD)
            self._begun.append(begun)
            if begun.readable:
                min(self._lines, key=_Line.load).add(begun)
        for line in self._lines:
            line.hand_over()

    def _has_room(self) -> bool:
        bytes_begun = sum(len(begun.raw) for begun in self._begun)
        return len(self._begun) < AHEAD_MAILS * len(self._lines) and bytes_begun < AHEAD_BYTES


@dataclass(frozen=True, slots=True)
class _Begun:
    arrival: Arrival
    raw: bytes = field(repr=False)
    readable: bool  # else there are no bytes, or none that may be read
    told: ReadingHints
    reading: Future[Submission] = field(default_factory=Future)

    @property
    def is_over(self) -> bool:
        return not self.readable or self.reading.done()


class _Line:
    """The mails of one child, and the thread that hands them over and takes the readings, in their order."""

    def __init__(self, reader: Reader | Readers, tell: Callable[[], None]) -> None:
        self._reader = reader
        self._tell = tell
        self._added: list[_Begun] = []
        self._todo: SimpleQueue[list[_Begun]] = SimpleQueue()
        self._begun = self._done = 0
        self._closed = False
        self._thread: Thread | None = None

    def load(self) -> int:
        """Mails that it has and that are not read yet."""
        return self._begun - self._done

    def add(self, begun: _Begun) -> None:
        """Append a mail to the line; it is handed over after those before it."""
        self._begun += 1
        self._added.append(begun)

    def hand_over(self) -> None:
        """Gives the thread what was added, all at once: it looks for more only between two readings."""
        if self._added:
            if self._thread is None:
                thread = Thread(target=self._run, name="reader", daemon=True)
                try:
                    thread.start()
                except RuntimeError as error:  # the system gives no more threads
                    raise ReaderUnavailable(f"{NOT_STARTED}（{error}）") from error
                self._thread = thread
            self._todo.put(self._added)
            self._added = []

    def close(self) -> None:
        """Ends the thread after the mail in hand."""
        self._closed = True
        self._todo.put([])

    def join(self) -> None:
        """Waits for its end."""
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._closed and (mails := self._todo.get()):
            with self._reader.one() as reader:
                self._read(mails, reader)

    def _read(self, mails: list[_Begun], reader: Reader) -> None:
        """Reads these mails and those that come meanwhile."""
        on_their_way: deque[tuple[_Begun, Reading]] = deque()
        while mails or on_their_way:
            on_their_way.extend((begun, self._handed_over(begun, reader)) for begun in mails)
            self._finish(*on_their_way.popleft())
            if self._closed:
                reader.drop()
                return
            mails = self._more()

    def _handed_over(self, begun: _Begun, reader: Reader) -> Reading:
        try:
            return reader.begin(begun.raw, begun.told)
        except Exception as error:  # noqa: BLE001 - this thread must not end: the desk would wait for ever
            return partial(_raise, error)

    def _more(self) -> list[_Begun]:
        try:
            return self._todo.get_nowait()
        except Empty:
            return []

    def _finish(self, begun: _Begun, reading: Reading) -> None:
        try:
            begun.reading.set_result(reading())
        except Exception as error:  # noqa: BLE001 - whoever waits for the reading is to see it
            begun.reading.set_exception(error)
        self._done += 1
        if self._done % TOGETHER == 0 or not self.load():
            self._tell()


def _raise(error: Exception) -> Submission:
    raise error
