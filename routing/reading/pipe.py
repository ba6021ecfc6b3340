"""The pipes to a reader child and from it: how much waits in the one, and how long is waited at the other."""

from __future__ import annotations

import fcntl
import math
import os
import select
import time
from collections.abc import Callable
from contextlib import suppress

from intake.frames import LONGEST_ANSWER
from intake.progress import ProgressPoint

PIPE_BYTES = 1 << 20  # asked of the kernel for the pipe to the child, which gives as much to anybody
_PAGE = 4096  # a pipe is made of pages
_PART = 1 << 16  # bytes read at once: what the pipe from the child holds

NOT_BEGUN = ProgressPoint(0, 0, 0.0)


def taken_by(size: int) -> int:
    """Bytes that a request with so many of data takes in a pipe at most: whole pages, begun ones too, and one for its
    head."""
    return (size // _PAGE + 3) * _PAGE


def widened(pipe: int) -> int:
    """Make room in a pipe, and tell how much it has (pipe(7)): 64 KiB where the kernel gives no more.

    Worth it while the desk decides: beside 2.5 ms of its work a mail, 240 mails of 20 KB took 7.5 ms each; 8.6 in a
    pipe of 64 KiB, 9.2 one at a time (least of ten rounds in turn, processor time equal). With an idle desk the same.
    """
    with suppress(OSError):
        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
    return fcntl.fcntl(pipe, fcntl.F_GETPIPE_SZ)


def receive(
    pipe: int,
    heard: bytearray,
    seconds: float,
    now_at: Callable[[], ProgressPoint] = lambda: NOT_BEGUN,
    last: float = math.inf,
) -> bytes:
    """The next frame; what follows it stays in `heard`. TimeoutError where nothing comes for so many seconds, and
    nothing was begun in them, or by the instant `last` (time.monotonic); EOFError where it ends, or is longer than
    any."""
    deadline = time.monotonic() + seconds
    while (end := 4 + int.from_bytes(heard[:4], "big")) > len(heard) or len(heard) < 4:
        left = deadline - time.monotonic()
        if len(heard) >= 4 and end > 4 + LONGEST_ANSWER:
            raise EOFError  # no answer of a reader that is still itself
        if select.select([pipe], [], [], max(0.0, left))[0]:
            part = os.read(pipe, _PART)
            if not part:
                raise EOFError
            heard += part
        elif deadline - seconds < (begun := now_at().since) <= time.monotonic() and deadline < last:
            deadline = min(begun + seconds, last)  # a child may tell anything
        else:
            raise TimeoutError
    answer = bytes(heard[4:end])
    del heard[:end]
    return answer
