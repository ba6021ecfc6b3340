"""A mail that is cut at its delimiter lines is the mail that is read line by line, whatever it is made of."""

from __future__ import annotations

import base64
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.mail import entity, mime
from intake.mail.entity import cut

MAILS = sorted((Path(__file__).parents[1] / "mails").glob("*.eml"))
WORKBOOK = bytes(range(256)) * 40
TEXT = base64.encodebytes(WORKBOOK).replace(b"\n", b"\r\n")
ENVELOPE = (
    b'Content-Type: multipart/mixed; boundary="=_x"\r\n\r\n--=_x\r\n'
    b"Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\n"
)


def line_by_line(raw: bytes) -> mime.Part:
    with mock.patch.object(entity, "_cut_out", lambda *_: None):
        return mime.parse(raw)


@pytest.mark.parametrize("path", MAILS, ids=lambda path: path.stem)
def test_the_shelf(path: Path) -> None:
    raw = path.read_bytes()
    assert mime.parse(raw) == line_by_line(raw)


LINES = st.sampled_from(
    [
        b"--a",
        b"--a--",
        b"--a ",
        b"--ab",
        b"--ab--",
        b"--b",
        b"--b--",
        b"",
        b"Content-Type: multipart/mixed; boundary=a",
        b"Content-Type: multipart/alternative; boundary=ab",
        b"Content-Type: multipart/report; boundary=b",
        b"Content-Type: multipart/digest; boundary=b",
        b"Content-Type: multipart/mixed",
        b"Content-Type: message/rfc822",
        b"Content-Type: application/octet-stream",
        b"Content-Transfer-Encoding: base64",
        b"Content-Transfer-Encoding: quoted-printable",
        b" folded",
        b"no field",
        b"begin 644 a.xlsx",
        "件名: 回答".encode("cp932"),
        b"QUJD",
        b"QQ==",
        b"lone\rCR",
        b"lone\nLF",
    ]
)
FRAMES = st.recursive(  # by the book
    st.sampled_from([b"Content-Type: text/plain\r\n\r\ntext", b"\r\nno header", b"\r\n", b"X: y\r\n\r\n--a"]),
    lambda parts: st.builds(
        lambda boundary, inner, prologue, epilogue: b"".join(
            [
                b"Content-Type: multipart/mixed; boundary=%b\r\n\r\n%b" % (boundary, prologue),
                *(b"--%b\r\n%b\r\n" % (boundary, part) for part in inner),
                b"--%b--%b" % (boundary, epilogue),
            ]
        ),
        st.sampled_from([b"a", b"ab", b"=_c", b"(d)"]),
        st.lists(parts, max_size=3),
        st.sampled_from([b"", b"for old programs\r\n"]),
        st.sampled_from([b"", b"\r\n", b"\r\nbehind\r\n"]),
    ),
    max_leaves=8,
)


@given(FRAMES)
def test_any_mail_by_the_book(raw: bytes) -> None:
    assert mime.parse(raw) == line_by_line(raw)


@given(st.lists(LINES, max_size=14), st.sampled_from([b"\r\n", b"\r\n", b"\n"]))
def test_any_mail_of_such_lines(lines: list[bytes], end: bytes) -> None:
    raw = end.join(lines)
    assert mime.parse(raw) == line_by_line(raw)


@given(FRAMES, st.data())
def test_any_line_may_end_otherwise(raw: bytes, data: st.DataObject) -> None:
    lines = raw.split(b"\r\n")
    place = data.draw(st.integers(0, len(lines) - 1))
    ends = [b"\r\n"] * (len(lines) - 1)
    ends[place:place] = [data.draw(st.sampled_from([b"\n", b"\r", b"\r\r\n", b"\n\r\n", b"\r\n\n"]))]
    mixed = b"".join(line + end for line, end in zip(lines, [*ends, b""], strict=False))
    assert mime.parse(mixed) == line_by_line(mixed)


@pytest.mark.parametrize("end", [b"\r\n", b"\n"])
def test_a_workbook_is_whole(end: bytes) -> None:
    raw = (ENVELOPE + TEXT + b"--=_x--\r\n").replace(b"\r\n", end)
    assert mime.parse(raw).children[0].data == WORKBOOK


def test_a_mail_by_the_book_is_not_read_line_by_line() -> None:
    raw = ENVELOPE + TEXT + b"--=_x--\r\n"
    with mock.patch.object(entity, "by_library", wraps=entity.by_library) as library:
        mime.parse(raw)
    assert max(len(call.args[0]) for call in library.call_args_list) < 200


@pytest.mark.parametrize(
    ("body", "parts"),
    [
        (b"--a\r\none\r\n--a\r\ntwo\r\n--a--", [b"one", b"two"]),  # RFC 2046 section 5.1.1: the CRLF before it
        (b"before\r\n--a\r\none\r\n\r\n--a--\r\nbehind", [b"one\r\n"]),  # … belongs to the delimiter
        (b"--a\r\none\r\n--ab\r\ntwo\r\n--a--", None),  # a longer boundary begins like it
        (b"--a\r\none\r\n--a  \r\ntwo\r\n--a--", None),
        (b"--a\r\none\r\n--a", None),
        (b"--a--", None),
        (b"none", None),
        (b"--a\r\none\ntwo\rthree\r\n--a--", [b"one\ntwo\rthree"]),
        (b"--a\r\none\n--a\r\ntwo\r\n--a--", None),  # to programs that take a lone LF for the end of a line
        (b"--a\r\none --a\r\n--a--", None),
    ],
)
def test_delimiters(body: bytes, parts: list[bytes] | None) -> None:
    assert cut(body, b"a") == parts
