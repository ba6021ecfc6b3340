"""An office for end-to-end tests: settings, a survey of these days, the worker as a process of its own.

The survey of the notice is of 2023 and real servers stamp today's date, so the office works by a copy of the
survey whose every date is moved. Nothing in the program itself is told another time.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

from config.jst import JST
from config.load import default_survey
from replies.workbooks.form import FillValue
from tests.servers.correspondents import MINISTRY
from tests.servers.machine import eventually, takes_sigterm
from tests.servers.mail import MailServers
from tests.workbooks.forms_at_hand import COMPLETE, COMPLETE_2, filled

OPERATORS = "tantou@mhlw.go.jp"
MAILBOXES = dict(zip(("n_mynumber", "yoboseshu", "sukoyaka"), MINISTRY, strict=True))
_DEADLINE = date(2023, 7, 21)  # notice 記２
_DATE = re.compile(r"\b2023-\d\d-\d\d")
COMMAND = Path(sys.executable).with_name("uketsuke")


def shift_survey(to: Path, days_left: int = 5, every_seconds: int = 1) -> Path:
    """A copy of the survey in `to` with its deadline so many days from today, all its other dates moved as
    far, and a look into the mailboxes every so many seconds. Without the operators' mail of 08:45 on working
    days: a test that happens to run over that minute would count one letter more."""
    shutil.copytree(default_survey(), to, ignore=shutil.ignore_patterns("samples"))
    moved = datetime.now(JST).date() + timedelta(days=days_left) - _DEADLINE
    file = to / "survey.toml"
    text = _DATE.sub(
        lambda found: str(date.fromisoformat(found[0]) + moved), file.read_text(encoding="utf-8")
    )
    text = re.sub(r"every_seconds = \d+", f"every_seconds = {every_seconds}", text)
    text, todays = re.subn(r"^today = .*\n", "", text, flags=re.M)
    assert todays == 1
    file.write_text(text, encoding="utf-8")
    return to


@dataclass
class Office:
    """A folder with settings, survey and ledger, beside running servers."""

    folder: Path
    servers: MailServers
    domain: str = "mhlw.go.jp"

    @property
    def mailboxes(self) -> dict[str, str]:
        """Address of each of its mailboxes, by id."""
        return {id: f"{id}@{self.domain}" for id in MAILBOXES}

    def configure(self, mode: str = "send", ports: Mapping[str, int] | None = None, sender: str = "") -> None:
        """Writes the settings: three IMAP mailboxes with TLS, replies by Postfix with STARTTLS. `ports`: where
        a mailbox is to be found instead; `sender`: the lines of another sender."""
        (self.folder / "password").write_text("test-password\n")
        (self.folder / "password").chmod(0o600)
        boxes = "".join(self._mailbox(id, (ports or {}).get(id, self.servers.imaps_port)) for id in MAILBOXES)
        (self.folder / "settings.toml").write_text(
            f'ledger = "ledger.db"\nsurvey = "survey"\nmode = "{mode}"\nstart_from = 2023-07-01\n'
            f'operators = "{OPERATORS}"\n'
            "[caps]\nper_domain_per_day = 100000\nstrangers_per_hour = 100000\n"  # made-up domains, in minutes
            f"{boxes}\n[sender]\n{sender or self._postfix()}\n",
            encoding="utf-8",
        )

    def _mailbox(self, id: str, port: int) -> str:
        return (
            f'[mailboxes.{id}]\nsource = "imap"\nhost = "localhost"\nport = {port}\nuser = "{self.mailboxes[id]}"\n'
            f'tls_ca = "{self.servers.ca}"\npassword = {{ file = "password" }}\ntimeout_seconds = 20\n'
        )

    def _postfix(self) -> str:
        tls = f'tls = "starttls"\ntls_ca = "{self.servers.ca}"'
        return (
            f'kind = "smtp"\nhost = "localhost"\nport = {self.servers.smtp_port}\ntimeout_seconds = 5\n{tls}'
        )

    def run(self, log: str = "worker.log") -> Worker:
        """Starts `uketsuke run` with its output in a file."""
        path = self.folder / log
        with path.open("ab") as output:
            process = subprocess.Popen(
                [COMMAND, "--settings", str(self.folder / "settings.toml"), "run"],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return Worker(process, path)

    def ledger(self, query: str) -> list[tuple[Any, ...]]:
        """Rows of the ledger, as another program sees it."""
        with closing(self.reading()) as connection:
            return connection.execute(query).fetchall()

    def reading(self) -> sqlite3.Connection:
        """A connection that reads the ledger, for whoever looks often."""
        return sqlite3.connect(f"file:{self.folder / 'ledger.db'}?mode=ro", uri=True, timeout=10)

    def wait_for_rows(self, query: str, rows: list[tuple[Any, ...]], seconds: float = 20.0) -> None:
        """Returns once the query gives these rows; AssertionError if it does not in time."""
        eventually(lambda: self._has_ledger() and self.ledger(query) == rows, seconds)
        assert self.ledger(query) == rows

    def _has_ledger(self) -> bool:
        try:
            return bool(self.ledger("SELECT 1 FROM sqlite_master WHERE name = 'reply_overview'"))
        except sqlite3.OperationalError:  # not made yet
            return False


@dataclass
class Worker:
    """A running `uketsuke run`."""

    process: subprocess.Popen[bytes]
    path: Path

    def log(self) -> str:
        """What it has written so far."""
        return self.path.read_text(encoding="utf-8")

    def wait_for(self, text: str, seconds: float = 20.0) -> None:
        """Returns once it has written this; AssertionError if it does not in time."""
        eventually(lambda: text in self.log() or self.process.poll() is not None, seconds)
        assert text in self.log(), self.log()

    def terminate(self, seconds: float = 15.0) -> int:
        """SIGTERM, once the program has begun; the exit code."""
        eventually(lambda: self.process.poll() is not None or takes_sigterm(self.process.pid), 30)
        self.process.terminate()
        return self.process.wait(seconds)

    def kill(self) -> None:
        """SIGKILL to it alone, as the kernel does it: its reader child must end by itself."""
        if self.process.poll() is None:
            os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait(10)


@dataclass(frozen=True)
class Answer:
    """One filled form of one body, on its way by mail."""

    organisation: str  # as in the form: 14神奈川県相模原市
    kind: str  # 組織区分
    program: str
    form: str = "form1"

    @property
    def name(self) -> str:
        """The body's name as subject and file name give it."""
        return self.organisation[2:]

    def workbook(self, changes: Mapping[str, FillValue | None] | None = None) -> bytes:
        """The form, complete but for the changes (None: left empty)."""
        base = COMPLETE_2 if self.form == "form2" else COMPLETE
        head = {"organisation": self.organisation, "kind": self.kind, "program": self.program}
        return filled({**head, **(changes or {})}, base, self.form)


def mail(sender: str, to: str, message_id: str, answer: Answer, workbook: bytes) -> bytes:
    """A mail as the notice asks for it (記３), with CRLF, made by the standard library."""
    message = EmailMessage(policy=SMTP)
    message["From"] = f"担当　一郎 <{sender}>"
    message["To"] = to
    message["Subject"] = f"【{answer.name}】マイナンバーアンケート回答"
    message["Message-ID"] = message_id
    message.set_content("標記について提出いたします。\n携帯 090-0000-1111\n")
    message.add_attachment(
        workbook,
        maintype="application",
        subtype="vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        filename=f"【{answer.name}】マイナンバーアンケート回答.xlsx",
    )
    return message.as_bytes()
