"""A desk on folders, so that nothing but the machine can be in trouble, and disks that get into it.

A Maildir for a mailbox and one for the replies; the ledger lies on a disk of its own where a test gives it one, in a
mount namespace that a sleeping process keeps.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from pathlib import Path
from typing import TypeVar

from tests.e2e.office import COMMAND, shift_survey
from tests.routing.desk_at_hand import mail
from tests.servers.machine import eventually, takes_sigterm

COUNT = "SELECT count(*) FROM verdict WHERE piece = '0'"
LOOP = "loop,errors=remount-ro"


@dataclass
class Desk:
    """A folder with settings, a Maildir and a folder for replies; the ledger lies in `disk`. `prefix`: the
    command before each command, `environment` beside the usual one."""

    folder: Path
    prefix: list[str] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)
    sender: str = 'kind = "maildir"\npath = "out"\n'
    process: subprocess.Popen[bytes] | None = None
    _mails: int = 0
    _files: int = 0

    def __post_init__(self) -> None:
        shift_survey(self.folder / "survey")
        for part in ("new", "cur", "tmp"):
            (self.folder / "inbox" / part).mkdir(parents=True)
        (self.folder / "disk").mkdir()
        (self.folder / "settings.toml").write_text(
            'ledger = "disk/ledger.db"\nsurvey = "survey"\nmode = "send"\nstart_from = 2023-07-01\n'
            'operators = "tantou@mhlw.go.jp"\n'
            "[alerts]\ndisk_mb = 0\n[caps]\nper_address_per_day = 1000\n"
            "per_domain_per_day = 100000\nstrangers_per_hour = 100000\n"
            '[mailboxes.n_mynumber]\nsource = "maildir"\npath = "inbox"\n'
            '[sender]\n' + self.sender,
            encoding="utf-8",
        )

    def deliver(self, count: int) -> None:
        """So many answers come in."""
        for _ in range(count):
            self._mails += 1
            self.put(mail(body=f"{self._mails}", headers={"Message-ID": f"<m{self._mails}@city.test>"}))

    def put(self, raw: bytes) -> None:
        """This mail comes in."""
        self._files += 1
        name = f"{1690000000 + self._files}.M1P1.host"
        (self.folder / "inbox" / "tmp" / name).write_bytes(raw)
        (self.folder / "inbox" / "tmp" / name).rename(self.folder / "inbox" / "new" / name)

    def start(self, *words: str) -> None:
        """`uketsuke run`, or another command."""
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [*self.prefix, str(COMMAND), "--settings", str(self.folder / "settings.toml"), *(words or ("run",))],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                env={**os.environ, **self.environment},
            )  # fmt: skip

    def log(self) -> str:
        return (self.folder / "log").read_text(encoding="utf-8")

    def wait_for(self, text: str, seconds: float = 40.0) -> None:
        """Returns once the program has said this."""
        eventually(lambda: text in self.log(), seconds)
        assert text in self.log(), self.log()

    def run(self, *words: str, seconds: float = 60) -> subprocess.CompletedProcess[str]:
        """One command, to its end, which must come within so many seconds."""
        command = [*self.prefix, str(COMMAND), "--settings", str(self.folder / "settings.toml"), *words]
        environment = {**os.environ, **self.environment}
        return subprocess.run(
            command, capture_output=True, text=True, check=False, env=environment, timeout=seconds
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
        """SIGTERM, once the program has begun; the exit code."""
        process = self.process
        assert process is not None
        eventually(lambda: process.poll() is not None or takes_sigterm(process.pid), 30)
        process.send_signal(signal.SIGTERM)
        return process.wait(30)

    def kill(self) -> None:
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(10)


# --- disks ------------------------------------------------------------------------------------------------


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


@contextmanager
def small_disk_of(desk: Desk) -> Iterator[SmallDisk]:
    """Needs the right to mount (root, or CAP_SYS_ADMIN); fails without."""
    folder = desk.folder / "disk"
    with _keeping(f"mount -t tmpfs -o size=16m tmpfs '{folder}'", SmallDisk, desk) as disk:
        yield disk


@dataclass
class FaultyDisk(SmallDisk):
    """An ext4 of 32 MB in a file, which the kernel turns read-only at the first error, as it does with a disk that
    fails. While a program has files open for writing the kernel refuses to do so on command (EBUSY)."""

    def fail(self) -> None:
        """The next look at the disk meets an error."""
        device = self.do(f"findmnt --noheadings --output SOURCE '{self.folder}'").strip().rpartition("/")[2]
        Path(f"/sys/fs/ext4/{device}/trigger_fs_error").write_text("as if the disk had failed")

    def freeze(self) -> None:
        """Whoever writes waits, for as long as it takes (fsfreeze(8))."""
        self.do(f"fsfreeze --freeze '{self.folder}'")

    def thaw(self) -> None:
        """The end of it; nothing where there is none."""
        subprocess.run([*self.inside, "fsfreeze", "--unfreeze", str(self.folder)], check=False, capture_output=True)

    def mend(self) -> None:
        """What an administrator does about it, with every program that uses it stopped."""
        image = self.folder.with_name("disk.img")
        self.do(f"cd / && umount '{self.folder}' && e2fsck -fp '{image}'; mount -o {LOOP} '{image}' '{self.folder}'")


@contextmanager
def faulty_disk_of(desk: Desk) -> Iterator[FaultyDisk]:
    """Needs a loop device beside the right to mount; fails without."""
    assert Path("/dev/loop-control").exists(), "no loop devices here: a disk that fails cannot be made"
    folder, image = desk.folder / "disk", desk.folder / "disk.img"
    script = f"truncate -s 32M '{image}' && mkfs.ext4 -q -F '{image}' && mount -o {LOOP} '{image}' '{folder}'"
    with _keeping(script, FaultyDisk, desk) as disk:
        try:
            yield disk
        finally:
            disk.thaw()


Disk = TypeVar("Disk", bound=SmallDisk)


@contextmanager
def _keeping(script: str, kind: type[Disk], desk: Desk) -> Iterator[Disk]:
    """With the sleeping process the namespace goes, and with it the mount."""
    folder = desk.folder / "disk"
    keeping = f"{script} && touch '{folder}/.there' && exec sleep 600"
    keeper = subprocess.Popen(["unshare", "--mount", "sh", "-c", keeping])
    disk = kind(folder, keeper)
    there = [*disk.inside, "test", "-e", f"{folder}/.there"]
    assert eventually(lambda: subprocess.run(there, check=False, capture_output=True).returncode == 0, 20)
    desk.prefix = disk.inside
    try:
        yield disk
    finally:
        desk.kill()
        keeper.kill()
        keeper.wait(10)
