"""Mails of unusual size in the real reader child, under its ceilings: read right, or given up by name; never a worker
that hangs or fills the memory."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable, Iterator

import pytest

from config.load import default_survey
from intake.mail.message import read_message
from intake.mail.mime import MOST_LEAVES, leaves, parse
from routing.reading.reader import Reader
from tests.workbooks.forms_at_hand import filled

SUBJECT = "=?UTF-8?B?44CQ5qiq5rWc5biC44CR44Oe44Kk44OK44Oz44OQ44O844Ki44Oz44Kx44O844OI5Zue562U?="
HEAD = f"From: a@city.yokohama.lg.jp\r\nTo: n_mynumber@mhlw.go.jp\r\nSubject: {SUBJECT}\r\n".encode()
TEXT = b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + "回答を送付いたします。".encode()


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    child = Reader(default_survey())
    yield child
    child.close()


def attached(data: bytes, name: str) -> bytes:
    head = f"Content-Type: application/octet-stream; name={name}\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    return head.encode() + base64.encodebytes(data)


def mail(*parts: bytes) -> bytes:
    head = HEAD + b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    return head + b"".join(b"--b\r\n" + part + b"\r\n" for part in parts) + b"--b--\r\n"


@pytest.mark.long
def test_a_mail_of_thirty_megabytes(reader: Reader) -> None:
    raw = mail(
        TEXT, attached(os.urandom(22_000_000), "big.bin"), attached(filled({"program": "難病"}), "a.xlsx")
    )
    assert len(raw) > 29_000_000
    read = reader.read_mail(raw)
    assert [(f.filename, f.size, f.kind) for f in read.files] == [
        ("big.bin", 22_000_000, "other"),
        ("a.xlsx", read.files[1].size, "answer_sheet"),
    ]


def test_ten_thousand_header_lines(reader: Reader) -> None:
    lines = b"".join(b"X-Line-%d: %s\r\n" % (n, b"y" * 60) for n in range(10_000))
    received = b"".join(
        b"Received: from a%d by b;\r\n\tThu, 20 Jul 2023 10:15:00 +0900\r\n" % n for n in range(5_000)
    )
    read = reader.read_mail(received + lines + HEAD + TEXT)
    assert (read.kind, read.message.subject) == ("submission", "【横浜市】マイナンバーアンケート回答")


def test_more_leaves_than_anybody_sends_are_left_closed_and_that_is_told() -> None:
    found = leaves(parse(mail(*[attached(b"x", "a.bin")] * (MOST_LEAVES + 5))))
    assert len(found) == MOST_LEAVES
    assert found[-1].notes[-1].startswith("what follows it is left closed") and not found[-2].notes


@pytest.mark.long
def test_two_hundred_workbooks(reader: Reader) -> None:
    book = filled({"program": "難病"})
    read = reader.read_mail(mail(TEXT, *[attached(book, f"{n}.xlsx") for n in range(200)]))
    assert [f.kind for f in read.files] == ["answer_sheet"] * 200


def test_a_field_longer_than_anybodys_is_cut_and_that_is_told_and_hides_no_other() -> None:
    """Two thousand recipients of a circular are kept whole."""
    to = b", ".join(b'"' + b"x" * 20 + b'" <kenko%04d@city.yokohama.lg.jp>' % n for n in range(2_000))
    raw = b"To: " + to + b"\r\nSubject: " + b"a " * 1_000_000 + b"\r\nFrom: b@c.lg.jp\r\n\r\ntext\r\n"
    part = parse(raw)
    assert part.header("to") == to
    assert len(part.header("subject")) < 300_000 and part.header("from") == b"b@c.lg.jp"
    assert [d.what for d in part.defects] == ["header fields longer than anybody's; the rest of them is left out"]
    read = read_message(part)
    assert (read.sender and read.sender.address, read.body.strip()) == ("b@c.lg.jp", "text")


WORD = b"=?UTF-8?B?5qiq5rWc5biC?="
PEOPLE = b", ".join(WORD + b" <a%d@b.jp>" % n for n in range(20_000))
UU = b"begin 644 a.bin\r\n" + (b"M" + b"A" * 60 + b"\r\n") * 160_000 + b"`\r\nend\r\n"
CMS = b"Content-Type: application/pkcs7-mime\r\n\r\n" + b"\x30\x80\x24\x80" * 500_000
PLAIN = HEAD + b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
BASE64 = b"Content-Type: application/octet-stream; name=a.bin\r\nContent-Transfer-Encoding: base64\r\n\r\n"
LARGE: dict[str, Callable[[], bytes]] = {
    "a field of a megabyte": lambda: HEAD + b"X: " + b"a" * 1_000_000 + b"\r\n\r\n" + TEXT,
    "twenty thousand encoded words": lambda: b"Subject: " + b" ".join([WORD] * 20_000) + b"\r\n\r\n" + TEXT,
    "twenty thousand recipients": lambda: HEAD + b"Cc: " + PEOPLE + b"\r\n\r\n",
    "a text of five megabytes": lambda: HEAD + TEXT * 50_000,
    "html of two megabytes": lambda: HEAD + TEXT.replace(b"plain", b"html") + b"<p>a</p>" * 250_000,
    "uuencode of ten megabytes": lambda: HEAD + b"\r\n" + UU,
    "signed data within signed data": lambda: HEAD + CMS,
    "a sender of sixty kilobytes": lambda: b"From: " + b"a" * 60_000 + b"\r\n\r\n" + TEXT,
    "copies to a@b ((((": lambda: HEAD + b"Cc: a@b " + b"(" * 97_000 + b"\r\n\r\n",
    "a text of marks": lambda: PLAIN + ("\u0301\u0327" * 100_000).encode(),
    "uuencode of empty lines": lambda: PLAIN + b"begin 644 a.bin\r\n" + b"`\r\n" * 6_600_000 + b"end\r\n",
    "uuencode of nothing": lambda: PLAIN + b"begin 644 a.bin\n" + b"\n" * 20_000_000 + b"end\n",
    "a million parts": lambda: mail(*[b""] * 1_000_000),
    "a million parts as the library reads them": lambda: mail(*[b""] * 1_000_000).replace(b"\r", b""),
    "ten megabytes of 1-": lambda: PLAIN + b"1-" * 4_850_000,
    "twenty megabytes of digits": lambda: PLAIN + b"1" * 20_000_000,
    "html of twenty megabytes": lambda: PLAIN.replace(b"plain", b"html") + b"<b>" * 6_600_000,
    "three million fields": lambda: HEAD + b"X: a\r\n" * 3_000_000 + b"\r\n",
    "three million fields that end as on old Macs": lambda: HEAD + b"X: a\r" * 3_000_000 + b"\r\n",
    "a subject of four megabytes": lambda: b"Subject: " + b"a " * 2_000_000 + b"\r\n" + HEAD + b"\r\n\r\n" + TEXT,
    "a subject of twenty megabytes": lambda: b"Subject: " + b"Re: " * 5_000_000 + b"\r\n" + HEAD + b"\r\n\r\n" + TEXT,
    "a subject of raw Shift_JIS": lambda: b"Subject: " + b"\x83\x41" * 2_000_000 + b"\r\n" + HEAD + b"\r\n\r\n" + TEXT,
    "a parameter for each byte": lambda: HEAD + b"Content-Type: text/plain" + b"; a=b" * 1_000_000 + b"\r\n\r\n" + TEXT,
    "a million begins of uuencode": lambda: PLAIN + b"begin 644 a.xlsx\r\n" * 1_000_000,
    "a million rows of a list": lambda: mail(b"Content-Type: text/csv; name=a.csv\r\n\r\n" + b"a,b\r\n" * 1_200_000),
    "fifty thousand recipients, each in a field": lambda: b"To: a <b@c.lg.jp>\r\n" * 50_000 + HEAD + b"\r\n\r\n" + TEXT,
    "broken base64": lambda: mail(BASE64 + b"=A==*A" * 3_300_000),
    "base64 in padded pieces": lambda: mail(BASE64 + b"QQ==\n" * 4_000_000),
    "base64 in short lines": lambda: mail(BASE64 + b"Q\n" * 10_000_000),
}


@pytest.mark.long
@pytest.mark.parametrize("name", LARGE)
def test_what_is_large_in_one_place_only(reader: Reader, name: str) -> None:
    """The inputs of attackers among them, at their sizes (60 KB to 20 MB)."""
    assert reader.read_mail(LARGE[name]()).kind in ("submission", "inquiry")
