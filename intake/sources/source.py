"""The protocol of a source of mail: IMAP and Maildir stand behind it, held by one contract test.

A source reads and never changes anything: no flag, no move, no deletion.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Literal, Protocol

from config.frozen import frozen

Heard = Literal["news", "quiet", "lost"]  # what came of waiting for mail


# (first byte, how many) of a mail's bytes by which it is seen that others have come to stand in their place: a workbook is
# compressed, so that another one has other bytes nearly everywhere.
SAMPLES = ((0, 4096), (6_000, 512), (12_000, 512), (24_000, 512), (48_000, 512), (96_000, 512), (192_000, 512))


def sample_of(raw: bytes) -> bytes:
    """What stands at SAMPLES."""
    return b"".join(raw[start : start + length] for start, length in SAMPLES)


class SourceUnavailable(Exception):
    """The mailbox cannot be read now; try again later. The text is one sentence without secrets."""


@frozen
class Cursor:
    """How far a mailbox has been read: UIDVALIDITY and the last UID (RFC 9051 §2.3.1.1), and the INTERNALDATE
    of the mail at it, where known. A Maildir has no UIDs: its validity is "" and its uid the unique part of
    the file's name."""

    uidvalidity: str
    uid: str
    received_at: datetime | None = None


@frozen
class Look:
    """What is new in a mailbox: the UIDs above the cursor, oldest first (a Maildir: all names, sorted);
    where the UIDVALIDITY is not the cursor's, or without cursor, every UID. `count`: how many mails the mailbox
    holds; `fresh`: the connection was made for this look."""

    uidvalidity: str
    uids: tuple[str, ...]
    count: int = 0
    fresh: bool = False


@frozen
class Fetched:
    """One mail as the server has it. `received_at`: INTERNALDATE (Maildir: the topmost Received, else the
    file's time), aware, JST. `raw` is the whole mail, or only its header where `size` is over the limit."""

    uid: str
    received_at: datetime
    size: int
    raw: bytes
    header_only: bool = False


class Source(Protocol):
    """One mailbox. Errors of network and disk come out as SourceUnavailable."""

    def look(self, cursor: Cursor | None) -> Look:
        """Connect if need be, and tell which mails lie behind the cursor."""
        ...

    def fetch(self, uids: Sequence[str]) -> Iterator[Fetched]:
        """The mails with these UIDs in this order, in batches, without marking them as read; one that has
        vanished meanwhile, or that the mailbox does not hand out, is left out: `listed` tells which it is."""
        ...

    def listed(self, uids: Sequence[str] | None = None) -> tuple[str, ...]:
        """Which of these mails the mailbox still has, without `uids` all that it has; oldest first. On the
        connection of the last look."""
        ...

    def sizes(self, uids: Sequence[str]) -> Mapping[str, int]:
        """How large the mailbox says that these mails are (RFC822.SIZE), in bytes: servers may estimate it. Without those
        that are gone. On the connection of the last look."""
        ...

    def samples(self, uids: Sequence[str]) -> Mapping[str, bytes]:
        """What the mailbox holds of these mails at SAMPLES, as `sample_of` has it of what was fetched. Without those that
        are gone. On the connection of the last look."""
        ...

    def wait(self, wake: int) -> Heard:
        """Listen until the server tells of mail ("news"), a while has passed or the file descriptor `wake` is
        readable ("quiet"), or the connection is gone ("lost"). A source that cannot listen waits for `wake` alone.
        Never raises."""
        ...

    def close(self) -> None:
        """Hang up. The next look connects anew."""
        ...


@frozen
class SeenMail:
    """The mail about which is asked: its Message-ID, and where it was seen (RFC 9051 §2.3.1.1)."""

    message_id: str
    uidvalidity: str
    uid: str
    received_at: datetime
