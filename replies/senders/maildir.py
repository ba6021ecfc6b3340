"""A Maildir as a sender: each mail becomes a file below `new`, for rehearsals, demonstrations and tests.

Never writes a mail twice: the file's name derives from the Message-ID, so that a repeat is the same file.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from replies.senders.sender import OutgoingMail, SenderLater, SendResult


class MaildirSender:
    """A `Sender` into the Maildir at `path`, which is made if it is missing."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def ready(self, mail: OutgoingMail) -> None:
        """Do nothing: nothing has to be opened."""

    def is_open(self, mail: OutgoingMail) -> bool:
        """True always: there is no connection."""
        return True

    def send(self, mail: OutgoingMail) -> SendResult:
        """Write the mail's bytes unchanged and durably. A full or unreadable disk raises SenderLater."""
        name = hashlib.sha256(mail.message_id.encode()).hexdigest()[:40]
        try:
            self._make()
            if not self._holds(name):
                self._deliver(name, mail.data)
        except OSError as error:
            raise SenderLater(f"{self._path} に書き込めません（{error.strerror}）。") from error
        return SendResult("sent")

    def probe(self) -> str:
        """Where the mails are put, in words."""
        return f"{self._path} に書き込みます"

    def close(self) -> None:
        """Do nothing: nothing is held open."""

    def _make(self) -> None:
        for folder in ("tmp", "new", "cur"):
            (self._path / folder).mkdir(parents=True, exist_ok=True)

    def _holds(self, name: str) -> bool:
        """Whether the mail was delivered before: it lies still below `new`, or below `cur`, with flags, since someone
        opened it."""
        if (self._path / "new" / name).exists():
            return True
        return any(other.partition(":")[0] == name for other in os.listdir(self._path / "cur"))

    def _deliver(self, name: str, data: bytes) -> None:
        """Write below tmp, fsync, rename: a reader of the Maildir never sees half a mail, not even after a power
        cut."""
        draft = self._path / "tmp" / name
        with draft.open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        draft.rename(self._path / "new" / name)
        folder = os.open(self._path / "new", os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
