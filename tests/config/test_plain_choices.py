"""Choices without numbers, as people type them: which one is taken, with which remark; None where it has to be asked."""

from __future__ import annotations

import pytest

from config.kinds.choice import ChoiceKind
from config.toml_values import made

THERE = made(ChoiceKind, {"choices": ("有", "無")})
YES = made(ChoiceKind, {"choices": ("はい", "いいえ")})
DOES = made(ChoiceKind, {"choices": ("実施している", "実施していない", "実施予定")})
LETTERS = made(ChoiceKind, {"choices": ("ア　直営", "イ　委託", "ウ　その他")})


@pytest.mark.parametrize(
    ("kind", "written", "taken", "remark"),
    [
        (THERE, "有", 1, ""), (THERE, " 無 ", 2, ""), (THERE, "有り", 1, ""), (THERE, "なし", 2, ""),
        (THERE, "有（社会福祉協議会に委託）", 1, "(社会福祉協議会に委託)"), (THERE, "有 2か所", 1, "2か所"),
        (THERE, "無（該当なし）", 2, "(該当なし)"), (THERE, "無し（今後検討）", 2, "(今後検討)"),
        (THERE, "有：〇〇会", 1, "〇〇会"),
        (YES, "はい。", 1, ""), (YES, "いいえ、まだです", 2, "まだです"),
        (DOES, "実施していない（Ｒ６から）", 2, "(R6から)"), (DOES, "実施している（委託）", 1, "(委託)"),
        (LETTERS, "ウ（指定管理）", 3, "(指定管理)"), (LETTERS, "直営", 1, ""),
    ],
)  # fmt: skip
def test_what_is_said_is_taken_and_the_rest_is_a_remark(kind: ChoiceKind, written: str, taken: int, remark: str) -> None:
    meaning = kind.meaning(written)
    assert (meaning.number, meaning.remark) == (taken, remark)


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        (THERE, "有？"), (THERE, "有（予定）"), (THERE, "有（調査中）"), (THERE, "有（無）"), (THERE, "有・無"),
        (THERE, "有 無"), (THERE, "無（2件）"), (THERE, "有（0件）"), (THERE, "有（該当なし）"), (THERE, "無回答"),
        (THERE, "有、ただし一部は無"),
        (YES, "はい いいえ"), (YES, "はい（一部いいえ）"), (YES, "はい、実施していません"), (YES, "はい？"),
        (DOES, "実施"), (DOES, "実施していない（実施予定）"), (DOES, "実施している場合もある"),
        (LETTERS, "ア・イ"), (LETTERS, "ア（一部イ）"), (LETTERS, "ア、イ"),
    ],
)  # fmt: skip
def test_what_is_not_certain_is_asked(kind: ChoiceKind, written: str) -> None:
    assert kind.meaning(written).number is None
