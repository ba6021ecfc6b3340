"""The machine fails (issue D): a full or read-only disk, a locked ledger, wrong rights, a clock that jumps.

Each gives a clear line, loses nothing and goes on when it is mended. Mailboxes and sender are folders, so that
nothing but the machine is in trouble; the disk is a small tmpfs in a mount namespace of its own, the clock that
of libfaketime, set while the program runs.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from email import message_from_bytes
from pathlib import Path

import pytest

from tests.e2e.office import COMMAND, shift_survey
from tests.routing.desk_at_hand import mail
from tests.servers.machine import eventually

FAKETIME = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)
COUNT = "SELECT count(*) FROM verdict WHERE piece = '0'"


@dataclass
class Desk:
    """A folder with settings, a Maildir and a folder for replies; the ledger lies in `disk`. `prefix`: the
    command before each command, `environment` beside the usual one."""

    folder: Path
    prefix: list[str] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    _mails: int = 0

    def __post_init__(self) -> None:
        shift_survey(self.folder / "survey")
        for part in ("new", "cur", "tmp"):
            (self.folder / "inbox" / part).mkdir(parents=True)
        (self.folder / "disk").mkdir()
        (self.folder / "settings.toml").write_text(
            'ledger = "disk/ledger.db"\nsurvey = "survey"\nmode = "send"\noperators = "tantou@mhlw.go.jp"\n'
            "[alerts]\ndisk_mb = 0\n[caps]\nper_address_per_day = 1000\n"
            '[mailboxes.n_mynumber]\nsource = "maildir"\npath = "inbox"\n'
            '[sender]\nkind = "maildir"\npath = "out"\n',
            encoding="utf-8",
        )

    def deliver(self, count: int) -> None:
        """So many answers come in."""
        for _ in range(count):
            self._mails += 1
            name = f"{1690000000 + self._mails}.M1P1.host"
            raw = mail(body=f"{self._mails}", headers={"Message-ID": f"<m{self._mails}@city.test>"})
            (self.folder / "inbox" / "tmp" / name).write_bytes(raw)
            (self.folder / "inbox" / "tmp" / name).rename(self.folder / "inbox" / "new" / name)

    def start(self) -> None:
        """`uketsuke run`."""
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [*self.prefix, str(COMMAND), "--settings", str(self.folder / "settings.toml"), "run"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                env={**os.environ, **self.environment},
            )  # fmt: skip

    def log(self) -> str:
        return (self.folder / "log").read_text(encoding="utf-8")

    def wait_for(self, text: str, seconds: float = 40.0) -> None:
        """Returns once the program has said this."""
        eventually(lambda: text in self.log(), seconds)
        assert text in self.log(), self.log()

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """One command, to its end."""
        command = [*self.prefix, str(COMMAND), "--settings", str(self.folder / "settings.toml"), *words]
        environment = {**os.environ, **self.environment}
        return subprocess.run(
            command, capture_output=True, text=True, check=False, env=environment, timeout=60
        )

    def count(self, query: str = COUNT) -> int:
        """A number out of the ledger; -1 while there is none."""
        try:
            with closing(sqlite3.connect(f"file:{self.folder}/disk/ledger.db?mode=ro", uri=True)) as ledger:
                return int(ledger.execute(query).fetchone()[0])
        except sqlite3.OperationalError:
            return -1

    def replies(self) -> list[str]:
        """In-Reply-To of every mail that went out to a respondent."""
        sent = (message_from_bytes(f.read_bytes()) for f in (self.folder / "out").glob("new/*"))
        return sorted(m["In-Reply-To"] for m in sent if m["In-Reply-To"])

    def wait_for_all(self, seconds: float = 60.0) -> None:
        """Every mail that came is decided and answered, once."""
        wanted = sorted(f"<m{n}@city.test>" for n in range(1, self._mails + 1))
        eventually(lambda: self.replies() == wanted, seconds)
        assert self.replies() == wanted, self.log()[-3000:]

    def end(self) -> int:
        """SIGTERM; the exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)

    def kill(self) -> None:
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(10)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.kill()


# --- the disk ---------------------------------------------------------------------------------------------


@dataclass
class SmallDisk:
    """A tmpfs of 16 MB over the desk's `disk`, in a mount namespace that a sleeping process keeps."""

    folder: Path
    keeper: subprocess.Popen[bytes]

    @property
    def inside(self) -> list[str]:
        """The prefix of a command that is to see it."""
        return ["nsenter", "--target", str(self.keeper.pid), "--mount", "--"]

    def do(self, script: str) -> str:
        """A shell command on it."""
        command = [*self.inside, "sh", "-c", f"cd '{self.folder}' && {script}"]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    def count(self, query: str = COUNT) -> int:
        """A number out of the ledger."""
        code = (
            "import sqlite3, sys; c = sqlite3.connect('file:ledger.db?mode=ro', uri=True);"
            " print(c.execute(sys.argv[1]).fetchone()[0])"
        )
        return int(self.do(f'"{sys.executable}" -c "{code}" "{query}"'))


@pytest.fixture
def small_disk(desk: Desk) -> Iterator[SmallDisk]:
    """Needs the right to mount (root, or CAP_SYS_ADMIN); fails without."""
    folder = desk.folder / "disk"
    script = f"mount -t tmpfs -o size=16m tmpfs '{folder}' && touch '{folder}/.there' && exec sleep 600"
    keeper = subprocess.Popen(["unshare", "--mount", "sh", "-c", script])
    disk = SmallDisk(folder, keeper)
    there = [*disk.inside, "test", "-e", f"{folder}/.there"]
    assert eventually(lambda: subprocess.run(there, check=False, capture_output=True).returncode == 0, 10)
    desk.prefix = disk.inside
    yield disk
    desk.kill()
    keeper.kill()
    keeper.wait(10)


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
