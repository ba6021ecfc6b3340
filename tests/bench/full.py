"""Does the worker's memory grow? 20,000 mails through one running worker: `make bench-full`, under 25 minutes.

A thousand filled forms, each from twenty senders under twenty subjects. The mails come as fast as the worker takes
them. After each thousand the resident memory of the worker itself is noted (its reader children are replaced after
5,000 mails each). The first quarter warms up; over the rest a straight line is laid (least squares).
"""

from __future__ import annotations

import argparse
import re
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Any

from rich.console import Console
from rich.progress import track

from config.jst import JST
from tests.bench.machine import ALL, described, fsync_p50_ms, memory_mib
from tests.bench.rig import VERDICTS, Rig, rig, warm_worker
from tests.bench.run import APART, write
from tests.e2e.office import Office, Worker
from tests.e2e.traffic import Traffic, submissions_only
from tests.servers.machine import eventually

MAILS = 20_000
BASE = 1_000
AHEAD = 600  # mails that wait in the mailboxes at most
NOTES = 20
screen = Console()


def main() -> None:
    """Measures, prints and writes it down."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--mails", type=int, default=MAILS, help="fewer for a trial; nothing is written")
    mails = arguments.parse_args().mails
    base = list(track(submissions_only(BASE), "building mails", total=BASE, console=screen))
    with rig() as running:
        figures = twenty_thousand(running, base, mails)
    for name, value in figures.items():
        screen.print(f"{name:>35} {value}", highlight=False)
    if mails == MAILS:
        write({APART: figures})


def twenty_thousand(running: Rig, base: Sequence[Traffic], mails: int) -> dict[str, Any]:
    """Memory after each step of so many mails, and how it grows."""
    notes: list[float] = []
    began = time.monotonic()
    running.empty()
    fsync = fsync_p50_ms(running.folder)
    coming = islice(_variants(base), mails)
    with running.office(readers=2) as office, warm_worker(running, office, ALL, base[:6]) as worker:
        for number in range(1, NOTES + 1):
            _through(running, office, worker, islice(coming, mails // NOTES))
            notes.append(memory_mib(worker.process.pid, "VmRSS", alone=True))
            done = office.ledger(VERDICTS)[0][0]
            screen.print(f"{done:>7} mails {time.monotonic() - began:6.0f} s {notes[-1]:7.1f} MiB")
            assert done == mails // NOTES * number + 6
        peak = memory_mib(worker.process.pid)
    settled = notes[NOTES // 4 :]
    slope = statistics.linear_regression(range(len(settled)), settled).slope
    return {
        "measured_at": datetime.now(JST).isoformat(timespec="seconds"),
        "machine": described(),
        "fsync_p50_ms": round(fsync, 3),
        "mails": mails,
        "seconds": round(time.monotonic() - began),
        "worker_mib": [round(note, 1) for note in notes],
        "growth_mib_per_thousand": round(slope * 1000 * NOTES / mails, 3),
        "peak_mib": round(peak, 1),
    }


def _through(running: Rig, office: Office, worker: Worker, mails: Iterator[Traffic]) -> None:
    """Lays these mails into the mailboxes, a few ahead of the worker, until all are decided."""
    goal = office.ledger(VERDICTS)[0][0]
    while part := list(islice(mails, AHEAD // 2)):
        running.put(part)
        goal += len(part)
        _wait(office, worker, goal - AHEAD // 2)
    _wait(office, worker, goal)


def _wait(office: Office, worker: Worker, verdicts: int) -> None:
    done = eventually(lambda: office.ledger(VERDICTS)[0][0] >= verdicts, 120)
    assert done, worker.log()[-2000:]


def _variants(base: Sequence[Traffic]) -> Iterator[Traffic]:
    """Each mail again and again, from other persons, under other Message-IDs."""
    number = 0
    while True:
        number += 1
        for mail in base:
            raw = re.sub(rb"<tantou@", b"<tantou%d@" % number, mail.raw, count=1)
            raw = re.sub(rb"(?m)^Message-ID: <", b"Message-ID: <v%d." % number, raw, count=1)
            assert raw != mail.raw
            yield replace(mail, raw=raw)


if __name__ == "__main__":
    main()
