"""Who looked at what and who did what at the page: a line of JSON each, beside the ledger. `purge` leaves it alone.

It names receipt numbers and codes, never what stands in a mail.
"""

from __future__ import annotations

import fcntl
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Access:
    """One request. `at` ISO 8601; `who` a login name, empty before one is known; `what` the page or act; `on` receipt
    number, code or day; `status` as of HTTP."""

    at: str
    who: str
    what: str
    on: str
    status: int


class AccessLog:
    """The file, created with mode 0600."""

    def __init__(self, ledger: Path) -> None:
        self.path = ledger.with_name(ledger.name + ".access.jsonl")

    def note(self, access: Access) -> None:
        """Adds one line, whole, whoever else writes. Raises OSError."""
        line = json.dumps(asdict(access), ensure_ascii=False) + "\n"
        handle = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            os.write(handle, line.encode())
        finally:
            os.close(handle)
