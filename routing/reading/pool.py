"""Several reader children behind the face of one, and reading ahead: the children read the next mails while
the desk decides one. More cores, more children, still one desk.

Each child is asked by one thread at a time, which hands it the next mails while it is at work. Reads no mail
itself and never touches the ledger.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent import futures
from contextlib import contextmanager
from itertools import takewhile
from pathlib import Path
from queue import Empty, LifoQueue, SimpleQueue
from threading import Thread

from intake.frames import NOTHING_TOLD, ReadingHints
from intake.submission import FileReading, Submission
from routing.reading.errors import ReaderUnavailable
from routing.reading.reader import NOT_STARTED, Reader
from routing.reading.request import Request, to_read
from routing.records import Arrival

AHEAD_MAILS = 12  # begun at most for each child
AHEAD_BYTES = 8 << 20
TOGETHER = 6  # readings that the desk is told of at once, while more are under way
HELD_SECONDS = 0.5  # at most, where one takes long; the desk looks again when anything else comes


class Readers:
    """`count` reader children, each started when it is first needed; as many threads may ask at once. `others`:
    folders of the surveys that share the mailboxes."""

    def __init__(self, survey_dir: Path, count: int = 1, others: Sequence[Path] = ()) -> None:
        self.count = count
        self._all = [Reader(survey_dir, others=others) for _ in range(count)]
        self._idle: LifoQueue[Reader] = LifoQueue()  # the one used last first: the others may never start
        for reader in self._all:
            self._idle.put(reader)

    def read_mail(self, raw: bytes, told: ReadingHints = NOTHING_TOLD) -> Submission:
        """The mail, read; `told` as for Reader. Raises ReaderDied, ReadFailed, ReaderUnavailable."""
        with self.one() as reader:
            return reader.read_mail(raw, told)

    def told_passwords(self, raw: bytes) -> tuple[str, ...]:
        """The passwords that a mail tells, as `Reader.told_passwords`. Raises ReaderDied, ReadFailed,
        ReaderUnavailable."""
        with self.one() as reader:
            return reader.told_passwords(raw)

    def read_file(self, filename: str, data: bytes) -> FileReading:
        """One file as `check` sees it. Raises ReaderDied, ReadFailed, ReaderUnavailable."""
        with self.one() as reader:
            return reader.read_file(filename, data)

    def file_part(self, raw: bytes, file: FileReading, offset: int) -> bytes | None:
        """Some bytes of a file of a mail, as `Reader.file_part`. Raises ReaderDied, ReadFailed, ReaderUnavailable."""
        with self.one() as reader:
            return reader.file_part(raw, file, offset)

    def close(self) -> None:
        """End the children, when nobody asks any more."""
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
        self._begun: deque[tuple[Arrival, Request[Submission] | None]] = deque()  # in the order of the mails
        self._lines = [_ChildQueue(reader, tell) for _ in range(reader.count)]
        self._held_since: float | None = None  # time.monotonic

    def take(self, wait: bool) -> list[tuple[Arrival, Request[Submission] | None]] | None:
        """The next mails whose readings are over (None for one without bytes to read): TOGETHER of them or more,
        or all that were begun; with `wait` at least one. An empty list: not yet. None: that was all."""
        self.begin()
        if not self._begun:
            return None
        first = self._begun[0][1]
        if wait and first is not None:
            futures.wait([first])
        over = sum(1 for _ in takewhile(lambda begun: begun[1] is None or begun[1].done(), self._begun))
        if not wait and self._holds_back(over):
            return []
        taken = [self._begun.popleft() for _ in range(over)]
        self.begin()
        return taken

    def on_their_way(self) -> list[Arrival]:
        """The mails that were begun and not handed out yet."""
        return [arrival for arrival, _ in self._begun]

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
        """Hand over as many mails as there is room for."""
        while self._has_room():
            arrival, raw = next(self._mails, (None, None))
            if arrival is None:
                break
            request = to_read(raw, self._told(arrival)) if raw is not None else None
            self._begun.append((arrival, request))
            if request is not None:
                min(self._lines, key=_ChildQueue.load).add(request)
        for line in self._lines:
            line.hand_over()

    def _has_room(self) -> bool:
        bytes_begun = sum(len(request.data) for _, request in self._begun if request is not None)
        return len(self._begun) < AHEAD_MAILS * len(self._lines) and bytes_begun < AHEAD_BYTES


class _ChildQueue:
    """The mails of one child, and the thread that hands them over and takes the readings, in their order."""

    def __init__(self, reader: Reader | Readers, tell: Callable[[], None]) -> None:
        self._reader = reader
        self._tell = tell
        self._added: list[Request[Submission]] = []
        self._todo: SimpleQueue[list[Request[Submission]]] = SimpleQueue()
        self._begun = self._done = 0
        self._closed = False
        self._thread: Thread | None = None

    def load(self) -> int:
        """Mails that it has and that are not read yet."""
        return self._begun - self._done

    def add(self, request: Request[Submission]) -> None:
        """Append a mail to the line; it is handed over after those before it."""
        self._begun += 1
        self._added.append(request)

    def hand_over(self) -> None:
        """Give the thread what was added, all at once: it looks for more only between two readings."""
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
        """End the thread after the mail in hand."""
        self._closed = True
        self._todo.put([])

    def join(self) -> None:
        """Wait until the thread has ended."""
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._closed and (mails := self._todo.get()):
            with self._reader.one() as reader:
                self._read(mails, reader)

    def _read(self, mails: list[Request[Submission]], reader: Reader) -> None:
        """Read these mails and those that come meanwhile."""
        on_their_way: deque[Request[Submission]] = deque()
        while mails or on_their_way:
            for request in mails:
                with _told_to(request):
                    reader.hand_over(request)
            on_their_way.extend(mails)
            oldest = on_their_way.popleft()
            with _told_to(oldest):
                reader.finish(oldest)
            self._done += 1
            if self._done % TOGETHER == 0 or not self.load():
                self._tell()
            if self._closed:
                reader.drop()
                return
            mails = self._more()

    def _more(self) -> list[Request[Submission]]:
        try:
            return self._todo.get_nowait()
        except Empty:
            return []


@contextmanager
def _told_to(request: Request[Submission]) -> Iterator[None]:
    """Whatever happens is for who waits for the reading to see: the thread must not end, or he would wait for ever."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - said above
        request.fail(error)
