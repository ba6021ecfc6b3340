"""Conditions and rules in words, as an official would say them; each sentence written by hand."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from config.form import Form
from config.load import load_survey
from config.logic import parse
from config.rules import names_of
from intake.finding import Finding
from replies.conditions import by_head, in_words
from replies.points import label_of
from replies.wording import load_wording
from routing.authoring.preview import logic
from routing.register import build_register
from tests.config.surveys_at_hand import TINY

QUESTIONS = """
[[questions]]
key = "4"
item = "4"
text = "公園の数"
kind = "number"
unit = "か所"

[[questions]]
key = "5"
item = "5"
text = "最初の公園の開園日"
kind = "date"
asked_if = 'Q1 == 1 and Q4 != 0'

[[questions]]
key = "6"
item = "6"
text = "最後の公園の開園日"
kind = "date"

[[questions]]
key = "7"
item = "7"
text = "公園の種類別の面積"
kind = "table"
rows = { big = "総合公園", total = "合計" }
columns = { area = "面積" }
cell = { unit = "㎡" }
totals = ["total"]

[[questions]]
key = "8"
item = "8"
text = "公園の一覧"
kind = "table"
lines = 3
columns = { name = "名称", trees = { label = "樹木", kind = "number", unit = "本" } }

[[rules]]
when = "1 in Q2"
check = "Q4 > 0"
say = "ぶらんこのある公園がありません（公園は{Q4}か所）。"
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("in_words") / "s"
    shutil.copytree(TINY, made)
    text = (made / "form1.toml").read_text(encoding="utf-8")
    (made / "form1.toml").write_text('numbering = "問{wide_key}"\n' + text + QUESTIONS, encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def form(folder: Path) -> Form:
    return load_survey(folder).forms[0]


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("Q1 == 1 and Q4 != 0", "問１で「① ある」を選び、問４の数が0か所でない"),
        ("Q1 != 2 and Q4 >= 1000", "問１で「② ない。（質問3へ）」を選ばず、問４の数が1,000か所以上である"),
        ("Q1 in (1, 2)", "問１で「① ある」か「② ない。（質問3へ）」を選んだ"),
        ("not Q1 in (1, 2)", "問１で「① ある」、「② ない。（質問3へ）」を選ばない"),
        ("1 in Q2 or count(Q2) > 1", "問２で「①ぶらんこ」に〇を付けたか、又は問２の〇の数が1より大きい"),
        ("not (2 in Q2)", "問２で「②砂場」に〇を付けない"),
        ("0 < Q4", "問４の数が0か所より大きい"),
        ("not Q4 > 3", "問４の数が3か所以下である"),
        ("Q4 in (1, 2)", "問４の数が1か所か2か所である"),
        ("Q4 - 2 >= -1", "問４の数－2が－1以上である"),
        ("Q5 <= Q6", "問５の年月日が問６の年月日以前である"),
        ("Q5 != Q6", "問５の年月日が問６の年月日でない"),
        ('kind == "core" and Q4 > 0', "団体の種別が中核市で、問４の数が0か所より大きい"),
        ('organisation == ""', "「市の名前」が空欄である"),
        ('Q3-text != ""', "問３の記載欄が空欄でない"),
        ("Q7.big.area <= Q7.total.area", "問７の「総合公園・面積」が問７の「合計・面積」以下である"),
        ("sum(Q8.trees) == 2 * (Q4 + 1)", "問８の「樹木」の計が2×（問４の数＋1）である"),
        ("Q4 == 1 and (Q1 == 1 or Q1 == 2)", "問４の数が1か所で、（問１で①を選んだか、又は問１で②を選んだ）場合である"),
        ("not (Q4 == 1 and Q1 == 1)", "（問４の数が1か所で、問１で①を選んだ）のではない"),
    ],
)
def test_a_condition_is_said_in_words(form: Form, condition: str, said: str) -> None:
    called = {} if "「①" in said or "「②" in said else {"called": by_head}
    assert in_words(parse(condition, names_of(form)), form, load_wording(), **called) == said


def test_who_writes_the_survey_reads_conditions_and_rules_in_words(folder: Path) -> None:
    lines = list(logic(build_register(folder)))
    assert "　　尋ねる場合：問１で「① ある」を選び、問４の数が0か所でないとき" in lines
    rule = "問２で「①ぶらんこ」に〇を付けたときは、問４の数が0か所より大きいこと"
    assert f"［規則］{rule}。そうでないとき：ぶらんこのある公園がありません（公園は〔問４の数〕か所）。" in lines
    assert not [line for line in lines if "==" in line or "Q" in line]


def test_a_letter_says_when_a_question_is_asked(folder: Path) -> None:
    survey = load_survey(folder)
    finding = Finding("value_missing", "error", sheet="回答", cell="E20", question="5", label="最初の公園の開園日")
    assert label_of(finding, survey) == "問５（問１で①を選び、問４の数が0か所でない場合）"
