"""Several reader children behind the face of one, and reading ahead: the children read the next mails while
the desk decides one. More cores, more children, still one desk.

Each child is asked by one thread at a time. Reads no mail itself and never touches the ledger.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent import futures
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import LifoQueue

from intake.submission import FileReading, Submission
from routing.ledger.arrivals import Arrival
from routing.reading import Reader

AHEAD_BYTES = 8 << 20
Reading = Callable[[], Submission]  # waits for the reading and raises what `read_mail` raises


class Readers:
    """`count` reader children, each started when it is first needed; as many threads may ask at once."""

    def __init__(self, survey_dir: Path, count: int = 1) -> None:
        self.count = count
        self._all = [Reader(survey_dir) for _ in range(count)]
        self._idle: LifoQueue[Reader] = LifoQueue()  # the one used last first: the others may never start
        for reader in self._all:
            self._idle.put(reader)

    def read_mail(self, raw: bytes, passwords: Sequence[str] = ()) -> Submission:
        """The mail, read; `passwords` as for Reader. Raises ReaderDied, ReadFailed, ReaderUnavailable."""
        with self._one() as reader:
            return reader.read_mail(raw, passwords)

    def told_passwords(self, raw: bytes) -> tuple[str, ...]:
        """As Reader does. Raises ReaderDied, ReadFailed, ReaderUnavailable."""
        with self._one() as reader:
            return reader.told_passwords(raw)

    def read_file(self, filename: str, data: bytes) -> FileReading:
        """One file as `check` sees it. Raises ReaderDied, ReadFailed, ReaderUnavailable."""
        with self._one() as reader:
            return reader.read_file(filename, data)

    def close(self) -> None:
        """Ends the children, when nobody asks any more."""
        for reader in self._all:
            reader.close()

    @contextmanager
    def _one(self) -> Iterator[Reader]:
        reader = self._idle.get()
        try:
            yield reader
        finally:
            self._idle.put(reader)


class ReadAhead:
    """Mails on their way through the readers, handed out in the order in which `mails` gives them, which is
    drawn on in the caller's thread. `tell` is called, in a thread of its own, after each reading. Begun are
    twice as many as there are children, so that none idles while the caller decides, and not more bytes
    than AHEAD_BYTES beside one mail."""

    def __init__(
        self,
        reader: Reader | Readers,
        mails: Iterable[tuple[Arrival, bytes | None]],
        tell: Callable[[], None] = lambda: None,
    ) -> None:
        self._reader = reader
        self._mails = iter(mails)
        self._tell = tell
        self._begun: deque[_Begun] = deque()
        self._pool = ThreadPoolExecutor(reader.count, "reader")

    def take(self, wait: bool) -> list[tuple[Arrival, Reading | None]] | None:
        """The next mails whose readings are over (None for one without bytes to read); with `wait` at least
        one of them. An empty list: none is yet. None: that was all."""
        self._begin()
        if not self._begun:
            return None
        if wait and self._begun[0].reading is not None:
            futures.wait([self._begun[0].reading])
        taken: list[tuple[Arrival, Reading | None]] = []
        while self._begun and self._begun[0].is_over:
            begun = self._begun.popleft()
            taken.append((begun.arrival, begun.reading.result if begun.reading is not None else None))
        self._begin()
        return taken

    def close(self) -> None:
        """Reads nothing more; waits for the mails that are being read."""
        self._pool.shutdown(cancel_futures=True)

    def _begin(self) -> None:
        while self._has_room():
            arrival, raw = next(self._mails, (None, None))
            if arrival is None:
                return
            reading = self._pool.submit(self._reader.read_mail, raw) if raw is not None else None
            self._begun.append(_Begun(arrival, len(raw or b""), reading))
            if reading is not None:
                reading.add_done_callback(lambda _: self._tell())

    def _has_room(self) -> bool:
        bytes_begun = sum(begun.size for begun in self._begun)
        return len(self._begun) < 2 * self._reader.count and bytes_begun < AHEAD_BYTES


@dataclass(frozen=True, slots=True)
class _Begun:
    arrival: Arrival
    size: int
    reading: Future[Submission] | None

    @property
    def is_over(self) -> bool:
        return self.reading is None or self.reading.done()
