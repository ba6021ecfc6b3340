"""No character vanishes: every name of the roster, and any text that CP932 can hold, comes through every charset and
every form in which a header field can be written."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.roster import load_roster
from intake.mail.filenames import file_name
from intake.mail.headers import header_text
from tests.intake.written import CHARSETS, fields, parameters

ROSTER = load_roster()
NAMES = ROSTER.names()
BODIES = sorted(
    {body.name for body in ROSTER}
    | {"髙槻市", "川﨑市", "澁谷区", "德島県", "凬町", "①～③", "㈱㌔", "﨑ﾏｲﾅﾝﾊﾞｰ"}
)


def _every_character_of_cp932() -> str:
    """Letters and symbols that CP932 reads back as it wrote them, user-defined ones left out."""
    found = []
    for lead in [0, *range(0x81, 0xA0), *range(0xE0, 0xFD)]:
        for trail in range(0x20 if not lead else 0x40, 0x100):
            raw = bytes([lead, trail]) if lead else bytes([trail])
            try:
                character = raw.decode("cp932")
            except UnicodeDecodeError:
                continue
            if len(character) == 1 and character.isprintable() and not "\uf000" <= character <= "\uf8ff":
                found.append(character)
    return "".join(dict.fromkeys(c for c in found if not "\ue000" <= c <= "\uf8ff"))


ALL = _every_character_of_cp932()


def check(text: str, charset: str, cut: int) -> None:
    raw = CHARSETS[charset](text)
    for form, field in fields(raw, charset, cut):
        found = header_text(field, NAMES)
        assert (found.text, found.lossy) == (text, False), (charset, form, field)
    name = f"{text}.xlsx"
    raw = CHARSETS[charset](name)
    for form, field in parameters(raw, charset, cut):
        assert file_name(field, b"", NAMES).text == name, (charset, form, field)


@pytest.mark.parametrize("charset", CHARSETS)
def test_every_twentieth_name_of_the_roster_comes_through_every_form(charset: str) -> None:
    assert len(BODIES) > 1700
    for place, name in enumerate(BODIES[::20]):
        check(f"【{name}】マイナンバーアンケート回答", charset, cut=4 + place % 17)


@pytest.mark.long
@pytest.mark.parametrize("charset", CHARSETS)
def test_every_name_of_the_roster_comes_through_every_form_wherever_it_is_cut(charset: str) -> None:
    for place, name in enumerate(BODIES):
        check(f"【{name}】マイナンバーアンケート回答", charset, cut=4 + place % 17)


@pytest.mark.parametrize("charset", CHARSETS)
@settings(max_examples=60, deadline=None)
@given(text=st.text(ALL, min_size=1, max_size=30), cut=st.integers(0, 40))
def test_any_text_comes_through_every_form_that_declares_its_charset(
    charset: str, text: str, cut: int
) -> None:
    """Within other words: two rare characters alone may be valid in two charsets at once, and then either may
    be wrong — the declaration or the reading."""
    text = f"【神奈川県】{text}の回答"
    raw = CHARSETS[charset](text)
    for form, field in fields(raw, charset, cut):
        if form != "raw":
            found = header_text(field)
            assert (found.text, found.lossy) == (text, False), (form, field)


def test_a_rare_kanji_alone_in_euc_jp_is_not_taken_for_arabic() -> None:
    """Its two bytes are valid UTF-8 (U+0621); the declaration settles it. Found by the property above."""
    assert header_text(b"=?EUC-JP?B?2KE=?=").text == "悄"


def test_every_character_of_cp932_is_read_in_each_charset() -> None:
    """One by one, so that none hides behind its neighbour."""
    assert len(ALL) > 7_300
    for charset, write in CHARSETS.items():
        for start in range(0, len(ALL), 40):
            text = ALL[start : start + 40]
            field = b"".join(f for form, f in fields(write(text), charset, 3) if form == "B")
            assert header_text(field).text == text.strip(), (charset, text)
