"""The machine fails: a full or read-only disk, a locked ledger, wrong rights, a clock that jumps.

Each gives a clear line, loses nothing and goes on when it is mended. Mailboxes and sender are folders, so that
nothing but the machine is in trouble; the disk is a small tmpfs in a mount namespace of its own, the clock that
of libfaketime, set while the program runs.
"""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from routing.worker.worker import RETRY_SECONDS
from tests.e2e.machines import Desk, FaultyDisk, SmallDisk

FAKETIME = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)


# --- the disk ---------------------------------------------------------------------------------------------


@pytest.mark.long
def test_a_disk_that_fills_up_stops_the_recording_and_loses_nothing(
    desk: Desk, small_disk: SmallDisk
) -> None:
    desk.deliver(2)
    desk.start()
    desk.wait_for_all()
    small_disk.do("dd if=/dev/zero of=filler bs=64k 2>/dev/null; true")
    desk.deliver(30)  # some 3 MB in ledger and log
    desk.wait_for("ディスクに空きがありません")
    assert desk.process is not None and desk.process.poll() is None
    assert small_disk.count("SELECT count(*) FROM arrival") < 32

    small_disk.do("rm filler")
    desk.wait_for_all()
    assert desk.end() == 0
    assert small_disk.count() == 32
    assert small_disk.count("SELECT count(*) FROM event WHERE kind IN ('reader_died', 'read_failed')") == 0
    assert desk.run("verify").returncode == 0


@pytest.mark.long
def test_commands_on_a_full_disk_say_so_with_exit_code_75(desk: Desk, small_disk: SmallDisk) -> None:
    small_disk.do("dd if=/dev/zero of=filler bs=64k 2>/dev/null; true")
    said = desk.run("held")
    assert said.returncode == 75
    assert said.stderr == "ディスクに空きがありません。しばらくしてからもう一度実行してください。\n"
    small_disk.do("rm filler")
    assert desk.run("held").returncode == 0
    small_disk.do("dd if=/dev/zero of=filler bs=4k 2>/dev/null; true")
    refused = desk.run("backup", str(desk.folder / "disk" / "copy.db"))
    assert (refused.returncode, "空きがありません" in refused.stderr) == (75, True)
    assert "copy.db" not in small_disk.do("ls -A")


@pytest.mark.long
def test_a_read_only_disk_is_told_and_the_work_goes_on_when_it_is_mended(
    desk: Desk, small_disk: SmallDisk
) -> None:
    desk.deliver(2)
    assert desk.run("run", "--once").returncode == 0
    small_disk.do("cd / && mount -o remount,ro '" + str(small_disk.folder) + "'")
    desk.deliver(2)
    said = desk.run("run")
    assert (said.returncode, "読み取り専用" in said.stderr) == (75, True), said.stderr
    assert "Traceback" not in said.stderr
    small_disk.do("cd / && mount -o remount,rw '" + str(small_disk.folder) + "'")
    desk.start()
    desk.wait_for_all()
    assert desk.end() == 0


@pytest.mark.long
def test_a_disk_that_turns_read_only_under_the_running_desk_is_told_once_and_loses_nothing(
    desk: Desk, faulty_disk: FaultyDisk
) -> None:
    desk.deliver(2)
    desk.start()
    desk.wait_for_all()
    faulty_disk.fail()
    desk.deliver(3)
    desk.wait_for("もう一度試します")
    time.sleep(2 * RETRY_SECONDS)  # it has tried again meanwhile
    assert desk.process is not None and desk.process.poll() is None
    said = [line for line in desk.log().splitlines() if "もう一度試します" in line]
    assert len(said) == 1 and "台帳のあるディスクを読み書きできません" in said[0], said
    assert len(desk.replies()) == 2
    assert desk.end() == 0
    assert "Traceback" not in desk.log()

    faulty_disk.mend()
    desk.start()
    desk.wait_for_all()
    assert desk.end() == 0
    assert desk.run("verify").returncode == 0


# --- the ledger -------------------------------------------------------------------------------------------


@pytest.mark.long
def test_a_ledger_that_another_program_holds_is_waited_for(desk: Desk) -> None:
    desk.deliver(1)
    desk.start()
    desk.wait_for_all()
    with closing(sqlite3.connect(desk.folder / "disk" / "ledger.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        desk.deliver(2)
        desk.wait_for("台帳が他のプログラムに使われています")  # after its patience of 10 seconds
        assert desk.count("SELECT count(*) FROM arrival") == 1
        other.execute("ROLLBACK")
    desk.wait_for_all()
    assert desk.end() == 0
    assert "Traceback" not in desk.log()


@pytest.fixture
def ordinary(desk: Desk) -> Desk:
    """A desk that the rights of files bind, as they do not bind root."""
    if os.geteuid() == 0:
        rights = "-dac_override,-dac_read_search"
        desk.prefix = ["setpriv", f"--bounding-set={rights}", f"--inh-caps={rights}", "--"]
    return desk


@pytest.mark.long
@pytest.mark.parametrize("mode", [0o000, 0o400])
def test_a_ledger_without_the_right_to_write_is_told_with_exit_code_78(ordinary: Desk, mode: int) -> None:
    ordinary.deliver(1)
    assert ordinary.run("run", "--once").returncode == 0
    ledger = ordinary.folder / "disk" / "ledger.db"
    ledger.chmod(mode)
    ordinary.deliver(1)
    said = ordinary.run("run")
    assert (said.returncode, "ledger" in said.stderr, "権限" in said.stderr) == (78, True, True), said.stderr
    assert "Traceback" not in said.stderr
    ledger.chmod(0o600)
    assert ordinary.run("run", "--once").returncode == 0
    ordinary.wait_for_all(1)


@pytest.mark.long
def test_a_mailbox_without_the_right_to_read_is_told_and_read_when_it_is_mended(ordinary: Desk) -> None:
    ordinary.deliver(1)
    ordinary.start()
    ordinary.wait_for_all()
    new = ordinary.folder / "inbox" / "new"
    ordinary.deliver(1)
    new.chmod(0)
    ordinary.wait_for(f"n_mynumber: {new} を読めません")
    new.chmod(0o700)
    ordinary.wait_for("n_mynumber: 再び読めるようになりました")
    ordinary.wait_for_all()
    assert ordinary.end() == 0


# --- the clock --------------------------------------------------------------------------------------------


@pytest.fixture
def clock(desk: Desk) -> Path:
    """A file that says by how much the program's clock is off; read anew at each look at the clock."""
    assert FAKETIME is not None, "the Debian package faketime is missing"
    file = desk.folder / "faketime"
    file.write_text("+0")
    desk.environment = {
        "LD_PRELOAD": str(FAKETIME),
        "FAKETIME_TIMESTAMP_FILE": str(file),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    return file


def set_clock(file: Path, offset: str) -> None:
    unfinished = file.with_name("faketime.part")
    unfinished.write_text(offset)
    unfinished.replace(file)


@pytest.mark.long
@pytest.mark.parametrize(("offset", "way"), [("-7200", "戻り"), ("+7200", "進み")], ids=["back", "forward"])
def test_a_clock_that_jumps_is_told_and_mail_goes_on(desk: Desk, clock: Path, offset: str, way: str) -> None:
    desk.deliver(1)
    desk.start()
    desk.wait_for_all()
    set_clock(clock, offset)
    desk.deliver(1)
    desk.wait_for(f"{way}ました。時刻の設定をご確認ください。")
    desk.wait_for_all()
    set_clock(clock, "+0")
    desk.deliver(1)
    desk.wait_for_all()
    assert "Traceback" not in desk.log()
    desk.kill()  # libfaketime breaks time.sleep, which the end of a reader child waits with
    desk.environment = {}
    assert desk.run("verify").returncode == 0
