"""The day at one glance, and the mail that tells it: once at each instant, in figures, and never what was over before.

Instants by hand from the survey: 8:45 on working days (17 July 2023 is 海の日), and 17:30 on 21 July.
"""

from __future__ import annotations

import os
import stat
from datetime import datetime
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from openpyxl import load_workbook

from config.jst import JST
from replies.reports.calls_book import calls_book
from replies.wording import load_wording
from routing.cli.files import write_private
from routing.tracking.instant import open_instant
from routing.tracking.reports import occasion
from routing.views.calls import calls
from routing.views.today import today
from routing.worker.daily import mail_today, newest
from tests.routing.console_at_hand import Visitor, site_of
from tests.routing.desk_at_hand import Office, mail
from tests.routing.killing import killed_at_each_step


def _at(text: str) -> datetime:
    return datetime.strptime(f"2023 {text}", "%Y %m/%d %H:%M").replace(tzinfo=JST)


def _mails(office: Office) -> list[tuple[str, str, str]]:
    """(key, recipient, text) of what went to the operators."""
    rows = office.ledger.rows("SELECT key, rcpt_to, data FROM outbox WHERE key LIKE 'today:%' ORDER BY id")
    read = [(r["key"], r["rcpt_to"], message_from_bytes(r["data"], policy=policy.default)) for r in rows]
    return [(key, to, f"{m['Subject']}\n{m.get_body().get_content()}") for key, to, m in read]  # type: ignore[union-attr]


def _run(office: Office, at: str) -> list[str]:
    office.now = _at(at)
    return list(mail_today(office.desk))


@pytest.mark.parametrize(
    ("now", "instant"),
    [
        ("07/18 08:44", None), ("07/18 08:45", "07/18 08:45"), ("07/18 23:59", "07/18 08:45"),
        ("07/17 09:00", None),  # 海の日
        ("07/15 09:00", None),  # a Saturday
        ("07/21 17:29", "07/21 08:45"), ("07/21 17:30", "07/21 17:30"), ("07/24 17:40", "07/24 08:45"),
    ],
)  # fmt: skip
def test_when_the_mail_is_written(office: Office, now: str, instant: str | None) -> None:
    assert newest(office.desk.register.survey, _at(now)) == (_at(instant) if instant else None)


def test_each_instant_once_however_often_the_desk_looks(office: Office) -> None:
    assert _run(office, "07/18 07:00") == []
    for at in ("07/18 08:45", "07/18 08:46", "07/18 09:30"):
        _run(office, at)
    assert [key for key, _, _ in _mails(office)] == ["today:2023-07-18T08:45:00+09:00"]
    _run(office, "07/19 08:50")
    assert len(_mails(office)) == 2


def test_killed_at_any_step_and_started_again_it_is_one_mail(office: Office, tmp_path: Path) -> None:
    assert _run(office, "07/18 07:00") == []
    office.now = _at("07/18 08:45")
    for rows, posted in killed_at_each_step(office, tmp_path, lambda desk: list(mail_today(desk)), "alert"):
        assert [row["key"] for row in rows] == ["today:2023-07-18T08:45:00+09:00"]
        assert {p.message_id for p in posted} == {rows[0]["message_id"]}
        assert len(posted) <= 2  # the same once more, where it ended between the server's yes and our record


def test_what_was_due_before_the_desk_knew_of_it_or_long_ago_is_not_caught_up_with(office: Office) -> None:
    assert _run(office, "07/24 10:00") == []  # an upgrade at ten
    assert _run(office, "07/24 10:05") == [] and _mails(office) == []
    assert _run(office, "07/25 12:00") == []  # the worker was not running in the morning
    assert _run(office, "07/26 09:00") != []


def test_it_goes_to_the_operators_in_figures_without_a_name_a_subject_or_an_address(office: Office) -> None:
    office.settle(mail({}, subject="【横浜市】属性欄の照会", body="属性欄は何を書きますか。ご教示ください。"))
    _run(office, "07/19 08:00")
    _run(office, "07/19 08:45")
    ((_, to, text),) = _mails(office)
    assert to == "operators@mhlw.go.jp"
    assert "要確認 1件" in text and "返答していない照会・連絡　1件" in text and "照会・連絡　1件" in text
    for hidden in ("横浜", "属性", "kenko", "city.yokohama"):
        assert hidden not in text


def test_the_view_tells_what_waits_the_most_urgent_first_and_whom_to_call(office: Office) -> None:
    office.settle(mail({}, subject="属性欄の照会", body="マイナンバーの調査の属性欄は何を書きますか。ご教示ください。"))
    day = today(office.desk)
    assert [row.queue for row in day.held] == ["inquiry"] == [row.queue for row in day.unanswered]
    (yokohama,) = [c for c in day.calls if c.lgcode == "141003" and c.mailbox == "yoboseshu"]
    assert (yokohama.reason, yokohama.left) == ("no_address", ("予防接種：未提出",))
    assert not [c for c in day.seen_by(lambda mailbox: mailbox == "sukoyaka").calls if c.mailbox != "sukoyaka"]


def test_who_answered_in_one_mailbox_is_called_for_another_at_the_number_on_his_sheet(office: Office) -> None:
    office.settle(mail())
    (call,) = [c for c in calls(office.desk) if c.lgcode == "141003" and c.mailbox == "sukoyaka"]
    assert call.addresses == ("kenko@city.yokohama.lg.jp",)
    assert call.telephone  # as the sheet says


def test_the_list_is_a_workbook_for_its_owner_alone(office: Office, tmp_path: Path) -> None:
    office.settle(mail())
    found = calls(office.desk)
    instant = open_instant(office.ledger, office.desk.register, office.now)
    file = tmp_path / "電話の名簿.xlsx"
    file.write_bytes(b"an older one")
    os.chmod(file, 0o644)
    write_private(file, calls_book(found, occasion(instant), load_wording()))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert not list(tmp_path.glob(".*.part"))
    rows = list(load_workbook(file).worksheets[0].iter_rows(min_row=3, values_only=True))
    assert rows[0][0] == "団体コード" and rows[0][-3:] == ("電話した日時", "結果", "メモ")
    assert len(rows) - 1 == len(found)


def test_the_page_shows_the_same_and_whom_to_call_when_asked(office: Office) -> None:
    office.settle(mail({}, subject="属性欄の照会", body="マイナンバーの調査の属性欄は何を書きますか。ご教示ください。"))
    visitor = Visitor(site_of(office))
    shown = visitor.get("/today").text
    assert "要確認（急ぐ順）" in shown and "属性欄の照会" in shown and "/today?calls=yes" in shown
    asked = visitor.get("/today?calls=yes").text
    assert "電話する団体（" in asked and "予防接種：未提出" in asked
    assert "要確認（急ぐ順）" not in visitor.get("/today?day=2023-07-01").text
