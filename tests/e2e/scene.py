"""A crash scene: an office of its own with one mailbox on the real Dovecot, its replies counted by an SMTP server,
and what must hold once the ordinary program has run to its end, whatever happened before.

The three witnesses are the ledger, the mailbox and the server that took the replies; none of them is asked
through the program.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from tests.e2e import kinds
from tests.e2e.counting_smtp import Accepted
from tests.e2e.driver import Driver
from tests.e2e.kinds import Kind
from tests.e2e.office import OPERATORS
from tests.e2e.steps import Step
from tests.servers.mail import MailServers

POISONED = Path(__file__).with_name("poisoned")


@dataclass
class Scene:
    """One folder: settings, ledger, log. `put` maps the SHA-256 of each mail to its kind."""

    folder: Path
    survey: Path
    servers: MailServers
    driver: Driver
    smtp: Accepted
    user: str = field(default_factory=lambda: f"scene-{uuid4().hex[:8]}@mhlw.go.jp")
    mailbox: str = "n_mynumber"
    put: dict[str, Kind] = field(default_factory=dict)

    def configure(self, timeout_seconds: float = 20) -> None:
        """The mailbox, made and empty, and the settings."""
        self.servers.add_user(self.user)
        (self.folder / "password").write_text("test-password\n")
        (self.folder / "settings.toml").write_text(
            f'ledger = "ledger.db"\nsurvey = "{self.survey}"\nmode = "send"\noperators = "{OPERATORS}"\n'
            f'max_size_mb = 1\n\n[mailboxes.{self.mailbox}]\nsource = "imap"\nhost = "localhost"\n'
            f'port = {self.servers.imaps_port}\nuser = "{self.user}"\ntls_ca = "{self.servers.ca}"\n'
            f'password = {{ file = "password" }}\ntimeout_seconds = {timeout_seconds}\n\n[sender]\nkind = "smtp"\n'
            f'host = "127.0.0.1"\nport = {self.smtp.port}\ntls = "none"\ntimeout_seconds = 10\n',
            encoding="utf-8",
        )

    def arrive(self, kind: Kind, number: int, reply_id: str = "") -> None:
        """Lays a mail of this kind into the mailbox."""
        raw = kind.make(number, reply_id)
        self.put[hashlib.sha256(raw).hexdigest()] = kind
        self.servers.dovecot.put(self.user, raw)

    def once(self, step: Step | None = None, passage: int = 1) -> int:
        """`uketsuke run --once`, killed at a step or not; its exit code."""
        arguments = ["--settings", str(self.folder / "settings.toml"), "run", "--once"]
        where = None if step is None else (step.where, step.when, passage)
        return self.driver.run(arguments, self.folder / "log", where, {"PYTHONPATH": str(POISONED)})

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

    def check(self, twice: int = 0) -> None:
        """The promises (DESIGN §8) over everything that was put; `twice`: how many replies may have gone out
        two times, since the program was ended in the one window."""
        self._check_arrivals()
        self._check_verdicts()
        self._check_replies(twice)

    def _check_arrivals(self) -> None:
        """Every mail of the mailbox is there, once, with a raw copy and one sighting."""
        kept = self.rows("SELECT sha256, header_only, bytes FROM arrival a JOIN raw r ON r.arrival_id = a.id")
        whole = [sha256 for sha256, header_only, _ in kept if not header_only]
        wanted = [sha256 for sha256, kind in self.put.items() if kind.name != "too large"]
        assert sorted(whole) == sorted(wanted)
        assert all(hashlib.sha256(raw).hexdigest() == sha256 for sha256, _, raw in kept)
        assert len(kept) == len(self.put)
        seen = self.rows(
            "SELECT count(*), count(DISTINCT arrival_id) FROM sighting WHERE uidvalidity <> 'base'"
        )
        mails = len(self.servers.dovecot.mails(self.user))
        assert seen == [(mails, mails)]

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
            assert json.loads(rules) == [kind.rule], kind.name
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
        assert set(accepted) == {message_id for _, _, message_id, _ in replies}
        assert max(accepted.values(), default=1) <= 2
        assert sum(accepted.values()) - len(accepted) == twice


_BASE = Kind("base", lambda n, _: kinds.base(), "otherwise", "otherwise", "acknowledgement")


def first_day(scene: Scene) -> str:
    """The base mail comes in and is answered by the ordinary program; the Message-ID of the reply."""
    scene.arrive(_BASE, 0)
    assert scene.once() == 0, scene.log()
    scene.check()
    (only,) = scene.rows("SELECT message_id FROM outbox")
    return str(only[0])


def second_day(scene: Scene, day_before: Scene) -> None:
    """A fresh mailbox, with the ledger of the day before."""
    shutil.copy(day_before.folder / "ledger.db", scene.folder / "ledger.db")
    scene.put.update(day_before.put)
    with sqlite3.connect(scene.folder / "ledger.db") as connection:  # the base mail was moved away by hand
        connection.execute("UPDATE sighting SET uidvalidity = 'base'")
    connection.close()
    scene.smtp.message_ids[:] = [day_before.rows("SELECT message_id FROM outbox")[0][0]]
