"""SIGTERM while the worker begins: whatever it is at, it leaves in order, with 0, and lays nothing to a mail.

A service manager that stops what it has just started does this. The moments are spread over the whole beginning, from
the first in which the program listens (before it, some hundredths of a second after exec, nothing of ours has run).
"""

from __future__ import annotations

import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.e2e.office import COMMAND
from tests.routing.desk_at_hand import Office, mail
from tests.servers.machine import eventually, takes_sigterm

pytestmark = pytest.mark.long
MOMENTS = 40


def _begun(office: Office, folder: Path) -> subprocess.Popen[str]:
    words = [str(COMMAND), "--settings", str(folder / "settings.toml"), "run"]
    return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def test_at_any_moment_of_its_beginning_it_leaves_in_order(office: Office, tmp_path: Path) -> None:
    for number in range(3):
        office.arrive(mail(body=str(number), headers={"Message-ID": f"<{number}@city>"}))
    started = time.monotonic()
    with _begun(office, tmp_path) as first:
        assert eventually(lambda: takes_sigterm(first.pid), 20)
        time.sleep(1.5)
        first.send_signal(signal.SIGTERM)
        assert first.wait(60) == 0, first.stdout and first.stdout.read()
    whole = time.monotonic() - started
    for moment in range(MOMENTS):
        with _begun(office, tmp_path) as process:
            assert eventually(lambda: takes_sigterm(process.pid), 20)
            time.sleep(whole * moment / MOMENTS)
            process.send_signal(signal.SIGTERM)
            code = process.wait(60)
            said = process.stdout.read() if process.stdout else ""
        assert (code, "Traceback" in said) == (0, False), (moment, said)
    assert office.ledger.rows("SELECT count(*) FROM event WHERE kind = 'decision_died'")[0][0] == 0
    assert office.ledger.rows("SELECT count(*) FROM deciding")[0][0] == 0
