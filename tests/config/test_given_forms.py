"""A survey's file that names a workbook: every mistake in it is told at once, with file, line, key and reason."""

from __future__ import annotations

import zipfile
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook

from config.errors import SurveyError
from config.load import load_survey
from config.roster import load_roster
from intake.finding import CATALOGUE
from routing.authoring.draft import LOOK, FormDraft, draft
from routing.authoring.drafted import add_draft, draft_of
from routing.authoring.new import make_folder
from tests.workbooks.given_forms import hospitals

GRID = 'grid = { first_field = 1, first_question = 9, label = "A", text = "B", answer = "C" }'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    book = tmp_path / "回答票.xlsx"
    book.write_bytes(hospitals().data)
    made = draft_of(book, tmp_path / "survey", "", date(2025, 5, 30))
    assert isinstance(made, FormDraft)
    list(add_draft(made, book, tmp_path / "survey"))
    return tmp_path / "survey"


def mistakes(folder: Path, *changes: tuple[str, str], file: str = "form1.toml") -> list[str]:
    path = folder / file
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")
    try:
        load_survey(folder, frozenset(CATALOGUE), load_roster())
    except SurveyError as error:
        return [str(mistake) for mistake in error.mistakes]
    return []


def test_all_at_once(folder: Path) -> None:
    told = mistakes(
        folder,
        ('at = "C4"', ""),  # left out
        ('at = "C7"', 'at = "C8"'),  # that of another one
        ('at = "C9"', 'at = "B9"'),  # its own label
        ('at = "C10"', 'at = "ここ"'),
        ('at = "C12"', 'at = "C12:C14"'),
    )
    assert [line.partition(": ")[2] for line in told] == [
        "fields.2.at（「prefecture」）: given の様式では、答えのセルを書いてください（例：C6）。",
        "questions.4.at（「4」）: 「ここ」はセルではありません（例：C6、C6:C9）。",
        "questions.6.at（「6」）: C12:C14 は3セルですが、答えは1セルです。",
        "questions.2.at（「2」）: C8 は「1」の答えのセルでもあります。",
        "questions.3.at（「3」）: シート「回答票」の B9 には「耐震診断の実施」と印字されています。",
    ]
    assert all(line.startswith("form1.toml ") and "行目" in line for line in told)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('sheet = "回答票"', 'sheet = "回答表"', "シート「回答表」はありません。もしかして「回答票」ですか。"),
        ('given = "回答票.xlsx"', 'given = "様式.xlsx"', "調査のフォルダーに「様式.xlsx」がありません。"),
        ('given = "回答票.xlsx"', 'given = "../回答票.xlsx"', "フォルダーは書けません"),
        ('given = "回答票.xlsx"', 'given = "form1.toml"', "○○.xlsx としてください。"),
        ('given = "回答票.xlsx"', 'given = "回答票.xlsm"', "「Excel ブック（*.xlsx）」で保存したもの"),
        ('given = "回答票.xlsx"', 'given = "回答票.xls"', "「Excel ブック（*.xlsx）」で保存したもの"),
        ('sheet = "回答票"', 'sheet = "回答票"\n' + GRID, "given の様式には書けません"),
        ('sheet = "回答票"', 'sheet = "回答票"\nlist_sheet = "一覧用"', "given の様式には書けません"),
    ],
)  # fmt: skip
def test_the_workbook(folder: Path, old: str, new: str, told: str) -> None:
    (line,) = mistakes(folder, (old, new))
    assert told in line


@pytest.mark.parametrize("data", [b"", b"PK", b"<html></html>", hospitals().data[:3000]])
def test_no_workbook(folder: Path, data: bytes) -> None:
    (folder / "回答票.xlsx").write_bytes(data)
    (line,) = mistakes(folder)
    assert "Excel のブック（.xlsx）として開けません" in line
    assert isinstance(draft(data, "回答票.xlsx", 1, date(2025, 5, 30)), str)


def test_a_workbook_with_a_password_is_told_as_such(folder: Path) -> None:
    data = bytes.fromhex("D0CF11E0A1B11AE1") + b"\0" * 2000
    (folder / "回答票.xlsx").write_bytes(data)
    (line,) = mistakes(folder)
    assert "パスワードを外し、.xlsx として保存し直してください" in line
    assert "パスワードを外し" in str(draft(data, "回答票.xlsx", 1, date(2025, 5, 30)))


def test_a_workbook_with_macros_that_was_only_renamed_is_told_as_such(folder: Path) -> None:
    """Excel does not open it as an .xlsx, so that nobody could fill it in."""
    with zipfile.ZipFile(folder / "回答票.xlsx", "a") as parts:
        parts.writestr("xl/vbaProject.bin", b"\0")
    (line,) = mistakes(folder)
    assert "マクロが付いています（.xlsm）" in line
    assert "マクロが付いています" in str(draft((folder / "回答票.xlsx").read_bytes(), "回答票.xlsx", 1, date(2025, 5, 30)))


def test_places_belong_to_given_forms_only(folder: Path) -> None:
    told = mistakes(folder, ('given = "回答票.xlsx"\n', ""))
    assert any("questions.1.at" in line and "given の様式だけに書けます。" in line for line in told)


def test_nobody_collects_what_has_no_list(folder: Path) -> None:
    old = 'respondents = ["designated", "core", "ward", "city", "town", "village"]\nown = "demanded"'
    new = 'respondents = ["prefecture"]\nown = "demanded"\ncollected = "municipalities"'
    (line,) = mistakes(folder, (old, new), file="survey.toml")
    assert "given の様式には一覧表がありません" in line


def test_two_forms_that_nothing_tells_apart(folder: Path) -> None:
    text = (folder / "form1.toml").read_text(encoding="utf-8")
    (folder / "form2.toml").write_text(text.replace('"yoshiki1"', '"yoshiki2"'), encoding="utf-8")
    assert any("印字が同じで、見分けられません" in line for line in mistakes(folder))


def test_a_draft_overwrites_nothing(folder: Path, tmp_path: Path) -> None:
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    book = tmp_path / "回答票.xlsx"
    made = draft_of(book, folder, "", date(2025, 5, 30))
    assert isinstance(made, FormDraft)
    list(add_draft(made, book, folder))
    after = {file.name: file.read_bytes() for file in folder.iterdir()}
    assert {name: after[name] for name in before} == before
    assert set(after) - set(before) == {"form2.toml"}
    book.write_bytes(hospitals().data + b"\0")
    assert "別の内容のファイルです" in str(draft_of(book, folder, "", date(2025, 5, 30)))
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "a.txt").write_text("a")
    assert "調査のフォルダーではなく" in str(draft_of(book, tmp_path / "other", "", date(2025, 5, 30)))


def test_a_draft_takes_the_place_of_the_templates_form_as_long_as_nobody_wrote_into_it(tmp_path: Path) -> None:
    book, folder = tmp_path / "回答票.xlsx", tmp_path / "new"
    book.write_bytes(hospitals().data)
    list(make_folder(folder))
    made = draft_of(book, folder, "", date(2025, 5, 30))
    assert isinstance(made, FormDraft)
    assert folder / "form1.toml" in list(add_draft(made, book, folder))
    assert 'given = "回答票.xlsx"' in (folder / "form1.toml").read_text(encoding="utf-8")
    assert mistakes(folder) == []


def test_what_is_unsure_is_marked(folder: Path) -> None:
    assert LOOK not in (folder / "form1.toml").read_text(encoding="utf-8")  # its cells are open and ruled


@pytest.mark.long
def test_a_stray_cell_in_the_last_corner_of_a_sheet_costs_no_hour(folder: Path) -> None:
    """Excel's last cell: looking at every cell before it would be looking at 17 thousand million."""
    book = load_workbook(folder / "回答票.xlsx")
    book["回答票"]["XFD1048576"] = "x"
    book.save(folder / "回答票.xlsx")
    assert mistakes(folder) == []


@pytest.mark.parametrize("area", ["A1:XFD1000", "A30:A1048576"])
def test_a_merge_over_a_whole_sheet_is_told_and_opens_nothing(folder: Path, tmp_path: Path, area: str) -> None:
    """A thousand rows and all columns: a reader of workbooks would make 16 million objects of it."""
    path = folder / "回答票.xlsx"
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    merged = b"</sheetData><mergeCells><mergeCell ref='%s'/></mergeCells>" % area.encode()
    parts[sheet] = parts[sheet].replace(b"</sheetData>", merged)
    with zipfile.ZipFile(path, "w") as new:
        for name, data in parts.items():
            new.writestr(name, data)
    assert mistakes(folder) == [
        f"form1.toml 8行目: given: 結合されたセル {area} が広すぎます。"
        "Excel で結合を解除し、様式の範囲だけを結合し直してください。"
    ]
    said = draft(path.read_bytes(), "回答票.xlsx", 1, date(2025, 5, 30))
    assert isinstance(said, str)
    assert f"結合されたセル {area} が広すぎます" in said
