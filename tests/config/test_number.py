"""Numbers as people write them: what is taken, what is asked about, and that nobody who wrote one is accused."""

from __future__ import annotations

from decimal import Decimal

import pytest

from config.kinds.kind import Around
from config.kinds.number import NumberKind

PEOPLE = NumberKind(unit="人")
PLACES = NumberKind(unit="か所")
MONEY = NumberKind(unit="千円")
YEN = NumberKind(unit="円")
SHARE = NumberKind(unit="％", max=Decimal(100), places=1)
AREA = NumberKind(unit="㎡", places=2)
CHANGE = NumberKind(unit="人", min=Decimal(-1000))


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (PEOPLE, "0", "0"),
        (PEOPLE, "０", "0"),
        (PEOPLE, "1234", "1234"),
        (PEOPLE, "１，２３４", "1234"),
        (PEOPLE, "1,234人", "1234"),
        (PEOPLE, " 12 名 ", "12"),
        (PEOPLE, "12（人）", "12"),
        (PEOPLE, "12人。", "12"),
        (PEOPLE, "約1,200人", "1200"),
        (PEOPLE, "30人程度", "30"),
        (PEOPLE, "計 45人", "45"),
        (PEOPLE, "3万", "30000"),
        (PEOPLE, "1.5万人", "15000"),
        (PEOPLE, "007", "7"),
        (PEOPLE, "12.0", "12"),
        (PEOPLE, "2.9999999999999996", "3"),  # as a sheet computes 3
        (PLACES, "3箇所", "3"),
        (PLACES, "3ヶ所", "3"),
        (PLACES, "3カ所", "3"),
        (MONEY, "1,000", "1000"),
        (MONEY, "1,000千円", "1000"),
        (YEN, "￥1,000", "1000"),
        (YEN, "1,000円", "1000"),
        (YEN, "5千円", "5000"),
        (YEN, "1.2億円", "120000000"),
        (SHARE, "50", "50%"),
        (SHARE, "50％", "50%"),
        (SHARE, "0.5%", "0.5%"),
        (SHARE, "0", "0%"),
        (SHARE, "5パーセント", "5%"),
        (SHARE, "30.000000000000004%", "30%"),
        (SHARE, "33.333333333333336%", "33.3%"),  # 1/3, which the cell shows as 33.3%
        (AREA, "120.5㎡", "120.5"),
        (AREA, "120.5m2", "120.5"),
        (AREA, "120.5m²", "120.5"),
        (AREA, "120.5平方メートル", "120.5"),
        (CHANGE, "-5", "-5"),
        (CHANGE, "△5", "-5"),
        (CHANGE, "▲１，０００", "-1000"),
        (CHANGE, "−5人", "-5"),
        (CHANGE, "－0", "0"),
        (AREA, "1e-07", "0"),
    ],
)
def test_a_number_is_read(kind: NumberKind, text: str, value: str) -> None:
    assert kind.read(text) == value
    assert list(kind.faults(text, Around())) == []
    assert kind.read(kind.shown(kind.read(text))) == kind.read(text)


@pytest.mark.parametrize(
    "text",
    [
        *("10 20", "10\u200b20", "10\n20", "10、20", "10～20", "10-20", "1,23", "12,34,567", "10/20", "1.2.3", "3万5千"),
        *("①", "2²", "½", "三人", "Ⅲ", "多数", "なし", "－", "未定", "12日", "12クラブ", "2023-06-03", "TRUE", "人", "△"),
        *("0x10", "1e999999999", "1" * 16, "9" * 5000, "١٢", "12人（うち女性3人）", "10以上", "12?", "=1+1", "50％"),
    ],
)
def test_what_may_be_something_else_is_not_read(text: str) -> None:
    assert PEOPLE.read(text) == ""
    (fault,) = PEOPLE.faults(text, Around())
    assert (fault.code, fault.expected) == ("number_unreadable", "0以上の整数（人）")


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        (MONEY, "1,000円", "「1,000千円」か「1千円」"),
        (MONEY, "¥1,000", "「1,000千円」か「1千円」"),
        (MONEY, "5万円", "「5千円」か「50千円」"),
        (MONEY, "3百万円", "「3千円」か「3,000千円」"),
        (SHARE, "0.5", "「0.5％」か「50％」"),
        (SHARE, "1", "「1％」か「100％」"),
        (NumberKind(unit="％", max=Decimal(200), places=1), "1.5", "「1.5％」か「150％」"),  # 150% as .xls stores it
        (NumberKind(unit="％"), "1.5", "「1.5％」か「150％」"),
    ],
)
def test_one_of_two_numbers_is_asked_about(kind: NumberKind, text: str, expected: str) -> None:
    assert kind.read(text) == ""
    (fault,) = kind.faults(text, Around())
    assert (fault.code, fault.expected) == ("number_unreadable", expected)


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        (PEOPLE, "-1", "0以上の整数（人）"),
        (PEOPLE, "1.5", "0以上の整数（人）"),
        (SHARE, "100.1％", "0以上100以下の数（％）で、小数第1位まで"),
        (SHARE, "33.33％", "0以上100以下の数（％）で、小数第1位まで"),
        (CHANGE, "△1,001", "-1,000以上の整数（人）"),
        (NumberKind(max=Decimal(366)), "367", "0以上366以下の整数"),
    ],
)
def test_a_number_beyond_its_bounds_is_told(kind: NumberKind, text: str, expected: str) -> None:
    (fault,) = kind.faults(text, Around())
    assert (fault.code, fault.expected) == ("number_out_of_range", expected)


@pytest.mark.parametrize(
    ("kind", "keys"),
    [
        (NumberKind(unit='"'), ["unit"]),
        (NumberKind(unit="あ" * 13), ["unit"]),
        (NumberKind(places=7), ["places"]),
        (NumberKind(max=Decimal(-1)), ["max"]),
        (NumberKind(max=Decimal(10) ** 20), ["max"]),
        (NumberKind(min=Decimal(-5), max=Decimal(-5)), []),
    ],
)
def test_its_keys_are_looked_at_when_a_survey_is_loaded(kind: NumberKind, keys: list[str]) -> None:
    assert [key for key, _ in kind.mistakes()] == keys


def test_it_says_how_its_cell_is_made_ready() -> None:
    assert PEOPLE.format == '#,##0"人"'
    assert (PEOPLE.typing.type, PEOPLE.typing.bounds) == ("whole", ("0",))
    assert (SHARE.format, SHARE.typed("50%")) == ("0.0%", Decimal("0.5"))  # Excel keeps 50% as 0.5
    assert (SHARE.typing.type, SHARE.typing.operator, SHARE.typing.bounds) == ("decimal", "between", ("0", "1"))
