"""The checks of the head that depend on the form's data: 回答責任者役職 by its ending.

The sheet's hint: 「課長級以上の役職の方が回答責任者となり」.
"""

from __future__ import annotations

import pytest

from config.kinds.position import PositionKind
from tests.workbooks.forms_at_hand import filled, form, told

POSITION = next(field.kind for field in form().fields if isinstance(field.kind, PositionKind))
HIGH_ENOUGH = [
    "課長", "担当課長", "健康推進課長", "室長", "所長", "次長", "部長", "局長", "参事", "主任参事", "保健福祉部参事",
    "課　長", "主幹（課長級）", "係長（課長級）", "課長（係長事務取扱）", "課長兼係長", "副課長",
]  # fmt: skip
BELOW = [
    "課長補佐", "課長代理", "健康推進課課長補佐", "係長", "健康係長", "主任", "主任主事", "主事", "主査", "総括主査",
    "課長補佐級", "課長補佐兼係長", "係長（総括）", "係　長", "主任技師",
]  # fmt: skip
UNKNOWN = ["主幹", "班長", "グループリーダー", "課長心得", "課長　山田太郎", "主幹兼係長", "技師長", "主査監"]


@pytest.mark.parametrize("title", HIGH_ENOUGH)
def test_titles_of_that_rank_give_no_line(title: str) -> None:
    assert not POSITION.is_below(title)
    assert told(filled({"position": title})) == []


@pytest.mark.parametrize("title", BELOW)
def test_titles_below_it_give_a_friendly_line(title: str) -> None:
    assert POSITION.is_below(title)
    assert told(filled({"position": title})) == [("position_below", "", "D7")]


@pytest.mark.parametrize("title", UNKNOWN)
def test_titles_whose_rank_differs_from_place_to_place_give_none(title: str) -> None:
    assert not POSITION.is_below(title)


def test_both_forms_hold_the_same_titles() -> None:
    other = next(field.kind for field in form("form2").fields if isinstance(field.kind, PositionKind))
    assert (POSITION.fitting, POSITION.below) == (other.fitting, other.below)
    assert POSITION.wanted() in next(field.hint for field in form().fields if field.kind is POSITION)
