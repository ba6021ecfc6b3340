"""`extend`: history, refusals, and what follows from it in letters and standing."""

from __future__ import annotations

from datetime import datetime, timedelta
from email import message_from_bytes

import pytest

from config.jst import JST
from routing.journey.judge import Settled
from routing.ledger.extensions import extensions
from routing.operate import Refused, Who
from routing.tracking.extend import Target, extend, pause
from tests.routing.cases_at_hand import DEADLINE, KANAGAWA, YOKOHAMA
from tests.routing.desk_at_hand import Office, form, mail

UNTIL = datetime(2023, 7, 28, 17, tzinfo=JST)
WHO = Who("受付太郎", "システム障害のため")
HOUR = timedelta(hours=1)


def body_of(settled: Settled) -> str:
    assert settled.reply is not None
    return message_from_bytes(settled.reply.data).get_payload(decode=True).decode()  # type: ignore[union-attr]


def test_an_answer_after_the_deadline_and_before_the_extended_one_is_in_time(office: Office) -> None:
    extend(office.desk, Target(YOKOHAMA), UNTIL, WHO)
    office.now = UNTIL
    settled = office.settle(mail(), UNTIL)
    assert settled.decided.late is False
    assert "の後に受領しました" not in body_of(settled)
    assert office.standing_now(YOKOHAMA, "nanbyo").late is False


def test_one_second_after_the_extended_deadline_it_is_late(office: Office) -> None:
    extend(office.desk, Target(YOKOHAMA), UNTIL, WHO)
    office.now = UNTIL + HOUR
    settled = office.settle(mail(), UNTIL + timedelta(seconds=1))
    assert settled.decided.late is True
    assert "提出期限（令和５年７月28日（金）17時）の後に受領しました" in body_of(settled).replace(
        "\r\n　　", ""
    )


def test_an_extension_given_afterwards_makes_what_came_late_in_time_from_then_on(office: Office) -> None:
    office.now = DEADLINE + HOUR
    office.settle(mail(), DEADLINE + timedelta(seconds=1))
    before = office.now
    assert office.standing_now(YOKOHAMA, "nanbyo").late is True
    office.now += HOUR
    extend(office.desk, Target(YOKOHAMA, "nanbyo"), UNTIL, WHO)
    assert office.standing_now(YOKOHAMA, "nanbyo").late is False
    assert office.standing_now(YOKOHAMA, "nanbyo", before).late is True  # the same instant, the same answer


def test_a_correction_names_the_extended_deadline(office: Office) -> None:
    extend(office.desk, Target(program="nanbyo"), UNTIL, WHO)
    office.now = DEADLINE + HOUR
    faulty = form({"program": "難病", "5": None})
    said = body_of(office.settle(mail({"【横浜市】マイナンバーアンケート回答.xlsx": faulty})))
    assert "７月28日（金）17時までに" in said.replace("\r\n", "")


def test_a_correction_after_correct_by_names_no_day_that_is_over(office: Office) -> None:
    """The survey's correct_by is 25 July, 17:00."""
    office.now = datetime(2023, 7, 27, 9, tzinfo=JST)
    faulty = form({"program": "難病", "5": None})
    said = body_of(office.settle(mail({"【横浜市】マイナンバーアンケート回答.xlsx": faulty}))).replace(
        "\r\n", ""
    )
    assert "できるだけ早く、直したファイルを返信で" in said
    assert "７月25日" not in said


def test_every_extension_stays_on_record_and_the_same_one_twice_is_one(office: Office) -> None:
    extend(office.desk, Target(YOKOHAMA), UNTIL, WHO)
    extend(office.desk, Target(YOKOHAMA), UNTIL, WHO)
    extend(office.desk, Target(YOKOHAMA), DEADLINE, Who("受付太郎", "取消し"))
    found = extensions(office.ledger, office.now)
    assert [(e.until, e.by, e.why) for e in found] == [
        (UNTIL, "受付太郎", "システム障害のため"),
        (DEADLINE, "受付太郎", "取消し"),
    ]


@pytest.mark.parametrize(
    ("target", "until"),
    [
        (Target("999999"), UNTIL),
        (Target(YOKOHAMA, "unknown"), UNTIL),
        (Target("142042", "nanbyo"), UNTIL),  # 鎌倉市 owes no 難病
        (Target(YOKOHAMA), DEADLINE - timedelta(seconds=1)),
    ],
)
def test_what_cannot_be_extended_is_refused_and_not_recorded(
    office: Office, target: Target, until: datetime
) -> None:
    with pytest.raises(Refused):
        extend(office.desk, target, until, WHO)
    assert extensions(office.ledger, office.now) == ()


def test_only_a_respondents_reminders_can_be_paused(office: Office) -> None:
    with pytest.raises(Refused):
        pause(office.desk, "142042", True, WHO)
    pause(office.desk, KANAGAWA, True, WHO)
    assert office.events("pause_reminders") == [("on", "受付太郎", "システム障害のため")]
