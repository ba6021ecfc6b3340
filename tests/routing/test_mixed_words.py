"""Mails whose words say two things, or what others sent: who is asked to attach, and what a person gets to read."""

from __future__ import annotations

import pytest

from tests.routing.desk_at_hand import Office, mail
from tests.routing.test_words import ASKED, CITY, letter, words

# body → the reason for which a person reads it; never "please attach"
FOR_PEOPLE = {
    "小慢については県が取りまとめて提出します。": "other_section",
    "本町は県を通じて提出しますので、直接の回答は控えます。": "other_section",
    "お送りいただいた様式に誤りがあるようです。": "other",
    "貴省から送付された調査票が見当たりません。": "other",
    "調査票を送付してください。": "other",
    "様式の再送をお願いします。": "other",
    "添付いただいたファイルが開けません。": "unable",
    "添付の件、ファイルが開けません。": "unable",
    "いただいたメールに添付ファイルが付いていないようです。": "other",
    "貴殿のメールはスパムと判定されたため、添付ファイルを削除して再送してください。": "other",
    "Your message was blocked. Please send it again without the attachment.": "language",
    "回答が遅れており申し訳ありません。": "later",
    "提出が遅くなります。": "later",
    "提出が遅くなりそうです。": "later",
    "取りまとめに時間を要しております。": "later",
    "了解です！": "thanks",
    "承知です。": "thanks",
    "拝承": "thanks",
    "本日は閉庁しております。": "absence",
    "お送りいただいたメールは、添付ファイルのため受信を拒否しました。": "received",
}


@pytest.mark.parametrize("body", FOR_PEOPLE)
def test_words_about_what_others_sent_or_hand_in_are_for_people(office: Office, body: str) -> None:
    settled = words(office, body)
    assert FOR_PEOPLE[body] in settled.decided.mail.remarks
    assert letter(settled) in ("", "arrival")


@pytest.mark.parametrize(
    "body",
    ["提出します。", "標記の件、提出いたします。よろしくお願いします。", "転送します。", "回答を送ります。", "出します。",
     "市民課の回答を添付のとおり送付します。",
     "お送りいただいた様式に記入しましたので、添付します。", "お送りいただいた様式により回答します。",
     "ご送付いただきました調査票について、別添のとおり提出いたします。", "県が取りまとめた回答を別添のとおり提出します。",
     "提供いただいた様式にて、回答を送付いたします。", "送付依頼のありました標記調査について回答します。",
     "大変遅くなりましたが、提出いたします。", "提出が遅くなり申し訳ありません。回答を提出します。",
     "取りまとめに時間を要しましたが、提出します。",
     "「回答の送付のお願い」について、別添のとおり送付します。",
     "別添のとおり回答します。内容をご確認のうえ、不備がありましたらご連絡ください。"],
)  # fmt: skip
def test_who_forgot_the_file_is_asked_for_it(office: Office, body: str) -> None:
    settled = words(office, body)
    assert (settled.decided.mail.rule, letter(settled)) == ("no_form", "correction")
    assert office.held() == []


# What is said of another program beside the file, or the word of it: the letter goes out as it would, and a person reads.
BESIDE = [
    "難病は別添のとおりです。小慢は該当ありません。",
    "添付のとおり提出します。なお、予防接種については保健センターより別途送付いたします。",
    "別添のとおり回答します。小慢分は県が提出します。",
    "難病の回答を添付します。予防接種は７月20日までに提出します。",
]
NOTHING_BESIDE = [
    "添付のとおり提出します。該当のない項目は空欄としています。",
    "難病の回答を添付します。ご確認をお願いします。",
    "難病・小慢とも別添のとおり回答します。",
    "別添のとおり回答します。原本は後日郵送します。",
    "７月11日に提出した難病の回答について、内容に変更がありましたので差替えをお願いします。別添のとおり送付します。",
    "７月11日に提出した難病の回答です。別添のとおり送付します。",
]


@pytest.mark.parametrize("enclosed", [True, False])
@pytest.mark.parametrize("body", [*BESIDE, *NOTHING_BESIDE])
def test_what_is_said_of_another_program_is_read_by_a_person(office: Office, body: str, enclosed: bool) -> None:
    settled = office.settle(mail(None if enclosed else {}, ASKED, CITY, body))
    assert letter(settled) == ("acknowledgement" if enclosed else "correction")
    assert office.held() == ([("inquiry", "question")] if body in BESIDE else [])


@pytest.mark.parametrize("subject", ["承諾: ", "仮承諾: ", "Accepted: ", "Declined: "])
def test_the_answer_of_a_calendar_gets_none(office: Office, subject: str) -> None:
    settled = office.settle(mail({}, subject + ASKED, CITY, ""))
    assert (settled.decided.mail.rule, letter(settled)) == ("machine", "")
