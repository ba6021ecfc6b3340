"""What a screen shows of what waits, of one mail and of its letters, gathered from a real ledger."""

from __future__ import annotations

from typing import get_args

import pytest

from replies.reports.data import Queue
from replies.wording import load_wording
from routing import operate
from routing.decision.verdict import FILE_TABLE, MAIL_TABLE
from routing.ledger import arrivals
from routing.records import Arrival
from routing.views.held import grouped, held_rows
from routing.views.letters import whole_letters_to
from routing.views.mail import MailView, mail_view
from routing.who import Who
from tests.routing.desk_at_hand import Office, form, mail

WHO = Who("受付太郎", "電話で確認")
NAME = "【横浜市】マイナンバーアンケート回答（難病）.xlsx"


def view(office: Office, arrival: Arrival) -> MailView:
    found = arrivals.get(office.ledger, arrival.id)
    assert found is not None
    return mail_view(office.desk, found)


def test_every_rule_that_holds_a_mail_says_what_to_do_next() -> None:
    steps = load_wording().next_step
    held = {row.name for row in (*MAIL_TABLE, *FILE_TABLE) if row.outcome == "held"}
    assert held - steps.keys() == set()
    shown = {key.removeprefix("outbox_") for key in load_wording().screen if key.startswith("outbox_")}
    assert shown - steps.keys() == set()


def test_what_is_urgent_comes_first_and_each_row_shows_how_the_mail_begins(office: Office) -> None:
    office.settle(mail({}, "【横浜市】照会（提出先について）", body="横浜市です。\n\n> 引用\n提出先をご教示ください。"))
    office.settle(mail({NAME: form({"5": "123456789018"})}))
    rows = held_rows(office.desk)
    assert [row.queue for row in rows] == ["alarm", "inquiry"]
    assert rows[1].first_line == "横浜市です。　提出先をご教示ください。"
    assert rows[0].first_line == "" and "123456789018" not in str(rows[0].as_dict())
    assert rows[1].next_step == load_wording().says["how_to_send"].partition("。")[2] + "。"
    assert [len(group.rows) for group in grouped(rows)] == [1, 1]


def test_a_mail_is_shown_with_its_text_answers_findings_decision_letter_and_standing(office: Office) -> None:
    arrival = office.settle(mail({NAME: form({"5": None})}, body="横浜市の見本です。")).decided.arrival
    shown = view(office, arrival)
    assert (shown.body, shown.text.strip()) == ("神奈川県横浜市", "横浜市の見本です。")
    (sheet,) = shown.files[0].sheets
    (line,) = [line for line in sheet.lines if line.key == "5"]
    assert line.grave and line.answer == "" and line.findings[0].startswith("要修正：")
    assert sheet.program == "難病"
    assert [(d.outcome, d.by) for d in shown.decisions] == [("確認のお願い", "")]
    (letter,) = shown.letters
    assert letter.row.title == "【確認のお願い】" and letter.row.said == "送信待ちです" and letter.row.waits
    assert "受付番号：" + shown.arrival.receipt in letter.text
    assert {s.program: s.said for s in shown.standing}["難病"] == load_wording().state["correction"]


def test_a_mail_with_an_alarm_shows_places_and_nothing_that_was_read(office: Office) -> None:
    sheet = form({"5": "123456789018"})
    arrival = office.settle(mail({NAME: sheet}, body="個人番号は123456789018です。")).decided.arrival
    shown = view(office, arrival)
    assert shown.places and shown.text == ""
    assert "123456789018" not in repr(shown)


def test_an_official_s_decision_stands_with_name_and_reason_before_the_newest_ones(office: Office) -> None:
    arrival = office.settle(mail({NAME: form({"5": None})})).decided.arrival
    operate.mark_seen(office.desk, arrival, WHO)
    assert [(a.kind, a.by, a.why) for a in view(office, arrival).acts] == [("seen", "受付太郎", "電話で確認")]


def test_what_was_erased_is_shown_as_erased(office: Office) -> None:
    arrival = office.settle(mail({NAME: form()})).decided.arrival
    operate.erase(office.desk, arrival, WHO)
    shown = view(office, arrival)
    assert shown.erased.endswith("受付太郎") and shown.text == "" and shown.files == ()
    assert all(letter.text == "" for letter in whole_letters_to(office.desk, arrival.id))


@pytest.mark.parametrize("state", ["waiting", "sending", "undelivered", "withdrawn", "unsure", "sent", "drafted"])
def test_every_state_of_a_letter_has_words(state: str) -> None:
    words = load_wording().screen
    assert words.get(f"letter_{state}") or words.get(f"posting_{state}")


def test_every_source_of_evidence_and_every_queue_has_words() -> None:
    from routing.records import EvidenceSource

    words = load_wording().screen
    assert all(f"evidence_{source}" in words for source in get_args(EvidenceSource))
    assert all(f"queue_{queue}" in words for queue in get_args(Queue))
