"""The blank forms: what stands where, that Excel's rules are kept, and that LibreOffice opens, recalculates
and re-saves them without changing what we read."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.workbook import Workbook

from config.form import Form
from config.load import load_survey
from replies.workbooks.form import blank, fill, layout
from tests.workbooks.forms_at_hand import COMPLETE, COMPLETE_2, filled, form, the_survey, told

BOTH = ["form1", "form2"]


def opened(data: bytes) -> Workbook:
    return load_workbook(io.BytesIO(data))


def blank_form(id: str) -> Workbook:
    return opened(blank(form(id), the_survey()))


@pytest.mark.parametrize("id", BOTH)
def test_labels_stand_where_the_notice_says(id: str) -> None:
    sheet = blank_form(id)["様式"]
    assert sheet["A1"].value == "マイナンバー情報連携関係実態調査　調査項目回答シート"
    assert [sheet[f"B{row}"].value for row in range(2, 12)] == [
        "制度等",
        "組織区分",
        "属性",  # 記４③「４行目」
        "組織名",
        "担当部署名",
        "回答責任者役職",
        "回答責任者氏名",
        "連絡先氏名",
        "電話番号",
        "メールアドレス",
    ]
    assert sheet["E2"].value == "◆リストから選択（厚労省で入力）"
    assert (sheet["A14"].value, sheet["C14"].value) == ("項番", "質問")
    assert sheet["E14"].value == "回答をリストから選択（一部自由記載）"
    assert (sheet["A15"].value, sheet["B15"].value) == ("１", "－１")
    assert sheet["E27"].value == "①漢字氏名"
    assert sheet["A36"].value == "１０"


def test_the_additional_questions_stand_on_form2_only() -> None:
    assert blank_form("form2")["様式"]["A37"].value == "ここからは自治体検診に関する追加の質問となります。"
    assert blank_form("form1")["様式"].max_row == 36


def _lists(book: Workbook) -> dict[str, list[str]]:
    """Cell → entries of its drop-down list, following references to the hidden sheet."""
    found = {}
    for validation in book["様式"].data_validations.dataValidation:
        formula = validation.formula1
        if formula.startswith('"'):
            entries = formula.strip('"').split(",")
        else:
            name, area = formula.split("!")
            cells = book[name.strip("'")][area.replace("$", "")]
            entries = [row[0].value for row in cells] if isinstance(cells, tuple) else [cells.value]
        for area in str(validation.sqref).split():
            found[area] = entries
    return found


def test_every_choice_is_in_the_drop_down_list_of_its_cell() -> None:
    lists = _lists(blank_form("form2"))
    assert lists["D2"] == ["自治体検診"]
    assert lists["D3"] == ["都道府県", "指定都市", "中核市", "市区町村"]
    assert lists["E19"] == ["① 求めている。", "② 求めていない。（Q6へ）"]
    assert [entry[0] for entry in lists["E39"]] == ["①", "②", "③", "④", "⑤"]
    assert [lists[f"F{row}"] for row in (22, 23, 27, 28, 29, 30, 31)] == [["〇"]] * 7
    answers = ["E15", "E16", "E17", "E19", "E20", "E21", "E24", "E25", "E26", "E32", "E34", "E35", "E36"]
    assert {*answers, "E38", "E39", "E41", "E43"} < lists.keys()


@pytest.mark.parametrize("id", BOTH)
def test_excels_limits_are_kept(id: str) -> None:
    """Inline lists 255 characters, formulas 8,192, row heights 409 points (Excel specifications)."""
    book = blank_form(id)
    sheet = book["様式"]
    assert all(len(v.formula1) <= 255 for v in sheet.data_validations.dataValidation)
    assert max(len(sheet[cell].value) for cell in ("D12", "E12")) < 8_192
    assert max(row.height or 0 for row in sheet.row_dimensions.values()) < 409
    assert book["リスト"].sheet_state == "hidden"


def test_only_the_cells_to_be_filled_can_be_changed() -> None:
    sheet = blank_form("form1")["様式"]
    assert sheet.protection.sheet
    assert not sheet.protection.password
    unlocked = {
        cell.coordinate for row in sheet.iter_rows() for cell in row if cell.protection.locked is False
    }
    fields = {f"D{row}" for row in range(2, 12)}
    circles = {f"F{row}" for row in (22, 23, 27, 28, 29, 30, 31)}
    texts = {"F18", "F33", "F36"}
    rows = (15, 16, 17, 19, 20, 21, 24, 25, 26, 32, 34, 35)
    answers = {f"{column}{row}" for column in "EF" for row in rows}  # merged over both columns
    assert unlocked == fields | circles | texts | answers | {"E36"}


@pytest.mark.parametrize("id", BOTH)
def test_it_prints_on_a4_portrait_one_page_wide(id: str) -> None:
    sheet = blank_form(id)["様式"]
    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "portrait")
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.print_title_rows == "$14:$14"
    assert sheet.oddFooter.center.text == "&P / &N"
    assert sheet["A1"].font.name == "ＭＳ Ｐゴシック"


def test_the_list_sheet_has_a_column_for_each_field_answer_circle_and_text() -> None:
    sheet = blank_form("form2")["一覧用"]
    headings = [cell.value for cell in sheet[1]]
    assert headings[:4] == ["制度等", "組織区分", "属性", "組織名"]
    assert headings[10:15] == ["Q1-1", "Q1-2", "Q2", "Q2（記載欄）", "Q3"]
    assert headings[17:19] == ["Q6①", "Q6②"]
    assert headings[-2:] == ["Qd", "Qd（記載欄）"]
    assert sheet["K2"].value == "=IF('様式'!E15=\"\",\"\",'様式'!E15)"
    assert sheet["S2"].value == "=IF('様式'!F23=\"\",\"\",'様式'!F23)"


def test_equal_data_gives_equal_bytes() -> None:
    assert blank(form(), the_survey()) == blank(form(), the_survey())


def test_a_key_or_choice_that_the_form_lacks_is_an_error() -> None:
    for values in ({"99": "x"}, {"2": 9}, {"7-4": (6,)}):
        with pytest.raises(KeyError):
            fill(form(), the_survey(), values)


def test_the_layout_is_the_one_printed() -> None:
    places = layout(form())
    assert [places.cell(key) for key in ("attribute", "1-1", "2-text", "7-4#5", "10", "10-text")] == [
        "D4",
        "E15",
        "F18",
        "F31",
        "E36",
        "F36",
    ]


FAULTY = {
    "department": None,
    "3": 2,
    "5": "②",
    "6": None,
    "7-4#2": "△",
    "8-1-text": None,
    "9": "未定",
    "10": 4,
    "10-text": "調査中\n８月に判明の見込み",
}


@pytest.fixture(scope="module")
def resaved(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Four forms, opened, recalculated and saved by one start of LibreOffice."""
    folder = tmp_path_factory.mktemp("office")
    forms: dict[str, bytes] = {
        "blank1": blank(form(), the_survey()),
        "complete": filled({}, COMPLETE_2, "form2"),
        "faulty": filled(FAULTY),
        "skipped": filled(
            dict.fromkeys(("6", "7-1", "7-2", "7-3", "7-4", "8-1", "8-1-text", "8-2", "9")) | {"5": 1}
        ),
    }
    for name, data in forms.items():
        (folder / f"{name}.xlsx").write_bytes(data)
    _convert(folder, [folder / f"{name}.xlsx" for name in forms])
    return {name: (folder / "out" / f"{name}.xlsx").read_bytes() for name in forms}


def _convert(folder: Path, files: list[Path]) -> None:
    profile = (folder / "profile").as_uri()
    command = ["soffice", "--headless", f"-env:UserInstallation={profile}", "--convert-to", "xlsx"]
    subprocess.run(
        [*command, "--outdir", str(folder / "out"), *map(str, files)],
        check=True,
        capture_output=True,
        timeout=120,
    )


def _values(data: bytes) -> Workbook:
    return load_workbook(io.BytesIO(data), data_only=True)


def test_libreoffice_recalculates_the_flags(resaved: dict[str, bytes]) -> None:
    flags = {
        name: (_values(data)["様式"]["D12"].value or "", _values(data)["様式"]["E12"].value or "")
        for name, data in resaved.items()
    }
    assert flags == {
        "blank1": ("情報未入力あり", "未回答あり"),
        "complete": ("", ""),
        "faulty": ("情報未入力あり", ""),
        "skipped": ("", ""),
    }


def test_libreoffice_recalculates_the_row_of_the_list(resaved: dict[str, bytes]) -> None:
    sheet = _values(resaved["complete"])["一覧用"]
    row = {heading.value: value.value for heading, value in zip(sheet[1], sheet[2], strict=True)}
    assert row["組織名"] == COMPLETE["organisation"]
    assert row["Q3"] == "① 求めている。"
    assert (row["Q7-4①"], row["Q7-4②"] or "", row["Q7-4③"]) == ("〇", "", "〇")
    assert row["Q8-1（記載欄）"] == "マニュアルあり。二人で確認する。"
    assert row["Qd"] == "① 求めていない。"
    empty = _values(resaved["blank1"])["一覧用"]
    assert all((cell.value or "") == "" for cell in empty[2])


def test_a_form_saved_by_libreoffice_gives_the_same_findings(resaved: dict[str, bytes]) -> None:
    expected = [
        ("field_missing", "", "D6"),
        ("should_be_blank", "4", "E20"),
        ("should_be_blank", "5", "E21"),
        ("marks_none", "6", "F22"),
        ("mark_unreadable", "7-4", "F28"),
        ("text_missing", "8-1", "F33"),
        ("answer_not_a_choice", "9", "E35"),
    ]
    assert told(filled(FAULTY)) == expected
    assert told(resaved["faulty"]) == expected
    assert told(resaved["complete"]) == []
    assert told(resaved["blank1"]) == [("sheet_blank", "", "")]


def test_libreoffice_keeps_the_lists_and_the_protection(resaved: dict[str, bytes]) -> None:
    book = opened(resaved["blank1"])
    assert _lists(book)["E19"] == ["① 求めている。", "② 求めていない。（Q6へ）"]
    assert book["様式"].protection.sheet


def test_a_tiny_form_of_another_survey_is_written_too() -> None:
    tiny = load_survey(Path(__file__).parent.parent / "fixtures" / "surveys" / "tiny")
    small: Form = tiny.forms[0]
    book = opened(blank(small, tiny))
    assert book.sheetnames[:2] == [small.sheet, small.list_sheet]
    assert book[small.sheet]["A1"].value == small.heading
