"""A survey's own rules: told of a sheet that breaks them and of no other, and by the form itself in LibreOffice."""

from __future__ import annotations

import io
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
from openpyxl import load_workbook

from config.load import load_survey
from config.roster import load_roster
from config.survey import Survey
from intake.answers import AttachedFile, read_file
from intake.finding import Finding
from intake.submission import Claim
from replies.form_layout import layout
from replies.points import place_of
from replies.wording import load_wording
from replies.workbooks.form import FillValue, fill
from tests.config.surveys_at_hand import TINY
from tests.replies.office import convert_all

RULES = """
[[rules]]
check = "Q3 == 2"
when = "Q1 == 1 and 1 in Q2"
say = "ぶらんこのある公園があれば、問３は②です（ご回答は{Q3}）。"

[[rules]]
check = 'Q3 in (1, 2) and count(Q2) < 2 and organisation != ""'
say = "問２の〇は一つです。"
severity = "note"

[[rules]]
check = 'kind != "prefecture" or Q1 == 2'
say = "都道府県は、問１に②とお答えください。"
severity = "warning"
"""
ROSTER = load_roster()
NO_CLAIM = Claim("", "absent")
GOOD: dict[str, FillValue] = {"organisation": "14神奈川県横浜市", "contact": "公園太郎", "1": 1, "2": (1,), "3": 2}


@pytest.fixture(scope="module")
def survey(tmp_path_factory: pytest.TempPathFactory) -> Survey:
    folder = tmp_path_factory.mktemp("surveys") / "tiny"
    shutil.copytree(TINY, folder)
    with (folder / "form1.toml").open("a", encoding="utf-8") as file:
        file.write(RULES)
    return load_survey(folder)


def told(survey: Survey, changes: Mapping[str, FillValue]) -> list[Finding]:
    values = {key: value for key, value in {**GOOD, **changes}.items() if value != ""}
    data = fill(survey.form("sheet"), survey, values)
    (sheet,) = read_file(AttachedFile("a.xlsx", data), survey, ROSTER).sheets
    return [finding for finding in sheet.findings if finding.code == "rule_broken"]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"2": (2,), "3": 1, "3-text": "令和６年４月"},  # no swing: the first rule does not apply
        {"1": 2, "2": "", "3": 1, "3-text": "令和６年４月"},  # question 2 is not asked then
        {"3": ""},  # blank: told as that
        {"3": "どちらでもない"},  # unreadable: told as that
        {"2": ""},
        {"1": ""},
        {"organisation": ""},
        {"organisation": "13東京都", "1": 2, "2": ""},
    ],
)
def test_a_sheet_that_keeps_the_rules_or_perhaps_keeps_them_is_not_told(
    survey: Survey, changes: dict[str, FillValue]
) -> None:
    assert told(survey, changes) == []


def test_a_broken_rule_is_told_in_the_surveys_own_words_at_its_cell(survey: Survey) -> None:
    (finding,) = told(survey, {"3": 1, "3-text": "令和６年４月"})
    assert (finding.severity, finding.question) == ("error", "3")
    assert finding.cell == "E10"
    place = place_of(finding, survey, load_wording())
    assert place.where == "セル E10　Q3"
    assert place.expected == "ぶらんこのある公園があれば、問３は②です（ご回答は①）。"


def test_rules_are_told_one_by_one_with_their_own_severity(survey: Survey) -> None:
    found = told(survey, {"organisation": "13東京都", "2": (1, 2), "3": 1, "3-text": "令和６年４月"})
    assert [(f.severity, f.question) for f in found] == [("warning", "1"), ("error", "3"), ("note", "3")]


@pytest.mark.long
def test_the_form_tells_the_same_as_libreoffice_computes_it(survey: Survey, tmp_path: Path) -> None:
    form = survey.form("sheet")
    cases: list[tuple[dict[str, FillValue], str]] = [
        ({}, ""),
        ({"3": 1}, "※ ぶらんこのある公園があれば、問３は②です（ご回答は① ある。）。"),
        ({"3": ""}, ""),
        ({"2": (1, 2)}, "※ 問２の〇は一つです。"),
        ({"2": (2,), "3": 1}, ""),
        ({"2": "", "3": 1}, ""),
    ]
    books = [tmp_path / f"{number}.xlsx" for number in range(len(cases))]
    for book, (changes, _) in zip(books, cases, strict=True):
        book.write_bytes(fill(form, survey, {k: v for k, v in {**GOOD, **changes}.items() if v != ""}))
    saved = convert_all(books, "xlsx", tmp_path / "out")
    for book, file, (changes, said) in zip(books, saved, cases, strict=True):
        sheet = load_workbook(file, data_only=True)[form.sheet]
        assert "".join(str(sheet.cell(row, 7).value or "") for row in range(7, 20)) == said, changes
        files = (file, book)
        computed, plain = (read_file(AttachedFile("a.xlsx", f.read_bytes()), survey, ROSTER).sheets[0] for f in files)
        assert computed.answers == plain.answers  # what the form says is no answer
        assert computed.findings == plain.findings


DIVIDED = """
[[rules]]
check = "Q4 / Q1 <= 100"
say = "一校区当たりの児童が多すぎませんか。"
"""
BLANK, MANY = None, "多数"


@pytest.mark.long
@pytest.mark.parametrize("helps", [False, True])
def test_what_cannot_be_worked_out_is_no_error_of_the_form(tmp_path: Path, helps: bool) -> None:
    """A share of nothing, or of a word: neither the desk nor the form says anything of it, nor #DIV/0! or #VALUE!."""
    folder = tmp_path / "survey"
    shutil.copytree(TINY.parent / "hokago", folder)
    page = folder / "form1.toml"
    text = page.read_text("utf-8").replace('key = "6"', 'key = "6"\nasked_if = "Q4 / Q1 > 2"')
    page.write_text(f"helps = {str(helps).lower()}\n{text}{DIVIDED}", encoding="utf-8")
    survey = load_survey(folder)
    (form,) = survey.forms
    cases = [(1, 0, False), (1, BLANK, False), (MANY, 1, False), (1, MANY, False), (101, 1, True), (100, 1, False)]
    books = [tmp_path / f"{number}.xlsx" for number in range(len(cases))]
    for book, (dividend, divisor, _) in zip(books, cases, strict=True):
        opened = load_workbook(io.BytesIO(fill(form, survey, {"organisation": "14神奈川県横浜市", "2": 1})))
        for key, value in (("1", divisor), ("4", dividend)):
            opened[form.sheet].cell(*layout(form).inputs[key]).value = value
        opened.save(book)
    for file, book, case in zip(convert_all(books, "xlsx", tmp_path / "out"), books, cases, strict=True):
        sheet = load_workbook(file, data_only=True)[form.sheet]
        texts = [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None]
        assert [text for text in texts if text.startswith("#")] == [], case
        assert any("多すぎませんか" in text for text in texts) is case[2], case
        (read,) = read_file(AttachedFile("a.xlsx", book.read_bytes()), survey, ROSTER).sheets
        assert any(finding.code == "rule_broken" for finding in read.findings) is case[2], case
