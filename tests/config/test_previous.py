"""Last year's values: what rules may say of them, and how a wrong file is told."""

from __future__ import annotations

import shutil
from decimal import Decimal as D
from pathlib import Path

import pytest

from config.errors import SurveyError
from config.load import load_survey
from config.previous import worths
from config.roster import load_roster
from config.rules import rules_of
from config.survey import Survey
from tests.config.surveys_at_hand import TINY

RULE = """
[[rules]]
when = "last.Q4 > 0"
check = "abs(Q4 - last.Q4) <= 0.3 * last.Q4"
say = "登録児童の数が前年（{last.Q4}人）から３割を超えて変わっています。"
severity = "note"
"""
HACHIOJI, SHINJUKU = "132012", "131041"


def load(
    folder: Path, data: bytes, rule: str = RULE, previous: str = 'previous = "2023.csv"\n', name: str = "hokago"
) -> Survey:
    """放課後児童クラブ with these values of last year."""
    made = folder / "survey"
    shutil.copytree(TINY.parent / name, made)
    survey, form = made / "survey.toml", made / "form1.toml"
    survey.write_text(previous + survey.read_text("utf-8"), encoding="utf-8")
    form.write_text(form.read_text("utf-8") + rule, encoding="utf-8")
    (made / "2023.csv").write_bytes(data)
    return load_survey(made, None, load_roster())


def told(folder: Path, data: bytes) -> list[str]:
    with pytest.raises(SurveyError) as caught:
        load(folder, data)
    return [str(mistake) for mistake in caught.value.mistakes]


def test_a_rule_compares_with_last_year_and_is_silent_where_that_is_unknown(tmp_path: Path) -> None:
    """八王子市 had 1,000: 1,301 is beyond three tenths, 1,300 is not; 新宿区's cell is blank, and 港区 has no line."""
    survey = load(tmp_path, "\ufeffcode,4,3.total.total\r\n132012,\"1,000人\",12\r\n131041,,3\r\n,,\r\n".encode())
    (form,) = survey.forms
    rule = next(rule for rule in rules_of(form) if "前年" in rule.rule.say)
    last = {code: dict(worths(form, survey.last_year(code, "gakudo"))) for code in (HACHIOJI, SHINJUKU, "131032")}
    assert rule.is_broken({"Q4": D(1301), **last[HACHIOJI]})
    assert not rule.is_broken({"Q4": D(1300), **last[HACHIOJI]})
    assert not rule.is_broken({"Q4": D(9999), **last[SHINJUKU]})
    assert not rule.is_broken({"Q4": D(9999), **last["131032"]})
    assert rule.sentence({**last[HACHIOJI]}) == "登録児童の数が前年（1,000人）から３割を超えて変わっています。"
    assert last[HACHIOJI]["last.Q3.total.total"] == D(12)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"4,5\r\n", "2023.csv 1行目: 見出しに code（団体コード）がありません。"),
        (b"code,44\r\n", "2023.csv 1行目: B列「44」という質問はありません（questions の key）。"),
        (b"code,email\r\n", "2023.csv 1行目: B列「email」という質問はありません"),
        (b"code,4,4\r\n", "2023.csv 1行目: 見出し「4」が2回以上あります。"),
        (b"code,4\r\n14036,5\r\n", "2023.csv 2行目: code: 団体コード「14036」は、初めの0が消えています（014036"),
        (b"code,4\r\n13201,5\r\n", "2023.csv 2行目: code: 団体コード「13201」は5桁です。"),
        (b"code,4\r\n999999,5\r\n", "2023.csv 2行目: code: 団体コード「999999」は団体一覧にありません。"),
        (b"code,4\r\n132012,5\r\n\r\n132012,6\r\n", "2023.csv 4行目: code: 団体コード 132012 が2回以上あります。"),
        ("団体コード,Q4\r\n132012,多数\r\n".encode(), "2023.csv 2行目: B列（4）: 「多数」は読み取れません。"),
        ("code,4\r\n132012,多数\r\n".encode("cp932"), "2023.csv 2行目: B列（4）: 「多数」は読み取れません。0以上"),
        (b"code,4\r\n132012,\x81\r\n", "2023.csv: 文字コードが分かりません。"),
        (b"\xef\xbb\xbfcode,4\r\n132012,\x91\xbd\r\n", "2023.csv: 文字コードが分かりません。"),
        (b"code,4\r\n132012,-5\r\n", "2023.csv 2行目: B列（4）: 「-5」は書けません。0以上の整数（人）を書くか、空欄に"),
        (b"code;4\r\n132012;1.5\r\n", "2023.csv 2行目: B列（4）: 「1.5」は書けません。0以上の整数（人）を書くか"),
        (b"code;4\r\n132012,5\r\n", "2023.csv 2行目: code: 団体コード「132012,5」は団体一覧にありません。"),
        (b"code\t6\r\n132012\ta\x07\r\n", "2023.csv 2行目: B列（6）: 使えない文字（U+0007）があります。"),
        (b'code,6\r\n132012,"a\r\n131041,b\r\n', "2023.csv 2行目: CSV として読めません（引用符"),
        (b"code,4\r\n132012,5,6\r\n", "2023.csv 2行目: 見出しより列が多くあります。"),
        (b"code,4\r\n", "2023.csv: 団体が1つもありません。"),
        (b"code,4\r\n132012," + b"9" * 200_000, "2023.csv 2行目: CSV として読めません（"),
        (b'code,6,4\r\n132012,"a\r\nb",x\r\n', "2023.csv 2行目: C列（4）: 「x」は読み取れません。"),
        (b"", "2023.csv 1行目: 見出しに code（団体コード）がありません。"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, data: bytes, said: str) -> None:
    first, *_ = told(tmp_path, data)
    assert first.startswith(said)


@pytest.mark.parametrize("data", (
    "\ufeffcode,4,6\r\n132012,\"1,000人\",\"一行目\r\n二行目\"\r\n".encode(),
    "団体コード;4;6\n132012;1,000人;\"一行目\n二行目\"\n".encode("cp932"),
    'code,4,6,,\r\n="132012",1000,"一行目\r\n二行目",,\r\n,,,,\r\n'.encode(),
    "code\t4\t6\r132012\t１０００\t\"一行目\r二行目\"\r".encode(),
    "code\tQ4\tQ6\r\n132012\t1000\t\"一行目\r\n二行目\"\r\n\t\t\r\n".encode("utf-16"),
))  # fmt: skip
def test_it_is_read_as_excel_and_others_save_it(tmp_path: Path, data: bytes) -> None:
    survey = load(tmp_path, data)
    (form,) = survey.forms
    assert dict(worths(form, survey.last_year(HACHIOJI, "gakudo"))) == {"last.Q4": D(1000), "last.Q6": "一行目\n二行目"}


def test_what_is_wrong_on_every_line_is_told_of_a_few(tmp_path: Path) -> None:
    codes = [body.lgcode for body in load_roster().of_kind("city")][:100]
    lines = told(tmp_path, "".join(("code,4,6\n", *(f"{code},多数,a\n" for code in codes))).encode())
    assert [line.split(":")[0] for line in lines] == [*(f"2023.csv {place}行目" for place in range(2, 7)), "2023.csv"]
    assert lines[-1] == "2023.csv: B列（4）: このほか95行にも、誤りがあります。"


@pytest.mark.parametrize("key", ("5", "5.capacity", "Q5.1.capacity"))
def test_a_table_with_a_line_for_each_has_no_values_of_last_year(tmp_path: Path, key: str) -> None:
    said = rf"B列「{key.removeprefix('Q')}」は、一行に一つを書く表（lines）です。行は年によって変わるので"
    with pytest.raises(SurveyError, match=said):
        load(tmp_path, f"code,{key}\n132012,5\n".encode(), name="gakudo2024")


def test_last_years_date_may_lie_before_this_years_bounds(tmp_path: Path) -> None:
    """A question of what happened since April has the same bounds a year later."""
    made = tmp_path / "survey"
    shutil.copytree(TINY.parent / "hokago", made)
    asked = '\n[[questions]]\nkey = "9"\nitem = "９"\ntext = "直近の開設日"\nkind = "date"\nmin = 2024-04-01\n'
    (made / "form1.toml").write_text((made / "form1.toml").read_text("utf-8") + asked, encoding="utf-8")
    survey = made / "survey.toml"
    survey.write_text('previous = "2023.csv"\n' + survey.read_text("utf-8"), encoding="utf-8")
    (made / "2023.csv").write_text("code,9\n132012,令和５年４月３日\n", encoding="utf-8")
    assert load_survey(made, None, load_roster()).last_year(HACHIOJI, "gakudo") == {"9": "令和５年４月３日"}


def test_a_rule_over_last_year_needs_the_file_and_one_over_nothing_is_told(tmp_path: Path) -> None:
    with pytest.raises(SurveyError, match=r"previous: 様式の rules に last\. があります。"):
        load(tmp_path / "a", b"", previous="")
    with pytest.raises(SurveyError, match=r"「last\.Q99」が分かりません。前年の値は"):
        load(tmp_path / "b", b"code,4\r\n132012,5\r\n", rule=RULE.replace("last.Q4 > 0", "last.Q99 > 0"))
    with pytest.raises(SurveyError, match=r"「last\.Q5\.capacity」が分かりません。前年の値は、一行に一つを書く表でない"):
        load(tmp_path / "d", b"code,4\r\n132012,5\r\n", rule=RULE.replace("last.Q4 > 0", "sum(last.Q5.capacity) > 0"))
    with pytest.raises(SurveyError, match=r"previous: 調査のフォルダーの「2022\.csv」：ファイルがありません"):
        load(tmp_path / "c", b"", previous='previous = "2022.csv"\n')
