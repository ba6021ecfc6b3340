"""A text beside the form's cells is never called missing: it is told where it stands."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl.comments import Comment
from openpyxl.worksheet.cell_range import CellRange
from openpyxl.worksheet.worksheet import Worksheet

from config.load import default_survey, load_survey
from config.roster import load_roster
from intake.answers import AttachedFile, read_file
from replies.wording import load_wording
from replies.workbooks.form import fill
from routing.offline import as_by_mail
from routing.register import Register, build_register
from tests.workbooks.forms_at_hand import COMPLETE, COMPLETE_2, edited, filled, reading, the_sheet

TEXT = "文字を統一してから照合し、二人で確認している。"
Edit = Callable[[Worksheet], None]


def write(cell: str, text: str = TEXT) -> Edit:
    return lambda sheet: setattr(sheet[cell], "value", text)


def comment(cell: str, text: str = TEXT) -> Edit:
    return lambda sheet: setattr(sheet[cell], "comment", Comment(text, "横浜市"))


PLACES = [
    (write("B42"), "B42"),
    (write("H33"), ""),  # behind its cell it is the answer
    (write("C60"), "C60"),
    (comment("F33"), "コメント"),
    (comment("E32"), "コメント"),
]


@pytest.mark.parametrize(("edit", "place"), PLACES)
def test_a_text_that_a_person_sees_is_found_or_told_where_it_stands(edit: Edit, place: str) -> None:
    sheet = the_sheet(edited(filled({"8-1": 1, "8-1-text": None}), edit))
    told = [(f.code, f.cell, f.found) for f in sheet.findings]
    assert told == ([("text_elsewhere", "F33", place)] if place else [])


@pytest.mark.parametrize("key", ["b", "c"])
def test_so_it_is_on_the_other_form(key: str) -> None:
    sheet = the_sheet(edited(filled({key: 5, f"{key}-text": None}, COMPLETE_2, "form2"), write("B60")))
    assert [(f.code, f.question, f.found) for f in sheet.findings] == [("text_elsewhere", key, "B60")]


@pytest.mark.parametrize("text", ["担当：内線1234", "以上", "1", "2023-07-18", "○○"])
def test_what_is_too_short_for_an_answer_is_none(text: str) -> None:
    sheet = the_sheet(edited(filled({"8-1": 1, "8-1-text": None}), write("B42", text)))
    assert [f.code for f in sheet.findings] == ["text_missing"]


def test_where_nothing_is_missing_a_remark_is_nobodys_business() -> None:
    assert the_sheet(edited(filled({}), write("B42"))).findings == the_sheet(filled({})).findings


# (what is left out, comment, on which cell) → (question, cell of the comment); None: called missing as before
COMMENTED = [
    ({"3": None}, "①", "E19", ("3", "コメント（E19）")),
    ({"3": None}, "横浜市:\n②　求めていない。", "E19", ("3", "コメント（E19）")),
    ({"3": None}, "① 求めている。", "C19", ("3", "コメント（C19）")),
    ({"6": None}, "〇", "F22", ("6", "コメント（F22）")),
    ({"6": None}, "見本:\n○", "E23", ("6", "コメント（E23）")),
    ({"7-4": None}, "レ", "F28", ("7-4", "コメント（F28）")),
    ({"2": 3, "2-text": None}, "令和６年３月", "F18", ("2", "コメント（F18）")),
    ({"2": 3, "2-text": None}, "R5.9", "E17", ("2", "コメント（E17）")),
    ({"3": None}, "要確認", "E19", None),
    ({"3": None}, "①", "E20", None),  # on another question's row
    ({"3": None}, "①又は②", "E19", None),
    ({"6": None}, "ここに〇を付けるかは確認中", "F22", None),
]


@pytest.mark.parametrize(("left", "text", "cell", "told"), COMMENTED)
def test_an_answer_in_a_comment_is_told_where_it_hangs(
    left: dict[str, int | None], text: str, cell: str, told: tuple[str, str] | None
) -> None:
    found = the_sheet(edited(filled(left), comment(cell, text))).findings
    named = [(f.question, f.found) for f in found if f.code == "answer_elsewhere"]
    assert named == ([told] if told else [])
    assert len(found) == 1 and (found[0].code == "answer_elsewhere") == bool(told)


def merge(area: str, text: str) -> Edit:
    def edit(sheet: Worksheet) -> None:
        for merged in [m for m in sheet.merged_cells.ranges if not m.isdisjoint(CellRange(area))]:
            sheet.unmerge_cells(str(merged))
        sheet.merge_cells(area)
        sheet[area.partition(":")[0]].value = text

    return edit


def test_an_answer_merged_over_two_questions_is_called_missing_at_neither() -> None:
    found = the_sheet(edited(filled({"3": None, "4": None}), merge("E19:G20", "①"))).findings
    assert [(f.code, f.question, f.cell, f.found) for f in found] == [
        ("answer_elsewhere", "4", "E20", "結合されたセル（E19）")
    ]
    other = the_sheet(edited(filled({"3": None, "4": None}), merge("E19:G20", "要確認"))).findings
    assert [f.code for f in other] == ["answer_not_a_choice"]  # of what steers the others


Q3 = "各種申請において申請者よりマイナンバーの記載又は提示を求めているか。"


@pytest.mark.parametrize(
    ("text", "taken"),
    [(f"{Q3} ①", "1"), (f"{Q3}\n② 求めていない。", "2"), (f"{Q3}→1", "1"), (f"②　{Q3}", "2"), (f"{Q3}（①又は②）", ""),
     (f"{Q3}※①の場合のみ", ""), (f"{Q3} ①～②から選択", "")],
)  # fmt: skip
def test_a_choice_behind_the_question_itself_is_read_or_left(text: str, taken: str) -> None:
    sheet = the_sheet(edited(filled({"3": None}), merge("C19:G19", text)))
    assert [a.understood for a in sheet.answers if a.question == "3"] == [taken]


def test_so_it_is_in_a_threaded_comment() -> None:
    """As Office 365 writes them: a part of its own beside the old kind ([MS-XLSX] 2.6.204)."""
    kind = "http://schemas.microsoft.com/office/2018/threadedcomments"
    one = '<threadedComment ref="E19"><text>②</text></threadedComment>'
    part = f'<ThreadedComments xmlns="{kind}">{one}</ThreadedComments>'
    data = edited(filled({"3": None}), comment("E19", "[スレッド コメント]"))
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            if name.startswith("xl/worksheets/_rels/"):
                target = "http://schemas.microsoft.com/office/2017/10/relationships/threadedComment"
                more = f'<Relationship Id="rId99" Type="{target}" Target="../threadedComments/threadedComment1.xml"/>'
                end = b"</Relationships>"
                text = text.replace(end, more.encode() + end) if b"comments" in text else text
            new.writestr(name, text)
        new.writestr("xl/threadedComments/threadedComment1.xml", part)
    assert [(f.code, f.found) for f in the_sheet(made.getvalue()).findings] == [("answer_elsewhere", "コメント（E19）")]


def test_a_comment_beside_an_answer_is_nobodys_business() -> None:
    for cell, text in (("E19", "②"), ("F22", "〇"), ("E36", "②")):
        assert the_sheet(edited(filled({}), comment(cell, text))).findings == the_sheet(filled({})).findings


def apart(cell: str, text: str) -> Edit:
    """Written into a cell that the form has merged with others, once they are taken apart."""

    def edit(sheet: Worksheet) -> None:
        for area in [m for m in sheet.merged_cells.ranges if cell in m and m.start_cell.coordinate != cell]:
            sheet.unmerge_cells(str(area))
        sheet[cell].value = text

    return edit


# (field left blank, where else it stands) → the place that is named; None: called missing as before
BESIDE_FIELDS = [
    ("department", write("G6", "健康福祉局"), "D6", "G6"),
    ("department", write("B6", "担当部署名：健康福祉局"), "D6", "B6"),
    ("contact", write("B9", "連絡先氏名：鈴木花子"), "D9", "B9"),
    ("telephone", comment("D10", "045-671-2454"), "D10", "コメント（D10）"),
    ("email", comment("B11", "横浜市:\nkenko@city.example.lg.jp"), "D11", "コメント（B11）"),
    ("organisation", comment("D5", "14神奈川県横浜市"), "D5", "コメント（D5）"),
    ("telephone", write("G10", "要確認"), "D10", None),
    ("email", comment("D11", "半角で入力すること"), "D11", None),
    ("department", write("D6", "0"), "D6", None),
]


@pytest.mark.parametrize(("key", "edit", "cell", "place"), BESIDE_FIELDS)
def test_a_field_that_is_filled_in_elsewhere_is_told_where(key: str, edit: Edit, cell: str, place: str | None) -> None:
    found = the_sheet(edited(filled({key: None}), edit)).findings
    told = [(f.code, f.cell, f.found) for f in found if f.code != "label_edited"]
    assert told == [("answer_elsewhere", cell, place) if place else ("field_missing", cell, "")]
    assert all("鈴木" not in f.found for f in found)
    assert the_sheet(edited(filled({}), edit)).findings == () or key in ("department", "contact")


@pytest.mark.parametrize(
    ("left", "edit", "told"),
    [
        ({"3": None}, apart("B19", "①"), ("3", "B19")),
        ({"6": None}, apart("D22", "○"), ("6", "D22")),
    ],
)
def test_an_answer_in_a_cell_before_the_question_is_told_where(
    left: dict[str, int | None], edit: Edit, told: tuple[str, str]
) -> None:
    found = the_sheet(edited(filled(left), edit)).findings
    assert [(f.code, f.question, f.found) for f in found] == [("answer_elsewhere", *told)]


@pytest.mark.parametrize("second", ["②", "② 求めていない。", "求めていない", "（２）"])
@pytest.mark.parametrize("cell", ["D19", "F19", "H19"])
def test_two_choices_in_one_row_are_asked_about(cell: str, second: str) -> None:
    sheet = the_sheet(edited(filled({"3": 1}), apart(cell, second)))
    assert [(f.code, f.cell) for f in sheet.findings] == [("answer_not_a_choice", "E19")]
    assert "①「求めている。」、②「求めていない。" in sheet.findings[0].expected


@pytest.mark.parametrize("beside", ["①", "2", "2件", "前回②", "別紙②", "確認済", "② ？"])
def test_what_is_no_second_choice_is_nobodys_business(beside: str) -> None:
    assert the_sheet(edited(filled({"3": 1}), apart("H19", beside))).findings == ()


@pytest.fixture(scope="module")
def register() -> Register:
    return build_register(default_survey())


@pytest.mark.parametrize(("edit", "place"), [(write("B42"), "B42"), (comment("E36"), "コメント")])
def test_an_outline_outside_the_cells_is_not_asked_for_again(edit: Edit, place: str, register: Register) -> None:
    """Of a mistake that was made (Q10 ②–④) operators hear in any case."""
    data = edited(filled({"program": "難病", "10": 3}, COMPLETE), edit)
    told = [(f.code, f.severity, f.found) for f in as_by_mail(reading(data), register)]
    assert told == [("text_elsewhere", "warning", place)]
    assert the_sheet(data).alerts == ("10",)
    plain = as_by_mail(reading(filled({"program": "難病", "10": 3}, COMPLETE)), register)
    assert [(f.code, f.severity) for f in plain] == [("outline_missing", "error")]


def test_the_words_deny_nothing() -> None:
    said = load_wording().finding["text_elsewhere"]
    assert "見当たり" not in said.sentence and "ございます" in said.sentence


def test_the_number_of_a_question_is_no_answer_to_it() -> None:
    """「－３」, the printed 枝番 of a question that asks for a number, reads as -3."""
    hokago = load_survey(Path(__file__).parents[1] / "fixtures" / "surveys" / "hokago")
    (form,) = hokago.forms
    assert form.question("4-r").sub == "－３"
    data = fill(form, hokago, {"organisation": "14神奈川県横浜市", "1": "3", "2": 1})
    (sheet,) = read_file(AttachedFile("a.xlsx", data), hokago, load_roster()).sheets
    assert {f.code for f in sheet.findings if f.question == "4-r"} == {"number_missing"}
