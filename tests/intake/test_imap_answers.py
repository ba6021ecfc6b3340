"""What an IMAP source makes of answers that a healthy Dovecot never gives (tests/servers/scripted.py)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from intake.sources.imap import ImapAccess, ImapSource
from intake.sources.source import Cursor, SourceUnavailable
from tests.servers import machine
from tests.servers.scripted import HANG_UP, scripted_imap


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    return machine.certificate(tmp_path_factory.mktemp("tls") / "pem")


@contextmanager
def opened(access: ImapAccess) -> Iterator[ImapSource]:
    source = ImapSource(access)
    try:
        yield source
    finally:
        source.close()


@contextmanager
def facing(
    answers: Mapping[str, bytes], tls: tuple[Path, Path, Path]
) -> Iterator[tuple[ImapSource, list[str]]]:
    """A source in front of a scripted server, and the commands which that one hears."""
    with scripted_imap(answers, tls) as server:
        access = ImapAccess("localhost", server.port, "user", "secret", ca=tls[0], timeout_seconds=5)
        with opened(access) as source:
            yield source, server.heard


# --- connecting and looking


def test_uids_are_ordered_as_numbers(tls: tuple[Path, Path, Path]) -> None:
    with facing({"UID SEARCH": b"* SEARCH 10 9 100 9\r\nTAG OK done\r\n"}, tls) as (source, _):
        assert source.look(Cursor("1", "8")).uids == ("9", "10", "100")


def test_a_server_without_starttls_gets_no_password() -> None:
    with scripted_imap({}, tls=None) as server:
        access = ImapAccess("localhost", server.port, "user", "secret", tls="starttls", timeout_seconds=5)
        with opened(access) as source, pytest.raises(SourceUnavailable):
            source.look(None)

    assert not [command for command in server.heard if "secret" in command]


@pytest.mark.parametrize(
    "nonsense",
    [
        b"* SEARCH one two\r\nTAG OK done\r\n",
        b"* SEARCH 1\r\n* SEARCH 2\r\nTAG OK done\r\n",
        b"TAG NO [UNAVAILABLE] try later\r\n",
        b"* BYE shutting down\r\n",
        b"\x00\xff\r\n",
        HANG_UP,
    ],
)
def test_a_look_that_gets_nonsense_is_unavailable(nonsense: bytes, tls: tuple[Path, Path, Path]) -> None:
    with facing({"UID SEARCH": nonsense}, tls) as (source, _), pytest.raises(SourceUnavailable):
        source.look(None)


def test_a_folder_without_uidvalidity_is_unavailable(tls: tuple[Path, Path, Path]) -> None:
    examine = {"EXAMINE": b"* 1 EXISTS\r\nTAG OK done\r\n"}
    with facing(examine, tls) as (source, _), pytest.raises(SourceUnavailable):
        source.look(None)


@pytest.mark.parametrize("said", [b"", b"TAG NO damaged\r\n", b"* 1 FETCH (UID 8 INTERNALDATE NIL)\r\n"])
def test_a_mail_at_the_cursor_that_tells_no_date_is_no_sign_of_a_restored_mailbox(
    said: bytes, tls: tuple[Path, Path, Path]
) -> None:
    cursor = Cursor("1", "8", datetime(2023, 7, 21, tzinfo=UTC))
    dated = {"UID FETCH 8 (INTERNALDATE": said if b"TAG" in said else said + b"TAG OK done\r\n"}
    with facing({"UID SEARCH": b"* SEARCH 9\r\nTAG OK done\r\n", **dated}, tls) as (source, _):
        assert source.look(cursor).uids == ("9",)
        assert source.look(cursor).uidvalidity == "1"


# --- answers to FETCH


def facts(*uids: int, size: int = 4) -> bytes:
    line = '* {0} FETCH (UID {0} RFC822.SIZE {1} INTERNALDATE "21-Jul-2023 17:00:00 +0900")\r\n'
    return "".join(line.format(uid, size) for uid in uids).encode() + b"TAG OK done\r\n"


def body(uid: int, text: bytes = b"a\r\n\r\n") -> bytes:
    return b"* %d FETCH (UID %d BODY[] {%d}\r\n%s)\r\n" % (uid, uid, len(text), text)


def test_mails_told_twice_and_flags_told_unasked_do_no_harm(tls: tuple[Path, Path, Path]) -> None:
    unasked = b"* 1 FETCH (FLAGS (\\Seen))\r\n* 7 FETCH (UID 99 FLAGS ())\r\n"
    answers = {
        "UID FETCH 1,2 (RFC822": unasked + facts(1, 1, 2),
        "UID FETCH 1,2 (BODY": body(2) + unasked + body(1) + body(1) + b"TAG OK done\r\n",
    }
    with facing(answers, tls) as (source, _):
        source.look(None)

        assert [mail.uid for mail in source.fetch(["1", "2"])] == ["1", "2"]


@pytest.mark.parametrize(
    "gone", [b"", b"* 1 FETCH (UID 1 BODY[] NIL)\r\n", b'* 1 FETCH (UID 1 BODY[] "")\r\n']
)
def test_a_mail_that_vanishes_between_size_and_body_is_left_out(
    gone: bytes, tls: tuple[Path, Path, Path]
) -> None:
    answers = {"UID FETCH 1,2 (RFC": facts(1, 2), "UID FETCH 1,2 (BODY": gone + body(2) + b"TAG OK done\r\n"}
    with facing(answers, tls) as (source, _):
        source.look(None)

        assert [mail.uid for mail in source.fetch(["1", "2"])] == ["2"]


def test_one_damaged_mail_does_not_hide_the_others(tls: tuple[Path, Path, Path]) -> None:
    answers = {
        "UID FETCH 1,2,3 (RFC": facts(1, 2, 3),
        "UID FETCH 1,2,3 (BODY": body(1) + b"TAG NO [SERVERBUG] cannot read mail\r\n",
        "UID FETCH 1 (BODY": body(1) + b"TAG OK done\r\n",
        "UID FETCH 2 (BODY": b"TAG NO [SERVERBUG] cannot read mail\r\n",
        "UID FETCH 3 (BODY": body(3) + b"TAG OK done\r\n",
        "UID SEARCH UID": b"* SEARCH 1 2 3\r\nTAG OK done\r\n",
    }
    with facing(answers, tls) as (source, _):
        source.look(None)

        assert [mail.uid for mail in source.fetch(["1", "2", "3"])] == ["1", "3"]


@pytest.mark.parametrize("many", [1, 9, 10])
def test_a_server_that_gives_none_of_many_mails_is_unavailable_and_of_few_keeps_them_back(
    many: int, tls: tuple[Path, Path, Path]
) -> None:
    uids = [str(n) for n in range(1, many + 1)]
    answers = {
        "UID FETCH": b"TAG NO [UNAVAILABLE] storage is away\r\n",
        "UID SEARCH UID": f"* SEARCH {' '.join(uids)}\r\nTAG OK done\r\n".encode(),
    }
    with facing(answers, tls) as (source, _):
        source.look(None)
        if many < 10:
            assert list(source.fetch(uids)) == []
            assert source.listed(uids) == tuple(uids)
            return
        with pytest.raises(SourceUnavailable, match="storage is away"):
            list(source.fetch(uids))


def test_without_internaldate_the_topmost_received_line_counts(tls: tuple[Path, Path, Path]) -> None:
    text = b"Received: by mx; Fri, 21 Jul 2023 08:00:00 +0000\r\n\r\n"
    answers = {
        "UID FETCH 1 (RFC": b"* 1 FETCH (UID 1 RFC822.SIZE 50 INTERNALDATE NIL)\r\nTAG OK done\r\n",
        "UID FETCH 1 (BODY": body(1, text) + b"TAG OK done\r\n",
    }
    with facing(answers, tls) as (source, _):
        source.look(None)

        (mail,) = source.fetch(["1"])

    assert mail.received_at.isoformat() == "2023-07-21T17:00:00+09:00"


def test_a_batch_is_bounded_in_mails_and_in_bytes(tls: tuple[Path, Path, Path]) -> None:
    answers = {
        "UID FETCH 1,2,3 (RFC": facts(1, 2, 3, size=600),
        "UID FETCH 4,5 (RFC": facts(4, 5, size=100),
        **{f"UID FETCH {uid} (BODY": body(uid) + b"TAG OK done\r\n" for uid in (1, 2, 3)},
        "UID FETCH 4,5 (BODY": body(4) + body(5) + b"TAG OK done\r\n",
    }
    with scripted_imap(answers, tls) as server:
        access = ImapAccess("localhost", server.port, "u", "p", ca=tls[0], batch=3, batch_bytes=1000)
        with opened(access) as source:
            source.look(None)
            mails = list(source.fetch(["1", "2", "3", "4", "5"]))

    assert [mail.uid for mail in mails] == ["1", "2", "3", "4", "5"]
    assert [mail.size for mail in mails] == [5] * 5  # RFC822.SIZE was a guess; what came counts
    assert [command.split()[2] for command in server.heard if "BODY" in command] == ["1", "2", "3", "4,5"]


def test_only_commands_that_change_nothing_are_given(tls: tuple[Path, Path, Path]) -> None:
    """EXAMINE and PEEK each protect the flags alone; a server may forget one of them."""
    answers = {"UID FETCH 1,2 (RFC": facts(1, 2), "UID FETCH 1,2 (BODY": body(1) + b"TAG OK done\r\n"}
    with facing(answers, tls) as (source, heard):
        list(source.fetch(source.look(None).uids or ["1", "2"]))
        source.close()

    assert {command.split()[0] for command in heard} <= {"CAPABILITY", "LOGIN", "EXAMINE", "UID", "LOGOUT"}
    assert [c for c in heard if "BODY" in c] == ["UID FETCH 1,2 (BODY.PEEK[])"]
