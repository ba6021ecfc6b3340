"""The bytes of a mail: parsed with Python's email, and held against the RFCs' limits as raw bytes."""

from __future__ import annotations

import base64
import email
import re
from dataclasses import replace
from datetime import datetime
from email import policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parseaddr

import pytest

from config.jst import JST
from replies.letter import Envelope, Thread
from replies.letters.compose import compose
from replies.letters.render import Rendered

SUBJECT = (
    "【確認のお願い】Re: 【神奈川県横須賀市】マイナンバーアンケート回答（髙槻・𠮷野・①） [受付番号 Y-0007]"
)
NAME = "厚生労働省健康局難病対策課難病調査研究係、小児慢性特定疾病係"
BODY = "神奈川県横須賀市　御担当者様\n\n.点で始まる行\nFrom で始まる行　\n"
LONG_ID = f"<{'TYCPR01MB' * 9}@{'x' * 30}.jpnprd01.prod.outlook.com>"  # 126 characters; Exchange makes such
ENVELOPE = Envelope(
    sender_name=NAME,
    sender="n_mynumber@mhlw.go.jp",
    recipient="kenko@city.yokosuka.kanagawa.jp",
    message_id="<y-0007.correction@mhlw.go.jp>",
    thread=Thread(LONG_ID, ("<first@pref.kanagawa.jp>", "<second@pref.kanagawa.jp>")),
    date=datetime(2023, 7, 20, 14, 5, 0, tzinfo=JST),
    receipt="Y-0007",
)
ENCODED_WORD = re.compile(rb"=\?[^?\s]+\?[bBqQ]\?[^?\s]*\?=")


def composed(**changes: object) -> bytes:
    return compose(Rendered(SUBJECT, BODY), replace(ENVELOPE, **changes))  # type: ignore[arg-type]


def parsed(raw: bytes) -> EmailMessage:
    return email.message_from_bytes(raw, policy=policy.default)


def header_lines(raw: bytes) -> list[bytes]:
    return raw.split(b"\r\n\r\n", 1)[0].split(b"\r\n")


def test_subject_names_and_body_come_back_as_they_were() -> None:
    mail = parsed(composed())
    assert mail["Subject"] == SUBJECT
    # Not through policy.default: Python 3.11 leaves blanks between encoded words of a display name.
    name, address = parseaddr(email.message_from_bytes(composed())["From"])
    assert str(make_header(decode_header(name))) == NAME
    assert address == "n_mynumber@mhlw.go.jp"
    assert mail["To"] == "kenko@city.yokosuka.kanagawa.jp"
    assert mail.get_content().replace("\r\n", "\n") == BODY
    assert mail.defects == []


def test_the_text_is_plain_utf8_in_base64_with_canonical_line_ends() -> None:
    raw = composed()
    mail = parsed(raw)
    assert (mail.get_content_type(), mail.get_content_charset()) == ("text/plain", "utf-8")
    assert mail["Content-Transfer-Encoding"] == "base64"
    payload = base64.b64decode(raw.split(b"\r\n\r\n", 1)[1])
    assert payload == BODY.replace("\n", "\r\n").encode()  # RFC 2045 §6.8


def test_the_bytes_are_seven_bit_with_crlf_and_short_lines() -> None:
    raw = composed()
    assert raw.isascii()
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", raw)
    assert max(map(len, raw.split(b"\r\n"))) <= 998  # RFC 5322 §2.1.1
    assert [line for line in header_lines(raw) if len(line) > 78 and LONG_ID.encode() not in line] == []


def test_encoded_words_keep_to_rfc_2047_and_split_no_character() -> None:
    raw = composed()
    words = ENCODED_WORD.findall(b"\r\n".join(header_lines(raw)))
    assert len(words) >= 5
    assert [word for word in words if len(word) > 75] == []
    for word in words:  # each must decode on its own (RFC 2047 §5)
        assert "\ufffd" not in str(make_header(decode_header(word.decode())))
    assert [line for line in header_lines(raw) if ENCODED_WORD.search(line) and len(line) > 76] == []


def test_the_thread_is_whole_and_in_order() -> None:
    raw = composed()
    unfolded = re.sub(rb"\r\n[ \t]", b" ", raw.split(b"\r\n\r\n", 1)[0]).decode().split("\r\n")
    assert len(LONG_ID) > 81
    assert f"In-Reply-To: {LONG_ID}" in unfolded
    assert f"References: <first@pref.kanagawa.jp> <second@pref.kanagawa.jp> {LONG_ID}" in unfolded
    assert "Message-ID: <y-0007.correction@mhlw.go.jp>" in unfolded


def test_an_id_that_is_already_among_the_references_is_not_repeated() -> None:
    raw = composed(thread=Thread("<b@x.jp>", ("<a@x.jp>", "<b@x.jp>", "<a@x.jp>")))
    assert parsed(raw)["References"].split() == ["<a@x.jp>", "<b@x.jp>"]


def test_a_mail_without_ids_starts_a_thread_of_its_own() -> None:
    mail = parsed(composed(thread=Thread("", ())))
    assert mail["In-Reply-To"] is None
    assert mail["References"] is None


def test_what_is_no_id_is_left_out_of_the_thread() -> None:
    raw = composed(
        thread=Thread("<a b@x.jp>", ("<ok@x.jp>", "garbage", "<日本@x.jp>", f"<{'z' * 2000}@x.jp>"))
    )
    mail = parsed(raw)
    assert mail["In-Reply-To"] is None
    assert mail["References"] == "<ok@x.jp>"


def test_an_endless_thread_keeps_its_first_and_its_newest_ids() -> None:
    ids = tuple(f"<{n}@x.jp>" for n in range(5000))
    kept = parsed(composed(thread=Thread("<answered@x.jp>", ids)))["References"].split()
    assert kept[0] == "<0@x.jp>"
    assert kept[-2:] == ["<4999@x.jp>", "<answered@x.jp>"]
    assert len(kept) == 100


def test_it_says_that_a_machine_wrote_and_wants_no_machine_to_answer() -> None:
    mail = parsed(composed())
    assert mail["Auto-Submitted"] == "auto-replied"
    assert mail["X-Auto-Response-Suppress"] == "DR, RN, NRN, OOF, AutoReply"
    assert mail["X-Uketsuke"] == "Y-0007"
    assert mail["Date"] == "Thu, 20 Jul 2023 14:05:00 +0900"
    assert mail["MIME-Version"] == "1.0"


def test_no_header_stands_twice() -> None:
    names = [name.lower() for name, _ in parsed(composed()).items()]
    assert len(names) == len(set(names)) == 13


def test_the_same_letter_gives_the_same_bytes() -> None:
    assert composed() == composed()


def test_a_rehearsal_says_to_whom_it_would_have_gone() -> None:
    mail = parsed(composed(rehearsal_for="kenko@city.yokosuka.kanagawa.jp", recipient="desk@mhlw.go.jp"))
    assert mail["Subject"] == f"【リハーサル】{SUBJECT}"
    assert mail["To"] == "desk@mhlw.go.jp"
    first, blank, rest = mail.get_content().replace("\r\n", "\n").split("\n", 2)
    assert "kenko@city.yokosuka.kanagawa.jp" in first
    assert (blank, rest) == ("", BODY)


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\0"])
@pytest.mark.parametrize(
    "field", ["sender_name", "sender", "recipient", "message_id", "receipt", "rehearsal_for"]
)
def test_a_line_end_in_a_header_value_is_refused(field: str, end: str) -> None:
    value = getattr(ENVELOPE, field) + f"{end}Bcc: a@example.org"
    with pytest.raises(ValueError, match=field):
        composed(**{field: value})


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\0"])
def test_a_line_end_in_the_subject_is_refused_and_an_id_with_one_left_out(end: str) -> None:
    with pytest.raises(ValueError, match="subject"):
        compose(Rendered(f"件名{end}Bcc: a@example.org", BODY), ENVELOPE)
    evil = f"<a@x.jp>{end}Bcc: a@example.org"
    mail = parsed(composed(thread=Thread(evil, (evil, "<b@x.jp>"))))
    assert (mail["In-Reply-To"], mail["References"], mail["Bcc"]) == (None, "<b@x.jp>", None)


@pytest.mark.parametrize(
    "recipient",
    ["", "nobody", "a@x.jp, b@x.jp", "Name <a@x.jp>", "日本@x.jp", f"{'x' * 65}@x.jp", f"x@{'y.' * 130}jp"],
)
def test_what_is_not_one_plain_address_is_refused(recipient: str) -> None:
    with pytest.raises(ValueError, match="address"):
        composed(recipient=recipient)


def test_a_date_without_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        composed(date=datetime(2023, 7, 20))  # noqa: DTZ001


def test_a_plain_mail_is_written_as_the_standard_library_writes_it() -> None:
    mail = email.message_from_bytes(composed(), policy=policy.compat32)

    assert mail.as_bytes(policy=policy.compat32.clone(linesep="\r\n", max_line_length=0)) == composed()
