"""What must hold of every letter, whatever it tells: facts about words, over all kinds and generated cases."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest

from config.survey import Survey
from intake.finding import CATALOGUE, Finding
from replies.follow_ups import follow_ups
from replies.letter import Letter, OwedProgram, PartsBlock
from replies.letter_kinds import LetterKind
from replies.letters.render import Rendered, render_letter
from replies.letters.wrapping import columns
from replies.wording import load_wording
from tests.replies.letters_at_hand import LETTERS, block, letter, the_survey
from tests.replies.lists_at_hand import LIST_LETTERS

REPLIES = Path(__file__).parents[2] / "replies"
ALL = {**LETTERS, **LIST_LETTERS}
ACTS = re.compile(
    r"(お送りください|ご対応は不要です|必要はございません|まとめてお知らせいたします|（下記）|お送りください)。$"
)
# One term for one thing, and as official documents write it (公用文作成の考え方、送り仮名の付け方).
TERMS = {
    "すでに": "既に",
    "お問い合わせ": "照会",
    "または": "又は",
    "および": "及び",
    "ご自身": "分",
    "お気づき": "確認した点",
    "営業日": "開庁日",
    "手続き": "手続",
    "とりまとめ": "取りまとめ",
    "拝見": "受信",
    "受付済み】": "受信",
    "ご担当": "御担当",
    "受理": "受付",
}
# 御 only where an addressee is named (御中, 御担当); everything else has ご.
MISPLACED_HONORIFIC = re.compile(r"(?<!制)御(?!中|担当|貴|\s|$)")


@pytest.fixture(scope="module")
def survey() -> Survey:
    return the_survey()


def render(made: Letter, survey: Survey) -> Rendered:
    return render_letter(made, survey, load_wording())


def generated(seed: int, survey: Survey) -> Letter:
    """A letter of any kind, with any findings at any severity, in and after time."""
    pick = random.Random(seed)
    codes = pick.choices(sorted(CATALOGUE), k=pick.randint(0, 6))
    found = tuple(
        Finding(code, pick.choice(("error", "warning", "note")), sheet="様式", cell="E22", question="5", expected="①")
        for code in codes
    )
    result = "correction" if any(f.severity == "error" for f in found) else pick.choice(("accepted", "kept", "held"))
    return replace(
        letter(survey),
        kind=pick.choice(get_args(LetterKind)),
        files=(block("回答.xlsx", "難病", result, found),) * pick.randint(0, 2),  # type: ignore[arg-type]
        findings=found[:1],
        late=pick.random() < 0.3,
        after_deadline=pick.random() < 0.5,
        due_passed=pick.random() < 0.2,
        first_receipt="N-0001",
        parts=PartsBlock(1, 3, (1,), (2, 3), ("N-0001",), pick.random() < 0.5),
        direct=pick.random() < 0.3,
        quotes=pick.random() < 0.8,
    )


@pytest.fixture(scope="module")
def any_letters(survey: Survey) -> list[tuple[int, Letter, str]]:
    """(seed, letter, its text) of two hundred."""
    made = [(seed, generated(seed, survey)) for seed in range(200)]
    return [(seed, each, render(each, survey).body) for seed, each in made]


@pytest.mark.parametrize("name", ALL)
def test_the_two_lines_that_a_telephone_shows_hold_the_result_and_what_to_do(name: str, survey: Survey) -> None:
    assert_two_lines(render(ALL[name](survey), survey).body)


def test_so_do_those_of_any_letter(any_letters: list[tuple[int, Letter, str]]) -> None:
    for seed, _, body in any_letters:
        assert_two_lines(body, f"seed {seed}")


def assert_two_lines(body: str, which: str = "") -> None:
    lead, act, blank, addressee = body.splitlines()[:4]
    assert lead and columns(lead) <= 70 and lead.endswith("。"), (which, lead)
    assert ACTS.search(act) and columns(act) <= 70, (which, act)
    assert blank == "" and addressee.endswith("御担当者様"), which


def test_a_day_is_named_after_the_deadline_only_to_whose_answer_came_in_time(
    any_letters: list[tuple[int, Letter, str]],
) -> None:
    for seed, made, body in any_letters:
        if made.after_deadline and (made.late or not any(f.result == "correction" for f in made.files)):
            assert "７月25日" not in body, seed


def test_under_for_next_time_nothing_is_asked_for(any_letters: list[tuple[int, Letter, str]]) -> None:
    for seed, _, body in any_letters:
        section = body.partition("■ （参考）次回のために")[2]
        section = re.split(r"\n■|\n\n　[^　・]", section)[0]  # what stands beside the verdict comes behind it
        assert "お送りください" not in section.replace("\n", "").replace("　", ""), seed


def test_each_remark_says_what_its_place_in_a_letter_promises() -> None:
    for code, saying in load_wording().finding.items():
        if CATALOGUE[code].severity == "error" or not saying.to_sender:
            continue
        mend = saying.as_hint or saying.mend
        if saying.if_applies:
            assert "場合" in mend, code
        else:
            assert "お送りください" not in mend, code


@pytest.mark.parametrize("name", ALL)
def test_a_subject_tells_result_program_and_day_in_thirty_characters(name: str, survey: Survey) -> None:
    made = ALL[name](survey)
    shown = render(made, survey).subject[:34]  # 【 】 take two of a telephone's thirty, and so does Re:
    assert shown.startswith("【")
    asked = made.kind == "correction" and not made.after_deadline
    assert ("21(金)17時まで" in shown) or not asked


def test_no_subject_says_received_of_what_is_still_to_be_mended(survey: Survey) -> None:
    asked = block("回答.xlsx", "難病", "correction", (Finding("answer_missing", "error", question="5"),))
    made = replace(letter(survey), kind="duplicate", first_receipt="N-0001", files=(asked,))
    rendered = render(made, survey)
    assert rendered.subject.startswith("【確認のお願い（再送）】難病 7/21(金)17時まで Re: ")
    assert "（１）ご回答の記入が見当たりませんでした。" in rendered.body and "N-0001" in rendered.body
    nothing = render(replace(made, files=()), survey)
    assert nothing.subject.startswith("【受信（同一内容）】Re: ") and "修正" not in nothing.body


@pytest.mark.parametrize(
    ("codes", "mark"),
    [
        (("no_file",), "添付のご確認"),  # 28-no-file of words.md 13
        (("encrypted",), "添付のご確認"),  # 27, 29
        (("not_a_workbook",), "添付のご確認"),  # 26, a PDF
        (("unreadable", "encrypted"), "添付のご確認"),
        (("sheet_blank",), "確認のお願い"),  # the file was seen, and is blank
        (("sample_alone",), "確認のお願い"),
        (("outline_missing",), "確認のお願い"),
        (("macro",), "確認のお願い"),
        (("encrypted", "answer_missing"), "確認のお願い"),  # one of two files could be read
        ((), "確認のお願い"),  # an official asks in words
    ],
)
def test_where_no_answer_could_be_seen_the_subject_says_that_the_attachment_is_the_trouble(
    codes: tuple[str, ...], mark: str, survey: Survey
) -> None:
    found = tuple(Finding(code, "error") for code in codes)
    made = replace(letter(survey), kind="correction", files=(block("回答.xlsx", "", "correction", found),))
    assert render(made, survey).subject.startswith(f"【{mark}】")


def test_of_a_file_that_was_not_seen_nobody_is_thanked_for_his_answers(survey: Survey) -> None:
    file = replace(block("回答.xlsx", "", "correction", (Finding("encrypted", "error"),)), form_title="")
    body = render(replace(letter(survey), kind="correction", files=(file,)), survey).body
    assert body.splitlines()[0] == "添付のファイルにパスワードがあり、開けませんでした。"
    assert "ご回答をお送りいただき" not in body and "拝見" not in body


def test_a_municipality_that_wrote_directly_is_neither_promised_nor_scolded(survey: Survey) -> None:
    said = render(replace(letter(survey), kind="arrival", direct=True, municipality=True), survey).body
    text = said.replace("\n", "").replace("　", "")
    assert said.splitlines()[:2] == [
        "メールを受信しました。担当者が確認し、ご連絡いたします。",
        "まだの場合は、都道府県の御担当へもお送りください。",
    ]
    assert "通知の記３（３）" in text and "必要はございません" not in text and "ご提出とはなりません" not in text
    assert "可能な限り、都道府県でおまとめのうえ" in text


def test_only_a_municipality_is_asked_to_inquire_through_its_prefecture(survey: Survey) -> None:
    assert "都道府県でおまとめ" not in render(letter(survey), survey).body
    assert "都道府県でおまとめ" in render(replace(letter(survey), municipality=True), survey).body


def test_what_is_owed_is_counted_and_adds_up(survey: Survey) -> None:
    for seed in range(100):
        assert_that_it_adds_up(random.Random(seed), survey)


def assert_that_it_adds_up(pick: random.Random, survey: Survey) -> None:
    done, nothing, asked, held = (pick.randint(0, 9) for _ in range(4))
    names = [f"第{n}町" for n in range(nothing + asked + held)]
    owed = OwedProgram(
        "予防接種", "partial", tuple(pick.sample(names, len(names))), done + len(names),
        tuple(names[:asked]), tuple(names[asked : asked + held]),
    )  # fmt: skip
    body = render(replace(letter(survey), owed_here=(owed,)), survey).body.replace("\n", "").replace("　", "")
    some = r"のうち(\S+?)団体を受け付けました。残り(\S+?)団体"
    told = re.search(rf"予防接種：(\S+?)団体(?:{some})?（([^）]*)）", body)
    if told is None:  # of nobody anything has been accepted, and all stand alike; or nothing is left
        assert not names or (done == 0 and [nothing, asked, held].count(0) == 2)
        return
    assert (told[2] is None) == (done == 0)  # 「０団体を受け付けました」 is not said
    total, accepted, left = (int(told[n] or default) for n, default in ((1, ""), (2, "0"), (3, told[1])))
    states = [int(number) for number in re.findall(r"\d+(?=、|$)", told[4])]
    assert (total, accepted, left) == (done + len(names), done, len(names)) and sum(states) == left


def test_what_was_not_handed_in_is_not_called_received(survey: Survey) -> None:
    """鳥取県, 予防接種: of 18 municipalities two are accepted, one is to be mended, fifteen have sent nothing."""
    names = tuple(f"第{n}町" for n in range(15))
    owed = OwedProgram("予防接種", "partial", (*names, "境港市"), 18, ("境港市",))
    body = render(replace(letter(survey), owed_here=(owed,)), survey).body.replace("\n", "").replace("　", "")
    assert "・予防接種：18団体のうち２団体を受け付けました。残り16団体（未提出15、修正をお願い中１）" in body
    assert "未提出：第0町、" in body and "修正をお願い中：境港市" in body


@pytest.mark.parametrize(
    ("asked", "following"),
    [
        (("7-2",), ("7-3", "7-4", "8-1", "8-2")),  # 調査項目 Q7-2②「Q9へ」; Q7-4 and Q8-2 【…の場合】
        (("7-3",), ("7-4",)),
        (("8-1",), ("8-2",)),
        (("3",), ("4", "5")),  # Q3②「Q6へ」
        (("5", "7-2"), ("6", "7-1", "7-3", "7-4", "8-1", "8-2", "9")),  # Q5①「Q10へ」
        (("9",), ()),
        (("10", "a"), ()),
        (("99",), ()),
        ((), ()),
    ],
)
def test_what_follows_from_an_asked_answer_is_asked_for_at_once(
    asked: tuple[str, ...], following: tuple[str, ...], survey: Survey
) -> None:
    assert follow_ups(asked, survey) == following


def test_what_follows_is_said_once_and_names_nothing_that_is_asked_for_already(survey: Survey) -> None:
    found = tuple(Finding("answer_missing", "error", "様式", "E1", question=q) for q in ("7-2", "9"))
    sheet = block("回答.xlsx", "難病", "correction", (*found, Finding("answer_not_a_choice", "error", question="10")))
    body = render(replace(letter(survey), kind="correction", files=(sheet,)), survey).body
    text = body.replace("\n", "").replace("　", "")
    assert text.count("Q7-3、Q7-4、Q8-1、Q8-2にもご記入が必要となる場合がございます") == 1


@pytest.mark.parametrize("word", TERMS)
def test_one_term_is_used_for_one_thing(word: str) -> None:
    places = [*REPLIES.glob("templates/**/*.j2"), REPLIES / "wording.toml"]
    texts = {path.name: path.read_text("utf-8") for path in places}
    texts["survey"] = str(the_survey().phrases)
    assert len(texts) > 20
    assert [name for name, text in texts.items() if word in text] == []
    assert [name for name, text in texts.items() if MISPLACED_HONORIFIC.search(text)] == []
