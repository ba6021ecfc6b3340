"""組織名 in the form that the sheet's hint asks for: 「都道府県コード・都道府県名・市区町村名を空白を入れず入力。
郡名は省略。（例：14神奈川県相模原市）」. Codes of bodies are 総務省's."""

from __future__ import annotations

import pytest

from config.roster import Body
from intake.finding import Finding
from intake.organisation import deviations, prescribed
from intake.submission import Claim, NameMatch
from tests.workbooks.forms_at_hand import COMPLETE, filled, form, only, reading, the_roster, the_sheet

AS_PRESCRIBED = [
    "14神奈川県横浜市",
    "１４神奈川県横浜市",  # the hint says nothing about widths
    "14神奈川県",
    "01北海道",
    "01北海道泊村",
    "14神奈川県中井町",
    "27大阪府高槻市",
    "27大阪府髙槻市",  # the same character to most people
    "13東京都府中市",
]


def body_of(value: str) -> Body:
    match = the_roster().find(value)
    assert match.status in ("found", "ambiguous"), match
    return match.bodies[0]


@pytest.mark.parametrize("value", AS_PRESCRIBED)
def test_a_name_as_prescribed_deviates_in_nothing(value: str) -> None:
    assert deviations(value, body_of(value)) == ()


DEVIATING = [
    ("神奈川県横浜市", ["code_missing"], "14神奈川県横浜市"),
    ("横浜市", ["code_missing", "prefecture_missing"], "14神奈川県横浜市"),
    ("14横浜市", ["prefecture_missing"], "14神奈川県横浜市"),
    ("141003神奈川県横浜市", ["code_digits"], "14神奈川県横浜市"),
    ("14100神奈川県横浜市", ["code_digits"], "14神奈川県横浜市"),
    ("1北海道泊村", ["code_digits"], "01北海道泊村"),  # Excel dropped the zero
    ("13神奈川県横浜市", ["code_disagrees"], "14神奈川県横浜市"),
    ("142018神奈川県横浜市", ["code_disagrees"], "14神奈川県横浜市"),  # 横須賀市's
    ("14神奈川県　横浜市", ["spaces"], "14神奈川県横浜市"),
    ("14 神奈川県横浜市", ["spaces"], "14神奈川県横浜市"),
    ("14神奈川県\n横浜市", ["spaces"], "14神奈川県横浜市"),
    ("14神奈川県足柄上郡中井町", ["county"], "14神奈川県中井町"),
    ("足柄上郡 中井町", ["spaces", "code_missing", "prefecture_missing", "county"], "14神奈川県中井町"),
    ("14神奈川県横浜市鶴見区", ["ward"], "14神奈川県横浜市"),
    ("横浜市鶴見区", ["code_missing", "prefecture_missing", "ward"], "14神奈川県横浜市"),
    ("14神奈川県横浜市役所", ["form"], "14神奈川県横浜市"),
    ("神奈川県", ["code_missing"], "14神奈川県"),
    ("141003", ["form"], "14神奈川県横浜市"),
]


@pytest.mark.parametrize(("value", "codes", "wanted"), DEVIATING)
def test_each_deviation_is_told_with_the_spelling_that_is_wanted(
    value: str, codes: list[str], wanted: str
) -> None:
    body = body_of(value)
    assert deviations(value, body) == tuple(f"organisation_{code}" for code in codes)
    assert prescribed(body) == wanted


def test_a_special_ward_is_a_body_and_no_part_of_a_city() -> None:
    assert deviations("13東京都港区", body_of("13東京都港区")) == ()


def test_on_a_sheet_deviations_are_friendly_lines_at_the_cell() -> None:
    sheet = the_sheet(filled({"organisation": "神奈川県 横浜市"}))
    assert sheet.body.lgcode == "141003"
    assert [(f.code, f.severity, f.cell, f.found, f.expected) for f in sheet.findings] == [
        ("organisation_spaces", "warning", "D5", "神奈川県 横浜市", "14神奈川県横浜市"),
        ("organisation_code_missing", "warning", "D5", "神奈川県 横浜市", "14神奈川県横浜市"),
    ]


SAMPLE = "14神奈川県相模原市"


def _claiming(name: str) -> Claim:
    match = the_roster().find(name)
    return Claim(
        f"【{name}】", "as_asked", name, NameMatch(match.status, tuple(b.lgcode for b in match.bodies))
    )


def _sample(kind: str, claim: Claim | None = None) -> Finding:
    """What is told of a sheet whose 組織名 is the form's example (相模原市 is a designated city)."""
    data = filled({"organisation": SAMPLE, "kind": kind})
    read = reading(data) if claim is None else reading(data, claim=claim)
    (sheet,) = read.sheets
    assert [f.code for f in sheet.findings] == ["organisation_sample"]
    return only(sheet.findings, "organisation_sample")


def test_the_forms_example_is_a_note_where_nothing_contradicts_it() -> None:
    assert _sample("指定都市").severity == "note"
    assert _sample("市区町村").severity == "note"
    assert _sample("指定都市", _claiming("相模原市")).severity == "note"


def test_the_forms_example_left_in_by_somebody_else_is_an_error() -> None:
    """Told once: that 組織区分 does not fit the example's city says no more."""
    assert _sample("中核市").severity == "error"
    assert _sample("指定都市", _claiming("横須賀市")).severity == "error"


def test_a_prefecture_may_send_the_city_of_the_example() -> None:
    assert _sample("指定都市", _claiming("神奈川県")).severity == "note"


def test_the_example_is_the_hints_own() -> None:
    field = next(f for f in form().fields if f.sample)
    assert f"（例：{field.sample}）" in field.hint
    assert COMPLETE["organisation"] != field.sample
