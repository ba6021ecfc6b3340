"""A reader child that cannot be had, whatever the way: the mails wait, and none of them is blamed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from config.load import default_survey
from intake.frames import LONGEST_ANSWER
from routing.ledger import promises
from routing.ledger.store import Ledger
from routing.reading import reader as parent
from routing.reading.errors import ReaderUnavailable
from routing.reading.reader import Reader
from routing.register import Register
from tests.routing.desk_at_hand import Office, mail, open_office

WRITE = "import sys, time; out = sys.stdout.buffer; out.write({}); out.flush(); "
TOO_LONG = (LONGEST_ANSWER + 1).to_bytes(4, "big")
CHILDREN = {
    "ends well at once": "pass",
    "ends badly at once": "raise SystemExit(1)",
    "is killed": "import os; os.kill(os.getpid(), 9)",
    "dies within its first frame": WRITE.format(rb"(65).to_bytes(4, 'big') + b'Sab'"),
    "greets with nothing": WRITE.format(rb"(0).to_bytes(4, 'big')") + "time.sleep(60)",
    "writes garbage": WRITE.format(r"b'Segmentation fault' * 5000") + "time.sleep(60)",
    "writes a frame without an end": WRITE.format(repr(TOO_LONG)) + "time.sleep(60)",
    "greets as somebody else": WRITE.format(r"(5).to_bytes(4, 'big') + b'hello'") + "time.sleep(60)",
    "closes its end and lives on": "import os, time; os.close(1); time.sleep(60)",
    "says nothing": "import time; time.sleep(60)",
}


class Misbehaving(Reader):
    """Its children do this instead of reading, or cannot be started for this reason; `well`: once they are well again."""

    def __init__(self, code: str | Exception) -> None:
        super().__init__(default_survey())
        self.code, self.well = code, False

    def _spawn(self) -> subprocess.Popen[bytes]:
        if self.well:
            return super()._spawn()
        if isinstance(self.code, Exception):
            raise self.code
        if self.code.startswith("/"):
            return subprocess.Popen([self.code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        return subprocess.Popen([sys.executable, "-c", self.code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)


FAULTS = {
    "cannot be forked": BlockingIOError("Resource temporarily unavailable"),  # fork(2), EAGAIN
    "has no such call": AttributeError("module 'fcntl' has no attribute 'F_SETPIPE_SZ'"),  # not Linux
    "a slip of ours": KeyError("reader"),
    "no more threads": RuntimeError("can't start new thread"),
}


@pytest.mark.parametrize(
    "code",
    [
        *(pytest.param(code, id=name, marks=pytest.mark.long) for name, code in CHILDREN.items()),
        pytest.param("/no/such/python", id="is not there", marks=pytest.mark.long),
        *(pytest.param(fault, id=name) for name, fault in FAULTS.items()),
    ],
)
def test_the_mails_wait_and_none_is_blamed(
    tmp_path: Path, register: Register, ledger: Ledger, code: str | Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However often it is tried; and once a child can be had, all are read as if nothing had been."""
    monkeypatch.setattr(parent, "START_SECONDS", 1.0 if "sleep" in str(code) else 30.0)
    reader = Misbehaving(code)
    office = open_office(tmp_path, register, reader, ledger)
    for number in range(3):
        office.arrive(mail(subject=f"【横浜市】{number}", body=f"{number}"))

    for _ in range(5):  # more often than it takes to be held as poison
        with pytest.raises(ReaderUnavailable):
            list(office.desk.settle_waiting())
    assert reader._child is None  # nobody is left behind
    _nobody_is_blamed(office)

    monkeypatch.setattr(parent, "START_SECONDS", 60.0)
    reader.well = True
    settled = list(office.desk.settle_waiting())
    assert [s.decided.mail.rule for s in settled] == ["otherwise"] * 3
    assert [a.name for a in promises.ask(ledger.connection) if not a.holds] == []
    reader.close()


def _nobody_is_blamed(office: Office) -> None:
    assert [office.count(table) for table in ("to_read", "verdict", "event", "deferred")] == [3, 0, 0, 0]
    assert office.count("outbox") == 0
    assert office.held() == []
