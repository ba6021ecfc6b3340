"""What only a Maildir has: names, folders, Received lines, and programs that move files while we read."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.mail.received import received_at
from intake.sources.maildir import MaildirSource
from intake.sources.source import Cursor, Fetched, SourceUnavailable

BODY = b"Subject: test\n\nbody\n"


@pytest.fixture
def box(tmp_path: Path) -> Path:
    for folder in ("new", "cur", "tmp"):
        (tmp_path / folder).mkdir()
    return tmp_path


def only_mail(box: Path, raw: bytes, mtime: float = 0.0) -> Fetched:
    file = box / "new" / "1690000000.M1.host"
    file.write_bytes(raw)
    os.utime(file, (mtime, mtime))
    (mail,) = MaildirSource(box, 1_000_000).fetch(["1690000000.M1.host"])
    return mail


def test_every_name_is_told_whatever_the_cursor_says(box: Path) -> None:
    for name in (
        "new/1690000002.b.host",
        "cur/1690000001.a.host:2,RS",
        "cur/1690000003.c.host",
        "tmp/9.d.host",
    ):
        (box / name).write_bytes(BODY)
    (box / "new" / ".nfs0001").write_bytes(BODY)
    (box / "cur" / "1690000004.folder").mkdir()

    look = MaildirSource(box, 1000).look(Cursor("", "1690000002.b.host"))

    assert look.uidvalidity == ""
    assert look.uids == ("1690000001.a.host", "1690000002.b.host", "1690000003.c.host")


def test_a_mail_that_is_opened_and_flagged_meanwhile_keeps_its_name(box: Path) -> None:
    (box / "new" / "1.a.host").write_bytes(BODY)
    (box / "new" / "2.b.host").write_bytes(BODY)
    mails = MaildirSource(box, 1000).fetch(["1.a.host", "2.b.host"])
    assert next(mails).uid == "1.a.host"

    (box / "new" / "2.b.host").rename(box / "cur" / "2.b.host:2,S")

    assert [(mail.uid, mail.raw) for mail in mails] == [("2.b.host", BODY)]


@pytest.mark.parametrize("raw", [b"Subject: a\n\nb\n", b"Subject: a\r\n\r\nb\r\n", b"\x00\xff\r", b""])
def test_bytes_are_given_out_as_they_are_on_disk(box: Path, raw: bytes) -> None:
    assert only_mail(box, raw).raw == raw


@pytest.mark.parametrize(
    ("line", "instant"),
    [
        (b"by mx with LMTP; Fri, 21 Jul 2023 17:00:00 +0900", "2023-07-21T17:00:00+09:00"),
        (b"by mx\n\tfor <a@b>;\n\tFri, 21 Jul 2023 08:00:01 +0000 (UTC)", "2023-07-21T17:00:01+09:00"),
        (b"by mx; Fri, 21 Jul 2023 08:00:00 -0000", "2023-07-21T17:00:00+09:00"),
        (b"by mx (a; b); 21 Jul 2023 08:00:00 GMT", "2023-07-21T17:00:00+09:00"),
    ],
)
def test_the_topmost_received_line_tells_the_time(box: Path, line: bytes, instant: str) -> None:
    forged = b"Received: from far by away; Mon, 17 Jul 2023 09:00:00 +0900\n"
    raw = b"Return-Path: <a@b>\nReceived: " + line + b"\n" + forged + BODY

    assert only_mail(box, raw, mtime=1).received_at.isoformat() == instant


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"Received: by mx without any date\n",
        b"Received: by mx; yesterday\n",
        b"Received: by mx; Fri, 41 Jul 2023 08:00:00 +0000\n",
        b"Received: by mx; Fri, 21 Jul 2023 08:00:00 +9999\n",
        b"Received: by \x8e\xf3\x95t; \xff\n",
        b"\nReceived: by mx; Fri, 21 Jul 2023 08:00:00 +0000\n",  # that is the body
    ],
)
def test_without_a_readable_received_line_the_files_time_counts(box: Path, head: bytes) -> None:
    in_time = datetime.fromisoformat("2023-07-21T17:00:00+09:00").timestamp()

    mail = only_mail(box, head + BODY, mtime=in_time + 0.75)

    assert mail.received_at.isoformat() == "2023-07-21T17:00:00+09:00"


@given(st.binary(max_size=200))
def test_no_received_line_is_strange_enough_to_raise(nonsense: bytes) -> None:
    instant = received_at(b"Received: by mx; " + nonsense + b"\n\n")

    assert instant is None or instant.utcoffset() is not None


@given(st.text("0123456789 +-:;,()JulFriGMT", max_size=40))
def test_no_date_is_strange_enough_to_raise(nonsense: str) -> None:
    instant = received_at(f"Received: by mx; {nonsense}\n\n".encode())

    assert instant is None or instant.utcoffset() is not None


def test_a_folder_that_is_no_maildir_is_told(tmp_path: Path) -> None:
    (tmp_path / "cur").mkdir()

    with pytest.raises(SourceUnavailable, match=r"Maildir ではありません（new フォルダーがありません）。"):
        MaildirSource(tmp_path, 1000).look(None)
