"""Mailboxes for tests, as people and disks treat them: one on a real Dovecot, one a Maildir."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Protocol
from uuid import uuid4

import pytest

from intake.sources.answered import ImapAnswers
from intake.sources.imap import ImapAccess, ImapSource
from intake.sources.maildir import MaildirSource
from intake.sources.source import Source
from tests.servers.mail import MailServers

JST = timezone(timedelta(hours=9))
DEADLINE = datetime(2023, 7, 21, 17, 0, 0, tzinfo=JST)


class Box(Protocol):
    """A mailbox as the tests need it: they fill it, look at it from outside, and break it."""

    def put(self, raw: bytes, received: datetime = DEADLINE) -> None: ...
    def source(self, max_size: int = 1_000_000) -> Source: ...
    def remove(self, uid: str) -> None: ...
    def keep_back(self, uid: str) -> None: ...
    def give_back(self, uid: str) -> None: ...
    def change(self, uid: str, raw: bytes) -> None: ...
    def state(self) -> object: ...
    def break_off(self) -> None: ...
    def mend(self) -> None: ...
    def close(self) -> None: ...


class ImapBox:
    def __init__(self, servers: MailServers) -> None:
        self._dovecot = servers.dovecot
        self._ca = servers.ca
        self._user = f"box-{uuid4().hex[:8]}@mhlw.go.jp"
        self._password = servers.add_user(self._user)
        self._sources: list[Source] = []

    def put(self, raw: bytes, received: datetime = DEADLINE) -> None:
        self._dovecot.put(self._user, raw, received)
        self._dovecot.doveadm("mailbox", "status", "-u", self._user, "messages", "INBOX")  # gives it a UID

    def source(self, max_size: int = 1_000_000) -> Source:
        access = ImapAccess(
            "localhost",
            self._dovecot.imaps_port,
            self._user,
            self._password,
            ca=self._ca,
            max_size=max_size,
            timeout_seconds=5,
            idle_seconds=60,
            batch=2,
        )
        self._sources.append(ImapSource(access))
        return self._sources[-1]

    def remove(self, uid: str) -> None:
        self._dovecot.expunge(self._user, int(uid))

    def keep_back(self, uid: str) -> None:
        self._dovecot.kick(self._user)  # it holds a file open that it has opened
        self._dovecot.keep_back(self._user, int(uid))

    def give_back(self, uid: str) -> None:
        self._dovecot.give_back(self._user, int(uid))

    def mark_answered(self, uid: str) -> None:
        """As a mail program does whose user answers."""
        self._dovecot.doveadm("flags", "add", "-u", self._user, "\\Answered", "mailbox", "INBOX", "uid", uid)

    def answers(self) -> ImapAnswers:
        access = ImapAccess("localhost", self._dovecot.imaps_port, self._user, self._password, ca=self._ca)
        return ImapAnswers(access)

    def change(self, uid: str, raw: bytes) -> None:
        self._dovecot.change(self._user, int(uid), raw)

    def state(self) -> object:
        return self._dovecot.doveadm("fetch", "-u", self._user, "uid flags seq", "all")

    def break_off(self) -> None:
        self._dovecot.stop()

    def mend(self) -> None:
        self._dovecot.start()

    def close(self) -> None:
        for source in self._sources:
            source.close()


class MaildirBox:
    def __init__(self, at: Path) -> None:
        self._at = at
        self._count = 0
        for folder in ("new", "cur", "tmp"):
            (at / folder).mkdir(parents=True)

    def put(self, raw: bytes, received: datetime = DEADLINE) -> None:
        self._count += 1
        folder, flags = ("new", "") if self._count % 2 else ("cur", ":2,S")
        file = self._at / folder / f"{1690000000 + self._count}.M1P1.host{flags}"
        file.write_bytes(raw)
        os.utime(file, (received.timestamp(), received.timestamp()))

    def source(self, max_size: int = 1_000_000) -> Source:
        return MaildirSource(self._at, max_size)

    def remove(self, uid: str) -> None:
        for file in self._at.glob(f"*/{uid}*"):
            file.unlink()

    def change(self, uid: str, raw: bytes) -> None:
        (file,) = self._at.glob(f"*/{uid}*")
        received = file.stat().st_mtime
        file.write_bytes(raw)
        os.utime(file, (received, received))

    def keep_back(self, uid: str) -> None:
        (file,) = self._at.glob(f"*/{uid}*")
        file.rename(self._at / "tmp" / uid)
        file.symlink_to("/proc/self/mem")  # there, and an error to read (EIO), for root too

    def give_back(self, uid: str) -> None:
        for file in (self._at / "new" / uid, self._at / "cur" / f"{uid}:2,S"):
            if file.is_symlink():
                (self._at / "tmp" / uid).replace(file)

    def state(self) -> object:
        return sorted((file, file.stat().st_mtime) for file in self._at.glob("*/*"))

    def break_off(self) -> None:
        self._at.rename(self._at.with_name("away"))

    def mend(self) -> None:
        self._at.with_name("away").rename(self._at)

    def close(self) -> None:
        pass


# A box of each kind of source (config/servers.py); the contract of test_sources.py holds for all of them.
BOXES: dict[str, Callable[[pytest.FixtureRequest, Path], Box]] = {
    "imap": lambda request, _: ImapBox(request.getfixturevalue("mail_servers")),
    "maildir": lambda _, at: MaildirBox(at),
}
