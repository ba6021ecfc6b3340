"""The checks of 回答者情報, the head of an answer sheet: its ten lines stand in D2 to D11."""

from __future__ import annotations

import pytest

from tests.workbooks.forms_at_hand import filled, form, only, the_sheet, told

FIELDS = [
    ("kind", "D3"),
    ("organisation", "D5"),
    ("department", "D6"),
    ("position", "D7"),
    ("responsible", "D8"),
    ("contact", "D9"),
    ("telephone", "D10"),
    ("email", "D11"),
]


@pytest.mark.parametrize(("field", "cell"), FIELDS)
def test_each_field_of_the_head_is_asked_for(field: str, cell: str) -> None:
    sheet = the_sheet(filled({field: None}))
    assert [(f.code, f.cell) for f in sheet.findings] == [("field_missing", cell)]
    assert sheet.findings[0].label == next(f.label for f in form().fields if f.key == field)


@pytest.mark.parametrize("white", ["", " ", "\u3000", "\u200b\n"])
def test_white_space_is_blank(white: str) -> None:
    assert told(filled({"department": white, "9": white})) == [
        ("field_missing", "", "D6"),
        ("answer_missing", "9", "E35"),
    ]


def test_program_and_attribute_may_be_left_to_the_ministry() -> None:
    assert told(filled({"program": None, "attribute": None})) == []


@pytest.mark.parametrize(
    ("written", "program"), [("小慢", "shoman"), ("小児慢性特定疾病", "shoman"), ("難　病", "nanbyo")]
)
def test_a_program_is_known_by_its_usual_names(written: str, program: str) -> None:
    sheet = the_sheet(filled({"program": written}))
    assert (sheet.program, sheet.findings) == (program, ())


def test_a_program_of_another_form_is_not_a_choice_of_this_one() -> None:
    sheet = the_sheet(filled({"program": "自治体検診"}))
    assert sheet.program == ""
    finding = only(sheet.findings, "field_not_a_choice")
    assert (finding.cell, finding.found, finding.expected) == ("D2", "自治体検診", "難病、小慢、予防接種")


def test_a_kind_that_the_body_cannot_have_is_told() -> None:
    finding = only(the_sheet(filled({"kind": "中核市"})).findings, "kind_disagrees")
    assert (finding.cell, finding.expected) == ("D3", "指定都市")


def test_a_body_that_the_roster_does_not_know_comes_with_near_names() -> None:
    finding = only(the_sheet(filled({"organisation": "14神奈川県横濱須賀市"})).findings, "body_unknown")
    assert finding.found == "14神奈川県横濱須賀市"
    assert finding.expected.startswith("もしかして：")
    assert "14神奈川県横須賀市" in finding.expected


def test_a_name_that_several_bodies_share_comes_with_all_of_them() -> None:
    sheet = the_sheet(filled({"organisation": "府中市", "kind": "市区町村"}))
    finding = only(sheet.findings, "body_ambiguous")
    assert finding.expected == "もしかして：13東京都府中市、34広島県府中市"
    assert (sheet.body.status, sheet.body.lgcodes) == ("ambiguous", ("132063", "342084"))
