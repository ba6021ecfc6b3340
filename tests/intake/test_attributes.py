"""属性 as people write it. The eight screenings and the example are the notice's (記４③【属性分類】【記載例】)."""

from __future__ import annotations

import pytest

from config.kinds.attributes import Attributes, read_attributes
from tests.workbooks.forms_at_hand import COMPLETE_2, filled, only, the_sheet, the_survey, told

NAMED = [
    ("３ 胃がん検診、４ 子宮頸がん検診、６ 肝炎ウイルス検診、８ 歯周疾患検診", (3, 4, 6, 8)),  # 【記載例】
    ("３ 胃がん検診、４ 子宮頸がん検診、６ 肝炎\nウイルス検診、８ 歯周疾患検診", (3, 4, 6, 8)),  # as printed
    ("３胃がん検診４子宮頸がん検診", (3, 4)),
    ("胃がん検診子宮頸がん検診", (3, 4)),
    ("胃がん検診・子宮頸がん検診", (3, 4)),
    ("胃がん検診,子宮頸がん検診", (3, 4)),
    ("胃がん検診 子宮頸がん検診", (3, 4)),
    ("３　胃がん検診\n４　子宮頸がん検診", (3, 4)),
    ("③胃がん検診、④子宮頸がん検診", (3, 4)),
    ("3.胃がん検診 4.子宮頸がん検診", (3, 4)),
    ("（３）胃がん検診", (3,)),
    ("3、4", (3, 4)),
    ("３・４・６", (3, 4, 6)),
    ("3 4 6", (3, 4, 6)),
    ("6", (6,)),
    ("１～３", (1, 2, 3)),
    ("1-3、8", (1, 2, 3, 8)),
    ("7 骨粗鬆検診", (7,)),
    ("７骨粗鬆症検診", (7,)),
    ("骨粗しょう症検診", (7,)),
    ("子宮頚がん検診", (4,)),
    ("肝炎ウィルス検診", (6,)),
    ("肺がん、乳がん及び大腸がん検診", (1, 2, 5)),
    ("８ 歯周疾患検診、３ 胃がん検診", (3, 8)),
    ("胃がん検診、胃がん検診", (3,)),
    ("①～③", (1, 2, 3)), ("①－③", (1, 2, 3)), ("1‐3", (1, 2, 3)), ("1から3", (1, 2, 3)),
    ("（４）（５）", (4, 5)), ("⑴⑷", (1, 4)), ("①＋④", (1, 4)), ("1&4", (1, 4)), ("①のみ", (1,)), ("〇①", (1,)),
    ("No.1、2番", (1, 2)), ("胃・肺・大腸", (1, 3, 5)), ("乳がん・子宮がん", (2, 4)), ("肝炎", (6,)),
    ("", ()),
    ("なし", ()),
    ("すべて共通", ()), ("全検診共通", ()), ("共通", ()), ("全て同じ", ()),
    ("－", ()),
    ("全て", ()),
    ("すべての検診", ()),
]


@pytest.mark.parametrize(("written", "numbers"), NAMED)
def test_screenings_are_read_however_they_are_written(written: str, numbers: tuple[int, ...]) -> None:
    assert read_attributes(written, the_survey().attributes) == Attributes(numbers)


UNKNOWN = [
    ("①？", (), ("①？",)), ("？", (), ("？",)), ("１、３（肺？）", (), ("１、３（肺？）",)),
    ("④（５）", (), ("④（５）",)),  # 4 and 5, or 4 with a remark?
    ("①（④）", (), ("①（④）",)), ("②～", (), ("②～",)), ("①（仮）", (), ("①（仮）",)),
    ("①（胃）", (), ("1胃",)), ("全検診（①を除く）", (1,), ("全検診", "を除く")),
    ("乳幼児健診", (), ("乳幼児健診",)), ("３～１", (), ("３～１",)), ("3-1", (), ("31",)),
    ("９ 眼科検診", (), ("9", "眼科検診")),
    ("3 胃がん検診、眼科検診", (3,), ("眼科検診",)),
    ("４ 胃がん検診", (), ("4胃がん検診",)),  # number and name disagree
    ("9", (), ("9",)),
    ("12", (), ("12",)),  # 1 and 2, or twelve?
    ("健康診査", (), ("健康診査",)),
]


@pytest.mark.parametrize(("written", "numbers", "unknown"), UNKNOWN)
def test_what_names_no_screening_is_told_as_such(
    written: str, numbers: tuple[int, ...], unknown: tuple[str, ...]
) -> None:
    assert read_attributes(written, the_survey().attributes) == Attributes(numbers, unknown)


def test_the_sheet_of_form2_carries_the_screenings() -> None:
    sheet = the_sheet(filled({"attribute": "3、6"}, COMPLETE_2, "form2"))
    assert (sheet.attributes, sheet.findings) == ((3, 6), ())


def test_an_unknown_screening_is_a_finding_of_its_own() -> None:
    sheet = the_sheet(filled({"attribute": "３胃がん検診、眼科検診"}, COMPLETE_2, "form2"))
    finding = only(sheet.findings, "attribute_unknown")
    assert (finding.severity, finding.cell, finding.found) == ("error", "D4", "眼科検診")
    assert finding.expected.startswith("1 肺がん検診、2 乳がん検診")


def test_on_form1_the_field_means_nothing() -> None:
    sheet = the_sheet(filled({"attribute": "９ 眼科検診"}))
    assert (sheet.attributes, sheet.findings) == ((), ())
    assert told(filled({"attribute": "3"})) == []
