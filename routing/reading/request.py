"""A request to a reader child, and what it answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from concurrent.futures import Future
from typing import TypeVar

from msgspec import DecodeError, ValidationError
from msgspec.json import Decoder

from intake.frames import NOTHING_TOLD, ReadingHints, frame
from intake.shapes import file_shape, part_shape, passwords_shape, submission_shape
from intake.submission import FileReading, Submission
from routing.reading.errors import ReadFailed

Answered = TypeVar("Answered")


class Request(Future[Answered]):
    """One request to a child, and the answer to it once there is one: in the `shape` that was asked for, or
    ReaderDied, ReadFailed, ReaderUnavailable."""

    def __init__(self, shape: Decoder[Answered], head: Mapping[str, object], data: bytes) -> None:
        super().__init__()
        self.data = data
        self.sent = False
        self.skip: list[int] = []  # files that cost a child its life
        self.left = 0.0  # seconds for the others
        self.head, self._shape = head, shape

    def frames(self) -> bytes:
        """The request as bytes, in the frames that the child takes."""
        head = {**self.head, "skip": self.skip, "seconds": self.left}
        return frame(json.dumps(head).encode()) + frame(self.data)

    def fail(self, error: Exception) -> None:
        """End it with this error, unless it has ended."""
        if not self.done():
            self.set_exception(error)

    def end(self, answered: Answered) -> None:
        """End it with this answer, unless it has ended: whoever handed it over may have told already what went
        wrong."""
        if not self.done():
            self.set_result(answered)

    def understood(self, said: bytes) -> Answered:
        """What the child answered. Raises ReadFailed, which quotes nothing of an answer in another shape: it may
        tell passwords."""
        if said[:1] != b"R":
            told = said[1:] if said[:1] == b"E" else b"no answer: " + said[:100]
            raise ReadFailed(told.decode("utf-8", "backslashreplace"))
        try:
            return self._shape.decode(said[1:])
        except (DecodeError, RecursionError) as error:  # a child may send anything, also brackets within one another
            place = str(error).rpartition(" - at ")[2] if isinstance(error, ValidationError) else ""
            raise ReadFailed(f"an answer of another shape: {place or 'no JSON'}") from None


def to_read(raw: bytes, told: ReadingHints = NOTHING_TOLD) -> Request[Submission]:
    """A request for the reading of a mail, with what is known of it from elsewhere; what is not known is left out."""
    lists = {"passwords": list(told.passwords), "allowed": sorted(told.allowed)}
    return Request(submission_shape(), {"task": "mail"} | {name: values for name, values in lists.items() if values}, raw)


def to_tell_passwords(raw: bytes) -> Request[tuple[str, ...]]:
    """A request for the passwords that a mail may tell."""
    return Request(passwords_shape(), {"task": "passwords"}, raw)


def to_read_file(filename: str, data: bytes) -> Request[FileReading]:
    """A request for one file as `check` sees it."""
    return Request(file_shape(), {"task": "file", "filename": filename}, data)


def to_hand_over(raw: bytes, file: FileReading, offset: int) -> Request[bytes | None]:
    """A request for some bytes, from an offset on, of a file of a mail as it came."""
    head = {"task": "part", "position": file.position, "sha256": file.sha256, "offset": offset}
    return Request(part_shape(), head, raw)
