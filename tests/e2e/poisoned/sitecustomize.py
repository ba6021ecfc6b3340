"""On PYTHONPATH in tests only: makes the reader child die over mails that say how (`X-Test-Poison`).

Python imports a module of this name at its start. In the reader child it wraps the first thing that is done
with a mail's bytes, so that what follows is real: a signal of the kernel, the ceiling of memory, a hang.
"""

import os
import signal
import sys
import time
from typing import Any


def _poison(kind: bytes) -> None:
    if kind == b"signal":
        os.kill(os.getpid(), signal.SIGSEGV)
    elif kind == b"memory":
        hoard = []
        while True:
            hoard.append(bytearray(64 << 20))
    elif kind == b"hang":
        time.sleep(3600)
    elif kind == b"exit":
        os._exit(1)


def _watch() -> None:
    import intake.read

    real = intake.read.parse

    def parse(raw: bytes) -> Any:
        head, _, _ = raw.partition(b"\r\n")
        name, _, value = head.partition(b": ")
        if name == b"X-Test-Poison":
            _poison(value)
        return real(raw)

    intake.read.parse = parse


if "intake.reader" in sys.orig_argv:
    _watch()
