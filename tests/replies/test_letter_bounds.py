"""A letter carries no stranger's advertisement, no link and no flood; an honest mail is quoted as it is."""

from __future__ import annotations

import io
import re
import time
from dataclasses import replace

import pytest
from openpyxl import load_workbook

from config.survey import Survey
from intake.finding import Finding
from replies.letter import FileBlock, Letter, RowBlock
from replies.letters.render import SIZE_LIMIT, Rendered, render_letter
from replies.letters.wrapping import wrap_text
from replies.wording import load_wording
from tests.replies.letters_at_hand import LETTERS, block, letter, noticed, the_survey
from tests.replies.lists_at_hand import on_list

LINK = "https://evil.example/login にて再設定をお願いします.com"
BROKEN = re.compile(r"https?:|www\.|[a-z]\.(?:example|com)|@evil", re.IGNORECASE)


@pytest.fixture(scope="module")
def survey() -> Survey:
    return the_survey()


def render(made: Letter, survey: Survey) -> Rendered:
    return render_letter(made, survey, load_wording())


def one_error(survey: Survey, **changed: str) -> Letter:
    finding = replace(noticed("answer_not_a_choice", "E25", question="7-1", found="はい"), **changed)
    return replace(letter(survey), kind="correction", files=(block("回答.xlsx", "難病", "correction", (finding,)),))


def laden(survey: Survey, words: str) -> Letter:
    """A correction with these words wherever a stranger can put some."""
    found = Finding("answer_not_a_choice", "error", words, "E25", "7-1", label="①" + words, found=words)
    bad = FileBlock(words + ".xlsx", "別添１", "難病", "神奈川県", "correction", (found,))
    list_ = on_list(survey, "高知県", (RowBlock("", words, 2, "correction", (found,)),), ())
    junk = FileBlock(words, "", "", "", "correction", (noticed("not_a_form", found=words),))
    about = (noticed("subject_absent", found=words), noticed("no_file", found=words))
    return replace(
        letter(survey), kind="correction", subject=words, department=words, findings=about,
        files=(bad, *list_.files, junk),
    )  # fmt: skip


def test_no_link_and_no_address_of_a_stranger_is_relayed(survey: Survey) -> None:
    for words in (LINK, "連絡は victim@evil.example へ", "www.evil.example", "\\\\evil.example\\x"):
        rendered = render(laden(survey, words), survey)
        ours = rendered.body.replace(survey.mailbox("n_mynumber").address, "")
        assert not BROKEN.search(rendered.subject + ours), words
        assert "evil．example" in rendered.subject


@pytest.mark.parametrize("words", ["x" * 100_000, "あ" * 100_000, "\u0301" * 100_000, "a " * 50_000, "/" * 100_000])
def test_no_word_of_a_stranger_is_long_in_a_letter(words: str, survey: Survey) -> None:
    rendered = render(laden(survey, words), survey)
    assert len(rendered.subject) < 120
    assert len(rendered.body) < 5_000


def test_names_of_files_and_sheets_stay_readable(survey: Survey) -> None:
    body = render(one_error(survey, sheet="様式（小慢）", found="2023.7.21"), survey).body
    assert "「様式（小慢）」シート　セル E25" in body
    assert "回答.xlsx" in body and "2023.7.21" in body


def junk(number: int, result: str = "correction") -> FileBlock:
    found = (noticed("encrypted"),) if result == "correction" else ()
    remarks = () if found else ("supporting",)
    return FileBlock(f"資料{number}.xlsx", "", "", "", result, found, remarks)  # type: ignore[arg-type]


def test_ten_files_without_a_form_are_told_and_the_rest_is_counted(survey: Survey) -> None:
    made = replace(letter(survey), kind="correction", files=tuple(junk(n) for n in range(200)))
    body = render(made, survey).body
    assert body.count("資料") == 2 * 10  # in the list of files, and where something is asked
    assert "（11）ほか190件のファイル" in body
    assert "併せてご確認くださいますよう" in body.replace("\n　　　　　", "")
    exactly = render(replace(made, files=tuple(junk(n) for n in range(10))), survey).body
    assert "ほか" not in exactly


def test_what_asks_for_something_is_told_before_what_is_only_kept(survey: Survey) -> None:
    files = (*(junk(n, "kept") for n in range(50)), junk(99))
    body = render(replace(letter(survey), kind="correction", files=files), survey).body
    assert "◇ 資料99.xlsx" in body
    assert "ほか41件のファイル" in body and "併せてご確認" not in body


def test_a_letter_that_would_be_too_large_is_summed_up_and_a_workbook_carries_the_rest(survey: Survey) -> None:
    found = LETTERS["correction_many"](survey).files[0].findings
    files = tuple(block(f"回答{n}.xlsx", "難病", "correction", found) for n in range(120))
    rendered = render(replace(letter(survey), kind="correction", files=files), survey)
    assert len(rendered.body.encode()) < SIZE_LIMIT
    assert "ほか90件のファイル" in rendered.body
    assert "（２か所）" in rendered.body and "E18" not in rendered.body
    (attached,) = rendered.attachments
    assert attached.filename in rendered.body.replace("\n　", "")
    sheet = load_workbook(io.BytesIO(attached.content)).worksheets[0]
    rows = list(sheet.iter_rows(min_row=2, max_col=1, values_only=True))
    assert {name for (name,) in rows} == {f"回答{n}.xlsx" for n in range(120)}
    assert len(rows) == 120 * sum(f.severity == "error" or f.code != "check_failed" for f in found)


@pytest.mark.long
def test_a_flood_of_everything_stays_within_the_bound(survey: Survey) -> None:
    rows = tuple(
        RowBlock("", f"偽{n}町", n, "correction", (noticed("answer_missing", "E9", question="3", label=f"①{n}"),))
        for n in range(3000)
    )
    found = tuple(replace(noticed("answer_missing", "E9"), sheet=f"表{m}") for m in range(60))
    sheets = tuple(block(f"{n}.xlsx", "難病", "correction", found) for n in range(60))
    made = replace(letter(survey), kind="correction", files=(*sheets, *on_list(survey, "高知県", rows, ()).files))
    assert len(render(made, survey).body.encode()) < SIZE_LIMIT


def test_who_never_sent_a_form_is_quoted_nothing(survey: Survey) -> None:
    words = "安売りのお知らせ"
    rendered = render(replace(laden(survey, words), quotes=False), survey)
    assert words not in rendered.subject + rendered.body
    assert rendered.subject == "【確認のお願い】お送りいただいたメールにつきまして [受付番号 N-0123]"
    files = (junk(1), junk(2))
    body = render(replace(letter(survey), kind="correction", files=files, quotes=False), survey).body
    assert "（１）添付ファイル１" in body and "◇ 添付ファイル２" in body


@pytest.mark.parametrize("piece", ["a", " ", "　", "あ", "、", "「", "a ", "令和", "：", "・", "（１）", "\u0301", "①"])
def test_breaking_lines_takes_four_times_as_long_for_four_times_the_text(piece: str) -> None:
    def seconds(size: int) -> float:
        text = "　　　・" + piece * (size // len(piece))
        begun = time.perf_counter()
        wrap_text(text)
        return time.perf_counter() - begun

    assert seconds(60_000) < 12 * seconds(15_000) + 0.5


@pytest.mark.parametrize("piece", [" ", "【受付】", "Re:【受付】", "[受付番号 ", "Re[1", "\u0301", "(", "　"])
def test_a_subject_of_any_length_is_answered_at_once(piece: str, survey: Survey) -> None:
    begun = time.perf_counter()
    rendered = render(replace(letter(survey), subject="a" + piece * 100_000 + "b"), survey)
    assert time.perf_counter() - begun < 2
    assert len(rendered.subject) < 120 and rendered.subject.endswith("[受付番号 N-0123]")
