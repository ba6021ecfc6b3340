"""Wrong rules of a survey are refused at load: file, line, key and reason, all of them at once."""

from __future__ import annotations

import pytest

from config.load import load_survey
from config.rules import rules_of
from tests.config.surveys_at_hand import TINY, Break

END = 'format = "year_month"\n'


def with_rule(check: str, say: str = "合いません。", more: str = "") -> dict[str, list[tuple[str, str]]]:
    rule = f"\n[[rules]]\ncheck = '{check}'\nsay = '{say}'\n{more}\n"
    return {"form1.toml": [(END, END + rule)]}


@pytest.mark.parametrize(
    ("rule", "key", "reason"),
    [
        (("Q9 == 1", "x", ""), "check", "質問「9」がありません"),
        (("Q1 == 3", "x", ""), "check", "Q1 に選択肢 3 はありません（1、2）"),
        (("Q1 == 1", "{Q9}", ""), "say", "質問「9」がありません"),
        (("Q1 == 1", "{Q3-text}さん", ""), "say", "{Q3-text} は差し込めません"),
        (("Q1 == 1", "{organisation}", ""), "say", "{organisation} は差し込めません"),
        (("Q1 == 1", "a}b", ""), "say", "「{」と「}」は"),
        (("Q1 == 1", "", ""), "say", "500文字までの文"),
        (("Q1 == 1", "x", "when = 'Q1'"), "when", "比べる式"),
        (('contact == "x"', "x", ""), "check", "「contact」が分かりません"),
        (("1 == 1", "x", ""), "check", "質問も回答者情報も書かれていません"),
        (("Q1 == 1", "x", "severity = 'fatal'"), "severity", "error"),
        (("Q1 == 1", "x", "serverity = 'note'"), "serverity", "もしかして「severity」"),
        (("import os", "x", ""), "check", "「import」が分かりません"),
    ],
)
def test_a_wrong_rule_is_told_with_its_place(
    broken: Break, rule: tuple[str, str, str], key: str, reason: str
) -> None:
    (told,) = broken(with_rule(*rule))
    assert (told.file, told.key) == ("form1.toml", f"rules.1.{key}")
    assert reason in told.reason
    assert told.line > 50


def test_all_wrong_rules_are_told_at_once(broken: Break) -> None:
    told = broken(with_rule("Q9 == 1", "{Q8}", "[[rules]]\ncheck = 'Q7 == 1'\nsay = 'x'"))
    assert [m.key for m in told] == ["rules.1.check", "rules.1.say", "rules.2.check"]


def test_a_rule_about_a_question_that_is_wrong_itself_is_not_accused(broken: Break) -> None:
    """Question 3 is left out for its own mistake, and may be right in the rule."""
    changes = with_rule("Q3 == 1")
    changes["form1.toml"].insert(0, ('key = "3"\n', 'kye = "3"\n'))
    assert {m.key for m in broken(changes)} <= {"questions.3.kye", "questions.3.key"}


def test_a_form_without_rules_has_none() -> None:
    assert rules_of(load_survey(TINY).form("sheet")) == ()
