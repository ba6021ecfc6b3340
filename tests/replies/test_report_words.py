"""What the reports say: how long is left, what is missing, what is asked, in courteous words of no survey."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from config.roster import Roster, load_roster
from config.survey import Survey
from replies.reports.data import Occasion, PrefectureReport, ProgramLine
from replies.reports.words import asked_by, mark, notice, remaining, requests_of, span, time_left
from replies.states import State
from replies.wording import load_wording
from tests.replies.letters_at_hand import the_survey
from tests.replies.reports_at_hand import ANSWER, TEXT, at, occasion, prefecture_report, tally

WORDS = load_wording()
REPLIES = Path(__file__).parents[2] / "replies"
SPOKEN = {p.name: p.read_text("utf-8") for p in REPLIES.glob("templates/report/*.j2")}
SAID = {**SPOKEN, "[report]": "\n".join(WORDS.report.values())}


@pytest.fixture(scope="module")
def survey() -> Survey:
    return the_survey()


@pytest.fixture(scope="module")
def roster() -> Roster:
    return load_roster()


def line(report: PrefectureReport, program: str) -> ProgramLine:
    return next(p for p in report.programs if p.program == program)


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("start", ("提出期限まで", "13日23時間", "開庁日で数えて、本日を除き残り９日です")),  # 10–14, 18–21; 17 is 海の日
        ("middle", ("提出期限まで", "２日４時間", "開庁日で数えて、本日を除き残り２日です")),
        ("hour", ("提出期限まで", "１時間０分", "本日が提出期限です")),
        ("after", ("提出期限からの経過", "２時間５分", "")),
    ],
)
def test_the_time_left_is_told(when: str, expected: tuple[str, str, str], survey: Survey) -> None:
    assert time_left(occasion(when, survey), WORDS) == expected


def test_the_second_of_the_deadline_is_in_time_and_the_next_is_not(survey: Survey) -> None:
    now: Occasion = replace(occasion("hour", survey), at=survey.deadline)
    assert time_left(now, WORDS) == ("提出期限まで", "０分", "本日が提出期限です")
    assert notice(now, False, WORDS) == ""
    later = replace(now, at=survey.deadline + timedelta(seconds=1))
    assert time_left(later, WORDS)[0] == "提出期限からの経過"
    assert "できるだけ早くお送りください" in notice(later, False, WORDS)
    assert "25日" not in notice(later, False, WORDS)  # only who has something in time to mend is told that day


def test_no_date_that_has_passed_is_asked_for(survey: Survey) -> None:
    now = replace(occasion("after", survey), at=at("26 09:00:00"))
    assert notice(now, False, WORDS).startswith("提出期限は過ぎておりますが、引き続き受け付けております。")
    assert "日（" not in notice(now, False, WORDS)


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(59, "０分"), (3_600, "１時間０分"), (86_399, "23時間59分"), (90_000, "１日１時間")],
)
def test_a_span_is_rounded_down(seconds: int, expected: str) -> None:
    assert span(timedelta(seconds=seconds)) == expected


def test_what_is_missing_is_named_by_state(survey: Survey, roster: Roster) -> None:
    report = prefecture_report("hour", survey, roster)
    assert remaining(line(report, "nanbyo"), report, WORDS) == ()
    assert remaining(line(report, "shoman"), report, WORDS) == ("神奈川県分",)
    # 29 bodies, 90 per cent of them accepted: the first 26
    assert remaining(line(report, "yobosesshu"), report, WORDS) == (
        "未提出：清川村",
        "確認のお願い中：湯河原町",
        "確認中：愛川町",
    )


def test_a_long_list_of_names_ends_with_how_many_more(survey: Survey, roster: Roster) -> None:
    report = prefecture_report("start", survey, roster)
    (left,) = remaining(line(report, "yobosesshu"), report, WORDS)
    assert left.startswith("未提出：平塚市、鎌倉市、")
    assert left.endswith("ほか５団体")
    assert left.count("、") == 23


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("outstanding", ("貴県の別添１を、n_mynumber@mhlw.go.jp あてにお送りください。",)),
        ("correction", ("「ご確認いただきたい点」をご確認のうえ、修正したファイルをお送りください。",)),
        ("held", ("貴県のご回答は、担当者が確認しております。ご対応は不要です。",)),
        ("accepted", ("受付が完了しております。ありがとうございました。",)),
        ("not_applicable", ("ご提出いただくものはございません。",)),
    ],
)
def test_what_is_asked_follows_the_own_sheet(
    state: State, expected: tuple[str, ...], survey: Survey, roster: Roster
) -> None:
    report = prefecture_report("start", survey, roster)
    shoman = replace(line(report, "shoman"), state=state, own_state=state)
    assert requests_of(shoman, report, WORDS) == expected


def test_what_is_asked_counts_the_bodies_by_state(survey: Survey, roster: Roster) -> None:
    report = prefecture_report("hour", survey, roster)
    counted = tally(report.municipalities, "yobosesshu")
    assert (counted.outstanding, counted.correction, counted.held) == (1, 1, 1)
    assert requests_of(line(report, "yobosesshu"), report, WORDS) == (
        "未提出の１団体のご回答をまとめた一覧表を、yoboseshu@mhlw.go.jp あてにお送りください。",
        "１団体につきまして、「ご確認いただきたい点」をご確認のうえ、修正した一覧表をお送りください。",
        "１団体につきましては、担当者が確認しております。ご対応は不要です。",
    )


def test_an_accepted_answer_with_an_open_correction_says_both(survey: Survey, roster: Roster) -> None:
    report = prefecture_report("after", survey, roster)
    said = requests_of(replace(line(report, "shoman"), open_corrections=1), report, WORDS)
    assert len(said) == 2
    assert "先に受け付けたものは有効です" in said[1]


def test_free_texts_are_not_quoted_among_the_open_corrections(survey: Survey) -> None:
    (answer, text) = asked_by((ANSWER, replace(TEXT, found="秘密の記載")), survey, WORDS)
    assert answer.place == "「様式」シート　セル E25　Q7-1"
    assert answer.found == "一部取得している"
    assert "秘密" not in "".join((text.place, text.point, text.found, text.expected, text.mend))


def test_each_state_has_a_sign_of_its_own_before_its_word() -> None:
    states: tuple[State, ...] = ("accepted", "partial", "correction", "held", "outstanding", "not_applicable")
    marks = [mark(state, WORDS) for state in states]
    assert marks[0] == "○ 受付済み"
    assert marks[4] == "□ 未提出"
    assert len({text[0] for text in marks}) == 6


@pytest.mark.parametrize("word", ["補正依頼", "督促", "エラー", "警告", "不備", "遅延", "期限超過"])
def test_a_banned_word_stands_in_no_report(word: str) -> None:
    assert len(SPOKEN) >= 5
    assert [name for name, text in SAID.items() if word in text] == []


def test_no_name_from_the_survey_stands_in_the_reports_wording(survey: Survey) -> None:
    names = {p.name for p in survey.programs} | {m.section for m in survey.mailboxes}
    names |= {survey.title, survey.phrases.ministry, survey.phrases.mail_title}
    names |= {form.title for form in survey.forms}
    assert len(names) > 8
    assert [(place, name) for place, text in SAID.items() for name in names if name in text] == []


def test_every_request_is_a_whole_polite_sentence() -> None:
    said = [
        text for key, text in WORDS.report.items() if key.startswith(("mend_", "passed", "no_", "nothing_w"))
    ]
    assert len(said) > 12
    polite = re.compile(r"(です|ます|でした|ました|ません|ください)(（[^）]+）)?。$")
    assert [text for text in said if not (polite.search(text) or text.endswith("をご覧ください。"))] == []
