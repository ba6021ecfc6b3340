"""What only IMAP has, on a real Dovecot: UIDs, UIDVALIDITY, flags, TLS and login."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal
from uuid import uuid4

import pytest
from imapclient import IMAPClient

from intake.sources.imap import ImapAccess, ImapSource
from intake.sources.source import Cursor, SourceUnavailable
from tests.servers import machine
from tests.servers.mail import MailServers

RAW = b"Subject: test\r\n\r\nbody\r\n"


@pytest.fixture
def access(mail_servers: MailServers) -> ImapAccess:
    """A new, empty mailbox."""
    user = f"imap-{uuid4().hex[:8]}@mhlw.go.jp"
    password = mail_servers.add_user(user)
    port = mail_servers.imaps_port
    return ImapAccess("localhost", port, user, password, ca=mail_servers.ca, timeout_seconds=5)


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    return machine.certificate(tmp_path_factory.mktemp("tls") / "pem")


@contextmanager
def another_client(access: ImapAccess) -> Iterator[IMAPClient]:
    """What a colleague's mail program does in the same mailbox."""
    context = ssl.create_default_context(cafile=access.ca)
    with IMAPClient(access.host, access.port, ssl_context=context) as client:
        client.login(access.user, access.password)
        client.select_folder("INBOX")
        yield client


@contextmanager
def opened(access: ImapAccess) -> Iterator[ImapSource]:
    source = ImapSource(access)
    try:
        yield source
    finally:
        source.close()


# --- cursor


def test_only_uids_above_the_cursor_are_new(access: ImapAccess, mail_servers: MailServers) -> None:
    for _ in range(3):
        mail_servers.dovecot.put(access.user, RAW)
    with opened(access) as source:
        everything = source.look(None)
        first, second, third = everything.uids

        assert source.look(Cursor(everything.uidvalidity, first)).uids == (second, third)
        assert source.look(Cursor(everything.uidvalidity, third)).uids == ()
        assert source.look(Cursor(everything.uidvalidity, "")).uids == everything.uids


def test_another_uidvalidity_makes_every_mail_new(access: ImapAccess, mail_servers: MailServers) -> None:
    mail_servers.dovecot.put(access.user, RAW)
    mail_servers.dovecot.put(access.user, RAW)
    with opened(access) as source:
        before = source.look(None)
        cursor = Cursor(before.uidvalidity, before.uids[-1])
        mail_servers.dovecot.change_uidvalidity(access.user, 1234567)

        after = source.look(cursor)

    assert after.uidvalidity == "1234567"
    assert len(after.uids) == 2


@pytest.mark.parametrize("came_since", [1, 2, 5])
def test_a_mailbox_put_back_to_an_earlier_state_is_looked_at_anew(
    access: ImapAccess, mail_servers: MailServers, tmp_path: Path, came_since: int
) -> None:
    """A restored backup gives UIDs again under the same UIDVALIDITY, which RFC 9051 §2.3.1.1 forbids. With
    five new mails the UIDs are past our cursor again before anyone looks: the date tells."""
    dovecot, (start, later) = (
        mail_servers.dovecot,
        (datetime(2023, 7, 20, tzinfo=UTC), datetime(2023, 7, 21, tzinfo=UTC)),
    )
    for n in range(2):
        dovecot.put(access.user, b"X: %d\r\n\r\n" % n, start)
    dovecot.back_up(access.user, tmp_path / "backup")
    for n in range(2, 4):
        dovecot.put(access.user, b"X: %d\r\n\r\n" % n, start)
    with opened(access) as source:
        before = source.look(None)
        *_, last = source.fetch(before.uids)
        cursor = Cursor(before.uidvalidity, last.uid, last.received_at)
        assert source.look(cursor).uids == ()

        dovecot.restore(access.user, tmp_path / "backup")
        for n in range(came_since):
            dovecot.put(access.user, b"X: new %d\r\n\r\n" % n, later)
        after = source.look(cursor)
        mails = list(source.fetch(after.uids))
        again = source.look(Cursor(after.uidvalidity, mails[-1].uid, mails[-1].received_at))

    assert (after.uidvalidity, again.uidvalidity) == (f"{before.uidvalidity}+1",) * 2
    assert len(mails) == 2 + came_since
    assert again.uids == ()


# --- nothing changes


def test_mails_stay_unseen_and_recent_for_people(access: ImapAccess, mail_servers: MailServers) -> None:
    mail_servers.dovecot.put(access.user, RAW)
    with opened(access) as source:
        assert len(list(source.fetch(source.look(None).uids))) == 1

    with another_client(access) as client:
        flags = client.get_flags(client.search("ALL"))

    assert list(flags.values()) == [(b"\\Recent",)]


def test_what_people_have_read_is_fetched_all_the_same(access: ImapAccess, mail_servers: MailServers) -> None:
    mail_servers.dovecot.put(access.user, RAW)
    with another_client(access) as client:
        client.add_flags(client.search("ALL"), [b"\\Seen", b"\\Flagged", b"\\Answered"])

    with opened(access) as source:
        assert [mail.raw for mail in source.fetch(source.look(None).uids)] == [RAW]


# --- time


def test_the_internaldate_counts_to_the_second(access: ImapAccess) -> None:
    late = datetime(2023, 7, 21, 8, 0, 1, tzinfo=UTC)
    with another_client(access) as client:
        client._command_and_check("append", "INBOX", "()", '"21-Jul-2023 17:00:00 +0900"', RAW)
        client.append("INBOX", RAW, msg_time=late)

    with opened(access) as source:
        times = [mail.received_at.isoformat() for mail in source.fetch(source.look(None).uids)]

    assert times == ["2023-07-21T17:00:00+09:00", "2023-07-21T17:00:01+09:00"]


# --- the connection


def test_the_connection_is_kept_between_looks(access: ImapAccess, mail_servers: MailServers) -> None:
    with opened(access) as source:
        for _ in range(3):
            source.look(None)

    assert mail_servers.dovecot.log().count(f"Login: user=<{access.user}>") == 1


def test_a_server_that_hung_up_between_looks_is_no_trouble(
    access: ImapAccess, mail_servers: MailServers
) -> None:
    with opened(access) as source:
        source.look(None)
        mail_servers.dovecot.cut(access.user)
        mail_servers.dovecot.put(access.user, RAW)

        assert len(source.look(None).uids) == 1


def test_fetching_without_a_connection_is_refused(access: ImapAccess) -> None:
    with opened(access) as source, pytest.raises(SourceUnavailable):
        list(source.fetch(["1"]))


def test_a_connection_lost_while_fetching_is_told_and_the_next_look_works(
    access: ImapAccess, mail_servers: MailServers
) -> None:
    for _ in range(3):
        mail_servers.dovecot.put(access.user, RAW)
    with opened(replace(access, batch=1)) as source:
        mails = source.fetch(source.look(None).uids)
        assert next(mails).raw == RAW
        mail_servers.dovecot.cut(access.user)

        with pytest.raises(SourceUnavailable, match="メールを取り出せません"):
            next(mails)
        assert len(list(source.fetch(source.look(None).uids))) == 3


def test_starttls_reads_the_same_mail(access: ImapAccess, mail_servers: MailServers) -> None:
    mail_servers.dovecot.put(access.user, RAW)

    with opened(replace(access, tls="starttls", port=mail_servers.imap_port)) as source:
        assert [mail.raw for mail in source.fetch(source.look(None).uids)] == [RAW]


def test_the_password_may_be_looked_up_at_login(access: ImapAccess) -> None:
    secret = str(access.password)
    with opened(replace(access, password=lambda: secret)) as source:
        assert source.look(None).uids == ()


def test_mails_are_not_formatted_for_a_log(access: ImapAccess) -> None:
    """IMAPClient turns imaplib's debugging on, which costs a third of the time of a fetch; we turn it off
    through a private attribute. If this fails, IMAPClient has changed it."""
    with another_client(access) as client:
        assert client._imap.debug == 5
    with opened(access) as source:
        source.look(None)
        assert source._client is not None
        assert source._client._imap.debug == 0


# --- refusals: always SourceUnavailable, one sentence, no secret


def test_a_ca_file_that_is_replaced_counts_at_the_next_connection(
    access: ImapAccess, tls: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    assert access.ca is not None
    ca = tmp_path / "ca.pem"
    ca.write_bytes(access.ca.read_bytes())
    for _ in range(2):
        with opened(replace(access, ca=ca)) as source:
            assert source.look(None).uids == ()
    ca.write_bytes(tls[0].read_bytes())
    with opened(replace(access, ca=ca)) as source, pytest.raises(SourceUnavailable, match="証明書"):
        source.look(None)
    ca.unlink()
    with opened(replace(access, ca=ca)) as source, pytest.raises(SourceUnavailable, match=r"ファイルがありません.*ca\.pem"):
        source.look(None)



@pytest.mark.parametrize("tls_kind", ["tls", "starttls"])
@pytest.mark.parametrize("fault", ["no CA", "another CA", "another name"])
def test_a_certificate_that_does_not_fit_is_refused(
    access: ImapAccess,
    mail_servers: MailServers,
    tls: tuple[Path, Path, Path],
    fault: str,
    tls_kind: Literal["tls", "starttls"],
) -> None:
    port = mail_servers.imap_port if tls_kind == "starttls" else mail_servers.imaps_port
    access = replace(access, tls=tls_kind, port=port)
    wrong = {
        "no CA": replace(access, ca=None),
        "another CA": replace(access, ca=tls[0]),
        "another name": replace(access, host="127.0.0.1"),
    }[fault]
    with opened(wrong) as source, pytest.raises(SourceUnavailable, match="サーバー証明書を確認できません"):
        source.look(None)


def test_a_wrong_password_is_told_without_telling_it(access: ImapAccess) -> None:
    with opened(replace(access, password="Himitsu-4711")) as source, pytest.raises(SourceUnavailable) as told:
        source.look(None)

    assert "ログインできません（[AUTHENTICATIONFAILED] Authentication failed.）。" in str(told.value)
    assert "Himitsu" not in str(told.value)


def test_a_password_that_imap_cannot_carry_is_told_without_telling_it(access: ImapAccess) -> None:
    with opened(replace(access, password="秘密")) as source, pytest.raises(SourceUnavailable) as told:
        source.look(None)

    assert "秘" not in str(told.value)


def test_a_password_never_shows_in_a_printed_access(access: ImapAccess) -> None:
    assert str(access.password) not in repr(access)


def test_a_folder_that_is_not_there_is_told(access: ImapAccess) -> None:
    with opened(replace(access, folder="提出")) as source, pytest.raises(SourceUnavailable, match="exist"):
        source.look(None)


def test_nobody_listening_is_told(access: ImapAccess) -> None:
    absent = replace(access, port=machine.free_port())
    with opened(absent) as source, pytest.raises(SourceUnavailable, match="接続が拒まれました"):
        source.look(None)


def test_a_ca_file_that_is_missing_is_named(access: ImapAccess) -> None:
    wrong = replace(access, ca=Path("/nowhere/ca.pem"))
    with (
        opened(wrong) as source,
        pytest.raises(SourceUnavailable, match=r"ファイルがありません: /nowhere/ca\.pem"),
    ):
        source.look(None)


# --- a header without end


def test_a_long_header_is_cut(access: ImapAccess, mail_servers: MailServers) -> None:
    raw = b"X-Long: a\r\n" * 50_000 + b"\r\nbody\r\n"
    mail_servers.dovecot.put(access.user, raw)

    with opened(replace(access, max_size=1000)) as source:
        (mail,) = source.fetch(source.look(None).uids)

    assert (mail.header_only, mail.size, mail.raw) == (True, len(raw), raw[: 256 * 1024])
