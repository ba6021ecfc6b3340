"""How people write a choice and a circle, and what is too unclear to be taken for one."""

from __future__ import annotations

import pytest

from config.kinds.marks import read_mark
from config.kinds.numbered import read_choice
from tests.workbooks.forms_at_hand import choices_of, form

CHOICES = choices_of(form().question("5"))  # its second choice begins 「② ①以外の…」


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("②", 2),
        ("2", 2),
        ("２", 2),
        ("2.", 2),
        ("(2)", 2),
        ("②.", 2),
        ("② ①以外の方法により取得している。", 2),
        ("②①以外の方法により取得している", 2),
        ("①以外の方法により取得している。", 2),  # the number was cut off
        ("❷", 2),
        ("2 ①以外の方法", 2),
        ("①", 1),
        ("①②", None),
        ("1、2", None),
        ("①と②", None),
        ("12", None),
        ("③", None),
        ("はい", None),
        ("取得している", None),
    ],
)
def test_choices_are_matched_by_their_leading_number(written: str, number: int | None) -> None:
    assert read_choice(written, CHOICES).number == number


@pytest.mark.parametrize(
    "written",
    ["〇", "○", "◯", "●", "◎", "O", "ｏ", "1", "１", "✓", "✔", "レ", "はい", "③", "■", "✅", "丸", "○（一部）",
     "○一部", "○ 委託"],
)  # fmt: skip
def test_a_circle_in_its_usual_spellings(written: str) -> None:
    assert read_mark(written, 3) is True


@pytest.mark.parametrize("written", ["", " ", "×", "－", "ー", "なし", "いいえ", "x", "□", "／", "対象外", "N/A"])
def test_no_circle(written: str) -> None:
    assert read_mark(written, 3) is False


@pytest.mark.parametrize("written", ["△", "一部", "2", "?", "○（該当しない）", "○×", "○（予定）", "○不明", "〇〇"])
def test_what_may_or_may_not_be_a_circle(written: str) -> None:
    assert read_mark(written, 3) is None
