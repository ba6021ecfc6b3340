"""Power off: of the ledger's write-ahead log, only what was synced is there afterwards (promises 1 and 2 of
docs/design.md).

strace tells every write and every fdatasync of a running worker, in their order, beside what the worker told
the world meanwhile: a line of its log, a mail handed to the SMTP server. For each of these the disk is put
back to its last sync before it, and what was told must be in that ledger.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.e2e.kinds import KINDS
from tests.e2e.office import COMMAND
from tests.e2e.scene import POISONED, Scene, Stage
from tests.matrix import note
from tests.servers.machine import eventually

_LINE = re.compile(r"^(\d+) +(.*)$")
_CALL = re.compile(r"^(\w+)\(\d+<([^>]*)>")
_TO_WAL = re.compile(r", (\d+), (\d+) ?\) += \d+$")
_SETTLED = re.compile(r"INFO ([NYS]\d{4}-\w{4}-\w{4}) (?:n_mynumber|yoboseshu) ")
_DATA = re.compile(r"Message-ID: (<uketsuke\.[^>]+>)")


@dataclass(frozen=True)
class Told:
    """Something that the world heard. `what`: "settled" with a receipt number, or "sent" with a Message-ID;
    `synced`: how many bytes of the log were safe at that moment."""

    what: str
    key: str
    synced: int


def read_trace(lines: Iterator[str]) -> Iterator[Told]:
    """What was told, with the bytes that had been synced. Of a call that strace shows in two halves, because
    another thread's came between, a report counts from its beginning, and what goes to the disk from its end:
    the worse for us."""
    begun: dict[str, str] = {}
    written = synced = 0
    for line in lines:
        found = _LINE.match(line.rstrip("\n"))
        assert found is not None, line
        thread, call = found.groups()
        if call.endswith("<unfinished ...>") and not call.startswith(("write(", "sendto(")):
            begun[thread] = call.removesuffix("<unfinished ...>")
            continue
        if call.startswith("<... "):
            call = begun.pop(thread, "") + call.partition("resumed>")[2]
        if (named := _CALL.match(call)) is None:
            continue
        name, path = named.groups()
        assert not (path.endswith("ledger.db") and name == "pwrite64"), (
            "a checkpoint: the log does not tell all"
        )
        if path.endswith("ledger.db-wal"):
            if name == "pwrite64" and (numbers := _TO_WAL.search(call)):
                written = max(written, int(numbers[1]) + int(numbers[2]))
            elif name == "fdatasync" and call.endswith("= 0"):
                synced = written
            assert name != "ftruncate", "the log was begun anew: the trace cannot tell what was safe"
        elif path.endswith("/log"):
            for receipt in _SETTLED.findall(call):
                yield Told("settled", receipt, synced)
        elif name == "sendto":
            for message_id in _DATA.findall(call):
                yield Told("sent", message_id, synced)


def _traced(scene: Scene) -> list[Told]:
    """Runs the worker under strace until every mail is done, pulls the plug, and tells what was told."""
    trace = scene.folder / "trace"
    calls = "trace=pwrite64,fdatasync,ftruncate,write,sendto"
    strace = ["strace", "-f", "-y", "-s", "3000", "-e", calls, "-o", str(trace)]
    with (scene.folder / "log").open("ab") as output:
        worker = subprocess.Popen(
            [*strace, COMMAND, "--settings", str(scene.folder / "settings.toml"), "run"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONPATH": str(POISONED)},
            start_new_session=True,
        )
    try:
        assert eventually(scene.settled, 60), scene.log()
    finally:
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait(10)
    with trace.open(encoding="ascii") as lines:
        return list(read_trace(line for line in lines if "+++" not in line and "---" not in line))


def _put_back(scene: Scene, synced: int, to: Path) -> Path:
    """The ledger as the disk has it when only so many bytes of its log were synced; a torn frame follows."""
    to.mkdir()
    shutil.copy(scene.folder / "ledger.db", to / "ledger.db")
    log = (scene.folder / "ledger.db-wal").read_bytes()
    (to / "ledger.db-wal").write_bytes(log[:synced] + log[synced : synced + 100] + bytes(1000))
    return to / "ledger.db"


_IN_LEDGER = {
    "settled": "SELECT count(*) FROM verdict v JOIN arrival a ON a.id = v.arrival_id WHERE v.piece = '0' AND receipt = ?",
    "sent": "SELECT count(*) FROM posting p JOIN outbox o ON o.id = p.outbox_id WHERE state = 'sending'"
    " AND o.message_id = ?",
}


@pytest.mark.long
def test_what_was_told_before_a_power_cut_is_in_the_ledger_after_it(
    stage: Stage, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    note(record_property, "power off at each report")
    scene = stage.everything()
    told = _traced(scene)

    assert len([t for t in told if t.what == "settled"]) == len(KINDS)
    assert len({t.key for t in told if t.what == "sent"}) >= sum(bool(kind.letter) for kind in KINDS)
    for number, one in enumerate(told):
        ledger = _put_back(scene, one.synced, tmp_path / f"{number}")
        with closing(sqlite3.connect(ledger)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert connection.execute(_IN_LEDGER[one.what], (one.key,)).fetchone() == (1,), one

    handed_over = [number for number, one in enumerate(told) if one.what == "sent"]
    for number in (handed_over[0], handed_over[-1]):
        _run_on(scene, told[: number + 1], tmp_path / f"again {number}")


def _run_on(scene: Scene, told: list[Told], folder: Path) -> None:
    """The power goes off as the server takes the last of these; then the program runs to its end."""
    _put_back(scene, told[-1].synced, folder)
    again = replace(scene, folder=folder, put=dict(scene.put))
    again.configure()
    again.smtp.message_ids[:] = [again.smtp.message_ids[0], *(t.key for t in told if t.what == "sent")]
    assert again.once() == 0, again.log()
    again.check(twice=1)


_WRITE = '9 pwrite64(4</l/ledger.db-wal>, ""..., 100, 0'
_SYNC = "9 fdatasync(4</l/ledger.db-wal>"
_HALF = " <unfinished ...>"
_OTHER = ('7 write(5<pipe:[1]>, "x", 1' + _HALF, "7 <... write resumed>) = 1")


@pytest.mark.parametrize(
    ("trace", "synced"),
    [
        ([f"{_WRITE}) = 100", f"{_SYNC}) = 0"], 100),
        ([f"{_WRITE}) = 100"], 0),
        ([f"{_WRITE}) = 100", _SYNC + _HALF, *_OTHER], 0),
        ([f"{_WRITE}) = 100", _SYNC + _HALF, *_OTHER, "9 <... fdatasync resumed>) = 0"], 100),
        ([_WRITE + _HALF, *_OTHER, "9 <... pwrite64 resumed>) = 100", f"{_SYNC}) = 0"], 100),
    ],
)
def test_a_trace_without_its_sync_tells_a_commit_that_was_not_safe(trace: list[str], synced: int) -> None:
    """The test above can fail: by the trace of a program that reports before it syncs."""
    told = '8 write(2</l/log>, "INFO N1126-AAAA-BBBB n_mynumber \\345"..., 99) = 99'

    assert list(read_trace(iter([*trace, told]))) == [Told("settled", "N1126-AAAA-BBBB", synced)]
