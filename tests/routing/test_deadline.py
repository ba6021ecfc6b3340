"""Which deadline holds for whom (docs/design.md, "The time of receipt": extensions per respondent, program,
municipality or all)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from config.jst import JST
from routing.deadline import Extension, deadlines
from routing.register import Register
from tests.routing.cases_at_hand import DEADLINE, KAMAKURA, KANAGAWA, YOKOHAMA, booking

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


def extension(lgcode: str = "", program: str = "", days: int = 1) -> Extension:
    return Extension(lgcode, program, DEADLINE + days * DAY, "受付", "災害", DEADLINE - DAY)


def test_without_an_extension_the_surveys_deadline_holds(register: Register) -> None:
    found = deadlines(register, ())
    assert found.of(YOKOHAMA, "nanbyo") == datetime(2023, 7, 21, 17, tzinfo=JST)
    assert found.extension(YOKOHAMA, "nanbyo") is None


@pytest.mark.parametrize(
    ("more_general", "more_specific"),
    [
        (("", ""), ("", "yobosesshu")),
        (("", "yobosesshu"), (KANAGAWA, "")),
        ((KANAGAWA, ""), (KANAGAWA, "yobosesshu")),
        ((KANAGAWA, "yobosesshu"), (KAMAKURA, "")),
        ((KAMAKURA, ""), (KAMAKURA, "yobosesshu")),
    ],
)
def test_the_most_specific_extension_decides_for_a_municipality(
    register: Register, more_general: tuple[str, str], more_specific: tuple[str, str]
) -> None:
    given = [extension(*more_specific, days=1), extension(*more_general, days=9)]
    assert deadlines(register, given).of(KAMAKURA, "yobosesshu") == DEADLINE + DAY


def test_a_prefectures_extension_is_not_its_cities_own(register: Register) -> None:
    """横浜市 answers by itself; 神奈川県 does not collect it."""
    found = deadlines(register, [extension(KANAGAWA)])
    assert found.of(YOKOHAMA, "yobosesshu") == DEADLINE
    assert found.of(KAMAKURA, "yobosesshu") == DEADLINE + DAY


def test_of_two_for_one_target_the_newer_holds_and_the_deadline_itself_takes_it_back(
    register: Register,
) -> None:
    assert deadlines(register, [extension(days=5), extension(days=2)]).of(YOKOHAMA) == DEADLINE + 2 * DAY
    taken_back = deadlines(register, [extension(days=5), extension(days=0)])
    assert (taken_back.of(YOKOHAMA), taken_back.extension(YOKOHAMA)) == (DEADLINE, None)


def test_the_extended_deadline_itself_is_in_time_and_one_second_more_is_late(register: Register) -> None:
    found = deadlines(register, [extension(YOKOHAMA)])
    assert not found.late(DEADLINE + DAY, YOKOHAMA, "nanbyo")
    assert found.late(DEADLINE + DAY + SECOND, YOKOHAMA, "nanbyo")


def test_what_was_booked_as_late_is_in_time_by_an_extension_given_afterwards(register: Register) -> None:
    late = booking(received_at=DEADLINE + SECOND)
    assert late.late
    (judged,) = deadlines(register, [extension(YOKOHAMA)]).judged([late])
    assert not judged.late
    (other,) = deadlines(register, [extension(KANAGAWA)]).judged([late])
    assert other.late
