"""Which deadline holds for whom (docs/design.md, "The time of receipt": extensions per respondent, program,
municipality or all)."""

from __future__ import annotations

from dataclasses import replace
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


# --- days of a duty's own -----------------------------------------------------------------------------------


EARLY, MENDED = DEADLINE - 7 * DAY, DEADLINE - 3 * DAY


def with_days(register: Register, *days: tuple[str, str, datetime | None, datetime | None]) -> Register:
    """The register, with (lgcode, program, deadline, correct_by) of these obligations' own."""
    by_key = dict(register.by_key)
    for lgcode, program, deadline, correct_by in days:
        by_key[lgcode, program] = replace(by_key[lgcode, program], deadline=deadline, correct_by=correct_by)
    first, *others = register.survey.duties
    duties = (first.changed({"deadline": EARLY}), *others)
    return replace(register, survey=register.survey.changed({"duties": duties}), by_key=by_key)


def test_a_duty_with_a_day_of_its_own_is_due_then_and_no_other(register: Register) -> None:
    own = deadlines(with_days(register, (YOKOHAMA, "nanbyo", EARLY, MENDED)), ())
    assert own.of(YOKOHAMA, "nanbyo") == EARLY
    assert own.of(YOKOHAMA, "shoman") == DEADLINE
    assert own.of(YOKOHAMA) == DEADLINE  # to any of them
    assert own.of(KANAGAWA, "nanbyo") == DEADLINE
    assert own.late(EARLY + SECOND, YOKOHAMA, "nanbyo") and not own.late(EARLY, YOKOHAMA, "nanbyo")
    assert own.correct_by(YOKOHAMA, "nanbyo") == MENDED
    assert own.correct_by(YOKOHAMA, "shoman") == register.survey.correct_by


def test_what_a_prefecture_collects_is_due_with_its_list(register: Register) -> None:
    own = deadlines(with_days(register, (KANAGAWA, "yobosesshu", EARLY, MENDED)), ())
    assert own.of(KAMAKURA, "yobosesshu") == own.of(KANAGAWA, "yobosesshu") == EARLY
    assert own.of(YOKOHAMA, "yobosesshu") == DEADLINE
    assert own.correct_by(KAMAKURA, "yobosesshu") == MENDED


def test_a_day_for_mending_alone_leaves_the_deadline(register: Register) -> None:
    own = deadlines(with_days(register, (YOKOHAMA, "nanbyo", None, MENDED)), ())
    assert (own.of(YOKOHAMA, "nanbyo"), own.correct_by(YOKOHAMA, "nanbyo")) == (DEADLINE, MENDED)


def test_an_extension_before_the_day_of_a_duty_changes_nothing(register: Register) -> None:
    early = with_days(register, (YOKOHAMA, "nanbyo", EARLY, None))
    longer = deadlines(early, [extension(YOKOHAMA, "nanbyo", days=-5)])
    assert longer.of(YOKOHAMA, "nanbyo") == EARLY + 2 * DAY
    assert deadlines(early, [extension(YOKOHAMA, "nanbyo", days=-7)]).extension(YOKOHAMA, "nanbyo") is None


def test_whom_nothing_is_asked_of_has_the_surveys_days(register: Register) -> None:
    early = deadlines(with_days(register, (YOKOHAMA, "nanbyo", EARLY, MENDED)), ())
    assert early.of("000000", "nanbyo") == DEADLINE
    assert early.correct_by("000000") == register.survey.correct_by


def test_the_first_of_the_deadlines_that_an_extension_would_be_about(register: Register) -> None:
    """難病 alone, the first of the survey's duties, is due a week before the rest."""
    own = deadlines(with_days(register, (YOKOHAMA, "nanbyo", EARLY, None)), ())
    assert own.earliest(YOKOHAMA, "") == own.earliest(YOKOHAMA, "nanbyo") == EARLY
    assert own.earliest(YOKOHAMA, "shoman") == own.earliest(KANAGAWA, "") == DEADLINE
    assert own.earliest("", "") == own.earliest("", "nanbyo") == EARLY
    assert own.earliest("", "shoman") == DEADLINE
    assert deadlines(register, ()).earliest("", "") == DEADLINE
