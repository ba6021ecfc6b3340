"""Numbers as people write them: what is taken, what is asked about, and that nobody who wrote one is accused."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from config.kinds.kind import Around
from config.kinds.number import NumberKind

PEOPLE = NumberKind(unit="人")
PLACES = NumberKind(unit="か所")
MONEY = NumberKind(unit="千円", min=Decimal(-50))
MILLIONS = NumberKind(unit="百万円")
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
        (MONEY, "120万円", "1200"),
        (MONEY, "１２０万円", "1200"),
        (MONEY, "¥120万", "1200"),
        (MONEY, "120（万円）", "1200"),
        (MONEY, "3百万円", "3000"),
        (MONEY, "1億2千万円", "120000"),
        (MONEY, "約1億2,345万6千円", "123456"),
        (MONEY, "△5万円", "-50"),
        (MONEY, "12,345千円", "12345"),
        (YEN, "12,345千円", "12345000"),
        (YEN, "3万500円", "30500"),
        (MILLIONS, "1.2億円", "120"),
        (MILLIONS, "12,000千円", "12"),
        (MILLIONS, "2兆5,000億円", "2500000"),
        (NumberKind(unit="百万円", places=1), "1,250万円", "12.5"),
        (PEOPLE, "5千人", "5000"),
        (PEOPLE, "５万人", "50000"),
        (PEOPLE, "3万5千", "35000"),
        (PEOPLE, "2千5百人", "2500"),
        (PEOPLE, "1億2千万", "120000000"),
        (PEOPLE, "3万人程度", "30000"),
        (PEOPLE, "1万2千3百4十5人", "12345"),
        (MONEY, "0円", "0"),
    ],
)
def test_a_number_is_read(kind: NumberKind, text: str, value: str) -> None:
    assert kind.read(text) == value
    assert list(kind.faults(text, Around())) == []
    assert kind.read(kind.shown(kind.read(text))) == kind.read(text)


@pytest.mark.parametrize(
    "text",
    [
        *("10 20", "10\u200b20", "10\n20", "10、20", "10～20", "10-20", "1,23", "12,34,567", "10/20", "1.2.3", "3万5"),
        *("①", "2²", "½", "三人", "Ⅲ", "多数", "なし", "－", "未定", "12日", "12クラブ", "2023-06-03", "TRUE", "人", "△"),
        *("0x10", "1e999999999", "1" * 16, "9" * 5000, "١٢", "12人（うち女性3人）", "10以上", "12?", "=1+1", "50％"),
        *("3万5", "2千5人", "1億2千", "1億2千人", "1億5", "5千万千", "1千2千", "2百5千", "1万12,000人", "1.5万2千", "万"),
        *("千5人", "10万 20人", "1万1千円", "3〜5万人", "2万~3万", "5千人万", "1億2億", "千万", "3万人5千人"),
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
        (MONEY, "5万", "「50,000千円」か「50千円」"),
        (MONEY, "¥5万5,500", "「55千円」か「56千円」"),
        (MONEY, "△1,234万5,678円", "「-12,346千円」か「-12,345千円」"),
        (MILLIONS, "12,345千円", "「12百万円」か「13百万円」"),
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


@st.composite
def amounts(draw: st.DrawFn) -> tuple[str, int]:
    """A sum of money as officials write it, and what it is in 円: each of 億, 万 and the rest as digits, with commas, or by
    千 where it is as many of them; none left out between two others."""
    first = draw(st.integers(0, 2))
    last = draw(st.integers(first, 2))
    written, worth = "", 0
    for place in range(first, last + 1):
        section = draw(st.integers(10, 9_999))
        in_thousands = section % 1_000 == 0 and draw(st.booleans())
        style = f"{section // 1_000}千" if in_thousands else draw(st.sampled_from((f"{section}", f"{section:,}")))
        written += style + ("億", "万", "")[place]
        worth += section * (10**8, 10**4, 1)[place]
    return written + "円", worth


@given(amounts(), st.sampled_from((("円", 1), ("千円", 1_000), ("百万円", 10**6))), st.integers(0, 6))
@example(("1億2千万円", 120_000_000), ("千円", 1_000), 0)
def test_an_amount_is_read_in_any_unit_or_asked_about(written: tuple[str, int], unit: tuple[str, int], places: int) -> None:
    """Whatever is read times its unit is what was written; it is asked about only where it does not come out (or, without
    a word of scale, where it may be of the unit asked for)."""
    text, worth = written
    kind = NumberKind(unit=unit[0], places=places)
    read = kind.read(text)
    if read:
        assert Decimal(read) * unit[1] == worth
        return
    asked = kind.choosing(kind.meaning(text))
    worded = any(word in text for word in "億万千")
    comes_out = worth * 10**places % unit[1] == 0
    assert asked and not (worded and comes_out)


@given(st.text("0123456789０１,.十百千万億兆円人約△ ", max_size=14))
def test_no_text_of_digits_and_scales_is_read_two_ways(text: str) -> None:
    """A number read as people is the number of 円 beside it; what the letter would quote of it reads as the same."""
    read = PEOPLE.read(f"{text}人")
    assert read in ("", YEN.read(f"{text}円"))
    assert not read or PEOPLE.read(PEOPLE.shown(read)) == read
