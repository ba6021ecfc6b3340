"""The machine under a benchmark: what it is, what an fsync costs now, which cores a process gets, its memory."""

from __future__ import annotations

import os
import platform
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

DESK = {0}  # the core of what is measured …
SERVERS = {min(1, (os.cpu_count() or 1) - 1)}  # … and that of the mail servers and the clock
ALL = DESK | SERVERS


def described() -> dict[str, Any]:
    """Processor, cores, memory and load, system and Python."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line for line in lines if "model name" in line), ":").partition(":")[2].strip()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "cpu": model or platform.machine(),
        "cores": os.cpu_count(),
        "memory_gib": round(memory, 1),
        "load_before": round(os.getloadavg()[0], 2),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
    }


def fsync_p50_ms(folder: Path) -> float:
    """Milliseconds of an fsync after 4 KiB in this folder, the median of 100."""
    times = []
    with (folder / "fsync").open("wb") as file:
        for _ in range(100):
            file.write(bytes(4096))
            file.flush()
            began = time.perf_counter()
            os.fsync(file.fileno())
            times.append(time.perf_counter() - began)
    return statistics.median(times) * 1000


@contextmanager
def pinned(cores: set[int]) -> Iterator[None]:
    """This thread, and every process that it starts inside, runs on these cores only."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def memory_mib(pid: int, what: str = "VmHWM", alone: bool = False) -> float:
    """The peak of resident memory ("VmRSS": the present one) of a process, and unless `alone` of all its
    descendants, summed, in MiB. The peaks need not have been at the same time, so the sum is no less than the truth."""
    total = 0.0
    for each in (pid, *(() if alone else _descendants(pid))):
        with suppress(OSError):  # it has ended meanwhile
            status = Path(f"/proc/{each}/status").read_text()
            total += sum(int(line.split()[1]) for line in status.splitlines() if line.startswith(what))
    return total / 1024


def cpu_seconds(pid: int) -> tuple[float, float]:
    """Processor time so far: of a process, and of all its descendants, ended ones included (proc(5))."""
    own, ended = _times(pid)
    return own, ended + sum(sum(_times(child)) for child in _descendants(pid))


def _times(pid: int) -> tuple[float, float]:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:  # it has ended meanwhile
        return 0.0, 0.0
    user, system, ended_user, ended_system = (
        int(field) / os.sysconf("SC_CLK_TCK") for field in fields[11:15]
    )
    return user + system, ended_user + ended_system


def _descendants(pid: int) -> list[int]:
    found = []
    with suppress(OSError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            found += [int(child) for child in (thread / "children").read_text().split()]
    return [each for child in found for each in (child, *_descendants(child))]
