"""Letters that officials write: an answer in words, and a mail passed on to a colleague."""

from __future__ import annotations

from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from intake.mail.kind import TAG_HEADER
from routing import operate
from routing.ledger import arrivals, correspondence, promises
from routing.operate import Consent, Refused, Who, Wish
from routing.records import Arrival
from tests.routing.console_at_hand import Visitor, site_of
from tests.routing.desk_at_hand import Office, form, mail
from tests.routing.test_console import WHY, carry_out, hidden

ME = Who("山田", "電話で確認")
SAID = "お問い合わせの件、ファイルは一つで差し支えございません。\n\n以上、よろしくお願いいたします。"


def asked(office: Office, body: str = "", **more: str) -> Arrival:
    body = body or "Q5は、どのように書けばよいでしょうか。\nhttp://evil.example/x"
    return office.settle(mail({}, "調査票の書き方について", body=body, headers=more)).decided.arrival


def written(office: Office, kind: str) -> EmailMessage:
    row = office.ledger.row("SELECT data FROM outbox WHERE kind = ? ORDER BY id DESC LIMIT 1", kind)
    assert row is not None
    made = message_from_bytes(bytes(row["data"]), policy=policy.default)
    assert isinstance(made, EmailMessage)
    return made


def do(office: Office, arrival: Arrival, wish: Wish) -> None:
    operate.fulfil(office.desk, arrival, wish, ME, Consent())


def test_an_answer_is_seen_whole_rests_leaves_in_the_thread_and_closes_the_question(office: Office) -> None:
    arrival = asked(office)
    assert "inquiry" in [row[1] for row in office.held()]
    visitor = Visitor(site_of(office))
    path = f"/mail/{arrival.receipt}/answer"
    typed = {"text": SAID.replace("\n", "\r\n"), "quotes": "yes", "closes": "yes", "why": WHY}
    told = visitor.post(path, go="preview", **{**hidden(visitor.text(path)), **typed})
    assert "ファイルは一つで差し支えございません。" in told.text and "&gt; Q5は、どのように" in told.text
    assert visitor.post(path, go="do", **hidden(told.text)).status_code == 303
    assert office.held() == []
    office.now += timedelta(seconds=60)
    assert ("answer", "sent") in [(d.kind, d.state) for d in office.desk.dispatch.deliver(office.sender)]
    made = written(office, "answer")
    assert made["In-Reply-To"] == message_from_bytes(office.desk.raw(arrival) or b"")["Message-ID"]
    assert made["Auto-Submitted"] is None and made[TAG_HEADER] == f"{arrival.receipt}-A1"
    text = made.get_content()
    assert "神奈川県横浜市　御担当者様" in text and SAID.split("\n", maxsplit=1)[0] in text.replace("\n", "")
    assert f"受付番号：{arrival.receipt}" in text and "自動" not in text and "http://evil" not in text
    assert "【ご回答】" in visitor.text(f"/mail/{arrival.receipt}")


def test_a_newer_decision_about_the_mail_does_not_take_the_answer_back_and_erasing_it_does(office: Office) -> None:
    arrival = asked(office)
    do(office, arrival, Wish("answer", text=SAID))
    do(office, arrival, Wish("ignore"))
    assert [x.kind for x in correspondence.letters_waiting(office.ledger)].count("answer") == 1
    operate.erase(office.desk, arrival, ME)
    assert "answer" not in [x.kind for x in correspondence.letters_waiting(office.ledger)]
    row = office.ledger.row("SELECT length(data) AS n FROM outbox WHERE kind = 'answer'")
    assert row is not None and row["n"] == 0
    assert [a.name for a in promises.ask(office.ledger.connection) if not a.holds] == []


@pytest.mark.parametrize("reply_to,goes", [
    ("", "kenko@city.yokohama.lg.jp"), ("soudan@city.yokohama.lg.jp", "soudan@city.yokohama.lg.jp"),
    ("thief@freemail.example.com", "kenko@city.yokohama.lg.jp"),
    ("thief@evil.city.yokohama.lg.jp", "kenko@city.yokohama.lg.jp"),
])  # fmt: skip
def test_an_answer_goes_to_reply_to_only_within_the_sender_s_domain(office: Office, reply_to: str, goes: str) -> None:
    arrival = asked(office, **({"Reply-To": reply_to} if reply_to else {}))
    do(office, arrival, Wish("answer", text=SAID))
    row = office.ledger.row("SELECT recipient FROM outbox WHERE kind = 'answer'")
    assert row is not None and row["recipient"] == goes


@pytest.mark.parametrize("header", [
    {"Auto-Submitted": "auto-replied"}, {"List-Id": "<l.example.jp>", "Precedence": "bulk"},
])  # fmt: skip
def test_no_machine_is_answered(office: Office, header: dict[str, str]) -> None:
    arrival = asked(office, **header)
    with pytest.raises(Refused, match="自動で送られたメール"):
        do(office, arrival, Wish("answer", text=SAID))
    page = Visitor(site_of(office)).text(f"/mail/{arrival.receipt}")
    assert "自動で送られたメールのため" in page and office.count("about") == 0


def test_of_a_mail_with_an_alarm_nothing_is_quoted_or_passed_on(office: Office) -> None:
    sheet = {"【横浜市】回答.xlsx": form({"program": "難病", "5": "123456789018"})}
    arrival = office.settle(mail(sheet, body="私の番号は123456789018です。")).decided.arrival
    do(office, arrival, Wish("answer", text=SAID))
    assert "123456789018" not in written(office, "answer").get_content()
    with pytest.raises(Refused, match="転送しません"):
        do(office, arrival, Wish("forward", to="kakari@mhlw.go.jp", text="お願いします"))


def test_a_mail_is_passed_on_as_it_came(office: Office) -> None:
    arrival = asked(office, "内容のご確認をお願いします。")
    typed = {"to": "ｋａｋａｒｉ@mhlw.go.jp", "text": "ご対応ください。"}
    assert carry_out(Visitor(site_of(office)), arrival, "forward", **typed) == 303
    made = written(office, "forward")
    assert made["To"] == "kakari@mhlw.go.jp" and made["In-Reply-To"] is None
    attached = next(made.iter_attachments())
    assert attached.get_filename() == f"{arrival.receipt}.eml" and attached.get_content_type() == "application/octet-stream"
    assert attached.get_content() == arrivals.raw_bytes(office.ledger, arrival.id)


@pytest.mark.parametrize("to,said", [
    ("someone@freemail.example.com", "省内"), ("kakari@evil.mhlw.go.jp", "省内"),
    ("kakari@mhlw.go.jp.evil.example", "省内"),
    ("n_mynumber@mhlw.go.jp", "提出先"), ("N_MYNUMBER@MHLW.GO.JP", "提出先"), ("kakari", "形ではありません"),
    ("a@mhlw.go.jp\r\nBcc: x@evil.example", "形ではありません"), ("", "形ではありません"),
    ("山田@mhlw.go.jp", "形ではありません"),
])  # fmt: skip
def test_nobody_but_a_colleague_is_passed_a_mail(office: Office, to: str, said: str) -> None:
    arrival = asked(office)
    with pytest.raises(Refused, match=said):
        do(office, arrival, Wish("forward", to=to, text="お願いします"))
    assert office.count("about") == 0


@pytest.mark.parametrize("text", ["", " \n　\n", "あ" * 20_001])
def test_nothing_and_too_much_are_no_answer(office: Office, text: str) -> None:
    with pytest.raises(Refused):
        do(office, asked(office), Wish("answer", text=text))


def test_what_is_typed_adds_no_header_and_steers_nothing(office: Office, tmp_path: Path) -> None:
    typed = "一行目\r\nBcc: x@evil.example\r\n\r\n.\r\n\x1b[2J\u202e{{7*7}}<b>"
    arrival = asked(office)
    do(office, arrival, Wish("answer", text=typed))
    made = written(office, "answer")
    assert made["Bcc"] is None and "{{7*7}}<b>" in made.get_content() and "\x1b" not in made.get_content()


def test_two_answers_are_two_letters(office: Office) -> None:
    arrival = asked(office)
    for text in ("一つ目です。", "二つ目です。"):
        do(office, arrival, Wish("answer", text=text, closes=False))
    rows = office.ledger.rows("SELECT message_id FROM outbox WHERE kind = 'answer'")
    assert len({r["message_id"] for r in rows}) == 2
