"""All threads of the worker share one pool of memory."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

# A pool of a thread's own reserves 64 MiB of address space at once (malloc/arena.c, HEAP_MAX_SIZE).
_COUNT = """
import threading
from routing.cli.run import _share_memory
if {shared}:
    _share_memory()
kept = []
thread = threading.Thread(target=lambda: kept.extend(bytes(1000 + n) for n in range(2000)))
thread.start(); thread.join()
spans = [line.split()[:2] for line in open("/proc/self/maps")]
sizes = [int(end, 16) - int(begin, 16) for (begin, end), mode in
         ((span.split("-"), mode) for span, mode in spans) if mode == "---p"]
print(sum(size > 32 << 20 for size in sizes))
"""


@pytest.mark.long
@pytest.mark.parametrize(("shared", "pools"), [(False, 1), (True, 0)])
def test_a_thread_has_no_pool_of_its_own(shared: bool, pools: int) -> None:
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", _COUNT.format(shared=shared)]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True, timeout=60)
    assert int(done.stdout) == pools
