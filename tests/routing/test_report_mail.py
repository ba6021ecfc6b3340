"""Reports by mail: to whom, when, once whatever crashes, the .xlsx alone; the closing one waits."""

from __future__ import annotations

from datetime import datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from routing.notices.report_mail import due_mail, mail_reports
from routing.operate import Who
from routing.tracking.extend import pause
from routing.worker.routines import reports
from tests.replies.test_letters import BANNED
from tests.routing.cases_at_hand import DEADLINE, JST, KANAGAWA
from tests.routing.desk_at_hand import Office, form, mail
from tests.routing.killing import killed_at_each_step

MINUTE = timedelta(minutes=1)
NAME = "【神奈川県】マイナンバーアンケート回答"
OWN = {"program": "難病", "organisation": "14神奈川県", "kind": "都道府県", "1-1": None, "1-2": 1}
CORRECT_BY = datetime(2023, 7, 25, 17, tzinfo=JST)


@pytest.fixture
def answered(office: Office) -> Office:
    """神奈川県's 難病 came by one section, its 自治体検診 was once asked about by another, by a mistyped address."""
    office.settle(mail({f"{NAME}.xlsx": form(OWN)}, NAME, "nanbyo@pref.kanagawa.lg.jp"))
    path = Path(office.ledger.path.parent / "contacts.csv")
    rows = [
        f"{KANAGAWA},yoboseshu,y@pref.kanagawa.lg.jp",
        f"{KANAGAWA},sukoyaka,Y@pref.kanagawa.lg.jp",  # the same person
        "130001,sukoyaka,k@metro.tokyo.example.com",  # no local government's
        "141003,yoboseshu,y@city.yokohama.lg.jp",  # a city gets none
    ]
    path.write_text("\n".join(["lgcode,mailbox,address", *rows]) + "\n", encoding="utf-8")
    office.desk.settings = office.desk.settings.changed({"contacts": path})
    list(office.desk.dispatch.deliver(office.sender))
    office.sender.posted.clear()
    office.now = DEADLINE + MINUTE
    return office


def sent(office: Office) -> dict[str, str]:
    """address -> the mailbox that wrote to it, of everything delivered now."""
    list(office.desk.dispatch.deliver(office.sender))
    return {p.rcpt_to: p.mail_from for p in office.sender.posted}


@pytest.mark.parametrize(
    ("now", "instant"),
    [
        (DEADLINE - timedelta(seconds=1), None),
        (DEADLINE, DEADLINE),
        (CORRECT_BY, DEADLINE),
        (CORRECT_BY + timedelta(seconds=1), None),
    ],
)
def test_the_surveys_calendar_says_when(office: Office, now: datetime, instant: datetime | None) -> None:
    """mynumber2023: once, at the deadline; of no use once the mended files are due as well."""
    assert due_mail(office.ledger, office.desk.register.survey, now) == instant


def test_each_address_of_a_prefecture_gets_it_once_from_its_own_section_and_nobody_else(
    answered: Office,
) -> None:
    list(mail_reports(answered.desk, all_read=True))
    assert sent(answered) == {
        "nanbyo@pref.kanagawa.lg.jp": "n_mynumber@mhlw.go.jp",
        "y@pref.kanagawa.lg.jp": "yoboseshu@mhlw.go.jp",
    }
    made = message_from_bytes(answered.sender.posted[0].data, policy=default)
    assert [a.get_filename() for a in made.iter_attachments()] == ["14神奈川県_提出状況.xlsx"]
    assert str(made["Subject"]).startswith("【提出状況一覧】")
    body = made.get_body(("plain",))
    assert body is not None
    said = "".join(line.strip("　 ") for line in body.get_content().splitlines())
    assert "・難病：受付済み" in said and "・自治体検診：未提出（29団体）" in said
    assert [word for word in BANNED if word in said + str(made["Subject"])] == []
    assert "提出期限までに受領したものについて" in said and "できるだけ早くお送りください" in said
    assert "７月25日" not in said  # nothing that came in time is to be mended, and the notice knows no such day
    assert len(answered.sender.posted[0].data) < 200_000


def test_never_twice_and_not_to_whom_an_official_paused(answered: Office) -> None:
    list(mail_reports(answered.desk, all_read=True))
    list(mail_reports(answered.desk, all_read=True))
    assert answered.ledger.row("SELECT count(*) AS n FROM outbox WHERE kind = 'report'")["n"] == 2  # type: ignore[index]


def test_a_paused_body_gets_none(answered: Office) -> None:
    pause(answered.desk, KANAGAWA, True, Who("受付太郎", "大雨による被害のため"))
    list(mail_reports(answered.desk, all_read=True))
    assert sent(answered) == {}


def test_the_closing_one_waits_until_every_mailbox_was_read_and_nothing_waits(answered: Office) -> None:
    assert list(reports(answered.desk, all_read=False)) == []
    late = {f"{NAME}（小慢）.xlsx": form({**OWN, "program": "小慢"})}
    answered.arrive(mail(late, NAME, "nanbyo@pref.kanagawa.lg.jp"), DEADLINE - MINUTE)
    assert list(reports(answered.desk, all_read=True)) == []
    list(answered.desk.settle_waiting())
    assert any("神奈川県" in line for line in reports(answered.desk, all_read=True))
    list(answered.desk.dispatch.deliver(answered.sender))
    (mine,) = [p for p in answered.sender.posted if b"uketsuke.P0721-1700-140007-N." in p.data]
    body = message_from_bytes(mine.data, policy=default).get_body(("plain",))
    assert body is not None and "・小慢：受付済み" in body.get_content()  # received in time, read afterwards


def test_a_survey_that_says_nothing_mails_nothing(answered: Office) -> None:
    survey = answered.desk.register.survey
    calendar = survey.calendar.changed({"report_mails": ()})
    assert due_mail(answered.ledger, survey.changed({"calendar": calendar}), answered.now) is None


def test_killed_at_any_step_and_started_again_each_address_gets_it_once(
    answered: Office, tmp_path: Path
) -> None:
    killed = killed_at_each_step(
        answered, tmp_path, lambda desk: list(mail_reports(desk, all_read=True)), "report"
    )
    for rows, posted in killed:
        ids = [p.message_id for p in posted]
        assert len(rows) == 2
        assert set(ids) == {r["message_id"] for r in rows} and len(ids) <= 3
