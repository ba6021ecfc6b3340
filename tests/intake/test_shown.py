"""What strangers write is shown as it is, in one line, without any power: over terminals, readers and mail programs."""

from __future__ import annotations

import json
import re
import sys
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from intake.finding import quote, quote_name
from intake.shown import clipped_name, escaped_json, one_line, unlinked, unturned, visible

EVERY = [chr(code) for code in range(sys.maxunicode + 1)]
UNSEEN = ("Cc", "Cf", "Zl", "Zp", "Cs")


def test_no_unseen_character_of_unicode_reaches_a_terminal_a_letter_or_json() -> None:
    unseen = [c for c in EVERY if unicodedata.category(c) in UNSEEN and c not in "\n\t"]
    assert len(unseen) > 2000
    for show in (visible, one_line, lambda c: escaped_json(json.dumps(c, ensure_ascii=False))):
        assert [hex(ord(c)) for c in unseen if c in show(c)] == []
    assert [c for c in unseen if json.loads(escaped_json(json.dumps(c, ensure_ascii=False))) != c] == []


def test_what_is_written_in_japan_stays_as_it_is() -> None:
    for text in ("髙槻市　葛󠄀城市の﨑", "㈱①Ⅳ℡", "か\u3099", "Å", "＜様式＞", "外\ue000字"):
        assert one_line(text) == text == unturned(text)
        assert quote(text) == " ".join(text.split())


@pytest.mark.parametrize(
    ("text", "line", "screen"),
    [
        ("町\r\n役場\x00", "町 役場", "町‹U+000D›\n役場‹U+0000›"),
        ("回答\u202exslx.exe", "回答‹U+202E›xslx.exe", "回答‹U+202E›xslx.exe"),
        ("\u2066a\u2069", "‹U+2066›a‹U+2069›", "‹U+2066›a‹U+2069›"),
        ("町\ud800", "町〓", "町‹U+D800›"),
        ("東京　都", "東京　都", "東京　都"),
        ("a\u200bb\ufeff", "ab", "a‹U+200B›b‹U+FEFF›"),
        ("\x1b[31m\x9b", "[31m", "‹U+001B›[31m‹U+009B›"),
        ("あ" + "\u0301" * 99, "あ" + "\u0301" * 8, "あ" + "\u0301" * 8),
    ],
)
def test_a_strangers_text_is_shown(text: str, line: str, screen: str) -> None:
    assert (one_line(text), visible(text)) == (line, screen)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("callto:evil ms-word:ofe|u|x javascript:alert(1)", "callto：evil ms-word：ofe|u|x javascript：alert(1)"),
        ("ｅｖｉｌ.ｃｏｍ へ", "ｅｖｉｌ．ｃｏｍ へ"), ("evil.मराठी.भारत", "evil．मराठी．भारत"), ("ที่.ไทย", "ที่．ไทย"),
        ("evil.xn--q9jyb4c 10.0.0.1:8080/a", "evil．xn--q9jyb4c 10．0．0．1:8080/a"),
        ("message.rpmsg 回答.みんな/x", "message．rpmsg 回答．みんな/x"),
        ("https://evil.example/login.php?x=1.2 を", "evil．example/login．php?x=1．2 を"),
        ("HTTP://EVIL.COM", "EVIL．COM"),
        ("hthttp://tp://evil.com", "tp:/evil．com"),
        ("www.evil.example", "evil．example"),
        ("evil.info:8080/x", "evil．info:8080/x"),
        ("x.xn--p1ai", "x．xn--p1ai"),
        ("mailto:a.b@evil.example", "mailto：a.b＠evil．example"),
        ("\\\\evil.example\\share\\a", "evil．example\\share\\a"),
        ("kaito.zip", "kaito．zip"),
        ("evil.com.xlsx", "evil．com.xlsx"),
        ("foo.docx.com", "foo．docx．com"),
        ("evil.みんな", "evil．みんな"),
        ("回答.みんな/login へ", "回答．みんな/login へ"),
        ("回答.コム、厚労省.世界", "回答．コム、厚労省．世界"),
        ("市.한국 市.рф 市.ไทย 市.भारत", "市．한국 市．рф 市．ไทย 市．भारत"),
        ("http://192.0.2.1/a", "192．0．2．1/a"),
        ("192.0.2.1:8080 と 10.0.0.255.", "192．0．2．1:8080 と 10．0．0．255."),
    ],
)
def test_no_mail_program_finds_a_link_in_what_is_quoted(text: str, shown: str) -> None:
    assert unlinked(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "【横浜市】マイナンバーアンケート回答.xlsx", "別添１.XLSX", "回答.zip", "横浜市.小慢.xlsx", "様式(1).xls",
        "３．様式", "2023.7.21", "R5.7.21 17:00",
        "3.14％", "第1.2版", "Ver.2", "No.5", "Q7-4.5", "①/②", "TEL:03-1234-5678",
        "横浜市.みんなの健康", "様式.𠮷野町.xlsx", "問1.①", "第1.Ⅳ", "版.β", "別紙.髙橋",
        "様式.世界遺産係.xlsx", "1.2.3", "1.2.3.4.5", "2023.7.21.10", "令和5.7.21", "３.１.４.１",
        "a.実施", "U.S.A.", "回答.xlsxについて", "鑑文.pdf、別紙.docx", "1.はい",
    ],
)  # fmt: skip
def test_what_honest_people_write_is_quoted_as_it_is(text: str) -> None:
    assert quote(text) == quote_name(text) == text


def test_a_long_name_of_a_file_keeps_its_ending() -> None:
    name = quote_name("あ" * 300 + ".xlsx")
    assert (len(name), name[-7:]) == (60, "あ….xlsx")
    assert clipped_name("a" * 80, 10) == "aaaaaaaaa…"


@example("\\\\ :")
@given(st.text(alphabet="ahtps:/\\.wm＠@ -zipxlcoあ回　\u202e\u0301\n", max_size=60))
def test_quoting_leaves_one_line_without_a_host(text: str) -> None:
    said = quote(text)
    assert len(said) <= 60 and said == " ".join(said.split())
    assert not any(mark in said for mark in ("//", "\u202e", "\\\\")) and not re.search(r"www\.\w", said)
    assert unlinked(unlinked(text)) == unlinked(text)


def test_a_number_that_must_not_be_shown_is_not_shown_at_the_edge_of_what_is_looked_at() -> None:
    """123456789018 has a valid check digit (省令 art. 5)."""
    for before in range(1985, 2001):
        assert "12345" not in quote(" " * before + "123456789018")
