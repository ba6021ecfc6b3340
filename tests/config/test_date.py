"""A day as people write one: what is read, what is asked about, and what is out of its bounds.

Expected days by hand, by the years of the eras (平成元年 = 1989) and by Excel's count (45443 = 2024-05-31).
"""

from __future__ import annotations

from datetime import date

import pytest

from config.kinds.date import DateKind
from config.kinds.kind import Around


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("令和６年５月31日", "2024-05-31"),
        ("令和6年5月31日（金）", "2024-05-31"),
        ("令和六年五月三十一日", "2024-05-31"),
        ("令和６年（2024年）５月３１日", "2024-05-31"),
        ("2024年（令和６年）5月31日", ""),  # the other way about is asked, not guessed
        ("令和元年５月１日", "2019-05-01"),
        ("平成31年４月30日", "2019-04-30"),
        ("平成三十一年四月三十日", "2019-04-30"),
        ("昭和64年1月7日", "1989-01-07"),
        ("明治23年4月1日", "1890-04-01"),
        ("大正12年９月１日", "1923-09-01"),
        ("R6.5.31", "2024-05-31"),
        ("Ｈ２０．４．１", "2008-04-01"),
        ("S55/4/1", "1980-04-01"),
        ("R.6.5.31", "2024-05-31"),
        ("2024/5/31", "2024-05-31"),
        ("２０２４－０５－３１", "2024-05-31"),
        ("2024年5月31日", "2024-05-31"),
        ("20240531", "2024-05-31"),
        ("2024-05-31", "2024-05-31"),
        ("2024-05-31 13:45:00", "2024-05-31"),
        ("45443", "2024-05-31"),
        ("29312", "1980-04-01"),
        (" 2024/ 5/31 ", "2024-05-31"),
        ("令和６年２月29日", "2024-02-29"),
    ],
)
def test_what_says_one_day_is_read(text: str, day: str) -> None:
    assert DateKind().read(text) == day


@pytest.mark.parametrize(
    "text",
    [
        "", "未定", "令和６年５月", "５月31日", "5/31", "令和６年２月30日", "令和５年２月29日", "2024/13/1", "2024/5-31",
        "6.5.31", "24/5/31", "50401", "60531", "060531", "5060401", "31/5/2024", "平成32年4月1日", "昭和65年1月1日",
        "令和0年1月1日", "令和６年５月31日又は６月１日", "令和６年５月31日～６月２日", "令和６年（2023年）５月31日", "R6.5",
        "令和６年５月末日", "令和６年度", "45443.5", "12", "99999", "令和６年５月31日頃", "①", "x" * 5000,
        "二千二十四年五月三十一日", "2024.5.",
        "平31.4.1", "2024年5月31日2024年6月1日", "令和100年1月1日",
    ],
)  # fmt: skip
def test_what_does_not_is_asked_about(text: str) -> None:
    assert DateKind().read(text) == ""


@pytest.mark.parametrize(
    ("text", "either"),
    [
        ("6.5.31", "「令和6年5月31日」か「2006年5月31日」"),
        ("24/5/31", "「令和24年5月31日」か「2024年5月31日」"),
    ],
)
def test_a_short_year_is_asked_with_both_of_its_meanings(text: str, either: str) -> None:
    (fault,) = DateKind().faults(text, Around())
    assert (fault.code, fault.expected) == ("value_unreadable", either)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("2024-03-31", ["value_out_of_range"]),
        ("R6.4.1", []),
        ("令和７年３月３１日", []),
        ("2025/4/1", ["value_out_of_range"]),
    ],
)
def test_bounds_hold_including_their_own_days(text: str, codes: list[str]) -> None:
    kind = DateKind(min=date(2024, 4, 1), max=date(2025, 3, 31))
    assert [fault.code for fault in kind.faults(text, Around())] == codes
    assert kind.wanted() == "令和６年４月１日以後、令和７年３月31日以前の年月日（例：令和６年５月31日）"
    assert kind.typing.bounds == ("45383", "45747")


@pytest.mark.parametrize(
    ("bounds", "key"),
    [({"min": date(1890, 1, 1)}, "min"), ({"min": date(2024, 2, 1), "max": date(2024, 1, 1)}, "max")],
)
def test_bounds_that_make_no_sense_are_mistakes(bounds: dict[str, date], key: str) -> None:
    assert [place for place, _ in DateKind(**bounds).mistakes()] == [key]  # type: ignore[arg-type]


def test_a_day_before_excel_counts_is_exported_as_a_text() -> None:
    assert DateKind().typed("1890-04-01") == "1890-04-01"
    assert DateKind().typed("1900-03-01") == date(1900, 3, 1)
