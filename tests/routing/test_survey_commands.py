"""`uketsuke survey`: the template is a survey, checking finds what only filling and reading shows, schemas fit."""

from __future__ import annotations

import json
import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from config.load import default_survey, load_survey
from config.roster import load_roster
from replies.letters.signed import KINDS
from replies.workbooks import collated_list
from routing.authoring.new import make_folder
from routing.authoring.preview import logic
from routing.authoring.trial import read, try_all
from routing.authoring.walks import walks
from routing.cli.app import run_command
from routing.register import build_register
from tests.config.surveys_at_hand import TINY
from tests.workbooks.given_forms import clubs, hospitals

GAKUDO = TINY.parent / "gakudo"
Said = tuple[int, str, str]


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    def one(*arguments: object) -> Said:
        capfd.readouterr()
        code = run_command([str(a) for a in arguments])
        return code, *capfd.readouterr()

    return one


def changed(folder: Path, file: str, *changes: tuple[str, str]) -> Path:
    """A copy of the tiny survey with texts of one file replaced."""
    shutil.copytree(TINY, folder)
    text = (folder / file).read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    (folder / file).write_text(text, encoding="utf-8")
    return folder


def test_a_new_folder_is_a_survey_without_fault(tmp_path: Path, run: Callable[..., Said]) -> None:
    folder = tmp_path / "chosa"
    assert run("survey", "new", folder)[0] == 0
    assert sorted(f.name for f in folder.iterdir()) == [
        "form.schema.json", "form1.toml", "survey.schema.json", "survey.toml",
    ]  # fmt: skip
    assert run("survey", "check", folder)[0] == 0
    code, _, err = run("survey", "new", folder)
    assert (code, "空ではありません" in err) == (1, True)


@pytest.mark.parametrize("folder", [TINY, GAKUDO], ids=lambda f: f.name)
def test_the_surveys_of_the_tests_come_through_every_way(folder: Path, run: Callable[..., Said]) -> None:
    code, out, _ = run("survey", "check", folder)
    assert (code, "全て元のとおりに読み取れました" in out) == (0, True)


@pytest.mark.long
def test_the_survey_at_hand_comes_through_every_way(run: Callable[..., Said]) -> None:
    code, out, _ = run("survey", "check", default_survey())
    assert (code, out.count("指摘 なし")) == (0, 14)  # two forms, seven kinds of bodies


def test_all_mistakes_are_told_with_78(tmp_path: Path, run: Callable[..., Said]) -> None:
    folder = changed(tmp_path / "s", "form1.toml", ('skip_to = "3"', 'skip_to = "9"'), ('kind = "text"', 'kind = "x"'))
    code, _, err = run("survey", "check", folder)
    assert code == 78
    assert err.count("form1.toml") == 2


def test_a_grid_that_is_not_the_forms_is_found_by_reading_it(tmp_path: Path, run: Callable[..., Said]) -> None:
    """Rows counted by hand: what we write ourselves would be called changed."""
    grid = '[grid]\nfirst_field = 1\nfirst_question = 4\nlabel = "B"\ntext = "C"\nanswer = "E"\n\n[flags]'
    code, out, _ = run("survey", "check", changed(tmp_path / "s", "form1.toml", ("[flags]", grid)))
    assert code == 1
    assert "正しく記入した様式に、次の指摘が出ます" in out
    assert "行" in out.splitlines()[-2]


def test_a_question_to_which_no_way_leads_is_told(tmp_path: Path, run: Callable[..., Said]) -> None:
    """Both choices of question 1 lead past question 2."""
    skipping = ('text = "① ある。" }', 'text = "① ある。", skip_to = "3" }')
    code, out, _ = run("survey", "check", changed(tmp_path / "s", "form1.toml", skipping))
    assert code == 1
    assert "様式１（sheet）：Q2 は、どのように回答しても尋ねられません。" in out


@pytest.mark.long
def test_every_choice_of_a_form_is_taken_on_some_way() -> None:
    for form in load_survey(default_survey()).forms:
        found = walks(form, "designated")
        taken = {(key, number) for way in found.ways for key, number in way.items()}
        asked = [q for q in form.questions if not q.only or "designated" in q.only]
        assert taken == {(q.key, number) for q in asked for number in q.by_number}
        assert found.whole
        assert len(found.ways) < 50


def test_a_way_holds_what_the_notice_says_to_skip() -> None:
    """Q4 ②「求めていない。（Q6へ）」: no way that takes it answers Q5."""
    form = load_survey(default_survey()).form("form1")
    root = next(q for q in form.questions for line in q.by_number.values() if "（Q6へ）" in line.text)
    ways = [way for way in walks(form, "designated").ways if way.get(root.key) == 2]
    assert ways
    assert not any("5" in way for way in ways)


QUESTION = """
[[questions]]
key = "{n}"
item = "{n}"
text = "第{n}の質問について"
choices = ["有", {{ number = 2, text = "無"{leads} }}]
{asked}
"""


@pytest.mark.parametrize(
    ("leads", "asked", "ways", "whole"),
    [
        ("", "", 2, True),  # nothing steers: each way takes another choice of every question
        ("", 'asked_if = "Q{before} == 1"', 41, True),  # a chain: it ends behind each question, or nowhere
        (', skip_to = "{behind}"', "", 39, False),  # more ways than anybody can try; each choice is on one that is
    ],
    ids=["plain", "chain", "skips"],
)
def test_forty_questions_are_walked_in_few_ways_that_take_every_choice(
    tmp_path: Path, leads: str, asked: str, ways: int, whole: bool
) -> None:
    folder = changed(tmp_path / "s", "form1.toml")
    head, _, _ = (folder / "form1.toml").read_text(encoding="utf-8").partition("[[questions]]")
    questions = (
        QUESTION.format(
            n=n,
            leads=leads.format(behind=n + 2) if n < 39 else "",
            asked=asked.format(before=n - 1) if n > 1 else "",
        )
        for n in range(1, 41)
    )
    (folder / "form1.toml").write_text(head + "".join(questions), encoding="utf-8")
    found = walks(load_survey(folder).forms[0], "city")
    assert (len(found.ways), found.never, found.whole) == (ways, (), whole)
    assert len({pair for way in found.ways for pair in way.items()}) == 80


def test_schemas_know_every_key_of_the_template(tmp_path: Path) -> None:
    list(make_folder(tmp_path))
    for name in ("survey", "form"):
        schema = json.loads((tmp_path / f"{name}.schema.json").read_text(encoding="utf-8"))
        file = tmp_path / ("form1.toml" if name == "form" else "survey.toml")
        text = file.read_text(encoding="utf-8")
        assert text.startswith(f"#:schema ./{name}.schema.json\n")
        data = tomllib.loads(text)
        assert set(schema["required"]) <= set(data) <= set(schema["properties"])
        assert "forms" not in schema["properties"]
        named = set(_refs(schema))
        assert named == {f"#/$defs/{key}" for key in schema["$defs"]}


def _refs(node: object) -> list[str]:
    if isinstance(node, dict):
        own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        return own + [ref for value in node.values() for ref in _refs(value)]
    return [ref for item in node for ref in _refs(item)] if isinstance(node, list) else []


def test_a_trial_is_made_for_each_kind_of_body_that_answers() -> None:
    found = list(try_all(load_survey(GAKUDO), load_roster()))
    assert [trial.body.kind for trial in found] == ["designated", "core", "city", "town", "village", "ward"]


ONLY_FOR = """
[[questions]]
key = "4"
item = "４"
text = "市の場合、図書館の数を記入してください。"
only = ["city"]
kind = "number"
"""


def test_a_trial_is_made_of_whoever_fills_in_and_not_of_who_only_collects(tmp_path: Path, run: Callable[..., Said]) -> None:
    """Prefectures hand in lists alone; a question for what they collect is asked, one for them never is."""
    folder = tmp_path / "s"
    shutil.copytree(default_survey().parent / "koen2025", folder)
    code, out, _ = run("survey", "check", folder)
    assert code == 0
    assert [line.split("　")[1].split("として")[0] for line in out.splitlines()[:-1]] == [
        "指定都市 北海道札幌市", "中核市 北海道函館市", "市 北海道小樽市（北海道が取りまとめ）",
        "町 北海道当別町（北海道が取りまとめ）", "村 北海道新篠津村（北海道が取りまとめ）",
        "特別区 東京都千代田区（東京都が取りまとめ）",
    ]  # fmt: skip
    form = folder / "form1.toml"
    form.write_text((made := form.read_text(encoding="utf-8")) + ONLY_FOR, encoding="utf-8")
    assert run("survey", "check", folder)[0] == 0
    form.write_text(made + ONLY_FOR.replace("city", "prefecture"), encoding="utf-8")
    code, out, _ = run("survey", "check", folder)
    assert (code, "Q4 は、どのように回答しても尋ねられません。" in out) == (1, True)


def test_a_collected_body_s_answers_are_read_back_from_a_row_of_the_list(monkeypatch: pytest.MonkeyPatch) -> None:
    """A list without its last column is told for whoever is collected, and for nobody else."""
    koen = load_survey(default_survey().parent / "koen2025")
    columns = collated_list.list_columns
    monkeypatch.setattr(collated_list, "list_columns", lambda form: columns(form)[:-1])
    trials = list(try_all(koen, load_roster()))
    assert [bool(trial.faults) for trial in trials] == [trial.collector is not None for trial in trials]
    assert trials[-1].faults and all(fault.partition("：")[2].startswith("一覧表の行で、") for fault in trials[-1].faults)


def test_a_preview_shows_every_letter_the_forms_the_reports_and_the_way(tmp_path: Path, run: Callable[..., Said]) -> None:
    code, out, _ = run("survey", "preview", tmp_path / "p", GAKUDO)
    assert code == 0
    files = {f.relative_to(tmp_path / "p").as_posix() for f in (tmp_path / "p").rglob("*") if f.is_file()}
    assert files == {
        "文面.txt", "質問の流れ.txt", "様式/別紙様式1.xlsx", "様式/記入見本_別紙様式1.xlsx",
        "報告書/全国_提出状況_取扱注意.xlsx", "報告書/全国_提出状況_取扱注意.html",
    }  # fmt: skip
    assert all(str(tmp_path / "p" / name) in out for name in files)
    letters = (tmp_path / "p" / "文面.txt").read_text(encoding="utf-8-sig")
    told = [kind for kind in KINDS if f"（{kind}）\n" in letters]
    no_word, nobody_collects = {"pre_check", "collation"}, {"redirect", "request", "told_direct"}
    one_mailbox, no_prefecture = {"transfer"}, {"report"}
    assert set(KINDS) - set(told) == no_word | nobody_collects | one_mailbox | no_prefecture
    assert "管内市町村" not in letters
    assert "件名：【受付】放課後児童クラブ Re: 【011002＿札幌市】放課後児童クラブ実施状況調査" in letters
    assert "６月14日（金）17時までに" in letters  # 札幌市 is a designated city: the first deadline
    survey, roster = load_survey(GAKUDO), load_roster()
    sample = read((tmp_path / "p" / "様式" / "記入見本_別紙様式1.xlsx").read_bytes(), survey, roster)
    assert sample.sheets[0].body.lgcode == "011002"
    assert sample.sheets[0].findings == ()


def test_the_way_through_a_form_is_told_question_by_question() -> None:
    """Counted in the notice: Q3 ② leads to Q6; Q1-1 is for municipalities, Q7-3 for those that answered ① to Q7-2."""
    lines = list(logic(build_register(default_survey())))
    assert "　　② 求めていない。（Q6へ）　→ Q6（Q4、Q5 は空欄）" in lines
    assert lines[2] == "　　尋ねる団体：指定都市、中核市、特別区、市、町、村"
    q12 = next(n for n, line in enumerate(lines) if line.startswith("Q1-2　"))
    assert lines[q12 + 1] == "　　尋ねる団体：都道府県"
    q73 = next(n for n, line in enumerate(lines) if line.startswith("Q7-3　"))
    assert lines[q73 + 1].startswith("　　尋ねる場合：Q7-2 で 「① 氏名・生年月日")


NUMBERS = """
[[questions]]
key = "7"
item = "７"
text = "登録している児童の数"
kind = "number"
unit = "人"

[[questions]]
key = "8"
item = "８"
text = "定員に対する割合"
kind = "number"
unit = "％"
max = 200
places = 1

[[rules]]
check = "Q7 > 0 or Q8 == 0"
say = "登録児童数が{Q7}人なのに、割合が書かれています。"
"""


def test_a_survey_may_ask_for_numbers(run: Callable[..., Said], tmp_path: Path) -> None:
    """Its forms are made, filled in on every way through them, and read back, with nothing noticed."""
    folder = tmp_path / "gakudo"
    shutil.copytree(GAKUDO, folder)
    form = folder / "form1.toml"
    form.write_text(form.read_text(encoding="utf-8") + NUMBERS, encoding="utf-8")
    assert run("survey", "check", folder)[0] == 0
    form.write_text(form.read_text(encoding="utf-8").replace("max = 200", "max = -1"), encoding="utf-8")
    code, out, err = run("survey", "check", folder)
    assert code == 78
    assert "questions.5.max" in out + err
    assert "min より小さくはできません。" in out + err


def test_a_workbook_becomes_a_survey_and_a_second_sheet_its_next_form(tmp_path: Path, run: Callable[..., Said]) -> None:
    for made in (clubs(), hospitals()):
        (tmp_path / f"{made.name}.xlsx").write_bytes(made.data)
    code, out, _ = run("survey", "draft", tmp_path / "clubs.xlsx", tmp_path / "chosa")
    assert code == 0
    assert "シート「様式1-1」：回答者情報 4欄、質問 19問、要確認 1か所" in out
    code, out, _ = run("survey", "check", tmp_path / "chosa")
    assert (code, "1通りに記入：指摘 なし" in out) == (0, True)
    assert run("survey", "draft", tmp_path / "hospitals.xlsx", tmp_path / "chosa", "--sheet", "回答票")[0] == 0
    code, out, _ = run("survey", "check", tmp_path / "chosa")
    assert (code, "どの制度等も使っていません" in out) == (1, True)
    assert run("--survey", tmp_path / "chosa", "form", tmp_path / "forms")[0] == 0
    assert (tmp_path / "forms" / "clubs.xlsx").read_bytes() == (tmp_path / "clubs.xlsx").read_bytes()


def test_a_draft_is_shown_where_no_folder_is_named(tmp_path: Path, run: Callable[..., Said]) -> None:
    (tmp_path / "clubs.xlsx").write_bytes(clubs().data)
    code, out, err = run("survey", "draft", tmp_path / "clubs.xlsx")
    assert (code, tomllib.loads(out)["given"], "質問 19問" in err) == (0, "clubs.xlsx", True)
    assert not list(tmp_path.glob("*.toml"))
    assert run("survey", "draft", tmp_path / "clubs.xlsx", "--sheet", "様式9")[0] == 1
