"""Whole letters, compared with files that were read aloud, and what must hold for every letter."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from pathlib import Path
from statistics import median

import pytest

from config.survey import Survey
from intake.finding import CATALOGUE, Finding
from replies.letter import FileBlock, Letter, OwedProgram
from replies.letters.render import Rendered, render_letter
from replies.wording import load_wording
from tests.replies.letters_at_hand import LETTERS, block, letter, noticed, the_survey

GOLDEN = Path(__file__).parent / "letters"
BANNED = ("補正依頼", "督促", "エラー", "警告", "不備", "遅延", "期限超過", "知事", "御中")
# Beside free texts: codes of ours, such as "html", and values of personal fields.
PLACES = {"text_elsewhere"}  # found is where a text stands, not the text
TEXTS = {code for code in CATALOGUE if code.startswith("text_")} - PLACES
QUESTION_TEXTS = {code for code in TEXTS if CATALOGUE[code].about == "question"}
NEVER_QUOTED = {"mail_file", "month_unclear", "not_a_workbook", "email_unlikely", "telephone_unlikely", "personal_found"}


@pytest.fixture(scope="module")
def survey() -> Survey:
    return the_survey()


def render(made: Letter, survey: Survey) -> Rendered:
    return render_letter(made, survey, load_wording())


def unwrapped(text: str) -> str:
    """The text without line ends and indentation."""
    return "".join(line.strip("　 ") for line in text.splitlines())


@pytest.mark.parametrize("name", LETTERS)
def test_a_letter_is_word_for_word_the_one_that_was_read(name: str, survey: Survey) -> None:
    rendered = render(LETTERS[name](survey), survey)
    assert f"件名：{rendered.subject}\n\n{rendered.body}" == (GOLDEN / f"{name}.txt").read_text("utf-8")


def test_every_golden_file_belongs_to_a_letter() -> None:
    assert {path.stem for path in GOLDEN.glob("*.txt")} == set(LETTERS)


@pytest.mark.parametrize("name", LETTERS)
def test_no_line_is_joined_or_wrapped_by_outlook(name: str, survey: Survey) -> None:
    for line in render(LETTERS[name](survey), survey).body.splitlines():
        wide = sum(2 if unicodedata.east_asian_width(c) in "WFA" else 1 for c in line)
        assert wide <= 70, line
        assert len(line) < 40, line


@pytest.mark.parametrize("name", LETTERS)
def test_no_letter_holds_a_banned_word(name: str, survey: Survey) -> None:
    rendered = render(LETTERS[name](survey), survey)
    assert [word for word in BANNED if word in rendered.subject + rendered.body] == []


@pytest.mark.parametrize("code", CATALOGUE)
def test_a_finding_is_told_with_place_found_and_expected(code: str, survey: Survey) -> None:
    finding = Finding(
        code, "error", sheet="様式", cell="E99", question="9", found="見本の値", expected="望む値"
    )
    made = replace(
        letter(survey), kind="correction", files=(block("a.xlsx", "難病", "correction", (finding,)),)
    )
    body = render(made, survey).body
    assert "「様式」シート　セル E99　Q9" in body
    assert "：望む値" in body
    assert ("：見本の値" in body) is not (code in QUESTION_TEXTS or code in NEVER_QUOTED)


def test_every_one_of_many_findings_is_in_the_letter(survey: Survey) -> None:
    body = render(LETTERS["correction_many"](survey), survey).body
    cells = "E5 E7 E8 E12 E18 E20 E21 E22 E23 E24 E25 E26 E27 E28 E34 E35 E36 E40 E41 E43 E45 F19 F33 F42"
    assert [cell for cell in cells.split() if f"セル {cell}　" not in body] == []
    assert len(body.splitlines()) < 160


def test_a_point_of_the_one_file_does_not_stand_under_the_mail(survey: Survey) -> None:
    the_mail, the_file = (noticed("body_unclear"),), (noticed("field_missing", "D5", label="組織名"),)
    made = replace(
        letter(survey),
        kind="correction",
        findings=the_mail,
        files=(block("a.xlsx", "難病", "correction", the_file),),
    )
    headings = [line for line in render(made, survey).body.splitlines() if line.startswith(("◇", "（１）"))]
    assert [line[:1] for line in headings[-4:]] == ["◇", "（", "◇", "（"]
    assert headings[-2] == "◇ a.xlsx"


def test_a_personal_value_is_not_quoted_even_if_a_finding_carried_it(survey: Survey) -> None:
    telephone = noticed("field_missing", "E12", label="電話番号", found="045-210-1111")
    free_text = noticed("text_unreadable", "F19", question="2", found="山田が担当します")
    made = replace(letter(survey), files=(block("a.xlsx", "難病", "correction", (telephone, free_text)),))
    body = render(replace(made, kind="correction"), survey).body
    assert "セル E12　「電話番号」" in body
    assert "045-210-1111" not in body
    assert "山田" not in body


def test_what_concerns_operators_only_is_not_told(survey: Survey) -> None:
    notes = (noticed("check_failed"), noticed("flag_altered", "J3"))
    body = render(replace(letter(survey), files=(block("a.xlsx", "難病", "accepted", notes),)), survey).body
    assert "次回のために" not in body
    assert "J3" not in body


def test_a_warning_asks_for_nothing(survey: Survey) -> None:
    warned = block("a.xlsx", "難病", "accepted", (noticed("file_name_absent", found="a.xlsx"),))
    body = render(replace(letter(survey), files=(warned,)), survey).body
    assert "（参考）次回のために" in body
    assert "修正をお願いしたい点" not in body


@pytest.mark.parametrize(
    "subject",
    [
        "【横須賀市】回答",
        "Re: 【横須賀市】回答",
        "RE: re: Re:【横須賀市】回答",
        "Re[2]: Ｒｅ： 【横須賀市】回答",
        "返信: 【横須賀市】回答",
        "Re: 【確認のお願い】Re: 【横須賀市】回答 [受付番号 Y-0007]",
        "Re: 【確認のお願い】難病・小慢 7/21(金)17時まで Re: 【横須賀市】回答 [受付番号 Y-0007]",
        "RE: 【確認のお願い（再送）】7/21(金)17時30分まで Re: 【横須賀市】回答 [受付番号 Y-0007]",
        "RE: 【リハーサル】【受付】Re: 【横須賀市】回答 [受付番号 Y-0007] [受付番号 Y-0009]",
        "Re:\r\n 【横須賀市】\t回答",
    ],
)
def test_what_replies_put_around_a_subject_does_not_pile_up(subject: str, survey: Survey) -> None:
    rendered = render(replace(letter(survey), subject=subject), survey)
    assert rendered.subject.replace("】 回答", "】回答") == "【受付】難病 Re: 【横須賀市】回答 [受付番号 N-0123]"


def test_a_reference_that_is_no_reply_mark_stays(survey: Survey) -> None:
    rendered = render(replace(letter(survey), subject="Report: 【横須賀市】"), survey)
    assert rendered.subject == "【受付】難病 Re: Report: 【横須賀市】 [受付番号 N-0123]"


def test_a_long_subject_is_cut_and_the_receipt_number_kept(survey: Survey) -> None:
    rendered = render(replace(letter(survey), subject="安い薬" * 100), survey)
    assert len(rendered.subject) < 120
    assert rendered.subject.endswith("… [受付番号 N-0123]")


def test_a_strangers_words_cannot_add_a_line(survey: Survey) -> None:
    evil = "x\r\nBcc: a@example.org\n\n■ 照会先\u2028\x1b[31m\u202e"
    plain = render(replace(letter(survey), department="x", subject="x", files=(block("x", "難病"),)), survey)
    tricky = replace(letter(survey), department=evil, subject=evil, files=(block(evil, "難病"),))
    rendered = render(tricky, survey)
    starts = [line[:6] for line in rendered.body.splitlines() if line.startswith(("■", "Bcc"))]
    assert starts == [line[:6] for line in plain.body.splitlines() if line.startswith("■")]
    assert len(rendered.subject.splitlines()) == 1
    assert not {"\x1b", "\u202e", "\r", "\u2028"} & set(rendered.subject + rendered.body)


def test_what_cannot_be_written_shows_as_a_gap_and_rare_characters_stay(survey: Survey) -> None:
    made = replace(letter(survey), files=(block("髙槻\udc81市_葛󠄀城\ue000.xlsx", "難病"),))
    body = render(made, survey).body
    assert "髙槻〓市_葛󠄀城\ue000.xlsx" in body
    assert body.encode("utf-8")


@pytest.mark.parametrize(
    ("addressee", "department", "line"),
    [
        ("神奈川県", "健康医療局健康増進課", "神奈川県　健康医療局健康増進課　御担当者様"),
        ("神奈川県", "神奈川県健康医療局", "神奈川県　健康医療局　御担当者様"),
        ("神奈川県", "", "神奈川県　御担当者様"),
        ("", "健康医療局", "御担当者様"),  # whose section it is we cannot tell
    ],
)
def test_the_address_stands_below_the_two_lines_that_a_telephone_shows(
    addressee: str, department: str, line: str, survey: Survey
) -> None:
    made = replace(letter(survey), addressee=addressee, department=department)
    assert render(made, survey).body.splitlines()[2:4] == ["", line]


def test_a_notice_of_arrival_gives_no_verdict_whatever_is_in_the_letter(survey: Survey) -> None:
    held = FileBlock("秘密.xlsx", "別添１", "難病", "神奈川県", "held", (noticed("field_missing", "E8"),))
    made = replace(letter(survey), kind="arrival", files=(held,), findings=(noticed("body_unclear"),))
    text = render(made, survey).body
    assert "内容は担当者が確認します" in text
    assert [w for w in ("秘密", "E8", "受け付け", "修正", "未提出", "小慢：", "団体") if w in text] == []


def test_all_received_is_said_only_where_it_is_so(survey: Survey) -> None:
    said = "本提出先へのご提出は、全て受け付けました。"
    done = replace(letter(survey), owed_here=())
    assert said in render(done, survey).body
    assert said not in render(letter(survey), survey).body
    assert said not in render(replace(done, addressee=""), survey).body
    assert said not in render(replace(done, files=(block("a.pdf", "", "kept"),)), survey).body


def test_a_long_list_of_what_is_missing_is_summed_up(survey: Survey) -> None:
    owed = OwedProgram("予防接種", "outstanding", tuple(f"北海道第{n}町" for n in range(1, 180)))
    body = unwrapped(render(replace(letter(survey), owed_here=(owed,)), survey).body)
    assert "・予防接種：未提出（残り179団体）北海道第1町、" in body
    assert "北海道第20町ほか" in body
    assert "北海道第21町" not in body


def test_the_deadline_gives_way_to_the_later_day_once_it_is_over(survey: Survey) -> None:
    made = LETTERS["correction_no_file"](survey)
    assert "７月21日（金）17時までに" in render(made, survey).body
    after = render(replace(made, after_deadline=True), survey).body
    assert "できるだけ早く、エクセルファイルを" in after  # no answer of it came in time: the notice knows no 25th
    assert "７月25日" not in after and "21日（金）17時までに" not in after
    to_mend = LETTERS["correction_after_deadline"](survey)
    assert "７月25日（火）17時までに" in render(to_mend, survey).body
    assert "７月25日" not in render(replace(to_mend, late=True), survey).body


def test_a_late_receipt_is_told_once(survey: Survey) -> None:
    files = (replace(block("a.xlsx", "難病"), remarks=("late",)),)
    body = render(replace(letter(survey), late=True, files=files), survey).body
    assert body.count("後に受領しました") == 1


def test_a_remark_without_wording_is_no_silent_gap(survey: Survey) -> None:
    made = replace(letter(survey), files=(replace(block("a.xlsx", "難病"), remarks=("unheard_of",)),))
    with pytest.raises(KeyError):
        render(made, survey)


def test_a_redirect_names_the_prefecture_and_asks_for_no_file_by_return(survey: Survey) -> None:
    """Rule `direct`: whoever is sent to the prefecture is not asked to answer this mail as well."""
    rendered = render(LETTERS["redirect"](survey), survey)
    text = rendered.body.replace("\n", "").replace("　", "")
    assert rendered.subject.startswith("【提出方法のお願い】")
    assert "都道府県の御担当へお送りください" in text
    assert "このメールへの返信" not in text and "ご提出状況" not in text
    assert [word for word in BANNED if word in rendered.subject + rendered.body] == []


def test_what_is_said_of_a_program_that_is_not_owed_is_the_surveys_own(survey: Survey) -> None:
    """Delegated work is this survey's affair (notice 記４①); the next survey may have none."""
    made = replace(
        letter(survey), files=(replace(block("a.xlsx", "難病"), result="kept", remarks=("not_owed",)),)
    )
    said = unwrapped(render(made, survey).body)
    assert "都道府県から委任を受けている事務" in said
    other = survey.changed({"phrases": survey.phrases.changed({"not_owed": ""})})
    assert "委任" not in unwrapped(render(made, other).body)


def test_their_median_length_is_two_thirds_of_what_it_was() -> None:
    """The files of these seventeen letters had 48 lines (51148cf), subject and all. Kinds that came later do not count."""
    then = ("acknowledgement", "correction", "partial", "arrival", "duplicate", "transfer", "redirect", "parts")
    lengths = [p.read_text("utf-8").count("\n") for p in GOLDEN.glob("*.txt") if p.stem.startswith(then)]
    assert len(lengths) == 17 and median(lengths) <= 48 * 2 / 3
