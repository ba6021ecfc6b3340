"""Whether the desk itself works, as doctor and the page tell it."""

from __future__ import annotations

from datetime import timedelta

from config.jst import JST
from routing.ledger.backup import BACKED_UP
from routing.ledger.store import a_desk_works, desk_lock
from routing.ledger.verdicts import add_event
from routing.records import Note
from routing.tracking.extend import Target, extend
from routing.tracking.vitals import vitals_of
from routing.who import Who
from tests.routing.console_at_hand import Visitor, site_of
from tests.routing.desk_at_hand import Office, mail


def unwell(office: Office) -> set[str]:
    return {v.what for v in vitals_of(office.desk) if not v.well}


def test_a_worker_is_seen_by_its_lock_and_asking_never_keeps_one_out(office: Office) -> None:
    path = office.ledger.path
    assert not a_desk_works(path) and "受付の処理" in unwell(office)
    with desk_lock(path):
        assert a_desk_works(path) and "受付の処理" not in unwell(office)
    for _ in range(50):
        assert not a_desk_works(path)
        with desk_lock(path):
            pass


def test_every_page_says_that_nobody_takes_mail_in(office: Office) -> None:
    office.settle(mail())
    visitor = Visitor(site_of(office))
    for path in ("/", "/letters", "/health"):
        page = visitor.text(path)
        assert "受付の処理（uketsuke run）が動いていません" in page and "送信待ち 1通" in page, path
    with desk_lock(office.ledger.path):
        assert "動いていません" not in visitor.text("/")


def test_mailboxes_are_called_as_the_notice_calls_them(office: Office) -> None:
    page = Visitor(site_of(office)).text("/health")
    assert "提出先 ①（難病対策課難病調査研究係、小児慢性特定疾病係）" in page
    row = page.partition("<th scope=\"row\">佐藤</th>")[2].partition("</tr>")[0]
    assert "①（難病対策課" in row and "②" not in row
    assert "全て" in page.partition("<th scope=\"row\">山田</th>")[2].partition("</tr>")[0]
    assert "n_mynumber" not in page and "yoboseshu" not in page


def test_a_copy_of_today_is_well_and_one_of_last_week_is_not(office: Office) -> None:
    assert "台帳の控え" in unwell(office)
    add_event(office.ledger, Note(BACKED_UP, "/srv/copy.db"), None, ("uketsuke", ""), office.now)
    assert "台帳の控え" not in unwell(office)
    office.now += timedelta(days=3)
    assert "台帳の控え" in unwell(office)


def test_a_survey_long_over_does_not_look_well_unless_it_was_extended(office: Office) -> None:
    deadline = office.desk.register.survey.deadline
    for days, well in ((-1, True), (0, True), (29, True), (31, False), (1200, False)):
        office.now = deadline + timedelta(days=days)
        assert ("調査の期間" not in unwell(office)) == well, days
    office.now = deadline
    extend(office.desk, Target(), deadline + timedelta(days=60), Who("山田", "災害"))
    office.now = (deadline + timedelta(days=80)).astimezone(JST)
    assert "調査の期間" not in unwell(office)
