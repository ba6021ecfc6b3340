"""A letter on a newer version says which questions differ from the one before it; values stay out of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.routing.desk_at_hand import Office, form, mail
from tests.routing.test_mail_table import with_survey
from tests.routing.test_pre_check import posted, text_of

NAME = "【横浜市】マイナンバーアンケート回答.xlsx"


@pytest.fixture
def office(office: Office) -> Office:
    with_survey(office, tells_changes=True)
    return office


def told(office: Office, body: str, sender: str = "kenko@city.yokohama.lg.jp", **values: object) -> str:
    """The letter on a version, without its line breaks."""
    office.now += timedelta(hours=1)
    sheet = {NAME: form({"program": "難病", **values})}  # type: ignore[arg-type]
    office.settle(mail(sheet, body=body, sender=sender))
    letters = posted(office)
    return "".join(text_of(letters[0])[1].split()) if letters else ""


def test_a_mended_file_is_told_by_its_questions(office: Office) -> None:
    first = told(office, "一版", **{"9": None, "5": "2"})
    assert "修正されました" not in first and "変更" not in first
    mended = told(office, "二版", **{"5": "2"})
    assert "から、Q9が修正されました。" in mended
    both = told(office, "三版", **{"telephone": "03-9999-0000", "5": "1"})
    assert "から、電話番号、Q5が修正されました。" in both and "9999" not in both


def test_the_same_answers_again_are_told_kindly(office: Office) -> None:
    told(office, "三版")
    assert "ご回答の変更はございませんでした" in told(office, "四版")


def test_a_choice_written_otherwise_is_no_change(office: Office) -> None:
    told(office, "一版", **{"5": "2"})
    assert "ご回答の変更はございませんでした" in told(office, "二版", **{"5": "②"})


def test_who_does_not_prove_to_be_the_body_learns_nothing(office: Office) -> None:
    told(office, "一版")
    assert "修正されました" not in told(office, "二版", sender="kenko@city.kawasaki.lg.jp", **{"5": "2"})


def test_unless_the_survey_says_so_nothing_is_told(office: Office) -> None:
    with_survey(office, tells_changes=False)
    told(office, "一版", **{"9": None})
    assert "修正されました" not in told(office, "二版")
