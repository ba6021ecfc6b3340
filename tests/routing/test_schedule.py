"""The calendar's reports: when, of what, and the closing one."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from config.jst import JST
from routing.worker.routines import reports
from routing.worker.schedule import due_report, note_made, report_instants
from tests.routing.cases_at_hand import DEADLINE, YOKOHAMA
from tests.routing.desk_at_hand import Office, form, mail, nanbyo

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


def test_daily_at_nine_hourly_on_the_last_day_and_at_the_deadline(office: Office) -> None:
    """7 to 20 July: 14 days; 21 July: 9:00 to 16:00, and 17:00."""
    found = report_instants(office.desk.register.survey)
    assert len(found) == 14 + 8 + 1
    assert found[0] == datetime(2023, 7, 7, 9, tzinfo=JST)
    assert [f"{i:%d %H:%M}" for i in found[13:16]] == ["20 09:00", "21 09:00", "21 10:00"]
    assert [f"{i:%d %H:%M}" for i in found[-2:]] == ["21 16:00", "21 17:00"]


def test_the_newest_instant_is_due_until_its_report_is_made(office: Office) -> None:
    survey, now = office.desk.register.survey, datetime(2023, 7, 18, 12, tzinfo=JST)
    assert due_report(office.ledger, survey, datetime(2023, 7, 7, 8, tzinfo=JST)) is None
    instant = due_report(office.ledger, survey, now)
    assert instant == datetime(2023, 7, 18, 9, tzinfo=JST)
    note_made(office.ledger, instant, now)
    assert due_report(office.ledger, survey, now) is None
    assert due_report(office.ledger, survey, now + timedelta(days=1)) == instant + timedelta(days=1)


def test_the_closing_report_waits_for_every_mailbox_and_counts_what_came_until_17_00(office: Office) -> None:
    folder = office.ledger.path.parent / "reports"
    office.desk.settings = office.desk.settings.changed({"reports": folder})
    office.now = DEADLINE + 3 * SECOND
    office.settle(mail({"横浜市　難病.xlsx": nanbyo()}), DEADLINE)
    office.settle(
        mail({"横浜市　小慢.xlsx": form({"program": "小慢"})}, body="小慢です。"), DEADLINE + SECOND
    )

    assert list(reports(office.desk, all_read=False)) == []
    office.arrive(mail(body="もう一通"), DEADLINE)
    assert list(reports(office.desk, all_read=True)) == []  # something waits for its verdict
    list(office.desk.settle_waiting())
    list(reports(office.desk, all_read=True))

    (made,) = folder.iterdir()
    assert made.name == "2023-07-21_1700"
    told = json.loads((made / "snapshot.json").read_text("utf-8"))["obligations"]
    states = {o["program"]: o["state"] for o in told if o["lgcode"] == YOKOHAMA}
    assert (len(told), states["nanbyo"], states["shoman"]) == (454, "accepted", "outstanding")
    assert len(list(made.glob("*.xlsx"))) == 48
    assert list(reports(office.desk, all_read=True)) == []
