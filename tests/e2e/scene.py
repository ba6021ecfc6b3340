"""A scene of faults: an office of its own with mailboxes on the real Dovecot, its replies counted by an SMTP server,
and what must hold once the ordinary program has run to its end, whatever happened before.

The three witnesses are the ledger, the mailbox and the server that took the replies; none of them is asked
through the program.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from config.jst import JST
from tests.e2e import kinds
from tests.e2e.counting_smtp import Accepted
from tests.e2e.driver import Driver
from tests.e2e.kinds import KINDS, Kind
from tests.e2e.office import COMMAND, OPERATORS, Worker, shift_survey
from tests.e2e.steps import Step
from tests.servers.mail import MailServers

POISONED = Path(__file__).with_name("poisoned")


@dataclass
class Scene:
    """One folder: settings, ledger, log. `put` maps the SHA-256 of each mail to its kind; `users`: who owns
    each mailbox on the server, `ports`: where it is found instead of on the server itself."""

    folder: Path
    survey: Path
    servers: MailServers
    driver: Driver
    smtp: Accepted
    mailboxes: tuple[str, ...] = ("n_mynumber",)
    put: dict[str, Kind] = field(default_factory=dict)
    ports: dict[str, int] = field(default_factory=dict)
    users: dict[str, str] = field(default_factory=dict)

    def configure(self, timeout_seconds: float = 20, sender: str = "") -> None:
        """The mailboxes, made and empty, and the settings. `sender`: the lines of another one."""
        for id in self.mailboxes:
            self.users.setdefault(id, f"scene-{uuid4().hex[:8]}@mhlw.go.jp")
            self.servers.add_user(self.users[id])
        (self.folder / "password").write_text("test-password\n")
        (self.folder / "password").chmod(0o600)
        counting = f'host = "127.0.0.1"\nport = {self.smtp.port}\ntls = "none"'
        (self.folder / "settings.toml").write_text(
            f'ledger = "ledger.db"\nsurvey = "{self.survey}"\nmode = "send"\nstart_from = 2023-07-01\n'
            f'operators = "{OPERATORS}"\n'
            f"max_size_mb = 1\n{''.join(self._mailbox(id, timeout_seconds) for id in self.mailboxes)}\n[sender]\n"
            f'kind = "smtp"\ntimeout_seconds = 10\n{sender or counting}\n',
            encoding="utf-8",
        )

    def _mailbox(self, id: str, timeout_seconds: float) -> str:
        return (
            f'\n[mailboxes.{id}]\nsource = "imap"\nhost = "localhost"\nuser = "{self.users[id]}"\n'
            f'port = {self.ports.get(id, self.servers.imaps_port)}\ntls_ca = "{self.servers.ca}"\n'
            f'password = {{ file = "password" }}\ntimeout_seconds = {timeout_seconds}\n'
        )

    def arrive(self, kind: Kind, number: int, reply_id: str = "") -> None:
        """Lays a mail of this kind into its mailbox."""
        raw = kind.make(number, reply_id)
        self.put[hashlib.sha256(raw).hexdigest()] = kind
        self.servers.dovecot.put(self.users[kind.mailbox], raw)

    def _command(self, *arguments: str) -> list[str]:
        return ["--settings", str(self.folder / "settings.toml"), *arguments]

    def once(self, step: Step | None = None, passage: int = 1, later: timedelta = timedelta()) -> int:
        """`uketsuke run --once`, killed at a step or not; its exit code. `later`: rehearsed as if it were so
        much later than it is."""
        now = ["--now", (datetime.now(JST) + later).isoformat(timespec="seconds")] if later else []
        where = None if step is None else (step.where, step.when, passage)
        return self.driver.run(
            self._command(*now, "run", "--once"), self.folder / "log", where, {"PYTHONPATH": str(POISONED)}
        )

    def command(self, *arguments: str, poisoned: bool = True) -> tuple[int, str]:
        """Another command in this office; its exit code, and what it said. `poisoned`: by a reader that comes
        to grief over the mails that say so."""
        log = self.folder / "command"
        log.unlink(missing_ok=True)
        path = {"PYTHONPATH": str(POISONED) if poisoned else ""}
        code = self.driver.run(self._command(*arguments), log, None, path)
        return code, log.read_text(encoding="utf-8")

    def start(self, program: Path | None = None) -> Worker:
        """`uketsuke run`, a process of its own. `program`: a copy of its sources to be run instead."""
        path = os.pathsep.join(str(part) for part in (program, POISONED) if part is not None)
        with (self.folder / "log").open("ab") as output:
            process = subprocess.Popen(
                [COMMAND, *self._command("run")],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, "PYTHONPATH": path},
            )
        return Worker(process, self.folder / "log")

    def settled(self, mails: int | None = None) -> bool:
        """Whether so many mails (by default all that were put) are decided and nothing waits any more, nor has a
        quarantine to be told yet, which the desk does seconds later."""
        counts = (
            "SELECT (SELECT count(*) FROM verdict WHERE piece = '0'), (SELECT count(*) FROM to_read)"
            " + (SELECT count(*) FROM to_send) + (EXISTS (SELECT 1 FROM event WHERE kind = 'poison')"
            " AND NOT EXISTS (SELECT 1 FROM outbox WHERE kind = 'alert'))"
        )
        try:
            return self.rows(counts) == [(len(self.put) if mails is None else mails, 0)]
        except sqlite3.OperationalError:  # not made yet
            return False

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Rows of the ledger, as another program sees it."""
        connection = sqlite3.connect(f"file:{self.folder / 'ledger.db'}?mode=ro", uri=True, timeout=10)
        try:
            return connection.execute(query).fetchall()
        finally:
            connection.close()

    def log(self) -> str:
        """What the program has said."""
        return (self.folder / "log").read_text(encoding="utf-8")

    def check(self, twice: int = 0, sightings: int | None = None) -> None:
        """The promises (docs/design.md, "Promises") over everything that was put; `twice`: how many replies
        went out two times,
        since the program was ended in the one window; `sightings`: how often mails were seen (by default once
        for each that lies in a mailbox now)."""
        self._check_arrivals(sightings)
        self._check_verdicts()
        self._check_replies(twice)

    def _check_arrivals(self, sightings: int | None) -> None:
        """Every mail of the mailbox is there, once, with a raw copy and one sighting."""
        kept = self.rows("SELECT sha256, header_only, bytes FROM arrival a JOIN raw r ON r.arrival_id = a.id")
        whole = [sha256 for sha256, header_only, _ in kept if not header_only]
        wanted = [sha256 for sha256, kind in self.put.items() if kind.name != "too large"]
        assert sorted(whole) == sorted(wanted)
        assert all(hashlib.sha256(raw).hexdigest() == sha256 for sha256, _, raw in kept)
        assert len(kept) == len(self.put)
        seen = self.rows("SELECT count(*) FROM sighting WHERE uidvalidity <> 'base'")
        mails = sum(len(self.servers.dovecot.mails(user)) for user in self.users.values())
        assert seen == [(mails if sightings is None else sightings,)]

    def _check_verdicts(self) -> None:
        """One round of verdicts each, by the row that was foreseen; nothing waits."""
        assert self.rows("SELECT count(*) FROM to_read") == [(0,)]
        rows = self.rows(
            "SELECT a.sha256, a.header_only, v.rules, (SELECT w.rules FROM verdict w WHERE w.arrival_id = a.id"
            " AND w.piece <> '0' ORDER BY w.id LIMIT 1) FROM verdict v JOIN arrival a ON a.id = v.arrival_id"
            " WHERE v.piece = '0'"
        )
        assert len(rows) == len(self.put)
        for sha256, header_only, rules, pieces in rows:
            kind = kinds.KIND_BY_NAME["too large"] if header_only else self.put[sha256]
            assert json.loads(rules)[0] == kind.rule, kind.name
            first = json.loads(pieces)[0] if pieces else ""
            assert first == (kind.piece or first), kind.name

    def _check_replies(self, twice: int) -> None:
        """One reply where one is due and none elsewhere; what the server took is what the ledger says."""
        assert self.rows("SELECT count(*) FROM to_send") == [(0,)]
        replies = self.rows(
            "SELECT a.sha256, o.kind, o.message_id, (SELECT p.state FROM posting p WHERE p.outbox_id = o.id"
            " ORDER BY p.id DESC LIMIT 1) FROM outbox o JOIN arrival a ON a.id = o.arrival_id"
        )
        written = {sha256: letter for sha256, letter, _, _ in replies}
        assert written == {sha256: kind.letter for sha256, kind in self.put.items() if kind.letter}
        assert len(replies) == len(written)
        bounced = any(kind.name == "bounce" for kind in self.put.values())
        for sha256, _, _, state in replies:
            expected = "undelivered" if bounced and self.put[sha256] is _BASE else "sent"
            assert state == expected
        accepted = Counter(self.smtp.message_ids)
        to_operators = {id for (id,) in self.rows("SELECT message_id FROM outbox WHERE kind = 'alert'")}
        assert set(accepted) == {message_id for _, _, message_id, _ in replies} | to_operators
        assert max(accepted.values(), default=1) <= 2
        assert sum(accepted.values()) - len(accepted) == twice


_BASE = Kind("base", lambda n, _: kinds.base(), "otherwise", "otherwise", "acknowledgement")


class Stage:
    """Makes scenes, each with the ledger of a first day on which one mail was accepted and answered."""

    def __init__(self, folder: Path, servers: MailServers, driver: Driver, smtp: Accepted) -> None:
        self._folder = folder
        self._parts = (shift_survey(folder / "survey"), servers, driver, smtp)
        self._number = 0
        self._first = self._scene(("n_mynumber",))
        self._first.configure()
        self._first.arrive(_BASE, 0)
        assert self._first.once() == 0, self._first.log()
        self._first.check()
        (self.reply_id,) = self._first.rows("SELECT message_id FROM outbox")[0]

    def scene(self, *mailboxes: str) -> Scene:
        """Fresh mailboxes, with the ledger of the day before. Still to be configured otherwise, if need be."""
        made = self._scene(mailboxes)
        shutil.copy(self._first.folder / "ledger.db", made.folder / "ledger.db")
        with closing(sqlite3.connect(made.folder / "ledger.db")) as connection, connection:
            # that mail was moved away by hand overnight
            connection.execute("UPDATE sighting SET uidvalidity = 'base'")
        made.put.update(self._first.put)
        made.smtp.message_ids[:] = [self.reply_id]
        made.smtp.hang_up = 0
        made.configure()
        return made

    def _scene(self, mailboxes: tuple[str, ...]) -> Scene:
        self._number += 1
        at = self._folder / f"{self._number}"
        at.mkdir()
        return Scene(at, *self._parts, mailboxes)

    def everything(self) -> Scene:
        """Two mailboxes in which a mail of each kind lies."""
        made = self.scene("n_mynumber", "yoboseshu")
        self.fill(made)
        return made

    def fill(self, scene: Scene) -> None:
        """A mail of each kind comes in."""
        for number, kind in enumerate(KINDS):
            scene.arrive(kind, number, self.reply_id)
