"""The words of a reminder and of a request: what they must say, and what they must never say."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from config.jst import JST
from intake.finding import Finding
from replies.letter import Attachment, OwedProgram
from replies.letters.reminder import CORRECTIONS_LIMIT, Reminder, render_reminder
from replies.letters.request import OriginalRequest, render_request
from replies.reports.data import OpenCorrection
from replies.wording import load_wording
from tests.replies.letters_at_hand import the_survey

DEADLINE = datetime(2023, 7, 21, 17, tzinfo=JST)
BANNED = ("補正依頼", "督促", "催促", "エラー", "警告", "不備", "遅延", "期限超過")
BLANK = Finding("answer_missing", "error", sheet="様式", cell="E21", question="5", expected="①～②のいずれか")


def correction(number: int = 1) -> OpenCorrection:
    return OpenCorrection(
        lgcode="142042",
        body="神奈川県鎌倉市",
        program="yobosesshu",
        program_name="予防接種",
        receipt=f"Y0718-0000-{number:04d}",
        since=datetime(2023, 7, 18, 10, tzinfo=JST),
        filename="一覧表.xlsx",
        findings=(BLANK,),
    )


def reminder(**changes: object) -> Reminder:
    mailbox = the_survey().mailbox("yoboseshu")
    made = Reminder(
        mailbox=mailbox,
        extensions=(("予防接種", "8917・8915"),),
        addressee="神奈川県",
        honorific="貴県",
        deadline=DEADLINE,
        extended=False,
        working_days=2,
        owed=(OwedProgram("予防接種", "partial", ("平塚市", "大磯町")),),
        corrections=(correction(),),
        report=Attachment("14神奈川県_提出状況.xlsx", b"PK"),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def said(made: Reminder) -> str:
    return render_reminder(made, the_survey(), load_wording()).body


def joined(made: Reminder) -> str:
    """Without the line breaks that a mail's width asks for."""
    return said(made).replace("\n", "").replace("　", "")


def test_it_says_what_is_left_what_to_mend_how_long_and_whom_to_ask() -> None:
    text = joined(reminder())
    for words in (
        "神奈川県御担当者様",
        "平塚市、大磯町",
        "残り２日",
        "令和５年７月21日（金）17時",
        "Y0718-0000-0001",
        "Q5",
        "①～②のいずれか",
        "14神奈川県_提出状況.xlsx",
        "電話：03-5253-1111（内線 8917・8915）",
        "システムから自動で",
        "お心当たりのない場合",
    ):
        assert words in text, words


def test_the_subject_begins_with_the_request() -> None:
    subject = render_reminder(reminder(), the_survey(), load_wording()).subject
    assert subject.startswith("【ご提出のお願い】")
    assert "\n" not in subject


@pytest.mark.parametrize("word", BANNED)
def test_it_presses_nobody(word: str) -> None:
    assert word not in said(reminder())


def test_on_the_last_day_no_days_are_counted() -> None:
    text = joined(reminder(working_days=0))
    assert "本日が提出期限です" in text
    assert "残り０日" not in text


def test_an_extended_deadline_is_named_as_such() -> None:
    assert "延長後の期限" in said(reminder(extended=True))
    assert "延長後の期限" not in said(reminder())


def test_of_many_corrections_the_report_tells() -> None:
    many = tuple(correction(n) for n in range(CORRECTIONS_LIMIT + 1))
    text = joined(reminder(corrections=many))
    assert f"{CORRECTIONS_LIMIT + 1}件" in text and "「ご確認いただきたい点」シート" in text
    assert "Y0718-0000-0001" not in text
    assert "Y0718-0000-0001" in joined(reminder(corrections=many, report=None))  # nothing else would tell it


def test_a_strangers_file_name_adds_no_line() -> None:
    evil = replace(correction(), filename="a.xlsx\r\n\r\n■ 偽の見出し")
    assert "\n■ 偽の見出し" not in said(reminder(corrections=(evil,)))


def test_without_a_report_none_is_mentioned() -> None:
    made = render_reminder(reminder(report=None), the_survey(), load_wording())
    assert made.attachments == ()
    assert "添付\n" not in made.body.replace("添付してください", "")


def test_a_request_names_program_form_and_bodies() -> None:
    survey = the_survey()
    asked = OriginalRequest(
        mailbox=survey.mailbox("sukoyaka"),
        extensions=(("自治体検診", "2940・8871"),),
        addressee="神奈川県",
        program="自治体検診",
        form_title="別添２",
        bodies=("神奈川県箱根町", "神奈川県大磯町"),
        until=datetime(2023, 7, 28, 17, tzinfo=JST),
    )
    made = render_request(asked, survey, load_wording())
    text = made.body.replace("\n", "").replace("　", "")
    for words in (
        "別添２のエクセルファイル",
        "神奈川県箱根町",
        "神奈川県大磯町",
        "令和５年７月28日（金）17時",
    ):
        assert words in text, words
    without = render_request(replace(asked, until=None), survey, load_wording()).body
    assert "７月28日" not in without
    assert [word for word in BANNED if word in made.body] == []
