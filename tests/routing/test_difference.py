"""Two versions of an answer by question: what the newer one changes."""

from __future__ import annotations

from datetime import datetime, timedelta

from config.jst import JST
from routing.views.difference import differences
from tests.routing.console_at_hand import Visitor, site_of
from tests.routing.desk_at_hand import Office, form, mail

NAME = "【横浜市】マイナンバーアンケート回答.xlsx"
FIRST = datetime(2023, 7, 12, 10, tzinfo=JST)


def settle(office: Office, days: int, body: str, **values: object) -> object:
    sheet = {NAME: form({"program": "難病", **values})}  # type: ignore[arg-type]
    return office.settle(mail(sheet, body=body), FIRST + timedelta(days=days)).decided.arrival


def test_what_a_newer_version_changes_is_told_by_question_and_nothing_else(office: Office) -> None:
    first = settle(office, 0, "一版")
    newer = settle(office, 1, "二版", **{"5": None, "telephone": "03-9999-0000"})
    (found,) = differences(office.desk, newer)  # type: ignore[arg-type]
    assert (found.receipt, found.program, found.outcome) == (first.receipt, "難病", "受付")  # type: ignore[attr-defined]
    assert {c.label for c in found.changed} >= {"Q5"} and len(found.changed) == 2
    five = next(c for c in found.changed if c.label == "Q5")
    assert five.before and five.after == ""
    assert differences(office.desk, first) == ()  # type: ignore[arg-type]
    page = Visitor(site_of(office)).text(f"/mail/{newer.receipt}")  # type: ignore[attr-defined]
    assert "前の版との違い" in page and "03-9999-0000" in page


def test_the_same_answers_again_are_called_the_same(office: Office) -> None:
    settle(office, 0, "一版")
    again = settle(office, 1, "二度目です")
    assert [d.changed for d in differences(office.desk, again)] == [()]  # type: ignore[arg-type]


def test_beside_an_alarm_nothing_is_shown(office: Office) -> None:
    settle(office, 0, "一版")
    alarm = settle(office, 1, "二版", **{"5": "123456789018"})
    assert differences(office.desk, alarm) == ()  # type: ignore[arg-type]
    settle(office, 2, "三版", **{"telephone": "03-9999-0000"})
    assert "123456789018" not in Visitor(site_of(office)).text("/body/141003")
