"""（1/3）: what says that one submission comes in several mails, and what only looks like it."""

from __future__ import annotations

import pytest

from intake.mail.set_marks import PartMark, part_mark

JULY = "Thu, 20 Jul 2023 10:15:00 +0900"
TITLE = "【神奈川県】マイナンバーアンケート回答"


@pytest.mark.parametrize(
    ("subject", "mark"),
    [
        (f"{TITLE}（1/3）", (1, 3)),
        (f"{TITLE}(2/3)", (2, 3)),
        (f"{TITLE}【3/3】", (3, 3)),
        (f"{TITLE}［１／２］", (1, 2)),
        (f"（２／３）{TITLE}", (2, 3)),
        (f"{TITLE} 1/3", (1, 3)),
        (f"{TITLE}　１／３", (1, 3)),
        (f"{TITLE}（分割1/3）", (1, 3)),
        (f"{TITLE} その2/4", (2, 4)),
        (f"{TITLE}（2/3通目）", (2, 3)),
        (f"{TITLE}（3通中の1通目）", (1, 3)),
        (f"{TITLE}（全3通の2）", (2, 3)),
        (f"{TITLE}（１通目／全３通）", (1, 3)),
        (f"{TITLE} 2通目", (2, 0)),
        (f"{TITLE}その１", (1, 0)),
        (f"{TITLE}（その二）", (2, 0)),
        (f"{TITLE} 分割１", (1, 0)),
        (f"{TITLE} (1 of 3)", (1, 3)),
        (f"{TITLE} Part 2", (2, 0)),
        (f"{TITLE}（①/③）", (1, 3)),
        (f"{TITLE}（1/10）", (1, 10)),
        (f"{TITLE}（分割7/10）", (7, 10)),
        (TITLE, None),
        (f"{TITLE}（7/21）", None),
        (f"{TITLE}(7/10)", None),  # in July, a day
        (f"{TITLE} 7/21提出", None),
        (f"{TITLE} 7/7", None),
        (f"{TITLE}（令和5/7/7）", None),
        ("Q7-1について", None),
        ("問1/2の回答", None),
        (f"{TITLE}（別添１）", None),
        (f"{TITLE}（3/2）", None),
        (f"{TITLE}（1/1）", None),
        (f"{TITLE}（0/3）", None),
        (f"{TITLE}その他", None),
        (f"{TITLE}その１つ", None),
        ("令和5年度 第1回調査", None),
        ("回答（2023/7/20）", None),
        ("24/7対応について", None),
        (f"{TITLE}（1/2の団体分）", None),
    ],
)
def test_of_a_subject(subject: str, mark: PartMark | None) -> None:
    assert part_mark(subject, [], JULY) == mark


def test_without_a_date_what_may_be_a_day_is_none() -> None:
    assert part_mark(f"{TITLE}（1/10）", []) is None
    assert part_mark(f"{TITLE}（1/3）", []) == (1, 3)


def test_file_names_speak_where_they_agree() -> None:
    assert part_mark(TITLE, [f"{TITLE}（1／3）.xlsx"], JULY) == (1, 3)
    assert part_mark(TITLE, [f"{TITLE}（1／3）.xlsx", "概要.pdf"], JULY) == (1, 3)
    assert part_mark(TITLE, [f"{TITLE}（{n}／2）.xlsx" for n in (1, 2)], JULY) is None
    assert part_mark(f"{TITLE}その1", [f"{TITLE}（1／3）.xlsx"], JULY) == (1, 3)
    assert part_mark(TITLE, [f"{TITLE}_分割2.zip"], JULY) == (2, 0)
