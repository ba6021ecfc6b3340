"""What the columns of 「一覧用」 are called: no two alike, or a list could not be read by its headings."""

from __future__ import annotations

from config.form import Form
from config.load import default_survey, load_survey
from intake.sheets.columns import list_columns

FORM = load_survey(default_survey().parent / "hinan2025").forms[0]


def with_texts(count: int) -> Form:
    """The sample survey's form, whose Q7 has so many free texts."""
    (asked,) = (q for q in FORM.questions if q.key == "7")
    texts = tuple(asked.free_texts[0].changed({"key": f"7-{n}"}) for n in range(count))
    more = asked.changed({"free_texts": texts})
    return FORM.changed({"questions": tuple(more if q.key == "7" else q for q in FORM.questions)})


def test_several_texts_beside_one_answer_are_counted() -> None:
    named = [c.heading for c in list_columns(with_texts(3)) if c.heading.startswith("Q7")]
    assert named == ["Q7", "Q7（記載欄１）", "Q7（記載欄２）", "Q7（記載欄３）"]
    assert [c.heading for c in list_columns(with_texts(1)) if c.heading.startswith("Q7")] == ["Q7", "Q7（記載欄）"]


def test_no_two_columns_are_called_alike() -> None:
    headings = [c.heading for c in list_columns(with_texts(12))]
    assert len(set(headings)) == len(headings)
