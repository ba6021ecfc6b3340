"""What waited for an official only because a form was missing leaves the queue once the form has come, with a trace; what
says anything else stays."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from config.jst import JST
from intake.mail import intent
from routing.ledger import held_queue
from tests.routing.cases_at_hand import YOKOHAMA
from tests.routing.desk_at_hand import Office, form
from tests.routing.test_no_form_again import PDF, enclose
from tests.routing.test_words import ASKED, letter, queues, words

HOW = (
    "提出先をご教示ください。",
    "調査票の送付方法が分かりません。",
    "回答はどこに送ればよいでしょうか。",
    "添付の仕方を教えてください。",
    "回答票の送り方を教えていただけますか。",
    "提出先のメールアドレスはこちらでよろしいでしょうか。",
    "お世話になっております。横浜市の見本です。\n\n調査票をどのように提出すればよいか、ご教示願います。\n\nよろしくお願いします。",
)
MORE = (
    "提出先をご教示ください。また、問５は累計でしょうか。",
    "提出先と提出期限をご教示ください。",
    "送付方法を教えてください。なお、提出は24日になります。",
    "問５の回答の仕方を教えてください。",
    "提出方法が分かりません。お電話ください。",
    "添付の仕方を教えてください。小慢は該当がありません。",
    "提出先はどちらでしょうか。郵送したいと考えています。",
    "この調査の趣旨は何でしょうか。",
)


@pytest.mark.parametrize("body", HOW)
def test_a_question_how_to_send_leaves_once_it_was_sent(office: Office, body: str) -> None:
    asked = words(office, body)
    assert asked.decided.mail.rule == "inquiry" and asked.decided.mail.remarks == ("how_to_send",)
    assert held_queue.resting(office.ledger, office.now)
    answer = enclose(office, None)
    assert letter(answer) == "acknowledgement"
    assert (office.held(), held_queue.resting(office.ledger, office.now)) == ([], frozenset())
    assert office.events("form_came") == [(answer.decided.arrival.receipt, "uketsuke", "")]


@pytest.mark.parametrize("body", MORE)
def test_a_question_about_anything_else_waits_for_its_answer(office: Office, body: str) -> None:
    words(office, body)
    enclose(office, None)
    assert [reason for _, reason in office.held()] == ["inquiry"]
    assert held_queue.resting(office.ledger, office.now)


@pytest.mark.parametrize("faulty", [False, True])
def test_what_was_asked_for_in_vain_leaves_with_the_form_be_it_faulty(office: Office, faulty: bool) -> None:
    for files in ({}, {}, {"回答.pdf": PDF}, {"回答.pdf": PDF + b"2"}):
        enclose(office, files)
    assert [reason for _, reason in office.held()] == ["no_file_again", "no_form_again"]
    files = {"回答.xlsx": form({"program": "難病", "5": None})} if faulty else None
    assert letter(enclose(office, files)) == ("correction" if faulty else "acknowledgement")
    assert (office.held(), held_queue.resting(office.ledger, office.now)) == ([], frozenset())
    assert len(office.events("form_came")) == 2


def test_a_colleague_may_send_it_and_urgency_ends(office: Office) -> None:
    office.now = datetime(2023, 7, 21, 16, 40, tzinfo=JST)
    enclose(office, {})
    enclose(office, {})
    assert queues(office) == ["alarm"]
    enclose(office, None, "somu@city.yokohama.lg.jp")
    assert office.held() == []
    assert office.standing(YOKOHAMA, "nanbyo").state == "accepted"


def in_vain(office: Office, body: str, subject: str = ASKED) -> None:
    words(office, "回答を添付します。", subject)
    words(office, body, subject)
    assert [reason for _, reason in office.held()] == ["no_file_again"]


STAYS = (
    "提出が24日になります。",
    "該当がありません。",
    "お電話ください。",
    "問５は累計でしょうか。",
    "先日の回答は取り下げます。",
    "この調査の趣旨に賛同できかねます。",
    "We are closed until Monday and cannot send the form.",
    "添付できません。なぜでしょうか。",
)


@pytest.mark.parametrize("body", STAYS)
def test_what_its_words_say_beside_stays_for_people(office: Office, body: str) -> None:
    in_vain(office, body)
    enclose(office, None)
    assert "no_file_again" in [reason for _, reason in office.held()]


def test_another_bodys_form_or_that_of_another_program_ends_nothing(office: Office) -> None:
    in_vain(office, "回答を添付します。もう一度です。", f"{ASKED}（小児慢性特定疾病）")
    enclose(office, None)  # of 難病
    enclose(office, None, "a@city.kawasaki.jp", ASKED.replace("横浜", "川崎"))
    assert "no_file_again" in [reason for _, reason in office.held()]
    enclose(office, {"小慢.xlsx": form({"program": "小慢"})})
    assert "no_file_again" not in [reason for _, reason in office.held()]


def test_a_form_that_nobody_may_believe_ends_nothing(office: Office) -> None:
    in_vain(office, "回答を添付します。もう一度です。")
    enclose(office, None, "kenko@example.com")
    assert "no_file_again" in [reason for _, reason in office.held()]


def test_the_earlier_instant_still_shows_it(office: Office) -> None:
    in_vain(office, "回答を添付します。もう一度です。")
    before = office.now
    office.now += timedelta(hours=1)
    enclose(office, None)
    assert [h.reason for h in held_queue.held(office.ledger, before)] == ["no_file_again"]


def test_what_encloses_a_form_is_no_question_how_to_send() -> None:
    assert intent.says("送付方法についてご案内いただいたとおり、回答を添付します。") == ()
