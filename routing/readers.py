"""Several reader children behind the face of one, and reading ahead: the children read the next mails while
the desk decides one. More cores, more children, still one desk.

Each child is asked by one thread at a time. Reads no mail itself and never touches the ledger.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from queue import LifoQueue

from intake.submission import FileReading, Submission
from routing.ledger.arrivals import Arrival
from routing.reading import Reader

Reading = Callable[[], Submission]  # waits for the reading and raises what `read_mail` raises


class Readers:
    """`count` reader children, each started when it is first needed; as many threads may ask at once."""

    def __init__(self, survey_dir: Path, count: int = 1) -> None:
        self.count = count
        self._all = [Reader(survey_dir) for _ in range(count)]
        self._idle: LifoQueue[Reader] = LifoQueue()  # the one used last first: the others may never start
        for reader in self._all:
            self._idle.put(reader)

    def read_mail(self, raw: bytes) -> Submission:
        """The mail, read. Raises ReaderDied, ReadFailed, ReaderUnavailable."""
        with self._one() as reader:
            return reader.read_mail(raw)

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


def read_ahead(
    reader: Reader | Readers, mails: Iterable[tuple[Arrival, bytes | None]]
) -> Iterator[tuple[Arrival, Reading | None]]:
    """Each mail in its order with its reading (None where there are no bytes to read), which is begun while
    those before it are still with the caller. `mails` is drawn on in the caller's thread."""
    begun: deque[tuple[Arrival, Reading | None]] = deque()
    pool = ThreadPoolExecutor(reader.count, "reader")
    try:
        for arrival, raw in mails:
            begun.append((arrival, None if raw is None else pool.submit(reader.read_mail, raw).result))
            if len(begun) > reader.count:
                yield begun.popleft()
        while begun:
            yield begun.popleft()
    finally:
        pool.shutdown(cancel_futures=True)
