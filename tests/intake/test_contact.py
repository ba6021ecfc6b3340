"""What could be an e-mail address or a telephone number. Numbers after the Japanese numbering plan, all of them
of ministries, of examples, or made up."""

from __future__ import annotations

import pytest

from config.kinds.email import plausible_email
from config.kinds.telephone import plausible_telephone
from tests.workbooks.forms_at_hand import filled, only, the_sheet

EMAILS = [
    "kenko@city.example.lg.jpまで",
    "kenko@city.example.lg.jp及びyobo@city.example.lg.jp",
    "kenko@city.\nexample.lg.jp",
    "kenko‐1@city.example.lg.jp",  # U+2010
    "E-mail：kenko@city.example.lg.jp。",
    "kenkoー1@city.example.lg.jp",  # a long vowel for a hyphen
    "kenko@city.example.lg.jp",
    "ｋｅｎｋｏ＠ｃｉｔｙ．ｅｘａｍｐｌｅ．ｌｇ．ｊｐ",
    "kenko-1.ka+x@pref.example.jp",
    "kenko@city.example.lg.jp、yobo@city.example.lg.jp",
    "kenko@city.example.lg.jp\nyobo@city.example.lg.jp",
    "健康課 <kenko@city.example.lg.jp>",
    "kenko@city.example.lg.jp（代表）",
    "mailto:kenko@city.example.lg.jp",
    "o'hara@town.example.jp",
]
NO_EMAILS = [
    "kenko",
    "kenko@city",
    "kenko@@city.example.lg.jp",
    "kenko@city.example.lg.jp@",
    "kenko@city..example.lg.jp",
    ".kenko@city.example.lg.jp",
    "kenko@city,example,lg,jp",
    "kenko@city.example.lg,jp",
    "kenko @city.example.lg.jp",
    "kenko@city.example.lg.jp、yobo@",
    "kenko★city.example.lg.jp",
    "同上",
    "045-000-0000",
    "けんこう@city.example.lg.jp",
    "kenko@-city.example.1",
]
TELEPHONES = [
    "03-5253-1111",
    "352531111",  # a number cell: Excel keeps no leading zero, and its format shows it again
    "０３－５２５３－１１１１",
    "03（5253）1111",
    "(03)5253-1111",
    "0352531111",
    "03 5253 1111",
    "03ー5253ー1111",
    "03-5253-1111（内線2298・2355）",
    "03-5253-1111(2298)",
    "03-5253-1111 内線 2298",
    "内線2298 03-5253-1111",
    "045-671-2121、045-671-2122",
    "045-671-2121\n090-0000-1111",
    "代表 0465-81-1111",
    "09012345678",
    "050-3000-0000",
    "0800-100-0000",
    "0120-000-000",
    "+81-3-5253-1111",
    "+81 (0)3 5253 1111",
    "81-3-5253-1111",
    "0081-3-5253-1111",
    "03・5253・1111",
    "03/5253/1111",
]
NO_TELEPHONES = [
    "5253-1111",
    "内線2298",
    "1111",
    "同上",
    "03-5253-111",
    "045-6711-1111",
    "+1-202-555-0100",
]


@pytest.mark.parametrize("value", EMAILS)
def test_an_address_is_plausible(value: str) -> None:
    assert plausible_email(value)


@pytest.mark.parametrize("value", NO_EMAILS)
def test_what_is_no_addr_spec_is_not(value: str) -> None:
    assert not plausible_email(value)


@pytest.mark.parametrize("value", TELEPHONES)
def test_a_number_with_its_area_code_is_plausible(value: str) -> None:
    assert plausible_telephone(value)


@pytest.mark.parametrize("value", NO_TELEPHONES)
def test_a_number_that_cannot_be_dialled_from_elsewhere_is_not(value: str) -> None:
    assert not plausible_telephone(value)


def test_a_friendly_line_does_not_repeat_the_value() -> None:
    sheet = the_sheet(filled({"email": "kenko@city", "telephone": "5253-1111"}))
    assert [(f.code, f.severity, f.cell) for f in sheet.findings] == [
        ("telephone_unlikely", "warning", "D10"),
        ("email_unlikely", "warning", "D11"),
    ]
    assert "5253" not in repr(sheet.findings) and "kenko" not in repr(sheet.findings)
    assert only(sheet.findings, "email_unlikely").label == "メールアドレス"
