"""The pipes to a reader child and from it: how much waits in the one, and how long is waited at the other."""

from __future__ import annotations

import fcntl
import math
import os
import select
import time
from collections.abc import Callable
from contextlib import suppress

from config.frozen import frozen
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


@frozen
class Patience:
    """How long an answer is waited for: for so many `seconds` after the last beginning (`now_at`), and `most` in all,
    whatever is begun. `clock`: in whose time; a child's own, where others may keep it waiting."""

    seconds: float
    clock: Callable[[], float] = time.monotonic
    now_at: Callable[[], ProgressPoint] = lambda: NOT_BEGUN
    most: float = math.inf


def receive(pipe: int, heard: bytearray, patience: Patience) -> bytes:
    """The next frame; what follows it stays in `heard`. TimeoutError where patience ends; EOFError where the pipe ends,
    or the frame is longer than any."""
    seconds, clock = patience.seconds, patience.clock
    deadline, last = clock() + seconds, clock() + patience.most
    while (end := 4 + int.from_bytes(heard[:4], "big")) > len(heard) or len(heard) < 4:
        if len(heard) >= 4 and end > 4 + LONGEST_ANSWER:
            raise EOFError  # no answer of a reader that is still itself
        left = max(0.0, deadline - clock())
        if select.select([pipe], [], [], left)[0]:
            part = os.read(pipe, _PART)
            if not part:
                raise EOFError
            heard += part
        elif deadline - seconds < (begun := patience.now_at().since) <= clock() and deadline < last:
            deadline = min(begun + seconds, last)  # a child may tell anything
        elif not left:
            raise TimeoutError
    answer = bytes(heard[4:end])
    del heard[:end]
    return answer
