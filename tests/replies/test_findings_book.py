"""The workbook of a long letter: nothing is lost in it, nothing in it can act, and it prints well."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from config.survey import Survey
from intake.finding import Finding
from replies.letter import Letter, RowBlock
from replies.wording import load_wording
from replies.workbooks.findings_book import findings_book
from tests.replies.letters_at_hand import the_survey
from tests.replies.lists_at_hand import in_list, long_list, on_list, row_blocks, seven_broken, with_originals
from tests.replies.office import convert, pages_of


@pytest.fixture(scope="module")
def survey() -> Survey:
    return the_survey()


def book_of(made: Letter, survey: Survey) -> bytes:
    return findings_book(made, survey, load_wording())


def sheets(made: Letter, survey: Survey) -> list[Worksheet]:
    return load_workbook(io.BytesIO(book_of(made, survey))).worksheets


def lines(sheet: Worksheet) -> list[dict[str, str | int | None]]:
    """The rows of a sheet by their headings."""
    headings, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(headings, row, strict=True)) for row in rows]  # type: ignore[arg-type]


def test_every_finding_of_every_row_is_in_it(survey: Survey) -> None:
    made = long_list(survey)
    told = lines(sheets(made, survey)[0])
    wanted = {(row.name, row.row, f.cell) for row in made.files[0].rows for f in row.findings}
    assert {(line["団体名"], line["行"], line["セル"]) for line in told} == wanted
    assert len(told) == 60 + 15 + 86  # answers missing, strange ones, friendly lines
    assert sum(line["区分"] == "修正のお願い" for line in told) == 75


def test_a_line_tells_what_to_do(survey: Survey) -> None:
    made = on_list(survey, "高知県", row_blocks("高知県", {"室戸市": (STRANGE,)}), ("室戸市",))
    assert lines(sheets(made, survey)[0]) == [
        {
            "団体コード": "392022",  # 全国地方公共団体コード
            "団体名": "室戸市",
            "制度": "予防接種",
            "区分": "修正のお願い",
            "シート": "一覧表",
            "行": 2,
            "セル": "O2",
            "設問・項目": "Q3",
            "確認した点": "リストの選択肢とは異なるご回答となっております。",
            "現在の内容": "はい",
            "お願いしたい内容": "①～②のいずれか",
            "ご対応": "リストから該当するものをお選びください。",
        }
    ]


STRANGE = in_list("answer_not_a_choice", "O2", question="3", found="はい", expected="①～②のいずれか")


def test_each_municipality_stands_in_it_with_its_result(survey: Survey) -> None:
    told = {line["団体名"]: line for line in lines(sheets(long_list(survey), survey)[1])}
    assert len(told) == 172 + 4
    assert told["小樽市"]["結果"] == "修正をお願いいたします。"
    assert told["小樽市"]["修正のお願い（件）"] == 2
    assert told["別海町"]["結果"] == "受け付けました。"
    assert told["夕張市"]["結果"] == "一覧表への記載を確認することができませんでした。"


def test_lines_are_in_the_order_of_the_codes(survey: Survey) -> None:
    codes = [line["団体コード"] for line in lines(sheets(long_list(survey), survey)[0])]
    assert codes == sorted(codes, key=str)


def test_a_difference_between_original_and_list_is_told_with_both(survey: Survey) -> None:
    told = lines(sheets(with_originals(survey), survey)[0])
    assert [line["団体名"] for line in told] == ["高知県安芸市", "高知県越知町"]
    assert {line["現在の内容"] for line in told} == {"② 確認していない。"}
    assert {line["お願いしたい内容"] for line in told} == {"一覧表の内容：① 確認している。"}


def test_what_a_letter_would_not_quote_is_not_in_it(survey: Survey) -> None:
    secret = (
        in_list("field_not_a_choice", "I2", label="電話番号", found="0887-00-0000"),
        in_list("text_unreadable", "N2", question="2", found="山田が担当します"),
        replace(in_list("check_failed", "A2"), found="Traceback"),
    )
    made = on_list(survey, "高知県", row_blocks("高知県", {"室戸市": secret}), ("室戸市",))
    first = sheets(made, survey)[0]
    text = str(lines(first))
    assert len(lines(first)) == 2
    assert [word for word in ("0887", "山田", "Traceback") if word in text] == []


@pytest.mark.parametrize("evil", ["=1+1", "+1", "-1", "@SUM(A1)", "<r>x</r></is><f>1+1</f></r>", "{=1}"])
def test_a_strangers_words_stay_words(evil: str, survey: Survey) -> None:
    finding = Finding("answer_not_a_choice", "error", "一覧表", evil, "3", found=evil, expected=evil)
    made = on_list(survey, "高知県", (RowBlock("", evil, 2, "correction", (finding,)),), ())
    for sheet in sheets(made, survey):
        texts = [cell for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)]
        assert {cell.data_type for cell in texts} == {"s"}
        assert all(cell.quotePrefix for cell in texts)
        assert sum(evil in str(cell.value) for cell in texts) >= 1


def test_the_same_letter_gives_the_same_bytes(survey: Survey) -> None:
    assert book_of(seven_broken(survey), survey) == book_of(seven_broken(survey), survey)


def test_it_can_be_filtered_scrolled_and_printed(survey: Survey) -> None:
    for sheet, last in zip(sheets(long_list(survey), survey), ("L162", "H177"), strict=True):
        assert sheet.freeze_panes == "C2"
        assert sheet.auto_filter.ref == f"A1:{last}"
        assert sheet.print_title_rows == "$1:$1"
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)  # 9: A4
        assert sheet.page_setup.fitToHeight == 0


@pytest.mark.long
def test_libreoffice_prints_it_one_page_wide(survey: Survey, tmp_path: Path) -> None:
    book = tmp_path / "book.xlsx"
    book.write_bytes(book_of(seven_broken(survey), survey))
    (pdf,) = convert(book, "pdf", tmp_path)
    pages = pages_of(pdf)
    assert len(pages) == 3  # 19 points, 36 rows
    assert all(
        "団体コード" in page and ("ご対応" in page or "備考" in page) for page in pages
    )  # none cut off
    assert "受付番号 Y-0214" in pages[0]
