"""The last hours (docs/design.md, "The time of receipt"): each way of being in time or not has a state and
words of its own."""

from __future__ import annotations

from datetime import datetime, timedelta
from email import message_from_bytes

import pytest

from config.jst import JST
from replies.reports.words import remarks_of_line, requests_of
from replies.states import Timing
from replies.wording import load_wording
from routing.deadline import Extension, deadlines
from routing.journey.judge import Settled
from routing.operate import Who
from routing.register import Register
from routing.standing import PartStanding, open_books
from routing.tracking import national
from routing.tracking.extend import Target, extend
from routing.tracking.instant import open_instant
from routing.tracking.overview import Owed, status_at
from routing.tracking.reports import prefecture_report
from routing.tracking.timing import timing_of
from tests.routing.cases_at_hand import DEADLINE, KANAGAWA, YOKOHAMA, booking
from tests.routing.desk_at_hand import Office, form, mail

SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)
CORRECT_BY = datetime(2023, 7, 25, 17, tzinfo=JST)  # survey.toml
EXTENDED = datetime(2023, 7, 24, 12, tzinfo=JST)
WHO = Who("受付太郎", "システム障害のため")
FAULTY = {"【横浜市】マイナンバーアンケート回答.xlsx": form({"program": "難病", "5": None})}


def part(*answers: tuple[datetime, str]) -> PartStanding:
    """What came of 横浜市's 難病: (when, outcome)."""
    found = [
        booking(id=n, outcome=outcome, received_at=at, body=YOKOHAMA, program="nanbyo", part="own")
        for n, (at, outcome) in enumerate(answers, 1)
    ]
    return open_books(found).part("own", YOKOHAMA, "nanbyo")


FIRST, LATER = DEADLINE - HOUR, DEADLINE + HOUR


@pytest.mark.parametrize(
    ("answers", "at", "timing"),
    [
        ([], DEADLINE + HOUR, "none"),
        ([(DEADLINE, "accepted")], LATER, "in_time"),
        ([(DEADLINE + SECOND, "accepted")], LATER, "late"),
        ([(DEADLINE + SECOND, "correction")], LATER, "late"),
        ([(FIRST, "correction")], DEADLINE, "to_mend"),
        ([(FIRST, "correction")], DEADLINE + SECOND, "unmended"),
        ([(FIRST, "correction")], CORRECT_BY, "unmended"),
        ([(FIRST, "correction")], CORRECT_BY + SECOND, "unmended_due"),
        ([(FIRST, "correction"), (LATER, "accepted")], LATER, "mended_late"),
        ([(FIRST, "correction"), (LATER, "correction")], LATER, "unmended"),
        ([(FIRST, "correction"), (FIRST + SECOND, "accepted")], LATER, "in_time"),
        ([(FIRST, "correction"), (LATER, "held")], LATER, "in_time"),  # it waits for our own people
        ([(FIRST, "accepted"), (LATER, "correction")], LATER, "in_time"),  # the first one stands
    ],
)
def test_each_case_has_a_word_of_its_own(
    register: Register, answers: list[tuple[datetime, str]], at: datetime, timing: Timing
) -> None:
    assert timing_of(part(*answers), YOKOHAMA, "nanbyo", deadlines(register, ()), at) == timing


@pytest.mark.parametrize(
    ("answers", "at", "timing"),
    [
        ([(DEADLINE, "accepted")], EXTENDED, "in_time"),
        ([(EXTENDED, "accepted")], EXTENDED, "in_extension"),
        ([(EXTENDED + SECOND, "accepted")], CORRECT_BY, "late"),
        ([(LATER, "correction")], EXTENDED, "to_mend"),
        ([(LATER, "correction")], EXTENDED + SECOND, "unmended"),
        ([(LATER, "correction"), (EXTENDED + SECOND, "accepted")], CORRECT_BY, "mended_late"),
    ],
)
def test_an_extended_deadline_is_the_one_that_counts(
    register: Register, answers: list[tuple[datetime, str]], at: datetime, timing: Timing
) -> None:
    extended = Extension(YOKOHAMA, "nanbyo", EXTENDED, *WHO.pair, DEADLINE - HOUR)
    assert timing_of(part(*answers), YOKOHAMA, "nanbyo", deadlines(register, [extended]), at) == timing


def body_of(settled: Settled) -> str:
    """The letter in one line."""
    assert settled.reply is not None
    text = message_from_bytes(settled.reply.data).get_payload(decode=True).decode()  # type: ignore[union-attr]
    return "".join(line.strip("　 ") for line in text.splitlines())


def owed(office: Office, program: str = "nanbyo") -> Owed:
    found = status_at(office.desk, office.now, "14").owed
    key = (YOKOHAMA, program)
    return next(o for o in found if (o.standing.obligation.lgcode, o.standing.obligation.program) == key)


def test_a_correction_in_the_last_hours_says_that_the_answer_is_in_time(office: Office) -> None:
    office.now = DEADLINE - 10 * 60 * SECOND
    said = body_of(office.settle(mail(FAULTY)))
    assert "提出期限に間に合わない場合も、できるだけ早くお送りいただければ" in said
    assert "７月25日" not in said  # no day of ours is named before the notice's own is over
    assert "期限内のご提出として取り扱います" in said


def test_a_correction_two_days_before_says_nothing_of_the_kind(office: Office) -> None:
    assert "間に合わない場合" not in body_of(office.settle(mail(FAULTY)))


def test_in_time_and_not_mended_by_the_deadline_then_mended(office: Office) -> None:
    """16:50 faulty, answered at 17:20; on Monday faulty in another place; on Tuesday right."""
    office.now = DEADLINE + 20 * 60 * SECOND
    said = body_of(office.settle(mail(FAULTY), DEADLINE - 10 * 60 * SECOND))
    assert "提出期限までに受領しておりますので" in said and "の後に受領しました" not in said
    found = owed(office)
    assert (found.standing.state, found.timing, found.standing.late) == ("correction", "unmended", False)
    assert found.first_at == found.open_since == DEADLINE - 10 * 60 * SECOND

    office.now = datetime(2023, 7, 24, 10, tzinfo=JST)
    other = {"【横浜市】マイナンバーアンケート回答.xlsx": form({"program": "難病", "9": None})}
    said = body_of(office.settle(mail(other, body="修正版です。")))
    assert "の後に受領しました" not in said
    assert "７月25日（火）17時までに" in said

    office.now = datetime(2023, 7, 25, 10, tzinfo=JST)
    said = body_of(office.settle(mail(body="修正しました。")))
    assert "修正版ですので、期限内のご提出として取り扱います" in said
    assert "の後に受領しました" not in said
    found = owed(office)
    assert (found.standing.state, found.timing, found.standing.late) == ("accepted", "mended_late", False)


def test_the_national_overview_counts_what_was_not_mended_in_time(office: Office) -> None:
    office.settle(mail(FAULTY), DEADLINE - 10 * 60 * SECOND)
    desk = office.desk

    def unmended(at: datetime) -> dict[str, int]:
        whole = national.overview(open_instant(desk.ledger, desk.register, at))
        return {total.program: total.unmended for total in whole.programs if total.unmended}

    office.now = DEADLINE + HOUR
    assert unmended(DEADLINE) == {}
    assert unmended(DEADLINE + SECOND) == {"nanbyo": 1}
    office.settle(mail(body="修正しました。"))
    assert unmended(office.now) == {}


def test_a_first_submission_after_the_deadline_is_late_however_often_it_is_mended(office: Office) -> None:
    office.now = DEADLINE + HOUR
    assert "の後に受領しました" in body_of(office.settle(mail(FAULTY)))
    office.now += HOUR
    said = body_of(office.settle(mail(body="修正しました。")))
    assert "の後に受領しました" in said and "期限内のご提出" not in said
    found = owed(office)
    assert (found.standing.state, found.timing, found.standing.late) == ("accepted", "late", True)


def test_within_an_extension_the_letter_names_it_and_the_status_says_so(office: Office) -> None:
    extend(office.desk, Target(YOKOHAMA), EXTENDED, WHO)
    office.now = DEADLINE + HOUR
    said = body_of(office.settle(mail()))
    assert "延長後の提出期限（令和５年７月24日（月）12時）までに受領しました" in said
    found = owed(office)
    assert (found.timing, found.standing.late, found.extended_to) == ("in_extension", False, EXTENDED)


def test_the_report_says_of_a_prefecture_that_its_mended_file_is_still_in_time(office: Office) -> None:
    own = {
        "program": "難病",
        "organisation": "14神奈川県",
        "kind": "都道府県",
        "1-1": None,
        "1-2": 1,
        "5": None,
    }
    name = "【神奈川県】マイナンバーアンケート回答"
    office.settle(mail({f"{name}.xlsx": form(own)}, name, "nanbyo@pref.kanagawa.lg.jp"))
    body = office.desk.register.body(KANAGAWA)
    assert body is not None
    for at, timing in (
        (DEADLINE, "to_mend"),
        (DEADLINE + HOUR, "unmended"),
        (CORRECT_BY + HOUR, "unmended_due"),
    ):
        report = prefecture_report(open_instant(office.ledger, office.desk.register, at), body)
        (line,) = [p for p in report.programs if p.program == "nanbyo"]
        assert dict(line.timings) == {timing: 1}
        wording = load_wording()
        asked = " ".join(requests_of(line, report, wording))
        assert ("ご回答の修正版は" in asked and "期限内のご提出として取り扱います。" in asked) is (timing != "to_mend")
        assert ("７月25日（火）17時までに" in asked) is (timing == "unmended")  # named until it is over
        assert remarks_of_line(line, wording) == {
            "to_mend": (),
            "unmended": ("期限内受領（修正版待ち）",),
            "unmended_due": ("期限内受領（修正版の期日経過）",),
        }[timing]
