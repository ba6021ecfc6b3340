"""Lines break as JIS X 4051 and a careful typist want it, and short enough for Outlook."""

from __future__ import annotations

import re
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from replies.letters.wrapping import wrap_line, wrap_text

JAPANESE = st.text(
    alphabet="健康行政におけるマイナンバー情報、連携。（係る）「実態」調査ーっA1-5@. 　①", max_size=200
)


def width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WFA" else 1 for c in text)


@given(JAPANESE)
def test_nothing_is_lost_but_white_space_at_a_break(text: str) -> None:
    assert re.sub(r"\s", "", "".join(wrap_line(text))) == re.sub(r"\s", "", text)


@given(JAPANESE)
def test_no_line_is_too_long(text: str) -> None:
    for line in wrap_line(text):
        assert width(line) <= 70
        assert len(line) < 40


@given(st.text(alphabet="健康行政におけるマイナンバー情報、連携。（係る）「実態」調査", max_size=200))
def test_no_line_begins_with_a_closing_mark_or_ends_with_an_opening_one(text: str) -> None:
    text = re.sub(r"[、。（）「」ー]{2,}", "情報", text)  # a run longer than a line could not be helped
    lines = wrap_line(text)
    assert [line for line in lines[1:] if line.lstrip("　")[:1] in tuple("、。）」ー")] == []
    assert [line for line in lines[:-1] if line[-1] in "（「"] == []


def test_a_short_line_stays_as_it_is() -> None:
    assert wrap_line("　受付番号：N-0123") == ["　受付番号：N-0123"]


def test_what_follows_hangs_under_the_text_of_its_item() -> None:
    lines = wrap_line("　　　・" + "ご回答の内容につきましては、" * 4)
    assert len(lines) == 2
    assert lines[1].startswith("　　　　ご回答")


def test_a_cell_and_an_address_are_never_broken() -> None:
    lines = wrap_line(
        "ご不明な点がございましたら、お手数ですがこちらの宛先まで：n_mynumber@mhlw.go.jp（内線）"
    )
    assert any("n_mynumber@mhlw.go.jp" in line for line in lines)


def test_a_date_stays_whole() -> None:
    text = "お手数をおかけいたしますが、修正のうえ令和５年７月21日（金）17時までにお送りください。"
    assert any("令和５年７月21日（金）17時" in line for line in wrap_line(text))


def test_an_honorific_is_not_parted_from_its_word() -> None:
    lines = wrap_line(
        "なお、下記をご確認いただきまして差し支えのない場合におかれましてはご回答をお送りください。"
    )
    assert [line for line in lines if line.endswith(("ご", "お"))] == []


def test_a_value_that_fits_on_one_line_stands_whole_below_its_caption() -> None:
    value = "【都道府県・指定都市・中核市名】マイナンバーアンケート回答"
    assert wrap_line(f"　現在の内容：{value}") == ["　現在の内容：", f"　　{value}"]


def test_a_word_longer_than_a_line_is_split_rather_than_left_long() -> None:
    lines = wrap_line("x" * 100)
    assert "".join(lines) == "x" * 100
    assert max(map(len, lines)) < 40


def test_empty_lines_stay() -> None:
    assert wrap_text("一\n\n二\n") == "一\n\n二\n"
