"""How what was read becomes JSON and comes back: on its way from the child, and in the ledger.

Each shape is built when it is first needed, once in a process: few commands need it.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from msgspec import json

if TYPE_CHECKING:
    from intake.submission import FileReading, Submission

as_json = json.encode  # bytes become Base64 (RFC 4648 §4)


@cache
def submission_shape() -> json.Decoder[Submission]:
    """A mail as it was read."""
    from intake.submission import Submission

    return json.Decoder(Submission)


@cache
def file_shape() -> json.Decoder[FileReading]:
    """One file as it was read."""
    from intake.submission import FileReading

    return json.Decoder(FileReading)


@cache
def passwords_shape() -> json.Decoder[tuple[str, ...]]:
    """The passwords that a mail tells; never kept."""
    return json.Decoder(tuple[str, ...])


@cache
def part_shape() -> json.Decoder[bytes | None]:
    """Some bytes of a file; None: there is no such file."""
    return json.Decoder(bytes | None)
