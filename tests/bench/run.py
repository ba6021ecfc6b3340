"""The whole program measured on this machine: `make bench`. Takes under three minutes and says what it does.

600 mails with filled forms lie in three mailboxes of a real Dovecot. Measured, as the median of three rounds:
the desk (one pass: IMAP with TLS, committed raw bytes, reading and checking every workbook, decision, reply
rendered and queued, all committed), the worker (the same by a running `uketsuke run`, with its replies going
out into a folder meanwhile), answer sheets and the rows of the longest collated list through the whole check.
Beside them a bare download of the same mails, openpyxl and python-calamine merely opening the same workbooks,
and the time of an fsync on the same disk in the same minute, without which no figure means much.
The figures also go to docs/bench.json.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from imapclient import IMAPClient
from rich.console import Console
from rich.progress import track

from config.jst import JST
from config.settings import load_settings
from intake.network import tls_context
from routing.clock import system_clock
from routing.connections import open_source
from routing.desk import Desk
from routing.ledger.store import Ledger
from routing.readers import Readers
from routing.register import build_register
from tests.bench.workbooks import (
    ROUNDS,
    by_calamine,
    by_openpyxl,
    checked_per_second,
    longest_list,
    opened_per_second,
)
from tests.e2e.office import MAILBOXES, Office, shift_survey
from tests.e2e.traffic import Traffic, submissions_only
from tests.servers.dovecot import PASSWORD
from tests.servers.machine import eventually
from tests.servers.mail import MailServers, running

MAILS = 600
SHEETS = 300
RUNS = 3
SECONDS = 170  # no further round is begun that would not end within these
RESULT = Path(__file__).parents[2] / "docs" / "bench.json"
VERDICTS = "SELECT count(*) FROM verdict WHERE piece = '0'"
REPLIES = "SELECT count(*) FROM outbox"
screen = Console()


@dataclass(frozen=True)
class Bench:
    """What every measurement uses."""

    servers: MailServers
    survey: Path
    mails: list[Traffic]


def main() -> None:
    """Measures everything, prints it and writes it down."""
    began = time.monotonic()
    figures: dict[str, Any] = {"measured_at": datetime.now(JST).isoformat(timespec="seconds")}
    figures |= {"machine": _machine(), "mails": MAILS, "sheets": SHEETS}
    with tempfile.TemporaryDirectory(prefix="uk-bench-") as folder, running() as servers:
        survey = shift_survey(Path(folder) / "survey")
        made = track(submissions_only(MAILS), "building mails", total=MAILS, console=screen)
        bench = Bench(servers, survey, list(made))
        _empty(servers)
        _put(bench)
        for name, runs in _measure(bench, began).items():
            figures[name] = round(statistics.median(runs), 3)
            figures[f"{name}_runs"] = [round(run, 3) for run in runs]
    RESULT.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    screen.print(f"{RESULT} written after {time.monotonic() - began:.0f} s", highlight=False)


def _measure(bench: Bench, began: float) -> dict[str, list[float]]:
    """Every measurement once, so that all are of the same minute, and then again while there is time."""
    found: dict[str, list[float]] = {name: [] for name in MEASUREMENTS}
    longest = 0.0
    for number in range(1, RUNS + 1):
        round_began = time.monotonic()
        if round_began - began + longest > SECONDS:
            screen.print(f"no time for round {number}")
            break
        for name, measure in MEASUREMENTS.items():
            found[name].append(measure(bench))
            screen.print(f"{name:>40} {number}/{RUNS} {found[name][-1]:10.2f}", highlight=False)
        longest = max(longest, time.monotonic() - round_began)
    return found


def fsync_p50_ms(bench: Bench) -> float:
    """Milliseconds of an fsync after 4 KiB, on the disk where the ledgers lie."""
    times = []
    with (bench.survey.parent / "fsync").open("wb") as file:
        for _ in range(200):
            file.write(bytes(4096))
            file.flush()
            with _timed(times):
                os.fsync(file.fileno())
    return statistics.median(times) * 1000


def imap_download_mails_per_second(bench: Bench) -> float:
    """The same mails by IMAPClient, 50 at a time, and nothing done with them."""
    times: list[float] = []
    fetched = 0
    with _timed(times):
        for address in MAILBOXES.values():
            context = tls_context(bench.servers.ca)
            with IMAPClient(bench.servers.host, bench.servers.imaps_port, ssl_context=context) as client:
                client.login(address, PASSWORD)
                client.select_folder("INBOX", readonly=True)
                uids = client.search(["ALL"])
                for start in range(0, len(uids), 50):
                    fetched += len(client.fetch(uids[start : start + 50], ["BODY.PEEK[]", "INTERNALDATE"]))
    assert fetched == MAILS
    return MAILS / times[0]


def desk_mails_per_second(bench: Bench, readers: int = 1) -> float:
    """One pass of the desk, from Dovecot to the committed verdict and the queued reply of the last mail."""
    times: list[float] = []
    with _office(bench) as office, _desk(office, readers) as desk:
        with _timed(times):
            for id, mailbox in desk.settings.mailboxes.items():
                source = open_source(mailbox, desk.settings)
                desk.collect(id, source)
                source.close()
            settled = sum(1 for _ in desk.settle_waiting())
        assert settled == office.ledger(VERDICTS)[0][0] == office.ledger(REPLIES)[0][0] == MAILS
    return MAILS / times[0]


def desk_with_two_readers_mails_per_second(bench: Bench) -> float:
    """The same with two reader children."""
    return desk_mails_per_second(bench, readers=2)


def worker_mails_per_second(bench: Bench) -> float:
    """A running worker, from the moment at which 600 mails lie in its mailboxes to the last verdict."""
    times: list[float] = []
    _empty(bench.servers)
    with _office(bench) as office:
        worker = office.run()
        worker.wait_for("受付を開始しました")
        office.wait_for_rows("SELECT count(*) FROM health", [(len(MAILBOXES),)])
        _put(bench)
        with _timed(times):
            done = eventually(lambda: office.ledger(VERDICTS) == [(MAILS,)], 120)
        assert done, worker.log()[-2000:]
        assert worker.terminate() == 0
        assert office.ledger(REPLIES) == [(MAILS,)]
    return MAILS / times[0]


def check_sheets_per_second(bench: Bench) -> float:
    """Answer sheets through the whole check."""
    return checked_per_second(bench.survey, _sheets(bench), "answer_sheet")


def openpyxl_opens_sheets_per_second(bench: Bench) -> float:
    """The same files merely opened by openpyxl (a fifth of them: it is slow)."""
    return opened_per_second(_sheets(bench)[: SHEETS // 5], by_openpyxl)


def calamine_opens_sheets_per_second(bench: Bench) -> float:
    """The same files merely opened by python-calamine."""
    return opened_per_second(_sheets(bench), by_calamine)


def check_list_rows_per_second(bench: Bench) -> float:
    """Rows of the longest collated list through the whole check."""
    data, rows = longest_list()
    return rows * checked_per_second(bench.survey, [data] * ROUNDS, "collated_list")


def openpyxl_opens_list_rows_per_second(bench: Bench) -> float:
    """The same list merely opened by openpyxl."""
    data, rows = longest_list()
    return rows * opened_per_second([data] * ROUNDS, by_openpyxl)


def calamine_opens_list_rows_per_second(bench: Bench) -> float:
    """The same list merely opened by python-calamine."""
    data, rows = longest_list()
    return rows * opened_per_second([data] * ROUNDS, by_calamine)


def _sheets(bench: Bench) -> list[bytes]:
    return [mail.workbook for mail in bench.mails[:SHEETS]]


MEASUREMENTS: dict[str, Callable[[Bench], float]] = {
    measure.__name__: measure
    for measure in (
        fsync_p50_ms,
        imap_download_mails_per_second,
        desk_mails_per_second,
        desk_with_two_readers_mails_per_second,
        worker_mails_per_second,
        check_sheets_per_second,
        openpyxl_opens_sheets_per_second,
        calamine_opens_sheets_per_second,
        check_list_rows_per_second,
        openpyxl_opens_list_rows_per_second,
        calamine_opens_list_rows_per_second,
    )
}


def _empty(servers: MailServers) -> None:
    for address in MAILBOXES.values():
        servers.add_user(address)
        servers.dovecot.empty(address)


def _put(bench: Bench) -> None:
    for mail in bench.mails:
        bench.servers.dovecot.put(MAILBOXES[mail.mailbox], mail.raw)


@contextmanager
def _office(bench: Bench) -> Iterator[Office]:
    """An office with an empty ledger, whose replies go into a folder."""
    with tempfile.TemporaryDirectory(dir=bench.survey.parent) as folder:
        shutil.copytree(bench.survey, Path(folder) / "survey")
        office = Office(Path(folder), bench.servers)
        office.configure(sender='kind = "maildir"\npath = "replies"')
        yield office


@contextmanager
def _desk(office: Office, readers: int) -> Iterator[Desk]:
    settings = load_settings(office.folder / "settings.toml")
    survey = office.folder / "survey"
    ledger, reader = Ledger(settings.ledger), Readers(survey, readers)
    try:
        yield Desk(build_register(survey), settings, ledger, reader, system_clock)
    finally:
        reader.close()
        ledger.close()


@contextmanager
def _timed(times: list[float]) -> Iterator[None]:
    began = time.perf_counter()
    yield
    times.append(time.perf_counter() - began)


def _machine() -> dict[str, Any]:
    model = next(
        (line for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line), ":"
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "cpu": model.partition(":")[2].strip() or platform.machine(),
        "cores": os.cpu_count(),
        "memory_gib": round(memory, 1),
        "load_before": round(os.getloadavg()[0], 2),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
    }


if __name__ == "__main__":
    main()
