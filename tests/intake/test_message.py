"""Addresses, ids and bodies."""

from __future__ import annotations

import pytest

from intake.mail.message import addresses, message_ids, read_message
from intake.mail.mime import parse


def _pairs(field: bytes) -> list[tuple[str, str]]:
    return [(address.name, address.address) for address in addresses(field)]


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        (b"a@b.jp", [("", "a@b.jp")]),
        (b'"Yamada, Taro" <a@b.jp>, c@d.jp', [("Yamada, Taro", "a@b.jp"), ("", "c@d.jp")]),
        (b"=?utf-8?Q?=E5=B7=9D,=E5=B7=9D?= <a@b.jp>", [("川,川", "a@b.jp")]),
        (b'"=?utf-8?B?5bed?=" <a@b.jp>', [("川", "a@b.jp")]),
        (b"a@b.jp (=?utf-8?B?5bed?=)", [("川", "a@b.jp")]),
        (b"=?utf-8?B?5bedIDxhQGIuanA+?=", [("川", "a@b.jp")]),  # 川 <a@b.jp> in one encoded word
        ("健康表 <a@b.jp>".encode("cp932"), [("健康表", "a@b.jp")]),
        ("健康表 <a@b.jp>".encode("iso2022_jp"), [("健康表", "a@b.jp")]),
        ("健康表 <a@b.jp>".encode(), [("健康表", "a@b.jp")]),
        (b'Group: a@b.jp, "x" <c@d.jp>;, e@f.jp', [("", "a@b.jp"), ("x", "c@d.jp"), ("", "e@f.jp")]),
        (b"undisclosed-recipients:;", []),
        (b"a..b.@docomo.example.jp", [("", "a..b.@docomo.example.jp")]),
        (b"MAILER-DAEMON", [("MAILER-DAEMON", "")]),
        (b"<>", []),
        (b"(" * 5000 + b"a@b.jp", [("", "a@b.jp")]),
        (b"x\x1b[31m@city.jp", [("x\\x1b[31m@city.jp", "")]),  # not 31m@city.jp, which nobody wrote
        (b'"a" <x\x00@b.jp>', [('"a" <x @b.jp>', "")]),
        (b"x\x7f@b.jp, y@b.jp", [("", "y@b.jp")]),
        (b'"Yokohama <a@b.jp>', [("Yokohama", "a@b.jp")]),  # a quote that nobody closed
        (b'"=?utf-8?B?5bed?= <a@b.jp>', [("\u5ddd", "a@b.jp")]),
        ('"\u5ddd <a@b.jp>'.encode(), [("\u5ddd", "a@b.jp")]),
        (b'"Yamada, Taro" <a@b.jp>, "Sato <c@d.jp>', [("Yamada, Taro", "a@b.jp"), ("Sato", "c@d.jp")]),
        (b"Yokohama a@b.jp>", [("", "a@b.jp")]),  # nor a bracket that nobody opened
        (b'"x@evil.example <a@b.jp>', [("", "x@evil.example"), ("", "a@b.jp")]),
        (b'"x@evil.example" <a@b.jp>', [("x@evil.example", "a@b.jp")]),
        (b'"a b"@c.jp', [("", '"a b"@c.jp')]),
    ],
)
def test_addresses(field: bytes, expected: list[tuple[str, str]]) -> None:
    assert _pairs(field) == expected


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        (b"<a@b>", ("<a@b>",)),
        (b"<a@b>\r\n <c@d> <a@b>", ("<a@b>", "<c@d>")),
        (b"<a@\r\n b>", ("<a@b>",)),
        (b"a@b", ("<a@b>",)),
        (b'Your message of "Thu, 20 Jul 2023"', ()),
        (b"", ()),
    ],
)
def test_message_ids(field: bytes, expected: tuple[str, ...]) -> None:
    assert message_ids(field) == expected


def test_every_field_of_the_header() -> None:
    raw = (
        b"From: a@b.jp\r\nReply-To: r@b.jp\r\nTo: t@b.jp, u@b.jp\r\nCc: c@b.jp\r\nSubject: s\r\nMessage-ID: <m@b>\r\n"
        b"In-Reply-To: <i@b>\r\nReferences: <h@b>\r\n <i@b>\r\nDate: nonsense\r\nMIME-Version: 1.0\r\n\r\nbody\r\n"
    )
    message = read_message(parse(raw))
    assert message.sender and message.sender.domain == "b.jp"
    assert message.reply_to and message.reply_to.address == "r@b.jp"
    assert [a.address for a in (*message.to, *message.cc)] == ["t@b.jp", "u@b.jp", "c@b.jp"]
    assert (message.message_id, message.in_reply_to) == ("<m@b>", "<i@b>")
    assert message.references == ("<h@b>", "<i@b>")
    assert (message.date, message.body, message.defects) == ("nonsense", "body\n", ())


def test_without_from_the_sender_field_speaks() -> None:
    message = read_message(parse(b"Sender: s@b.jp\r\n\r\n"))
    assert message.sender and message.sender.address == "s@b.jp"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>一</p><p>二</p>", "一\n二"),
        ("一<br>二<br/>\r\n三", "一\n二\n三"),
        ("<style>x</style>一&nbsp;&amp;\n 二", "一\xa0& 二"),
        ("<!--[if mso]><xml>x</xml><![endif]-->一", "一"),
        ("<table><tr><td>一</td><td>二</td></tr></table>", "一 二"),
        ("1 < 2 <b>一</b>", "1 < 2 一"),
        ("<![x 一", "<![x 一"),
        ("<head><title>t</title>一", "t\n一"),  # a head that nobody closes hides nothing
    ],
)
def test_html_as_text(html: str, text: str) -> None:
    raw = b"Content-Type: text/html; charset=utf-8\r\n\r\n" + html.encode()
    assert read_message(parse(raw)).body == text


def test_html_without_declared_charset_is_asked_itself() -> None:
    raw = b'Content-Type: text/html\r\n\r\n<meta charset="shift_jis">' + "回答".encode("cp932")
    assert read_message(parse(raw)).body == "回答"


def test_html_beside_an_unrelated_plain_footer_is_kept() -> None:
    raw = (
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>main</p>\r\n"
        b"--b\r\nContent-Type: text/plain\r\n\r\nfooter\r\n--b--\r\n"
    )
    assert read_message(parse(raw)).body == "main\nfooter"
