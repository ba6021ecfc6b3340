"""Charsets: the ladder, the extensions of ISO-2022-JP, and that no character goes missing."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from config.roster import load_roster
from intake.mail.charset import canonical, decode

ROSTER = load_roster()
NAMES = ROSTER.names()
BODIES = [body.full_name for body in ROSTER] + [body.name for body in ROSTER]
CODECS = {"utf-8": "utf-8", "shift_jis": "cp932", "euc-jp": "euc_jp", "iso-2022-jp": "iso2022_jp"}


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"\x1b$B\x7c\x62\x44\x50\x3b\x54\x1b(B", "髙槻市"),  # row 92 cell 66: IBM, selected by NEC
        (b"\x1b$B\x79\x75\x3a\x6a\x1b(B", "﨑崎"),  # row 89 cell 85
        (b"\x1b$B\x2d\x21\x2d\x6a\x2d\x5f\x1b(B", "①㈱㍻"),  # NEC row 13
        (b"\x1b(I6E6\x1b(B", "ｶﾅｶ"),  # JIS X 0201 in seven bits
        (b"\x0e6E6\x0f", "ｶﾅｶ"),  # CP50222: the same with SO and SI
        (b"\xb6\xc5\xb6 \x1b$B\x3b\x54\x1b(B", "ｶﾅｶ 市"),  # in eight bits
        (b"\x1b$(D\x30\x21\x1b(B", "丂"),  # JIS X 0212 row 16 cell 1
    ],
)
def test_jis_with_more_than_rfc1468(raw: bytes, text: str) -> None:
    decoded = decode(raw, "iso-2022-jp")
    assert (decoded.text, decoded.step, decoded.lossy) == (text, "cp50221", False)


@pytest.mark.parametrize(
    ("raw", "text"),
    [(b"\x1b$B\x21\x41\x1b(B", "～"), (b"\x1b$B\x21\x5d\x1b(B", "－"), (b"\x1b$B\x21\x42\x1b(B", "∥")],
)
def test_characters_with_two_mappings_are_read_as_windows_does(raw: bytes, text: str) -> None:
    assert decode(raw, "ISO-2022-JP").text == text


def test_jis_of_every_character_of_jis_x_0208_agrees_with_python_but_for_six() -> None:
    differing = {}
    for row in range(0x21, 0x75):
        for cell in range(0x21, 0x7F):
            raw = b"\x1b$B" + bytes([row, cell]) + b"\x1b(B"
            try:
                expected = raw.decode("iso2022_jp")
            except UnicodeDecodeError:
                continue
            if decode(raw, "iso-2022-jp").text != expected:
                differing[f"{row:02X}{cell:02X}"] = expected
    assert differing == {"2141": "〜", "2142": "‖", "215D": "−", "2171": "¢", "2172": "£", "224C": "¬"}


@pytest.mark.parametrize(
    ("label", "charset"),
    [
        ("Shift_JIS", "cp932"),
        ("x-sjis", "cp932"),
        ("Windows-31J", "cp932"),
        ("gb2312", "gb18030"),
        ("KS_C_5601-1987", "cp949"),
        ('"utf-8"', "utf-8"),
        ("unicode-1-1-utf-7", "utf-7"),
        ("ISO-8859-1", "cp1252"),
        ("nonsense", ""),
        ("utf-8\0", ""),
        ("base64", ""),
        ("idna", ""),
        ("", ""),
    ],
)
def test_labels(label: str, charset: str) -> None:
    assert canonical(label) == charset


@pytest.mark.parametrize(
    ("raw", "declared", "text"),
    [
        ("Café".encode("latin-1"), "iso-8859-1", "Café"),
        ("Café".encode(), "", "Café"),
        ("ｱﾝｹｰﾄ回答".encode("cp932"), "", "ｱﾝｹｰﾄ回答"),
        ("ｶﾅ".encode("cp932"), "shift_jis", "ｶﾅ"),
        ("①②㈱".encode("cp932"), "shift_jis", "①②㈱"),
        (b"\xad\xa1\xad\xea\xfc\xe2", "euc-jp", "①㈱髙"),  # the rows of CP932 in EUC-JP
        ("纳入回答".encode("gb18030"), "gb2312", "纳入回答"),
        (b"+MAowAQ-", "unicode-1-1-utf-7", "《、"),  # U+300A U+3001
    ],
)
def test_other_charsets(raw: bytes, declared: str, text: str) -> None:
    assert decode(raw, declared).text == text


@pytest.mark.parametrize("text", ["【横浜市】マイナンバーアンケート回答", "Re: 【横浜市】回答 (7/18)"])
def test_jis_out_of_which_the_escapes_were_taken_is_read(text: str) -> None:
    for declared in ("iso-2022-jp", "us-ascii", ""):
        read = decode(text.encode("iso-2022-jp").replace(b"\x1b", b""), declared)
        assert (read.text, read.step, read.lossy) == (text, "iso-2022-jp", False)


@pytest.mark.parametrize("raw", [b"$B12(B", b"cost: $Best(Buy) or $Ball(B)", b"a $BAR(B b", b"price $B (B"])
def test_ascii_that_looks_a_little_like_it_stays(raw: bytes) -> None:
    assert decode(raw, "").text == raw.decode()


def test_岬町_in_euc_jp_is_not_taken_for_utf_8() -> None:
    """Its four bytes are valid UTF-8 as well: only the roster can tell."""
    raw = "岬町".encode("euc_jp")
    assert raw.decode("utf-8") != "岬町"
    assert decode(raw, "utf-8", NAMES).text == "岬町"


def test_what_cannot_be_read_is_written_out() -> None:
    decoded = decode("【横浜市】".encode() + b"\xe3\x81", "utf-8")
    assert (decoded.text, decoded.step, decoded.lossy) == ("【横浜市】\\xe3\\x81", "declared", True)
    broken = decode(b"\x1b$B\x3b\x54\x7e\x7e\x1b(B", "iso-2022-jp")
    assert (broken.text, broken.lossy) == ("市\\x7e\\x7e", True)


def test_a_gaiji_stays_and_is_told() -> None:
    decoded = decode("市".encode("cp932") + b"\xf0\x40", "shift_jis")
    assert (decoded.text, decoded.lossy) == ("市\ue000", True)


def test_half_of_a_surrogate_pair_is_written_out() -> None:
    decoded = decode(b"+2AA-", "utf-7")
    assert (decoded.text, decoded.lossy) == ("\\ud800", True)


def test_a_long_text_is_compared_by_its_first_lines_that_are_not_ascii() -> None:
    text = "dear all\n" * 3000 + "神奈川県の回答です。\n" * 3000
    assert decode(text.encode("euc_jp"), "").text == text


@settings(max_examples=300, deadline=None)
@given(
    name=st.sampled_from(BODIES),
    charset=st.sampled_from(sorted(CODECS)),
    declared=st.sampled_from(["", "same", "us-ascii", "iso-8859-1", "x-unknown", "utf-8", "iso-2022-jp"]),
    form=st.sampled_from(["{}", "【{}】マイナンバーアンケート回答", "Re: {} 回答(2)"]),
)
def test_no_character_of_a_body_vanishes(name: str, charset: str, declared: str, form: str) -> None:
    text = form.format(name)
    raw = text.encode(CODECS[charset], "replace")
    assume(b"?" not in raw)  # else this charset lacks a character: nobody can send it so
    decoded = decode(raw, charset if declared == "same" else declared, NAMES)
    assert decoded.text == text
    assert not decoded.lossy


@settings(max_examples=300, deadline=None)
@given(
    raw=st.binary(max_size=60),
    declared=st.sampled_from(["", "utf-8", "iso-2022-jp", "hz", "utf-16", "\0", "utf-7"]),
)
def test_any_bytes_become_a_text_that_can_be_stored(raw: bytes, declared: str) -> None:
    decoded = decode(raw, declared)
    assert decoded.text.encode("utf-8").decode("utf-8") == decoded.text
    assert decoded.step
