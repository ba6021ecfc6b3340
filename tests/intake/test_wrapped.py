"""winmail.dat, opaque S/MIME and uuencode: what is inside is found, and damage to one thing costs no other."""

from __future__ import annotations

import binascii
import subprocess
from pathlib import Path

import pytest

from intake.mail.message import read_message
from intake.mail.mime import leaves, parse
from intake.mail.signed import content_of
from intake.mail.tnef import unwrap
from intake.mail.uuencoded import taken_out
from tests.mails.tnef_writer import Attached, winmail

NAME = "【髙槻市】マイナンバーアンケート回答①.xlsx"
BOOK = bytes(range(256)) * 9


def _mail(data: bytes, content_type: str = "application/ms-tnef", text: bytes = b"") -> bytes:
    head = b"From: a@b.jp\nSubject: a\nContent-Type: multipart/mixed; boundary=b\n\n"
    first = b"--b\nContent-Type: text/plain; charset=utf-8\n\n" + text + b"\n"
    second = f'--b\nContent-Type: {content_type}; name="winmail.dat"\nContent-Transfer-Encoding: base64\n\n'.encode()
    return head + first + second + binascii.b2a_base64(data) + b"--b--\n"


def _files(raw: bytes) -> list[tuple[str, bytes, bool]]:
    return [(leaf.filename, leaf.data, leaf.frame) for leaf in leaves(parse(raw)) if not leaf.displayed]


@pytest.mark.parametrize(
    "content_type", ["application/ms-tnef", "application/vnd.ms-tnef", "application/octet-stream"]
)
def test_files_of_a_winmail_dat_stand_behind_it(content_type: str) -> None:
    data = winmail([Attached(b"KAITO~1.XLS", BOOK, NAME), Attached(b"MEMO.TXT", b"x")])
    assert _files(_mail(data, content_type)) == [
        ("winmail.dat", data, True),
        (NAME, BOOK, False),
        ("MEMO.TXT", b"x", False),
    ]


@pytest.mark.parametrize("long", [NAME, NAME.encode("cp932"), None])
def test_its_names_are_read_in_unicode_and_in_the_code_page(long: str | bytes | None) -> None:
    data = winmail([Attached(NAME.encode("cp932") if long is None else b"A.XLS", BOOK, long)])
    assert _files(_mail(data))[1][0] == NAME


def test_its_text_is_shown_only_where_the_mail_has_none() -> None:
    data = winmail([], "髙槻市です。".encode("cp932"))
    assert read_message(parse(_mail(data))).body.strip() == "髙槻市です。"
    assert read_message(parse(_mail(data, text=b"hello"))).body.strip() == "hello"


def test_its_html_is_shown_where_there_is_no_plain_text() -> None:
    data = winmail([], html="<p>髙槻市<br>です。</p>".encode("cp932"))
    assert read_message(parse(_mail(data))).body.strip() == "髙槻市\nです。"


def test_a_message_attached_in_it_brings_its_files() -> None:
    inner = winmail([Attached(b"A.XLS", BOOK, NAME)])
    data = winmail([Attached(b"Fw", b"", "転送", message=inner), Attached(b"B.TXT", b"b")])
    assert [name for name, _, _ in _files(_mail(data))] == ["winmail.dat", "転送", NAME, "B.TXT"]


def test_a_date_that_is_none_costs_no_file() -> None:
    data = winmail([Attached(b"A.XLS", BOOK, NAME, modified=(0, 0, 99, 99, 0, 0, 0))])
    assert [name for name, _, _ in _files(_mail(data))] == ["winmail.dat", NAME]


@pytest.mark.parametrize("kept", [0, 3, 4, 6, 10, 40, 120, 200, 300, 700])
def test_one_that_is_cut_off_gives_what_it_has_and_says_so(kept: int) -> None:
    data = winmail([Attached(b"A.XLS", BOOK, NAME), Attached(b"B.TXT", b"b")])[:kept]
    found = unwrap(data)
    assert (found is None) == (kept < 4)
    if kept == 700:
        assert found is not None and not found.whole
        assert [a.name for a in found.attached] == [b"A.XLS"] and BOOK.startswith(
            found.attached[0].data[:200]
        )
        told = [d.what for d in read_message(parse(_mail(data))).defects]
        assert told == ["winmail.dat could not be read whole"]


def test_every_byte_may_be_wrong() -> None:
    data = winmail([Attached(b"A.XLS", b"abc", NAME)], b"text", b"<p>x</p>")
    for place in range(len(data)):
        for value in (0, 255):
            unwrap(data[:place] + bytes([value]) + data[place + 1 :])


def _signed(folder: Path, entity: bytes, *options: str) -> bytes:
    """A mail signed by openssl, opaque."""
    (folder / "in").write_bytes(entity)
    key = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-keyout",
        "k",
        "-out",
        "c",
        "-subj",
        "/CN=a",
    ]
    subprocess.run(key, cwd=folder, check=True, capture_output=True)
    sign = [
        "openssl",
        "cms",
        "-sign",
        "-nodetach",
        "-binary",
        "-in",
        "in",
        "-signer",
        "c",
        "-inkey",
        "k",
        *options,
    ]
    return subprocess.run(sign, cwd=folder, check=True, capture_output=True).stdout


@pytest.mark.parametrize("options", [(), ("-stream",)])  # DER, and BER of indefinite length
def test_what_was_signed_in_one_piece_is_read(tmp_path: Path, options: tuple[str, ...]) -> None:
    inner = _mail(BOOK, "application/octet-stream", "回答です。".encode()).partition(b"Subject: a\n")[2]
    raw = b"From: a@b.jp\nSubject: a\n" + _signed(tmp_path, inner, *options)
    part = parse(raw)
    names = [(leaf.filename, leaf.frame) for leaf in leaves(part) if not leaf.displayed]
    assert names == [("smime.p7m", True), ("winmail.dat", False)]
    assert leaves(part)[-1].data == BOOK
    assert read_message(part).body.strip() == "回答です。"


def test_what_is_encrypted_or_broken_stays_closed(tmp_path: Path) -> None:
    der = _signed(tmp_path, b"Content-Type: text/plain\n\nx", "-outform", "DER")
    encrypt = ["openssl", "cms", "-encrypt", "-in", "in", "-outform", "DER", "c"]
    closed = subprocess.run(encrypt, cwd=tmp_path, check=True, capture_output=True).stdout
    assert content_of(der) == b"Content-Type: text/plain\n\nx"
    assert content_of(closed) is None
    for place in range(0, len(der), 7):
        content_of(der[:place])
        content_of(der[:place] + bytes([der[place] ^ 0xFF]) + der[place + 1 :])
    assert content_of(b"\x24\x80" * 50_000) is None  # constructed strings within each other


def uuencoded(data: bytes, name: bytes) -> bytes:
    lines = b"".join(binascii.b2a_uu(data[at : at + 45]) for at in range(0, len(data), 45))
    return b"begin 644 " + name + b"\n" + lines + b"`\nend\n"


@pytest.mark.parametrize("codec", ["cp932", "utf-8", "euc_jp"])
def test_a_file_in_the_text_is_taken_out_of_it(codec: str) -> None:
    name = "【横浜市】回答一覧表.xlsx"
    text = "回答です。\n".encode(codec) + uuencoded(BOOK, name.encode(codec)) + "以上\n".encode(codec)
    raw = b"From: a@b.jp\nSubject: a\n\n" + text.replace(b"\n", b"\r\n")
    assert read_message(parse(raw)).body == "回答です。\n以上\n"
    assert _files(raw) == [(name, BOOK, False)]


def test_blanks_cut_off_at_the_ends_of_lines_do_no_harm() -> None:
    block = uuencoded(bytes(900), b"zero.bin").replace(b"`", b" ")
    cut = b"\n".join(line.rstrip(b" ") for line in block.split(b"\n"))
    assert taken_out(cut.replace(b"\n\nend", b"\n \nend"))[1][0].data == bytes(900)


def test_a_part_in_the_encoding_x_uuencode() -> None:
    block = uuencoded(BOOK, b"a.xlsx").decode()
    raw = f"From: a@b.jp\nContent-Type: application/x; name=a.xlsx\nContent-Transfer-Encoding: x-uuencode\n\n{block}"
    assert _files(raw.encode()) == [("a.xlsx", BOOK, False)]


def test_base64_between_begin_and_end() -> None:
    lines = b"".join(binascii.b2a_base64(BOOK[at : at + 45]) for at in range(0, len(BOOK), 45))
    assert taken_out(b"begin-base64 644 a.xlsx\n" + lines + b"====\n")[1][0].data == BOOK


@pytest.mark.parametrize(
    "text",
    [
        b"begin 644 of the story\nThe end is near\nend\n",
        b"begin 644 a.xlsx\nM" + b"A" * 60,
        b"begin 644 a.xlsx\n" + "回答\n".encode() + b"end\n",
        b"let us begin 644 now\n",
    ],
)
def test_prose_is_none(text: bytes) -> None:
    assert taken_out(text) == (text, ())
