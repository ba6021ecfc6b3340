"""IDLE (RFC 2177): the server says by itself that mail has come.

Only listens: what came is found by the next look. Never waits on a connection that is gone.
"""

from __future__ import annotations

import select
import time

from imapclient import IMAPClient

from intake.sources.imap_access import has_said_more
from intake.sources.source import Heard


def can_idle(client: IMAPClient) -> bool:
    """Whether this server has IDLE."""
    return bool(client.has_capability("IDLE"))


def listen(client: IMAPClient, seconds: float, wake: int) -> Heard:
    """Wait in the open folder until the server tells of a mail ("news"), or until so many seconds have passed
    (servers may drop who idles for 30 minutes) or the file descriptor `wake` is readable ("quiet"). Raises
    IMAPClient's errors and OSError where the connection ends, by BYE or without a word. IMAPClient's own `idle_check`
    is not used: on an ended connection it returns at once, as if nothing had been said."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        client.idle()
        woken = not has_said_more(client) and wake in _readable((client.socket().fileno(), wake), left)
        _, said = client.idle_done()  # ends IDLE and brings everything that was said meanwhile
        if any(len(line) > 1 and line[1] == b"EXISTS" for line in said):
            return "news"
        if woken:
            return "quiet"
    return "quiet"


def rest(wake: int, seconds: float | None = None) -> None:
    """Wait for nothing but `wake`, or so many seconds."""
    _readable((wake,), seconds)


def _readable(descriptors: tuple[int, ...], seconds: float | None) -> set[int]:
    poller = select.poll()
    for descriptor in descriptors:
        poller.register(descriptor, select.POLLIN)
    return {found for found, _ in poller.poll(None if seconds is None else seconds * 1000)}
