"""What comes beside or instead of a submission: a question, thanks, a withdrawal, a correction in words; and a
mail that is not from where it claims (rules `reply`, `inquiry`, `authentication_failed` and their like)."""

from __future__ import annotations

import pytest

from config.settings import TOPMOST
from routing import operate
from routing.decision.override import Override
from routing.ledger import held_queue
from routing.operate import Who
from routing.views.held import rows_of
from tests.routing.cases_at_hand import YOKOHAMA
from tests.routing.desk_at_hand import Office, form, mail
from tests.routing.test_desk import letter

WHO = Who("山田", "電話で回答")
ASKING = "標記について送付します。\n\nなお、Q7の「連携」には、住民基本台帳との連携も含まれるのでしょうか。\n"
LINE = "本文にてお尋ねの件がございましたら、担当者が確認のうえ"
NAME = "【横浜市】マイナンバーアンケート回答.xlsx"


# --- a question inside a submission -------------------------------------------------------------------------


def test_a_question_opens_an_inquiry_beside_the_verdict(office: Office) -> None:
    settled = office.settle(mail(body=ASKING))
    assert [p.decision.outcome for p in settled.decided.pieces] == ["accepted"]
    assert settled.reply is not None and settled.reply.kind == "acknowledgement"
    assert LINE in "".join(letter(office).split())
    assert office.held() == [("inquiry", "question")]


def test_operators_see_the_standing_of_the_body_beside_the_question(office: Office) -> None:
    office.settle(mail(body=ASKING))
    (item,) = held_queue.held(office.ledger, office.now)
    row = rows_of([item], office.now, office.desk)[0]
    assert (row.name, row.minutes) == ("神奈川県横浜市", 1)
    assert row.standing_text == "難病：受付済み、小慢：未提出、予防接種：未提出、自治体検診：未提出"


def test_the_standing_stands_beside_an_inquiry_of_its_own_too(office: Office) -> None:
    office.settle(mail({}, "【横浜市】照会（提出先について）", body="提出先をご教示ください。"))
    (item,) = held_queue.held(office.ledger, office.now)
    assert rows_of([item], office.now, office.desk)[0].standing[0] == ("nanbyo", "outstanding")


def test_an_answered_question_is_closed_by_seen_and_stays_closed(office: Office) -> None:
    arrival = office.settle(mail({NAME: form({"program": "難病", "5": None})}, body=ASKING)).decided.arrival
    operate.mark_seen(office.desk, arrival, WHO)
    assert office.held() == []
    operate.amend(office.desk, arrival, {"5": "②"}, WHO)  # decided anew: the question is not
    assert office.held() == []


def test_a_cover_letter_asks_nothing(office: Office) -> None:
    office.settle(mail(body="標記について送付します。ご査収のほど、よろしくお願いいたします。"))
    assert LINE not in "".join(letter(office).split())
    assert office.held() == []


def test_a_question_in_a_mail_whose_file_is_missing_is_not_lost(office: Office) -> None:
    settled = office.settle(mail({}, body=ASKING))
    assert settled.decided.mail.rule == "no_form"
    assert office.held() == [("inquiry", "question")]


# --- a reply without a file ---------------------------------------------------------------------------------

REPLIES = [
    ("thanks", "ご連絡ありがとうございました。", "reply", "reply"),
    ("a withdrawal", "先日提出した回答は、取り下げます。", "withdrawal", "submission"),
    ("a correction in words", "Q5の回答は、正しくは②です。訂正をお願いいたします。", "correction_in_words", "submission"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "rule", "queue"), [r[1:] for r in REPLIES], ids=[r[0] for r in REPLIES])
def test_a_reply_without_a_file_waits_for_people_and_is_never_answered(
    office: Office, body: str, rule: str, queue: str
) -> None:
    sent = office.settle(mail())
    assert sent.reply is not None
    reply = mail({}, "Re: 【受付】", body=body, headers={"In-Reply-To": sent.reply.message_id})
    settled = office.settle(reply)
    assert (settled.decided.mail.rule, settled.reply) == (rule, None)
    assert office.held() == [(queue, rule)]
    assert office.standing(YOKOHAMA, "nanbyo").state == "accepted"


# --- who it is from -----------------------------------------------------------------------------------------

OURS, FORGED = "mx.mhlw.example.jp", "mx.evil.example.com"
M365 = (
    "spf={spf} (sender IP is 198.51.100.7) smtp.mailfrom=city.yokohama.lg.jp; dkim=none (message not signed)"
    " header.d=none;dmarc={dmarc} action=oreject header.from=city.yokohama.lg.jp;compauth={compauth}"
)
REJECTED = M365.format(spf="fail", dmarc="fail", compauth="fail reason=000")
RESULTS = [
    ("Microsoft 365 says fail", REJECTED, TOPMOST, True),
    ("Microsoft 365 knows no record", M365.format(spf="none", dmarc="none", compauth="fail reason=001"), TOPMOST, False),
    ("Microsoft 365 says pass", M365.format(spf="pass", dmarc="pass", compauth="pass reason=100"), TOPMOST, False),
    ("Microsoft 365 says fail, and nobody asked", REJECTED, OURS, False),
    ("DMARC could not be asked", f"{OURS}; dmarc=temperror header.from=city.yokohama.lg.jp", OURS, True),
    ("neither SPF nor DKIM", f"{OURS}; spf=fail smtp.mailfrom=x.example; dkim=fail header.d=x.example", OURS, True),
    ("our server says fail", f"{OURS}; spf=fail; dmarc=fail header.from=city.yokohama.lg.jp", OURS, True),
    ("our server says pass", f"{OURS}; dmarc=pass header.from=city.yokohama.lg.jp", OURS, False),
    ("DMARC passes for another From", f"{OURS}; dmarc=pass header.from=evil.example.com", OURS, True),
    ("DMARC passes for our topmost, another From", "spf=pass smtp.mailfrom=x@evil.example.com; dmarc=pass"
     " header.from=evil.example.com;compauth=pass reason=100", TOPMOST, True),
    ("DMARC passes for a section's From", f"{OURS}; dmarc=pass header.from=kenko.city.yokohama.lg.jp", OURS, False),
    ("DMARC passes, for whom is not told", f"{OURS}; dmarc=pass", OURS, False),
    ("another server's DMARC passes for another", f"{FORGED}; dmarc=pass header.from=evil.example.com", OURS, False),
    ("our server says nothing of dmarc", f"{OURS}; spf=fail smtp.mailfrom=x.example", OURS, False),
    ("another server says fail", f"{FORGED}; dmarc=fail header.from=city.yokohama.lg.jp", OURS, False),
    ("the settings name no server", f"{OURS}; dmarc=fail header.from=city.yokohama.lg.jp", "", False),
]  # fmt: skip


@pytest.mark.parametrize(("field", "believed", "held"), [r[1:] for r in RESULTS], ids=[r[0] for r in RESULTS])
def test_authentication_results_are_believed_of_the_server_that_the_settings_name(
    office: Office, field: str, believed: str, held: bool
) -> None:
    office.desk.settings = office.desk.settings.changed({"authserv_id": believed})
    settled = office.settle(mail(headers={"Authentication-Results": field}))
    assert (settled.decided.mail.rule == "authentication_failed") is held
    assert (settled.reply is None) is held


def test_a_spoofed_resend_is_told_nothing_of_the_first(office: Office) -> None:
    office.desk.settings = office.desk.settings.changed({"authserv_id": OURS})
    office.settle(mail(headers={"Message-ID": "<1@city.yokohama.lg.jp>"}))
    again = mail(headers={"Message-ID": "<2@x.example>", "Authentication-Results": f"{OURS}; dmarc=fail"})
    settled = office.settle(again)
    assert (settled.decided.mail.rule, settled.reply) == ("authentication_failed", None)


def test_an_official_may_take_it_in(office: Office) -> None:
    office.desk.settings = office.desk.settings.changed({"authserv_id": OURS})
    arrival = office.settle(mail(headers={"Authentication-Results": f"{OURS}; dmarc=fail"})).decided.arrival
    override = Override(outcome="accepted", take_in=True, by="山田", why="電話で確認")
    taken = operate.decide_again(office.desk, arrival, override)
    assert [p.decision.outcome for p in taken.decided.pieces] == ["accepted"]
