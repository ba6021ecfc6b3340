"""A survey with two deadlines: everybody is written to, counted and reported by his own.

tests/fixtures/surveys/gakudo: 82 cities by 14 June, 1,659 municipalities by 28 June 2024; and the survey that comes with
the program, where 難病 is made due a week before the rest.
"""

from __future__ import annotations

import io
import shutil
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook

from config.jst import JST
from config.load import default_survey
from config.survey import ReportTimes, TodayTimes
from replies.letters.extension import render_extension
from replies.letters.reminder import render_reminder
from replies.letters.report_mail import render_report_mail
from replies.reports.book import prefecture_book
from replies.reports.overview_page import overview_page
from replies.reports.page import prefecture_page
from replies.wording import load_wording
from routing.ledger import mail_ways
from routing.ledger.books import deadlines_at
from routing.ledger.extensions import extensions
from routing.notices.extension_notice import _letters
from routing.notices.past_deadline import instants, letters
from routing.notices.remind import left_over
from routing.notices.reminder_mail import open_for, reminder
from routing.notices.report_mail import _letter
from routing.notices.rounds import come_round
from routing.register import Register, build_register
from routing.tracking.extend import Target, extend
from routing.tracking.instant import LedgerAt, open_instant
from routing.tracking.national import overview
from routing.tracking.overview import status_of
from routing.tracking.reports import prefecture_report
from routing.tracking.status_json import status_json
from routing.who import Refused, Who
from routing.worker.daily import newest
from routing.worker.schedule import report_instants
from tests.routing.cases_at_hand import KANAGAWA
from tests.routing.desk_at_hand import Office
from tests.routing.test_direct_respondents import (
    FIRST,
    HACHIOJI,
    LAST,
    SHINJUKU,
    Place,
    gakudo,
    office,
)

__all__ = ["gakudo", "office"]  # fixtures
WHO = Who("係員", "災害対応のため")
DAY = timedelta(days=1)


def june(day: int, hour: int = 17) -> datetime:
    return datetime(2024, 6, day, hour, tzinfo=JST)


# --- more time -------------------------------------------------------------------------------------------------


def test_more_time_for_all_until_a_day_between_is_more_for_the_first_and_none_for_the_others(
    gakudo: Place, office: Office
) -> None:
    extend(office.desk, Target(), june(20), WHO)
    found = deadlines_at(office.ledger, gakudo.register, office.now)
    assert (found.of(HACHIOJI), found.of(SHINJUKU)) == (june(20), LAST)
    with pytest.raises(Refused, match="2024-06-14T17:00:00"):
        extend(office.desk, Target(), june(13), WHO)
    extend(office.desk, Target(), FIRST, WHO)  # taken back
    assert deadlines_at(office.ledger, gakudo.register, office.now).of(HACHIOJI) == FIRST


def test_the_notice_of_more_time_names_the_deadline_that_was_theirs(gakudo: Place, office: Office) -> None:
    extend(office.desk, Target(), june(20), WHO)
    (given,) = extensions(office.ledger, office.now)
    told = dict(_letters(given, gakudo.register, deadlines_at(office.ledger, gakudo.register, office.now)))
    assert len(told) == 82
    body = render_extension(told[HACHIOJI], gakudo.register.survey, load_wording()).body
    assert "放課後児童クラブ：令和６年６月20日（木）17時" in body
    assert "（当初の提出期限：令和６年６月14日（金）17時）" in body
    assert "28日" not in body


# --- after a deadline --------------------------------------------------------------------------------------------


def _with(register: Register, **calendar: object) -> Register:
    survey = register.survey
    made = survey.changed({
            "calendar": survey.calendar.changed(calendar),
            "mails": survey.mails.changed({"past_deadline": "send"}),
        }
    )
    return Register(
        made, register.survey_dir, register.roster, register.obligations, register.by_key, register.collectors
    )


@pytest.fixture
def asking(gakudo: Place, office: Office) -> Office:
    """Asks at each deadline, on the working day after the first and on the one after the last; two cities are known."""
    office.desk.register = _with(
        gakudo.register, past_deadline=(june(17, 10), datetime(2024, 7, 1, 10, tzinfo=JST))
    )
    mail_ways.remember(office.ledger, office.desk.register.survey, june(1))
    path = office.ledger.path.parent / "contacts.csv"
    path.write_text(
        f"lgcode,mailbox,address\n{HACHIOJI},gakudo,k@city.hachioji.tokyo.jp\n{SHINJUKU},gakudo,k@city.shinjuku.lg.jp\n",
        encoding="utf-8",
    )
    office.desk.settings = office.desk.settings.changed({"contacts": path})
    return office


def _asked(office: Office, lgcode: str, at: datetime) -> list[str]:
    office.now = at
    return [notice.rendered.body.replace("\n", "") for notice, _ in letters(office.desk, lgcode, at)]


def test_each_is_asked_at_its_own_deadline_and_once_more_afterwards(asking: Office) -> None:
    (first,) = _asked(asking, HACHIOJI, FIRST)
    assert "提出期限（令和６年６月14日（金）17時）の時点" in first
    assert _asked(asking, SHINJUKU, FIRST) == []
    asking.now = FIRST
    list(come_round(asking.desk, all_read=True))
    assert june(17, 10) in set(instants(asking.desk))
    assert len(_asked(asking, HACHIOJI, june(17, 10))) == 1
    assert _asked(asking, SHINJUKU, june(17, 10)) == []
    assert _asked(asking, HACHIOJI, LAST) == []
    assert len(_asked(asking, SHINJUKU, LAST)) == 1


def test_a_desk_that_began_after_the_first_deadline_begins_with_no_second_letter(asking: Office) -> None:
    asking.now = june(17, 10)
    assert set(instants(asking.desk)) == {FIRST, LAST}


def test_who_has_more_time_is_not_asked_until_it_is_over(asking: Office) -> None:
    asking.now = june(13)
    extend(asking.desk, Target(HACHIOJI), june(20), WHO)
    assert _asked(asking, HACHIOJI, FIRST) == []
    assert _asked(asking, HACHIOJI, june(17, 10)) == []
    assert len(_asked(asking, HACHIOJI, june(20))) == 1


# --- reports and heads -----------------------------------------------------------------------------------------


def test_the_overview_counts_down_to_the_next_deadline_and_names_both(gakudo: Place, office: Office) -> None:
    before = overview(open_instant(office.ledger, gakudo.register, june(10)))
    assert (before.occasion.deadline, before.occasion.others) == (FIRST, (LAST,))
    between = overview(open_instant(office.ledger, gakudo.register, FIRST + timedelta(seconds=1)))
    assert (between.occasion.deadline, between.occasion.others) == (LAST, (FIRST,))
    assert overview(open_instant(office.ledger, gakudo.register, LAST + DAY)).occasion.deadline == LAST
    page = overview_page(before, load_wording())
    assert "令和６年６月14日（金）17時" in page
    assert "ほかに令和６年６月28日（金）17時" in page


def test_the_status_tells_the_deadline_of_each(gakudo: Place, office: Office) -> None:
    told = status_json(status_of(open_instant(office.ledger, gakudo.register, office.now)), gakudo.register)
    found = {one["lgcode"]: one["deadline"] for one in told["obligations"]}
    assert found[HACHIOJI] == "2024-06-14T17:00:00+09:00"
    assert found[SHINJUKU] == "2024-06-28T17:00:00+09:00"


def test_reports_are_made_in_steps_on_the_day_of_each_deadline(gakudo: Place) -> None:
    survey = _with(gakudo.register, reports=ReportTimes(daily=time(9), last_day_every_minutes=240)).survey
    found = report_instants(survey)
    assert [f"{at:%d %H}" for at in found if at.day in (13, 14, 15)] == [
        "13 09",
        "14 09",
        "14 13",
        "14 17",
        "15 09",
    ]
    assert [f"{at:%d %H}" for at in found if at.date() >= date(2024, 6, 27)] == [
        "27 09",
        "28 09",
        "28 13",
        "28 17",
    ]


def test_the_operators_hear_at_the_end_of_each_last_day(gakudo: Place) -> None:
    survey = _with(gakudo.register, today=TodayTimes(daily=time(9), last_day=time(16))).survey
    assert newest(survey, june(14)) == june(14, 16)
    assert newest(survey, june(28)) == june(28, 16)
    assert newest(survey, june(13)) == june(13, 9)


# --- one respondent with two deadlines ---------------------------------------------------------------------------

EARLY, AT_LAST = datetime(2023, 7, 14, 17, tzinfo=JST), datetime(2023, 7, 21, 17, tzinfo=JST)


@pytest.fixture
def two(tmp_path: Path, gakudo: Place, office: Office) -> LedgerAt:
    """神奈川県 on 12 July, with 難病 due on the 14th and to be mended by the 18th, and the rest due on the 21st."""
    shutil.copytree(default_survey(), tmp_path / "survey")
    file = tmp_path / "survey" / "survey.toml"
    own = "deadline = 2023-07-14T17:00:00+09:00\ncorrect_by = 2023-07-18T17:00:00+09:00\n"
    text = file.read_text("utf-8").replace(
        '[[duties]]\nprogram = "nanbyo"\n', f'[[duties]]\nprogram = "nanbyo"\n{own}'
    )
    file.write_text(text, encoding="utf-8")
    return open_for(
        office.ledger, build_register(tmp_path / "survey"), KANAGAWA, datetime(2023, 7, 12, 10, tzinfo=JST)
    )


def _cells(book: bytes) -> list[str]:
    return [
        str(c.value)
        for row in load_workbook(io.BytesIO(book)).worksheets[0].iter_rows()
        for c in row
        if c.value
    ]


def test_a_prefectures_report_says_both_deadlines_and_each_at_its_program(two: LedgerAt) -> None:
    body = two.register.body(KANAGAWA)
    assert body is not None
    report = prefecture_report(two, body)
    due = {line.program: line.deadline for line in report.programs}
    assert (due["nanbyo"], due["shoman"]) == (EARLY, AT_LAST)
    book = _cells(prefecture_book(report, two.register.survey, load_wording()))
    page = prefecture_page(report, two.register.survey, load_wording())
    for said in ("令和５年７月14日（金）17時", "ほかに令和５年７月21日（金）17時"):
        assert said in book
        assert said in page
    assert sum("提出期限 7/14 17:00" in text for text in book) == 1
    assert sum("提出期限 7/21 17:00" in text for text in book) == 3


def test_a_reminder_of_two_deadlines_names_each(two: LedgerAt) -> None:
    owed = left_over(two.register, two.books, KANAGAWA, "n_mynumber")
    body = two.register.body(KANAGAWA)
    assert body is not None
    said = render_reminder(reminder(two, body, "n_mynumber", owed), two.register.survey, load_wording()).body
    assert "　提出期限：令和５年７月14日（金）17時（制度等により期限が異なります。" in said
    assert "　・難病：未提出\n　　　提出期限：令和５年７月14日（金）17時\n" in said
    assert "　・小慢：未提出\n　　　提出期限：令和５年７月21日（金）17時\n" in said.replace("（１団体）", "")


def test_a_report_by_mail_between_two_deadlines_asks_by_the_second(two: LedgerAt) -> None:
    body = two.register.body(KANAGAWA)
    assert body is not None
    at = replace(two, at=EARLY)
    letter = _letter(prefecture_report(at, body), at, "n_mynumber", body, EARLY)
    assert (letter.closing, letter.by) == (False, AT_LAST)
    said = render_report_mail(letter, two.register.survey, load_wording()).body
    assert "　提出期限：令和５年７月21日（金）17時" in said
    closing = _letter(prefecture_report(at, body), at, "n_mynumber", body, AT_LAST)
    assert (closing.closing, closing.after) == (True, False)
