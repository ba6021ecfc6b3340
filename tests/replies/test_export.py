"""The export: every value as it was, nothing in it that can act, memory that does not grow."""

from __future__ import annotations

import csv
import tracemalloc
from dataclasses import replace
from pathlib import Path

import pytest

from config.survey import Survey
from replies.workbooks.export import values_of, write_export
from replies.workbooks.export_meanings import meanings_of
from tests.replies.office import CSV, convert, pages_of
from tests.replies.rows_at_hand import COLUMNS, MADE, exported, one, opened, some_rows
from tests.workbooks.forms_at_hand import COMPLETE, filled, the_survey
from tests.workbooks.forms_at_hand import the_sheet as read_sheet


@pytest.fixture(scope="module")
def survey() -> Survey:
    return the_survey()


def test_each_form_has_its_sheet_and_the_counts_come_first(survey: Survey) -> None:
    book = opened(exported(survey, []))
    assert book.sheetnames == ["集計", "別添１", "別添２"]
    assert [book[name].max_row for name in ("別添１", "別添２")] == [1, 1]


def test_a_row_says_whose_answer_it_is_and_where_it_came_from(survey: Survey) -> None:
    row = one(survey, form="form1", program="shoman", values=("",) * COLUMNS["form1"], lgcode="142018")
    row = replace(row, prefecture="神奈川県", name="横須賀市", attribute="", late=True, amended=True)
    sheet = opened(exported(survey, [row]))["別添１"]
    head, line = sheet.iter_rows(max_col=13, values_only=True)
    assert dict(zip(head, line, strict=True)) == {
        "団体コード": "142018",
        "都道府県名": "神奈川県",
        "団体名": "横須賀市",
        "対象制度": "小慢",
        "対象の区分": None,
        "状態": "受付済み",
        "期限": "期限後",
        "職員補記": "あり",
        "受信日時": "2023-07-20 14:03:12",
        "受付番号": "Y-0000",
        "様式": "別添１",
        "様式の版": "2023-07-07",
        "読み取りの注記": None,
    }


@pytest.mark.parametrize("form", ["form1", "form2"])
def test_personal_fields_stand_in_it_only_on_request(form: str, survey: Survey) -> None:
    program = {"form1": "nanbyo", "form2": "kenshin"}[form]
    values = tuple(f"v{n}" for n in range(COLUMNS[form]))
    row = one(survey, form=form, program=program, values=values)
    title = {"form1": "別添１", "form2": "別添２"}[form]
    without = opened(exported(survey, [row]))[title]
    whole = opened(exported(survey, [row], personal=True))[title]
    personal = {"回答責任者氏名", "連絡先氏名", "電話番号", "メールアドレス"}
    heads = [{cell.value for cell in sheet[1]} for sheet in (without, whole)]
    assert heads[1] - heads[0] == personal
    assert tuple(cell.value for cell in whole[2])[13:] == values
    assert tuple(cell.value for cell in without[2])[13:] == values[:6] + values[10:]


def test_a_row_with_too_few_values_is_refused(survey: Survey) -> None:
    with pytest.raises(ValueError, match="Y-0000"):
        exported(survey, [one(survey, form="form1", program="nanbyo", values=("x",))])


def test_after_a_mistake_nothing_has_been_written(survey: Survey, tmp_path: Path) -> None:
    target = tmp_path / "export.xlsx"
    target.write_bytes(b"yesterday's")
    with pytest.raises(KeyError):
        write_export(target, [one(survey, form="form9")], survey, MADE)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"export.xlsx": b"yesterday's"}


def test_the_number_of_rows_is_told_and_the_file_replaced(survey: Survey, tmp_path: Path) -> None:
    target = tmp_path / "export.xlsx"
    target.write_bytes(b"yesterday's")
    assert write_export(target, some_rows(survey, 25), survey, MADE) == 25
    assert [path.name for path in tmp_path.iterdir()] == ["export.xlsx"]
    assert target.read_bytes().startswith(b"PK")


@pytest.mark.parametrize(
    "evil",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "http://example.org",
        "12345",
        "<r>x</r></is><f>1+1</f></r>",
        "{=1}",
    ],
)
def test_a_strangers_words_stay_words(evil: str, survey: Survey) -> None:
    values = (evil,) * COLUMNS["form1"]
    row = one(survey, form="form1", program="nanbyo", values=values, name=evil, attribute=evil)
    cells = opened(exported(survey, [row]))["別添１"][2]
    assert [cell.value for cell in cells[13:]] == [evil] * (COLUMNS["form1"] - 4)
    assert {cell.data_type for cell in cells if cell.value} == {"s"}
    assert all(cell.quotePrefix and cell.hyperlink is None for cell in cells)


def test_what_no_cell_can_hold_leaves_a_mark(survey: Survey) -> None:
    values = ("a\x01b\udc81c", "あ" * 40_000, *[""] * (COLUMNS["form1"] - 2))
    row = one(survey, form="form1", program="nanbyo", values=values)
    cells = opened(exported(survey, [row]))["別添１"][2][13:]
    assert cells[0].value == "a〓b〓c"
    assert len(cells[1].value) == 32_767  # Excel's limit
    assert cells[1].value.endswith("あ［以下略］")


def test_answers_are_worded_as_the_form_words_them(survey: Survey) -> None:
    changes = {**COMPLETE, "2": "1", "3": "②求めていない", "6": (2,), "4": None, "5": None}
    sheet = read_sheet(filled(changes))
    values = values_of(sheet, survey.form("form1"))
    assert len(values) == COLUMNS["form1"]
    assert values[3] == "14神奈川県横浜市"
    assert values[12:16] == ("① 定めている。", "", "② 求めていない。（Q6へ）", "")
    assert values[17:19] == ("", "〇")


def test_it_can_be_filtered_scrolled_and_printed(survey: Survey) -> None:
    book = opened(exported(survey, some_rows(survey, 30)))
    for sheet in (book["別添１"], book["別添２"]):
        assert sheet.freeze_panes == "D2"
        assert sheet.auto_filter.ref == f"A1:{sheet.cell(sheet.max_row, sheet.max_column).coordinate}"
        assert sheet.print_title_rows == "$1:$1"
    for sheet in book.worksheets:
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.oddHeader.right.text == "&B取扱注意"  # bold


def peak(survey: Survey, rows: int, target: Path) -> int:
    """Bytes that Python held at most while so many rows were written."""
    tracemalloc.start()
    write_export(target, some_rows(survey, rows), survey, MADE)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most


@pytest.mark.long
def test_memory_does_not_grow_with_the_rows(survey: Survey, tmp_path: Path) -> None:
    peak(survey, 10, tmp_path / "warm.xlsx")
    few, many = (peak(survey, rows, tmp_path / f"{rows}.xlsx") for rows in (300, 900))
    assert many < few + 200_000  # the values of 600 rows take two million bytes


@pytest.mark.long
def test_twenty_thousand_rows_need_no_more_memory_than_five_thousand(survey: Survey, tmp_path: Path) -> None:
    peak(survey, 10, tmp_path / "warm.xlsx")
    few, many = (peak(survey, rows, tmp_path / f"{rows}.xlsx") for rows in (5_000, 20_000))
    assert many < few + 1_000_000  # the values of 15,000 rows take fifty times that; garbage not yet collected some 0.6


@pytest.mark.long
def test_libreoffice_opens_it_and_reads_the_same_values(survey: Survey, tmp_path: Path) -> None:
    book = tmp_path / "export.xlsx"
    rows = list(some_rows(survey, 120))
    write_export(book, rows, survey, MADE, personal=True)
    read = {
        path.stem: list(csv.reader(path.open(encoding="utf-8", newline="")))
        for path in convert(book, CSV, tmp_path)
    }
    assert set(read) == {"export-集計", "export-別添１", "export-別添２"}
    for title, form in (("別添１", "form1"), ("別添２", "form2")):
        wanted = [(r.lgcode, r.receipt, *r.values) for r in rows if r.form == form]
        got = [(line[0], line[9], *line[13:]) for line in read[f"export-{title}"][1:]]
        assert got == wanted
    (pdf,) = convert(book, "pdf", tmp_path)
    pages = pages_of(pdf)
    assert len(pages) > 10
    assert [n for n, page in enumerate(pages) if "取扱注意" not in page] == []
    assert "Q10" in "".join(pages[:14])


@pytest.mark.long
def test_five_thousand_answers_open_in_libreoffice(survey: Survey, tmp_path: Path) -> None:
    book = tmp_path / "export.xlsx"
    write_export(book, some_rows(survey, 5_000), survey, MADE)
    read = {
        path.stem: list(csv.reader(path.open(encoding="utf-8", newline="")))
        for path in convert(book, CSV, tmp_path)
    }
    assert len(read["export-別添１"]) + len(read["export-別添２"]) == 5_002


def test_what_was_read_otherwise_than_typed_stands_beside_the_values() -> None:
    written = {"9": "① 2名体制で確認", "2": 3, "2-text": "令和５年度３月", "3": "① 求めている", "4": "1"}
    read = meanings_of(read_sheet(filled(written)), the_survey().form("form1"))
    assert read == "Q2 2024-03←「令和５年度３月」、Q9 ①←「① 2名体制で確認」"
    assert meanings_of(read_sheet(filled({})), the_survey().form("form1")) == ""
