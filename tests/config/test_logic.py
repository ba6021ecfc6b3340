"""The language of rules: what it is worth with and without unknown answers, and what is no rule.

Expected values by hand; the tables of and / or / not are Kleene's.
"""

from __future__ import annotations

import time
from datetime import date
from decimal import Decimal

import pytest

from config.logic import Name, NotARule, Value, names_in, parse, value
from config.logic_types import must_be_truth, type_of

NAMES = {
    "Q1": Name("choice", (1, 2, 3)), "Q3": Name("number"), "Q4": Name("number"), "Q4-d": Name("number"),
    "Q5.children": Name("numbers"), "Q6": Name("marks", (1, 2, 3, 4)), "Q7": Name("text"), "kind": Name("text"),
    "last.Q4": Name("number"), "opened": Name("date"), "closed": Name("date"),
}  # fmt: skip
VALUES: dict[str, Value] = {
    "Q1": Decimal(2), "Q3": Decimal("0.3"), "Q4": Decimal(120), "Q4-d": Decimal(30), "last.Q4": Decimal(100),
    "Q5.children": (Decimal(50), None, Decimal(70)), "Q6": (Decimal(1), Decimal(4)), "Q7": "", "kind": "city",
    "opened": date(2008, 4, 1), "closed": date(2024, 3, 31),
}  # fmt: skip


def worth(text: str, **unknown: None) -> Value:
    node = parse(text, NAMES)
    type_of(node, NAMES)
    return value(node, {name: v for name, v in VALUES.items() if name not in unknown})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Q4-d <= Q4", True),
        ("Q4 - Q4-d == 90", True),
        ("Q4 -Q4-d==90", True),
        ("sum(Q5.children) == Q4", True),
        ("count(Q5.children) == 2", True),
        ("max(Q5.children) == 70 and min(Q5.children, 60) == 50", True),
        ("0.1 + 0.2 == Q3", True),  # not in binary fractions
        ("abs(Q4 - last.Q4) <= 0.3 * last.Q4", True),
        ("abs(Q4 - last.Q4) < 0.2 * last.Q4", False),
        ("0 <= Q4 <= 100", False),
        ("opened < closed", True),
        ("opened >= closed or opened == closed", False),
        ("count(opened, closed) == 2", True),
        ("Q1 == 2", True),
        ("Q1 in (1, 3)", False),
        ("Q1 not in (1, 3)", True),
        ("1 in Q6 and not 2 in Q6", True),
        ("count(Q6) == 2", True),
        ('kind in ("city", "town")', True),
        ('Q7 == ""', True),
        ("-Q4 < 0", True),
        ("not (Q4 > 100) or Q1 == 2", True),
        ("2 + 3 * 4 - 1 == 13", True),
        ("1 / 4 == 0.25", True),
        ("Q4 / (Q4 - Q4) == 1", None),
        ("9999999999999999999999999999 + 1 == 10000000000000000000000000000", True),
    ],
)
def test_worth(text: str, expected: Value) -> None:
    assert worth(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Q4-d <= Q4", None),
        ("Q4 == 1 or Q1 == 2", True),
        ("Q4 == 1 or Q1 == 1", None),
        ("Q4 == 1 and Q1 == 1", False),
        ("Q4 == 1 and Q1 == 2", None),
        ("not Q4 == 1", None),
        ("sum(Q5.children) == Q4", None),
        ("sum(Q4, Q4-d) > 0", None),
        ("count(Q4, Q4-d) == 1", True),  # an answer that is not there is no answer
        ("abs(Q4) > 1", None),
        ("Q4 in (1, 2)", None),
    ],
)
def test_what_is_unknown_makes_unknown_what_depends_on_it(text: str, expected: Value) -> None:
    node = parse(text, NAMES)
    assert value(node, {name: v for name, v in VALUES.items() if name != "Q4"}) is expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "式として読めません"),
        ("Q9 == 1", "質問「9」がありません"),
        ("Q4-3 == 1", "引き算の「-」の前後には、空白を入れてください"),
        ("Q4 = 1", "「==」と書きます"),
        ("Q4 ＝＝ 1", "「＝＝」が分かりません。半角で書いてください（==）。"),
        ("Q4 >= １２", "「１２」が分かりません。半角で書いてください（12）。"),
        ("Ｑ４ == 1", "「Ｑ４」が分かりません。半角で書いてください（Q4）。"),
        ("Q4 ≧ 1", "以上は「>=」と書きます"),
        ("Q4 == 2024-04-01", "日付は書けません（2024-04-01）"),
        ("__import__('os').system('true')", "分かりません"),
        ("Q4.__class__ == 1", "質問「4.__class__」がありません"),
        ("eval(Q4) == 1", "「eval」が分かりません"),
        ("[x for x in Q6] == 1", "分かりません"),
        ("(lambda: 1)() == 1", "分かりません"),
        ("Q4 ** 9 ** 9 == 1", "式として読めません"),
        ("1 if Q4 else 2", "分かりません"),
        ("Q4 == 1; Q4 == 2", "分かりません"),
        ("Q4 := 1", "分かりません"),
        ("v0 == 1", "「v0」が分かりません"),
        ("sum == 1", "式として読めません"),
        ("sum(*Q6) == 1", "式として読めません"),
        ("sum() == 1", "式として読めません"),
        ("0x10 == Q4", "分かりません"),
        ("1e9 == Q4", "分かりません"),
        ('Q7 == "a', "分かりません"),
        ("(" * 240 + "Q4" + ")" * 240 + " == 1", "式として読めません"),
        ("not " * 100 + "Q1 == 1", "深すぎます"),
        ("-" * 300 + "1 == Q4", "深すぎます"),
        ("Q4 == 1 or " * 60 + "Q4 == 2", "500文字まで"),
        ("Q1 + 1 == 2", "「+」には数が要ります（選択肢が書かれています）"),
        ("Q1 == 9", "Q1 に選択肢 9 はありません（1、2、3）"),
        ("Q1 < 2", "「<」には数が要ります"),
        ("Q1 == Q4", "選択肢の番号（1、2、3）と比べてください"),
        ("7 in Q6", "Q6 に選択肢 7 はありません"),
        ("Q6 == 1", "〇の行と数は比べられません"),
        ("opened < Q4", "「<」には数が要ります（日付が書かれています）"),
        ("closed - opened > 1", "「-」には数が要ります"),
        ('opened == "2024-04-01"', "日付と文字は比べられません"),
        ("Q4 == Q7", "数と文字は比べられません"),
        ('Q4 == "12"', "数と文字は比べられません"),
        ("Q4", "比べる式"),
        ("Q4 + 1", "比べる式"),
        ("not Q4", "「not」には比べる式が要ります"),
        ("Q4 == 1 and Q3", "「and」"),
        ("Q4 / 0 == 1", "0 では割れません"),
        ("abs(Q3, Q4) > 1", "一つです"),
        ("sum(Q7) == 1", "「sum」には数が要ります"),
        ("count(Q4 == 1) == 1", "count に"),
    ],
)
def test_what_is_no_rule_is_told_so(text: str, reason: str) -> None:
    begun = time.monotonic()
    with pytest.raises(NotARule) as told:
        must_be_truth(parse(text, NAMES), NAMES)
    assert reason in str(told.value)
    assert time.monotonic() - begun < 5


def test_the_names_of_a_rule_stand_in_their_order() -> None:
    assert list(names_in(parse("Q4-d <= Q4 and Q1 == 2", NAMES))) == ["Q4-d", "Q4", "Q1"]
