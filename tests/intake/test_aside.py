"""A mail read with its base64 laid aside is the mail read line by line, whatever it is made of."""

from __future__ import annotations

import base64
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.mail import mime
from intake.mail.aside import Aside, lay_aside

MAILS = sorted((Path(__file__).parents[1] / "mails").glob("*.eml"))
WORKBOOK = bytes(range(256)) * 40
TEXT = base64.encodebytes(WORKBOOK).replace(b"\n", b"\r\n")
ENVELOPE = (
    b'Content-Type: multipart/mixed; boundary="=_x"\r\n\r\n--=_x\r\n'
    b"Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\n"
)


def line_by_line(raw: bytes) -> mime.Part:
    with mock.patch.object(mime, "lay_aside", lambda mail: (mail, Aside())):
        return mime.parse(raw)


@pytest.mark.parametrize("path", MAILS, ids=lambda path: path.stem)
def test_the_shelf(path: Path) -> None:
    raw = path.read_bytes()
    assert mime.parse(raw) == line_by_line(raw)


LINES = st.sampled_from(
    [
        b"--a",
        b"--a--",
        b"--b",
        b"--b--",
        b"",
        b"Content-Type: multipart/mixed; boundary=a",
        b"Content-Type: multipart/alternative; boundary=b",
        b"Content-Type: message/rfc822",
        b"Content-Type: application/octet-stream",
        b"Content-Transfer-Encoding: base64",
        b"Content-Transfer-Encoding: quoted-printable",
        b"begin 644 a.xlsx",
        b"LaidAside0/",
        b"QUJD",
        b"QQ==",
        *(b"\r\n".join([b"QUJD" * 19] * lines) for lines in (15, 16, 17, 40)),
        b"\n".join([b"QUJD" * 15] * 20),
        b"\r\n".join([b"a" * 60, b"b" * 76] * 10),
        b"\r\n".join([b"a" * 59] * 20),
    ]
)


@given(st.lists(LINES, max_size=14), st.sampled_from([b"\r\n", b"\n"]))
def test_any_mail_of_such_lines(lines: list[bytes], end: bytes) -> None:
    raw = end.join(lines)
    assert mime.parse(raw) == line_by_line(raw)


@pytest.mark.parametrize("end", [b"\r\n", b"\n"])
def test_what_the_parser_is_shown_is_short_and_the_workbook_is_whole(end: bytes) -> None:
    raw = (ENVELOPE + TEXT + b"--=_x--\r\n").replace(b"\r\n", end)
    shown, aside = lay_aside(raw)
    assert len(shown) < 400 < len(raw)
    assert aside.put_back(shown) == raw
    assert mime.parse(raw).children[0].data == WORKBOOK


def test_two_stretches_stay_apart() -> None:
    raw = ENVELOPE + TEXT + ENVELOPE[49:] + TEXT.swapcase() + b"--=_x--\r\n"
    first, second = mime.parse(raw).children
    assert (first.data, second.data) == (WORKBOOK, base64.b64decode(TEXT.swapcase()))


def test_a_mail_that_holds_such_a_line_of_its_own_is_read_whole() -> None:
    raw = ENVELOPE + TEXT + b"--=_x\r\n\r\nLaidAside0/\r\n--=_x--\r\n"
    assert lay_aside(raw)[0] == raw
    assert [part.data for part in mime.parse(raw).children] == [WORKBOOK, b"LaidAside0/"]


def test_base64_in_a_header_is_no_stretch() -> None:
    raw = b"Subject: a\r\n" + TEXT + b"\r\n\r\nbody\r\n"
    assert lay_aside(raw)[0] == raw
