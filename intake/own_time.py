"""The time that a process has had, on a machine that others use as well."""

from __future__ import annotations

import time
from contextlib import suppress


def own_time(process: int | str = "self") -> float:
    """Seconds as time.monotonic, less those in which the process was ready to run and others had the processors
    (/proc/PID/schedstat, second figure, nanoseconds; of its main thread). A process that sleeps, or waits for a disk,
    grows older; one that is kept waiting does not: no file is called too costly because the machine was busy. The same
    as time.monotonic where the kernel does not count."""
    waited = 0.0
    with suppress(OSError, ValueError, IndexError), open(f"/proc/{process}/schedstat", encoding="ascii") as counted:
        waited = int(counted.read().split()[1]) / 1e9
    return time.monotonic() - waited
