"""How what was read becomes JSON and comes back: on its way from the child, and in the ledger.

Each shape is built when it is first needed, once in a process: it takes ten milliseconds, and few commands need it.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from pydantic import ConfigDict, TypeAdapter

if TYPE_CHECKING:
    from intake.submission import FileReading, Submission


@cache
def submission_shape() -> TypeAdapter[Submission]:
    """A mail as it was read."""
    from intake.submission import Submission

    return TypeAdapter(Submission)


@cache
def file_shape() -> TypeAdapter[FileReading]:
    """One file as it was read."""
    from intake.submission import FileReading

    return TypeAdapter(FileReading)


@cache
def passwords_shape() -> TypeAdapter[tuple[str, ...]]:
    """The passwords that a mail tells; never kept."""
    return TypeAdapter(tuple[str, ...])


@cache
def part_shape() -> TypeAdapter[bytes | None]:
    """Some bytes of a file, in Base64; None: there is no such file."""
    return TypeAdapter(bytes | None, config=ConfigDict(val_json_bytes="base64"))
