"""How choices are called, in letters and in Excel's formulas: by what is printed before them (review A4)."""

from __future__ import annotations

import pytest

from config.kinds.choice import ChoiceKind
from config.toml_values import made


@pytest.mark.parametrize(
    ("texts", "heads"),
    [
        (["① 有", "② 無"], ["①", "②"]),
        (["1 有", "2 無"], ["1", "2"]),
        (["２　有", "３　無"], ["２", "３"]),
        (["有", "無（問６へ）"], ["有", "無"]),
        (["有（３か所以上）", "有（２か所以下）", "無"], ["有（３か所以上）", "有（２か所以下）", "無"]),
        (["ア 有", "イ 無"], ["ア", "イ"]),
        (["(1) はい", "(2) いいえ"], ["(1)", "(2)"]),
        (["はい（一部） 実施", "はい（一部） 検討"], ["はい（一部） 実施", "はい（一部） 検討"]),
        (["10人未満", "10人以上50人未満", "50人以上"], ["10人未満", "10人以上50人未満", "50人以上"]),
    ],
)
def test_a_choice_is_called_as_it_is_printed(texts: list[str], heads: list[str]) -> None:
    first = {"２　有": 2}.get(texts[0], 1)
    kind = made(ChoiceKind, {"choices": [{"number": n, "text": t} for n, t in enumerate(texts, first)]})
    assert [line.head for line in kind.lines] == heads
    assert [kind.read(text) for text in texts] == [str(line.number) for line in kind.lines]


@pytest.mark.parametrize(
    ("texts", "formulas"),
    [
        (["① 有", "② 無"], ['LEFT(E7,1)="①"', 'LEFT(E7,1)="②"']),
        (["2 Yes", "3 No"], ['LEFT(E7,1)="2"', 'LEFT(E7,1)="3"']),
        (["1 a", "10 b"], ['LEFT(E7,2)="1 "', 'LEFT(E7,2)="10"']),
        (["実施", "実施予定"], ['E7="実施"', 'LEFT(E7,4)="実施予定"']),
        (['「有"', "無"], ['LEFT(E7,3)="「有"""', 'LEFT(E7,1)="無"']),
    ],
)
def test_the_form_tells_choices_apart_by_what_is_printed(texts: list[str], formulas: list[str]) -> None:
    """Else the form tells whoever skips a question that it is unanswered."""
    numbers = [int(text.split()[0]) if text[0].isdecimal() else n for n, text in enumerate(texts, 1)]
    kind = made(ChoiceKind, {"choices": [{"number": n, "text": t} for n, t in zip(numbers, texts, strict=True)]})
    assert [kind.taken("E7", n) for n in numbers] == formulas


def test_none_is_an_answer_where_it_is_a_choice() -> None:
    kind = made(ChoiceKind, {"choices": ["有", "無"]})
    assert not kind.says_nothing("無")
    assert kind.says_nothing("－")
    assert (kind.read("無"), kind.read("有無"), kind.wanted()) == ("2", "", "有、無")


@pytest.mark.parametrize(
    ("texts", "written", "value"),
    [
        (["有", "無（問６へ）"], "無", "2"),
        (["有", "無（問６へ）"], "無（問6へ）", "2"),
        (["ア 専任", "イ 兼任"], "ア", "1"),
        (["ア 専任", "イ 兼任"], "兼任", "2"),
        (["ア 専任", "イ 兼任"], "ア 兼任", ""),
        (["ア 専任", "イ 兼任"], "ア イ", ""),
        (["有（３か所以上）", "有（２か所以下）", "無"], "有", ""),
        (["有", "無"], "有無", ""),
        (["有", "無"], "有り", "1"),
        (["はい", "いいえ"], "はい。", "1"),
        (["10人未満", "50人未満"], "50人未満", "2"),
        (["10人未満", "50人未満"], "人未満", ""),
    ],
)
def test_a_plain_choice_is_known_by_its_head_or_its_words(texts: list[str], written: str, value: str) -> None:
    assert made(ChoiceKind, {"choices": texts}).read(written) == value
