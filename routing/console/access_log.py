"""Who looked at what and who did what at the page: a line of JSON each, beside the ledger. `purge` leaves it alone.

It names receipt numbers and codes, never what stands in a mail, and no word that somebody typed.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from pathlib import Path

from config.frozen import frozen
from replies.wording import Wording

REFUSED = 400  # and above: what was asked for was not given


@frozen
class Access:
    """One request. `at` ISO 8601; `who` a login name, empty before one is known; `what` the page or act; `on` receipt
    number, code or day; `status` as of HTTP."""

    at: str
    who: str
    what: str
    on: str
    status: int

    def said(self, wording: Wording) -> str:
        """The request in words: 「受け付ける（実行）」, 「サインイン 断りました」."""
        words, actions = wording.access, wording.action
        method, endpoint, *more = [*self.what.split(), "", ""]
        if endpoint == "act":
            action, step = more[0] or self.on.rpartition("/")[2], more[1]
            told = actions[action][0] if action in actions else words["unknown"]
            told += words["step_" + (step or "form")]
        else:
            told = words.get(f"{method}_{endpoint}") or words.get(endpoint) or words["unknown"]
            told += words["step_preview"] if "preview" in more else words["step_do"] if "do" in more else ""
        return told + (words["refused"] if self.status >= REFUSED else "")


class AccessLog:
    """The file, created with mode 0600."""

    def __init__(self, ledger: Path) -> None:
        self.path = ledger.with_name(ledger.name + ".access.jsonl")

    def ready(self) -> None:
        """Make sure that a line can be added; nobody is let in otherwise. Raises OSError where none can."""
        os.close(self._opened())

    def note(self, access: Access) -> None:
        """Add one line, whole, whoever else writes. Raises OSError."""
        line = json.dumps(asdict(access), ensure_ascii=False) + "\n"
        handle = self._opened()
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            os.write(handle, line.encode("utf-8", "backslashreplace"))
        finally:
            os.close(handle)

    def on(self, day: date) -> Iterator[Access | None]:
        """The lines of one day, as they were written; None for one that was not written to its end. None at all where
        nobody has opened the page yet. Raises OSError."""
        if not self.path.exists():
            return
        with self.path.open(encoding="utf-8") as lines:
            for line in lines:
                access = _access(line)
                if access is None or access.at.startswith(day.isoformat()):
                    yield access

    def _opened(self) -> int:
        return os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _access(line: str) -> Access | None:
    try:
        return Access(**json.loads(line))
    except (ValueError, TypeError):
        return None
