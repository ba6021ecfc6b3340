"""A mail with a workbook: parsed by Python's email and by our own intake, and held against the RFCs."""

from __future__ import annotations

import email
import re
from email import policy
from email.header import decode_header, make_header

import pytest

from intake.mail.mime import leaves, parse
from replies.letter import Attachment
from replies.letters.compose import compose
from replies.letters.render import Rendered
from tests.replies.test_compose import BODY, ENVELOPE, SUBJECT, composed, header_lines

NAME = "ご確認事項_Y-0214.xlsx"
BYTES = bytes(range(256)) * 40
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def with_book(*names: str) -> bytes:
    attachments = tuple(Attachment(name, BYTES) for name in names)
    return compose(Rendered(SUBJECT, BODY, attachments), ENVELOPE)


def test_text_and_workbook_come_back_as_they_were() -> None:
    mail = email.message_from_bytes(with_book(NAME), policy=policy.default)
    text, book = mail.iter_parts()
    assert mail.get_content_type() == "multipart/mixed"
    assert text.get_content().replace("\r\n", "\n") == BODY
    assert book.get_content() == BYTES
    assert (book.get_content_type(), book.get_content_disposition()) == (XLSX, "attachment")
    assert [part.defects for part in mail.walk()] == [[], [], []]


def test_the_name_is_written_both_ways() -> None:
    raw = with_book(NAME)
    # RFC 2231 §4, percent-encoded by hand from the UTF-8 bytes of ご確認事項
    assert b"filename*=utf-8''%E3%81%94%E7%A2%BA%E8%AA%8D%E4%BA%8B%E9%A0%85_Y-0214.xlsx" in raw
    plain = email.message_from_bytes(raw).get_payload()[1]
    word = plain.get_param("name")
    assert re.fullmatch(r"=\?utf-8\?b\?[A-Za-z0-9+/=]+\?=", str(word))
    assert str(make_header(decode_header(str(word)))) == NAME


def test_our_own_intake_reads_the_name() -> None:
    names = [leaf.filename for leaf in leaves(parse(with_book(NAME))) if leaf.filename]
    assert names == [NAME]


def test_it_is_ascii_with_crlf_and_has_short_lines() -> None:
    raw = with_book(NAME)
    assert raw.isascii()
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", raw)
    body = raw.split(b"\r\n\r\n", 1)[1]
    lines = [line for line in body.split(b"\r\n") if XLSX.encode() not in line]  # a word of 65 characters
    assert max(map(len, lines)) <= 78  # RFC 5322 §2.1.1


def test_the_boundary_stands_nowhere_else_and_mime_version_once() -> None:
    raw = with_book(NAME)
    boundary = email.message_from_bytes(raw).get_boundary()
    assert boundary
    assert raw.count(b"--" + boundary.encode()) == 3
    assert raw.lower().count(b"mime-version") == 1


def test_the_same_letter_gives_the_same_bytes() -> None:
    assert with_book(NAME) == with_book(NAME)


def test_without_a_workbook_nothing_changes() -> None:
    assert with_book() == composed()
    assert email.message_from_bytes(with_book()).get_content_type() == "text/plain"


def test_the_headers_are_those_of_a_letter_without_a_workbook() -> None:
    def kept(raw: bytes) -> list[bytes]:
        return [h for h in header_lines(raw) if not h.startswith((b"Content-", b"MIME-"))]

    assert kept(with_book(NAME)) == kept(with_book())


@pytest.mark.parametrize(
    "name",
    [
        "回答.xlsm",
        "回答.zip",
        "回答",
        "../回答.xlsx",
        "回答\r\nBcc: a@example.org.xlsx",
        "a\0.xlsx",
        ".xlsx",
        '回"答.xlsx',
    ],
)
def test_what_is_no_plain_xlsx_by_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="xlsx"):
        with_book(name)
