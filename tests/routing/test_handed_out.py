"""`uketsuke form --for | --each`: forms with body, code, kind and program, called as the notice asks; of people nothing."""

from __future__ import annotations

import io
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import load_workbook

from config.load import default_survey
from intake.answers import AttachedFile, read_file
from intake.convention import convention_findings, read_claim
from intake.submission import Claim
from replies.form_layout import layout
from replies.workbooks.form import fill
from replies.workbooks.prefilled import known_values, prefilled
from routing.authoring.handed_out import handed_out
from routing.cli.app import run_command
from routing.register import Register, build_register
from tests.config.surveys_at_hand import TINY

GAKUDO = TINY.parent / "gakudo"
NO_CLAIM = Claim("", "absent")


@pytest.fixture(scope="module")
def register() -> Register:
    return build_register(default_survey())


@pytest.fixture(scope="module")
def gakudo() -> Register:
    return build_register(GAKUDO)


@pytest.mark.parametrize("lgcode", ["130001", "141003", "342084", "131032", "131067", "016675", "473821"])
def test_a_form_handed_out_says_whose_it_is_and_nothing_else(register: Register, lgcode: str) -> None:
    """A prefecture, a designated city, one of two cities of one name, a ward twice over, a ward, villages."""
    body = register.body(lgcode)
    assert body is not None
    made = [one for one in handed_out([body], register) if one.body is body]
    assert len(made) == len(register.programs_of(lgcode))
    for path, data in ((one.path, one.data) for one in made):
        claim = read_claim(path.name, register.survey, register.roster, is_file=True)
        assert (claim.match.lgcodes, convention_findings(claim, register.survey, True)) == ((lgcode,), ())
        (sheet,) = read_file(AttachedFile(path.name, data), register.survey, register.roster).sheets
        form = register.survey.form(sheet.form)
        filled = {field.key: field.value for field in sheet.fields if field.value}
        assert set(filled) == {"program", "kind", "organisation"}
        assert sheet.body.lgcodes == (lgcode,)
        assert filled["program"] == path.parent.name
        kind = next(field.kind for field in form.fields if field.key == "kind")
        assert body.kind in kind.bodies(filled["kind"])
        about = {f.label for f in sheet.findings if not f.question}
        assert not about & {field.label for field in form.fields if field.key in filled}
        assert all(answer.number is None and not answer.value for answer in sheet.answers)


def test_a_designated_city_is_called_what_it_is_more_closely(register: Register) -> None:
    yokohama = register.body("141003")
    assert yokohama is not None
    values = known_values(register.survey.form("form1"), yokohama, register.survey.program("nanbyo"))
    assert values == {"program": "難病", "kind": "指定都市", "organisation": "14神奈川県横浜市"}


def test_it_is_the_form_that_filling_makes(register: Register) -> None:
    form, survey = register.survey.form("form2"), register.survey
    values = {"organisation": 'a & <b> "c" \\1 ／　x', "program": "自治体検診"}
    ours = load_workbook(io.BytesIO(prefilled(form, survey)(values, {})))
    theirs = load_workbook(io.BytesIO(fill(form, survey, values)))
    for mine, other in zip(ours.worksheets, theirs.worksheets, strict=True):
        assert [[c.value for c in row] for row in mine] == [[c.value for c in row] for row in other]
        assert [[c.style for c in row] for row in mine] == [[c.style for c in row] for row in other]
        assert mine.data_validations.count == other.data_validations.count
    assert ours[form.sheet][layout(form).cell("organisation")].value == values["organisation"]


def test_a_form_for_each_of_1741_bodies(gakudo: Register) -> None:
    """Called with code and name, each once; in a small part of the time that making each workbook would take."""
    form, survey = gakudo.survey.form("yoshiki1"), gakudo.survey
    begun = time.process_time()
    made = list(handed_out(gakudo.respondents, gakudo))
    spent = time.process_time() - begun
    assert len(made) == len({one.path for one in made}) == 1741
    assert Counter(len(one.path.parts) for one in made) == {2: 1741}  # one program: no folder for it
    names = {one.path.name for one in made}
    assert "【131067＿台東区】放課後児童クラブ実施状況調査.xlsx" in names
    assert "【132063＿東京都府中市】放課後児童クラブ実施状況調査.xlsx" in names
    for name in sorted(names)[::100]:
        claim = read_claim(name, survey, gakudo.roster, is_file=True)
        assert claim.match.status == "found"
        assert convention_findings(claim, survey, is_file=True) == ()
    begun = time.process_time()
    for _ in range(20):
        fill(form, survey, {"organisation": "東京都台東区"})
    assert spent < (time.process_time() - begun) / 20 * 1741 / 2


def paths(register: Register, *codes: str) -> list[str]:
    bodies = [body for code in codes if (body := register.body(code))] or register.respondents
    return [one.path.as_posix() for one in handed_out(bodies, register)]


def test_what_a_body_collects_lies_in_its_folder() -> None:
    """Schools of a board that itself fills in nothing; a private school beside it."""
    gakko = build_register(TINY.parent / "gakko")
    aozora, wakaba, abroad, sakuragi, ooshika = (
        "14-001神奈川県教育委員会/学校/【D114210000019＿神奈川県立青空高等学校】学校図書館調査.xlsx",
        "14-001神奈川県教育委員会/学校/【D114210000028＿神奈川県立若葉高等学校】学校図書館調査.xlsx",
        "20-001長野県教育委員会/学校/【D120210000011＿長野県立青空高等学校】学校図書館調査.xlsx",
        "D114310000015神奈川県桜木学園高等学校/【D114310000015＿桜木学園高等学校】学校図書館調査.xlsx",
        "D120310000017長野県大鹿学園高等学校/【D120310000017＿大鹿学園高等学校】学校図書館調査.xlsx",
    )
    assert paths(gakko) == [aozora, wakaba, abroad, sakuragi, ooshika]
    assert paths(gakko, "14-001") == paths(gakko, "14-001", "D114210000019") == [aozora, wakaba]
    assert paths(gakko, "D114210000028", "D114310000015") == [wakaba, sakuragi]


@pytest.mark.long
def test_a_prefecture_gets_its_own_forms_and_those_of_the_municipalities_that_it_collects(register: Register) -> None:
    """清川村 answers two programs through 神奈川県, 横須賀市 (a core city) itself."""
    made = paths(register, "140007")
    name = "マイナンバーアンケート回答.xlsx"
    assert f"140007神奈川県/難病/【神奈川県】{name}" in made
    assert f"140007神奈川県/管内市町村/144029神奈川県清川村/予防接種/【清川村】{name}" in made
    assert len(made) == len(set(made))
    assert not [path for path in made if "横浜市" in path or "横須賀市" in path]
    assert set(paths(register, "144029")) < set(made) < set(paths(register))


def test_a_program_is_called_in_a_folder_as_a_folder_may_be(register: Register) -> None:
    programs = tuple(program.changed({"name": f"{program.name}/{program.id}."}) for program in register.survey.programs)
    changed = replace(register, survey=register.survey.changed({"programs": programs}))
    assert "141003神奈川県横浜市/難病＿nanbyo/【横浜市】マイナンバーアンケート回答.xlsx" in paths(changed, "141003")


def test_by_command(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    def run(*arguments: str) -> tuple[int, str, str]:
        code = run_command(["--survey", str(GAKUDO), "form", str(tmp_path), *arguments])
        return code, *capfd.readouterr()

    assert run("--for", "大鹿村", "--for", "131067", "--for", "台東区")[:2][0] == 0
    assert sorted(f.name for f in tmp_path.rglob("*.xlsx")) == [
        "【131067＿台東区】放課後児童クラブ実施状況調査.xlsx", "【204170＿大鹿村】放課後児童クラブ実施状況調査.xlsx",
    ]  # fmt: skip
    for wrong, said in {
        ("--for", "府中市"): "府中市 という団体は幾つかあります",
        ("--for", "999999"): "団体一覧にありません",
        ("--for", "東京都"): "回答をお願いしている制度等がありません",
        ("--for", "台東区", "--each"): "どちらか一方",
    }.items():
        code, _, err = run(*wrong)
        assert code != 0
        assert said in err


