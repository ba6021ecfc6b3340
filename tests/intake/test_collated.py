"""一覧表: real workbooks with the rows and findings that a person sees in them, and what no file shows."""

from __future__ import annotations

import io
import tomllib
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook as Book

from intake.convention import read_claim
from intake.finding import CATALOGUE
from intake.submission import AnswerSheet, FileReading
from tests.workbooks.forms_at_hand import filled, reading, the_roster, the_survey
from tests.workbooks.lists.make import HEADINGS, HEADINGS_2, book, row

LISTS = Path(__file__).parents[1] / "workbooks" / "lists"
EXPECTED: dict[str, dict[str, Any]] = tomllib.loads((LISTS / "expected.toml").read_text(encoding="utf-8"))
# Codes whose `found` is compared: it says where, or by how much
TELLING = ("list_formulas", "list_shifted", "list_columns_differ", "row_shifted", "row_twice",
           "row_twice_differs", "row_other_prefecture")  # fmt: skip


def listed(name: str) -> FileReading:
    return reading((LISTS / "files" / name).read_bytes(), name)


def saved(made: Book) -> bytes:
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def read_rows(*rows: list[str | None]) -> FileReading:
    return reading(saved(book(("一覧表", [HEADINGS, *rows]))))


def codes(sheet: AnswerSheet) -> list[str]:
    return [finding.code for finding in sheet.findings]


def test_every_list_has_its_expectation() -> None:
    assert {path.name for path in (LISTS / "files").iterdir()} == set(EXPECTED)
    assert len(EXPECTED) >= 45


@pytest.mark.parametrize("name", EXPECTED)
def test_a_list_is_read_as_a_person_would_read_it(name: str) -> None:
    expected = EXPECTED[name]
    read = listed(name)
    assert read.kind == "collated_list"
    assert [[f.code, f.sheet] for f in read.findings] == expected.get("findings", [])
    assert [[s.sheet, s.row, s.body.lgcode, s.program] for s in read.sheets] == expected.get("rows", [])
    told = [f for sheet in read.sheets for f in sheet.findings]
    assert [[f.code, f.question, f.cell, f.about] for f in told] == expected.get("told", [])
    if "found" in expected:
        said = [f.found for f in (*read.findings, *told) if f.code in TELLING]
        assert said == expected["found"]


def test_every_accident_of_the_catalogue_is_met_in_a_file() -> None:
    met = {f[0] for entry in EXPECTED.values() for f in (*entry.get("findings", []), *entry.get("told", []))}
    accidents = {code for code in CATALOGUE if code.startswith(("row_", "list_"))}
    of_the_form, of_the_sender = {"list_sheet_missing", "list_formulas_altered"}, {"row_of_another"}
    assert accidents - met <= of_the_form | of_the_sender


def test_a_row_is_read_like_the_answer_sheet_that_it_was_copied_from() -> None:
    """By hand: the row of `make.row`, with ① everywhere but Q5, circles at Q6① and Q7-4①③."""
    sheet = listed("plain.xlsx").sheets[0]
    assert (sheet.form, sheet.version, sheet.row) == ("form1", "2023-07-07", 2)
    assert (sheet.field("responsible"), sheet.field("organisation")) == ("見本　太郎", "14神奈川県中井町")
    answers = {answer.question: answer for answer in sheet.answers}
    assert [answers[key].number for key in ("1-1", "1-2", "2", "5", "10")] == [1, None, 1, 2, 1]
    assert (answers["7-4"].marks, answers["6"].marks) == ((1, 3), (1,))
    assert (answers["8-1"].cell, answers["8-1"].texts[0].cell) == ("AB2", "AC2")
    assert answers["8-1"].texts[0].value == "マニュアルあり。二人で確認する。"


@pytest.mark.parametrize(
    "name", ["reordered.xlsx", "own_columns.xlsx", "all_rows_shifted.xlsx", "row_shifted_no_heading.xlsx"]
)
def test_wherever_a_row_stands_its_answers_are_the_same(name: str) -> None:
    usual = [(a.question, a.number, a.marks) for a in listed("plain.xlsx").sheets[0].answers]
    for sheet in listed(name).sheets:
        assert [(a.question, a.number, a.marks) for a in sheet.answers] == usual


def test_the_screenings_of_a_row_are_read() -> None:
    assert [sheet.attributes for sheet in listed("attributes.xlsx").sheets] == [(3, 4), (7,)]


def test_an_answer_sheet_is_no_list_because_of_its_own_row() -> None:
    assert reading(filled({})).kind == "answer_sheet"


def test_an_answer_sheet_whose_row_became_values_is_no_list() -> None:
    made = book(("一覧用", [HEADINGS, row("14神奈川県横浜市")]))
    form = _with_form(made)
    assert reading(form).kind == "answer_sheet"


def _with_form(made: Book) -> bytes:
    """The answer sheet of 横浜市 with these rows as values on its 「一覧用」."""
    from openpyxl import load_workbook

    whole = load_workbook(io.BytesIO(filled({})))
    for cells in made["一覧用"].iter_rows(min_row=2):
        for cell in cells:
            whole["一覧用"][cell.coordinate].value = cell.value
    return saved(whole)


def test_a_prefecture_that_most_rows_do_not_tell_is_the_file_names() -> None:
    claim = read_claim("【富山県】マイナンバーアンケート回答.xlsx", the_survey(), the_roster(), is_file=True)
    data = saved(book(("一覧表", [HEADINGS, row("16富山県高岡市"), row("14神奈川県中井町")])))
    read = reading(data, claim=claim)
    assert [codes(sheet) for sheet in read.sheets] == [[], ["row_other_prefecture"]]
    assert [codes(sheet) for sheet in reading(data).sheets] == [[], []]  # nobody can tell


def test_a_finding_of_the_list_names_no_municipality_and_one_of_a_row_does() -> None:
    read = read_rows(row("14神奈川県中井町", Q9=""), row("14神奈川県箱根町"))
    (finding,) = read.sheets[0].findings
    assert (finding.sheet, finding.cell, finding.question, finding.about) == ("一覧表", "AE2", "9", "143618")
    assert read.findings == ()


def test_one_error_cell_is_told_as_on_an_answer_sheet() -> None:
    (sheet,) = read_rows(row("14神奈川県中井町", Q9="#REF!")).sheets
    assert [(f.code, f.question, f.cell) for f in sheet.findings] == [("error_value", "9", "AE2")]


def test_a_table_of_something_else_is_no_list() -> None:
    rows: list[list[str | None]] = [["番号", "氏名", "電話番号", "メールアドレス", "組織名"]]
    rows += [[str(n), "見本", "045-000-0000", "a@example.jp", "14神奈川県中井町"] for n in range(30)]
    read = reading(saved(book(("名簿", rows))))
    assert (read.kind, [f.code for f in read.findings]) == ("other", ["not_a_form"])


def test_a_municipality_three_times_counts_once_and_differs_once() -> None:
    name = "14神奈川県中井町"
    read = read_rows(row(name), row(name, Q3="②"), row(name))
    assert [(s.row, codes(s)) for s in read.sheets] == [
        (2, ["row_twice_differs", "row_twice"]),
        (3, ["row_twice_differs", "should_be_blank", "should_be_blank"]),
    ]


@pytest.mark.parametrize("heading", [True, False])
def test_the_longest_list_is_read_whole(heading: bool) -> None:
    """北海道: 176 municipalities, 別添２ with 40 columns each."""
    bodies = [b for b in the_roster() if b.prefecture == "北海道" and b.kind in ("city", "town", "village")]
    rows = [row("01" + body.full_name, HEADINGS_2) for body in bodies]
    data = saved(book(("一覧表", [HEADINGS_2, *rows] if heading else rows)))
    read = reading(data)
    assert len(read.sheets) == len(bodies) == 176
    assert [codes(sheet) for sheet in read.sheets if sheet.findings] == []
    assert read.personal == ()  # contacts of offices are no list of residents
