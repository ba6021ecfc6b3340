"""Dates as the notice writes them (令和５年７月21日（金）17時), figures, and names of questions."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from config.jst import JST
from config.numbering import question_name
from replies.japanese import era_date, era_instant, full_width_number


@pytest.mark.parametrize(
    ("moment", "written"),
    [
        (datetime(2023, 7, 21, 17, tzinfo=JST), "令和５年７月21日（金）17時"),  # notice 記２
        (datetime(2023, 7, 7, 9, 5, tzinfo=JST), "令和５年７月７日（金）９時05分"),
        (datetime(2019, 5, 1, 0, 0, tzinfo=JST), "令和元年５月１日（水）０時"),
        (datetime(2028, 2, 29, 23, 59, tzinfo=JST), "令和10年２月29日（火）23時59分"),
    ],
)
def test_a_deadline_is_written_as_the_notice_does(moment: datetime, written: str) -> None:
    assert era_date(moment) == written


def test_a_receipt_is_written_to_the_second_in_japanese_time() -> None:
    assert era_instant(datetime(2023, 7, 20, 5, 3, 12, tzinfo=UTC)) == "令和５年７月20日（木）14時03分12秒"


def test_the_last_moment_of_heisei_is_refused() -> None:
    with pytest.raises(ValueError, match="Reiwa"):
        era_date(datetime(2019, 4, 30, 23, 59, 59, tzinfo=JST))


def test_a_moment_without_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="offset"):
        era_date(datetime(2023, 7, 21, 17))  # noqa: DTZ001


def test_one_digit_is_full_width_and_more_are_not() -> None:
    assert [full_width_number(n) for n in (0, 7, 10, 21)] == ["０", "７", "10", "21"]


def test_questions_are_cited_as_in_the_notice() -> None:
    assert [question_name(key, "Q{key}") for key in ("7-4", "10", "a")] == ["Q7-4", "Q10", "項番a"]
