"""IDLE: a real Dovecot that tells of mail by itself, connections that end meanwhile, and servers without it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from intake.sources import idle
from intake.sources.imap import ImapSource
from intake.sources.imap_access import ImapAccess
from intake.sources.source import Cursor, Heard
from routing.mailboxes.thread import Bell
from tests.servers import machine
from tests.servers.mail import MailServers
from tests.servers.scripted import scripted_imap

MAIL = b"From: a@pref.kanagawa.lg.jp\r\nSubject: %d\r\n\r\nbody\r\n"
IDLES = {"CAPABILITY": b"* CAPABILITY IMAP4rev1 IDLE\r\nTAG OK done\r\n"}


class Listening:
    """A source that waits in a thread of its own."""

    def __init__(self, source: ImapSource) -> None:
        self.bell = Bell()
        self.heard: list[Heard] = []
        self._thread = threading.Thread(
            target=lambda: self.heard.append(source.wait(self.bell.fileno())), daemon=True
        )
        self._thread.start()

    def ends(self, seconds: float = 10.0) -> list[Heard]:
        self._thread.join(seconds)
        return self.heard

    def goes_on(self, seconds: float) -> bool:
        self._thread.join(seconds)
        return self._thread.is_alive()


@pytest.fixture
def access(mail_servers: MailServers) -> ImapAccess:
    user = f"idle-{uuid4().hex[:8]}@mhlw.go.jp"
    password = mail_servers.add_user(user)
    return ImapAccess(
        *("localhost", mail_servers.imaps_port, user, password),
        ca=mail_servers.ca,
        timeout_seconds=5,
        idle_seconds=60,
    )


@pytest.fixture
def source(access: ImapAccess) -> Iterator[ImapSource]:
    made = ImapSource(access)
    yield made
    made.close()


def test_new_mail_ends_the_wait(source: ImapSource, access: ImapAccess, mail_servers: MailServers) -> None:
    look = source.look(None)
    listening = Listening(source)
    assert listening.goes_on(0.3)

    mail_servers.dovecot.put(access.user, MAIL % 1)

    assert listening.ends() == ["news"]
    assert source.look(Cursor(look.uidvalidity, "0")).uids == ("1",)


def test_mail_that_came_since_the_last_look_is_news_at_once(
    source: ImapSource, access: ImapAccess, mail_servers: MailServers
) -> None:
    source.look(None)
    mail_servers.dovecot.put(access.user, MAIL % 1)
    mail_servers.dovecot.doveadm("mailbox", "status", "-u", access.user, "messages", "INBOX")

    assert source.wait(Bell().fileno()) == "news"


def test_flags_that_people_set_are_no_news(
    source: ImapSource, access: ImapAccess, mail_servers: MailServers
) -> None:
    mail_servers.dovecot.put(access.user, MAIL % 1)
    source.look(None)
    listening = Listening(source)

    mail_servers.dovecot.doveadm(
        "flags", "add", "-u", access.user, r"\Seen \Answered", "mailbox", "INBOX", "all"
    )

    assert listening.goes_on(1.5)
    listening.bell.ring()
    assert listening.ends() == ["quiet"]


def test_an_order_ends_the_wait_and_the_connection_stays(source: ImapSource, access: ImapAccess) -> None:
    source.look(None)
    listening = Listening(source)
    assert listening.goes_on(0.2)
    connection = source._client

    listening.bell.ring()

    assert listening.ends(2) == ["quiet"]
    assert source.look(None).uids == ()
    assert source._client is connection


def test_the_wait_ends_before_the_server_would_drop_it(mail_servers: MailServers) -> None:
    user = f"idle-{uuid4().hex[:8]}@mhlw.go.jp"
    short = ImapAccess(
        *("localhost", mail_servers.imaps_port, user, mail_servers.add_user(user)),
        ca=mail_servers.ca,
        idle_seconds=0.4,
    )
    source = ImapSource(short)
    source.look(None)
    connection = source._client

    assert [source.wait(Bell().fileno()) for _ in range(3)] == ["quiet"] * 3

    assert source._client is connection is not None
    source.close()


def test_a_server_that_hangs_up_is_told_as_lost_and_not_listened_to_any_more(
    source: ImapSource, access: ImapAccess, mail_servers: MailServers
) -> None:
    source.look(None)
    listening = Listening(source)
    assert listening.goes_on(0.3)

    mail_servers.dovecot.cut(access.user)

    assert listening.ends() == ["lost"]
    again = Listening(source)
    assert again.goes_on(0.3)  # waits for an order, without a connection
    again.bell.ring()
    assert again.ends() == ["quiet"]
    assert source.look(None).uids == ()  # and the order connects anew


# --- servers that say what a test tells them to


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    return machine.certificate(tmp_path_factory.mktemp("tls") / "pem")


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        (b"+ idling\r\n* 1 EXISTS\r\nTAG OK done\r\n", "news"),  # in one breath: the socket alone is silent
        (b"+ idling\r\n* OK Still here\r\n* 1 EXISTS\r\nTAG OK done\r\n", "news"),
        (b"+ idling\r\n* BYE shutting down\r\n", "lost"),
        (b"* BYE shutting down\r\n", "lost"),
        (b"TAG NO not now\r\n", "lost"),
        (b"TAG BAD what\r\n", "lost"),
        (b"", "lost"),
    ],
    ids=["news", "chatter and news", "bye", "bye before", "no", "bad", "end"],
)
def test_what_a_server_says_in_idle(tls: tuple[Path, Path, Path], said: bytes, heard: Heard) -> None:
    with scripted_imap({**IDLES, "IDLE": said}, tls) as server:
        source = ImapSource(
            ImapAccess("localhost", server.port, "u", "p", ca=tls[0], timeout_seconds=1, idle_seconds=5)
        )
        source.look(None)

        assert source.wait(Bell().fileno()) == heard
        source.close()


@pytest.mark.parametrize(("capable", "seconds"), [(False, 60), (True, 0)], ids=["no IDLE", "not wanted"])
def test_without_idle_only_an_order_ends_the_wait(
    tls: tuple[Path, Path, Path], capable: bool, seconds: float
) -> None:
    with scripted_imap(IDLES if capable else {}, tls) as server:
        source = ImapSource(
            ImapAccess("localhost", server.port, "u", "p", ca=tls[0], timeout_seconds=1, idle_seconds=seconds)
        )
        source.look(None)
        listening = Listening(source)
        assert listening.goes_on(0.3)
        listening.bell.ring()

        assert listening.ends() == ["quiet"]
        source.close()
    assert "IDLE" not in server.heard


def test_waiting_asks_the_kernel_once(source: ImapSource, monkeypatch: pytest.MonkeyPatch) -> None:
    source.look(None)
    waits: list[float | None] = []
    wait = idle._readable

    def counted(descriptors: tuple[int, ...], seconds: float | None) -> set[int]:
        waits.append(seconds)
        return wait(descriptors, seconds)

    monkeypatch.setattr(idle, "_readable", counted)
    listening = Listening(source)
    assert listening.goes_on(0.5)
    listening.bell.ring()

    assert listening.ends() == ["quiet"]
    assert len(waits) == 1
