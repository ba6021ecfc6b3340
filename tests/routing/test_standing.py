"""Who owes what at an instant: the fold over bookings (docs/design.md, "The decision" and
"The time of receipt")."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from routing.register import Register
from routing.standing import Booking, Standing, open_books, standing_of, standings
from tests.routing.cases_at_hand import DEADLINE, IN_TIME, KAMAKURA, KANAGAWA, TOKYO, YOKOHAMA, booking

LATER = IN_TIME + timedelta(hours=1)
SECOND = timedelta(seconds=1)


def standing(register: Register, *bookings: Booking, of: str = YOKOHAMA, program: str = "nanbyo") -> Standing:
    return standing_of(register.by_key[(of, program)], open_books(bookings))


def test_at_the_start_454_obligations_are_outstanding(register: Register) -> None:
    """難病 67, 小慢 129, 予防接種 129, 自治体検診 129 (notice 記１, 記４)."""
    found = standings(register.obligations, open_books(()))
    assert len(found) == 454
    assert {s.state for s in found} == {"outstanding"}
    per_program = {
        p: sum(s.obligation.program == p for s in found)
        for p in ("nanbyo", "shoman", "yobosesshu", "kenshin")
    }
    assert per_program == {"nanbyo": 67, "shoman": 129, "yobosesshu": 129, "kenshin": 129}


@pytest.mark.parametrize("program", ["yobosesshu", "kenshin"])
def test_at_the_start_1659_municipalities_are_missing_per_program(register: Register, program: str) -> None:
    found = standings(register.obligations, open_books(()))
    missing = [code for s in found if s.obligation.program == program for code in s.missing]
    assert len(missing) == len(set(missing)) == 1659


def test_tokyo_collects_the_shoman_of_seven_wards(register: Register) -> None:
    assert len(standing(register, of=TOKYO, program="shoman").missing) == 7
    assert standing(register, of=KANAGAWA, program="shoman").missing == ()


def test_accepted(register: Register) -> None:
    found = standing(register, booking())
    assert (found.state, found.late, found.received_at, found.open_corrections) == (
        "accepted",
        False,
        IN_TIME,
        (),
    )


@pytest.mark.parametrize("outcome", ["correction", "held"])
def test_what_waits_shows(register: Register, outcome: str) -> None:
    found = standing(register, booking(outcome))
    assert (found.state, found.received_at) == (outcome, None)


@pytest.mark.parametrize("outcome", ["kept", "ignored"])
def test_what_was_kept_or_ignored_hands_nothing_in(register: Register, outcome: str) -> None:
    assert standing(register, booking(outcome)).state == "outstanding"


@pytest.mark.parametrize(("at", "late"), [(DEADLINE, False), (DEADLINE + SECOND, True)])
def test_17_00_00_is_in_time_and_one_second_more_is_late(
    register: Register, at: datetime, late: bool
) -> None:
    found = standing(register, booking(received_at=at))
    assert (found.state, found.late) == ("accepted", late)


def test_a_faulty_replacement_leaves_accepted_with_an_open_correction(register: Register) -> None:
    first = booking(receipt="N1")
    second = booking("correction", id=2, arrival_id=2, receipt="N2", received_at=LATER)
    found = standing(register, first, second)
    assert (found.state, found.received_at, found.open_corrections) == ("accepted", IN_TIME, ("N2",))


def test_the_newest_valid_counts_and_closes_what_came_before(register: Register) -> None:
    first = booking(receipt="N1")
    faulty = booking("correction", id=2, arrival_id=2, receipt="N2", received_at=LATER)
    mended = booking(id=3, arrival_id=3, receipt="N3", received_at=LATER + SECOND)
    found = standing(register, first, faulty, mended)
    assert (found.state, found.received_at, found.open_corrections) == ("accepted", LATER + SECOND, ())


def test_a_second_correction_closes_the_first(register: Register) -> None:
    one = booking("correction", receipt="N1")
    two = booking("correction", id=2, arrival_id=2, receipt="N2", received_at=LATER)
    assert standing(register, one, two).open_corrections == ("N2",)


def test_what_was_received_first_but_decided_last_does_not_become_the_newest(register: Register) -> None:
    newer = booking(id=1, receipt="N2", received_at=LATER)
    older = booking("correction", id=2, arrival_id=2, receipt="N1", received_at=IN_TIME)
    assert standing(register, newer, older).open_corrections == ()


def test_what_was_handed_in_in_time_stays_in_time_when_it_is_mended_later(register: Register) -> None:
    faulty = booking("correction")
    mended = booking(id=2, arrival_id=2, received_at=DEADLINE + timedelta(days=3))
    assert standing(register, faulty, mended).late is False


def test_what_came_late_at_first_stays_late(register: Register) -> None:
    faulty = booking("correction", received_at=DEADLINE + SECOND)
    mended = booking(id=2, arrival_id=2, received_at=DEADLINE + timedelta(days=3))
    assert standing(register, faulty, mended).late is True


def test_a_sheet_on_another_screening_closes_no_correction(register: Register) -> None:
    stomach = booking("correction", program="kenshin", attributes=(3,), receipt="S1")
    liver = booking(id=2, arrival_id=2, program="kenshin", attributes=(6,), receipt="S2", received_at=LATER)
    found = standing(register, stomach, liver, program="kenshin")
    assert (found.state, found.open_corrections) == ("accepted", ("S1",))
    whole = booking(id=3, arrival_id=3, program="kenshin", receipt="S3", received_at=LATER + SECOND)
    assert standing(register, stomach, liver, whole, program="kenshin").open_corrections == ()


def own_welcome(**changes: object) -> Booking:
    return booking(body=KANAGAWA, submitter=KANAGAWA, program="yobosesshu", **changes)


def test_a_prefectures_own_sheet_is_welcome_and_leaves_its_municipalities_missing(register: Register) -> None:
    """Kanagawa has 33 municipalities, three of them designated and one core (横須賀): 29 to collect."""
    found = standing(register, own_welcome(), of=KANAGAWA, program="yobosesshu")
    assert (found.state, len(found.missing)) == ("partial", 29)


def rows_of(register: Register, **changes: object) -> list[Booking]:
    codes = register.by_key[(KANAGAWA, "yobosesshu")].collected
    return [
        booking(body=code, submitter=KANAGAWA, program="yobosesshu", part="collected", id=n, **changes)
        for n, code in enumerate(codes, 1)
    ]


def test_a_prefecture_is_done_with_its_last_municipality_and_without_a_sheet_of_its_own(
    register: Register,
) -> None:
    rows = rows_of(register)
    assert standing(register, *rows, of=KANAGAWA, program="yobosesshu").state == "accepted"
    found = standing(register, *rows[:-1], of=KANAGAWA, program="yobosesshu")
    assert (found.state, found.missing) == ("partial", (rows[-1].body,))


def test_a_late_sheet_that_is_only_welcome_makes_nothing_late(register: Register) -> None:
    late_own = own_welcome(id=99, received_at=DEADLINE + SECOND)
    assert standing(register, *rows_of(register), late_own, of=KANAGAWA, program="yobosesshu").late is False


def test_one_late_row_makes_the_collected_answer_late(register: Register) -> None:
    *in_time, last = rows_of(register)
    late = replace(last, received_at=DEADLINE + SECOND, late=True)
    assert standing(register, *in_time, late, of=KANAGAWA, program="yobosesshu").late is True


def test_a_row_of_one_program_or_body_does_not_count_for_another(register: Register) -> None:
    row = booking(body=KAMAKURA, program="yobosesshu", part="collected")
    assert standing(register, row, of=KANAGAWA, program="kenshin").state == "outstanding"
    assert KAMAKURA not in standing(register, row, of=KANAGAWA, program="yobosesshu").missing
    assert len(standing(register, row, of=KANAGAWA, program="yobosesshu").missing) == 28


def test_what_a_municipality_sent_directly_and_waits_shows_at_its_prefecture(register: Register) -> None:
    direct = booking("held", body=KAMAKURA, program="kenshin", part="collected")
    assert standing(register, direct, of=KANAGAWA, program="kenshin").state == "held"


def test_not_applicable_outweighs_what_was_booked(register: Register) -> None:
    books = open_books([booking("correction")], frozenset({(YOKOHAMA, "nanbyo")}))
    assert standing_of(register.by_key[(YOKOHAMA, "nanbyo")], books).state == "not_applicable"
