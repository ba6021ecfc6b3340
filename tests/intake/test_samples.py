"""記入例, 見本 and the form's own example are nobody's answer; what names a body of its own is one."""

from __future__ import annotations

import io
from collections.abc import Mapping

import pytest
from openpyxl import load_workbook

from intake.attached import Context
from intake.read_mail import read_single_file
from intake.submission import FileReading
from replies.workbooks.collated_list import write_list
from replies.workbooks.form import FillValue
from tests.workbooks.forms_at_hand import edited, filled, reading, the_roster, the_survey

Values = Mapping[str, FillValue | None]
PRINTED: Values = {"organisation": "14神奈川県相模原市"}  # the form's own example
PLACEHOLDER: Values = {"organisation": "14神奈川県○○市", "2": 2}
NOBODY: Values = dict.fromkeys(
    [
        "kind", "organisation", "department", "position", "responsible", "contact", "telephone", "email", "1-1", "2",
        "3", "4", "5", "6", "7-1", "7-2", "7-3", "7-4", "8-1", "8-1-text", "8-2", "9", "10",
    ]
)  # fmt: skip


def book(own: Values, name: str, shown: Values) -> bytes:
    """A workbook whose 様式 holds one, and whose sheet of that name another set of values."""
    book = load_workbook(io.BytesIO(filled(own)))
    other = load_workbook(io.BytesIO(filled(shown)))["様式"]
    sheet = book.create_sheet(name)
    for row in other.iter_rows():
        for cell in row:
            if cell.value is not None:
                sheet[cell.coordinate] = cell.value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def read(data: bytes, name: str = "回答.xlsx") -> FileReading:
    return read_single_file(name, data, Context(the_survey(), the_roster()))


def told(read: FileReading) -> tuple[list[str], list[tuple[str, str]]]:
    """The bodies that answer, and what was said about samples."""
    return (
        [sheet.body.lgcode for sheet in read.sheets],
        [(f.code, f.sheet) for f in read.findings if f.code.startswith("sample")],
    )


@pytest.mark.parametrize(
    "name", ["記入例", "【記載例】", "様式（見本）", "サンプル", "ｻﾝﾌﾟﾙ", "1_回答例", "記入要領"]
)
@pytest.mark.parametrize("shown", [PRINTED, PLACEHOLDER, {"organisation": "12千葉県千葉市"}], ids="pqc")
def test_beside_a_filled_sheet_a_sample_is_left_aside(name: str, shown: Values) -> None:
    assert told(read(book({}, name, shown))) == (["141003"], [("sample_aside", name)])


def test_a_sample_that_nobody_filled_is_not_mentioned() -> None:
    assert told(read(book({}, "記入例", NOBODY))) == (["141003"], [])


@pytest.mark.parametrize("name", ["記入例", "様式（見本）"])
def test_who_overwrote_the_example_has_answered(name: str) -> None:
    """様式 is blank; the sheet that showed how to fill it in names 横浜市."""
    assert told(read(book(NOBODY, name, {}))) == (["141003"], [])
    assert told(read(edited(filled({}), lambda sheet: setattr(sheet, "title", name)))) == (["141003"], [])


@pytest.mark.parametrize("shown", [PRINTED, PLACEHOLDER], ids="pq")
def test_a_sample_alone_is_told_as_one(shown: Values) -> None:
    alone = read(edited(filled(shown), lambda sheet: setattr(sheet, "title", "記入例")))
    assert told(alone) == ([], [("sample_alone", "記入例")])
    assert alone.kind == "other"
    beside_blank = read(book(NOBODY, "記入例", shown))
    assert [f.code for sheet in beside_blank.sheets for f in sheet.findings] == ["sheet_blank"]


def test_sheets_of_other_names_are_all_answers() -> None:
    assert told(read(book({}, "様式 (2)", {"organisation": "12千葉県千葉市"}))) == (["141003", "121002"], [])


def test_the_forms_example_beside_the_answer_to_the_same() -> None:
    """相模原市 was left in on a second sheet; of another program, or from 相模原市 itself, it would be an answer."""
    same = book({"program": "難病"}, "様式 (2)", {**PRINTED, "program": "難病"})
    other = book({"program": "難病"}, "様式 (2)", {**PRINTED, "program": "小慢"})
    assert told(read(same, "【横浜市】マイナンバーアンケート回答.xlsx")) == (
        ["141003"],
        [("sample_aside", "様式 (2)")],
    )
    for name, data in {
        "【横浜市】マイナンバーアンケート回答.xlsx": other,
        "【相模原市】マイナンバーアンケート回答.xlsx": same,
        "【神奈川県】マイナンバーアンケート回答.xlsx": same,
        "回答.xlsx": same,
    }.items():
        assert told(read(data, name)) == (["141003", "141500"], [])


@pytest.mark.parametrize(
    ("name", "changes"),
    [("【横浜市】回答（記入例のとおり作成）.xlsx", {}), ("相模原市（記入例を参照）.xlsx", PRINTED)],
)
def test_a_file_name_with_such_a_word_may_be_an_answers(name: str, changes: Values) -> None:
    bodies, said = told(read(filled(changes), name))
    assert (len(bodies), said) == (1, [])


@pytest.mark.parametrize("label", ["記入例", "【記入例】", "（見本）→"])
def test_a_row_of_a_list_that_is_called_a_sample_is_none_of_its_rows(label: str) -> None:
    def row(organisation: str) -> bytes:
        return filled({"kind": "市区町村", "organisation": organisation, "program": "予防接種"})

    rows = [reading(row(f"31鳥取県{name}")).sheets[0] for name in ("○○市", "米子市", "倉吉市")]
    data = write_list(rows, the_survey().form("form1"), the_survey())

    def call(sheet) -> None:  # type: ignore[no-untyped-def]
        sheet.cell(2, sheet.max_column + 1, label)

    name = load_workbook(io.BytesIO(data)).sheetnames[0]
    found = read(edited(data, call, name), "一覧.xlsx")
    assert [sheet.body.lgcode for sheet in found.sheets] == ["312029", "312037"]
    assert len(read(data, "一覧.xlsx").sheets) == 3
