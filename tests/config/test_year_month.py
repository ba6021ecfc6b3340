"""Which month a plan names, and which words name none; by hand, 令和元年 being 2019."""

from __future__ import annotations

from datetime import date

import pytest

from config.kinds.year_month import read_month

LAST = date(2023, 7, 21)


@pytest.mark.parametrize(
    ("written", "month", "told"),
    [
        ("24年3月", "2024-03", True),  # no 令和24年
        ("24/3", "2024-03", True),
        ("R24.3", "2042-03", False),
        ("18年3月", "2036-03", False),
        ("2024.1", "2024-01", True),  # a number: October is shown so, too
        ("2024/1", "2024-01", False),
        ("2024/3月", "2024-03", False),
        ("R6-3月", "2024-03", False),
        ("令和６年３月４日", "2024-03", False),
        ("令和５年度（令和６年３月）", "2024-03", False),
        ("未定（令和６年３月目途）", "2024-03", False),
    ],
)
def test_a_month(written: str, month: str, told: bool) -> None:
    read = read_month(written, LAST)
    assert (read.value, read.reckoned) == (month, told)


@pytest.mark.parametrize(
    "written",
    ["令和６年１～３月", "令和６年1-3月", "2024/1-3月", "R6.1・2月", "R5-6年度", "R5.6年度", "令和６年３月？",
     "令和６年３月以外", "R6", "来春", "速やかに", "半年後", "不明"],
)  # fmt: skip
def test_a_time_that_is_no_one_month_is_asked_for_kindly(written: str) -> None:
    read = read_month(written, LAST)
    assert (read.value, read.said) == ("", True)
