"""[mails]: the one table of kinds, and what a survey that does not know it yet means by its older keys."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import get_args

import pytest

from config.errors import SurveyError
from config.load import default_survey, load_survey
from config.mails import Mails
from config.shape import keys_of
from replies.letter_kinds import TRAITS, LetterKind, NoticeKind

TINY = Path(__file__).parents[1] / "fixtures" / "surveys" / "tiny"
NEW = ("greeting", "past_deadline", "told_direct", "told_body", "thanks")


def survey_with(folder: Path, text: str, ahead: str = "") -> Path:
    """The tiny survey with some more in its file: at its end, or `ahead` of its first table."""
    made = folder / "survey"
    shutil.copytree(TINY, made)
    file = made / "survey.toml"
    head, table, rest = file.read_text("utf-8").partition("\n[severities]")
    file.write_text(f"{head}\n{ahead}\n{table}{rest}\n{text}\n", "utf-8")
    return made


def test_every_kind_of_letter_has_its_row_and_no_other_has() -> None:
    """What people write themselves is theirs to send."""
    by_people = {kind for kind, traits in TRAITS.items() if traits.by_hand}
    kinds = {*get_args(LetterKind), *get_args(NoticeKind)} - {"alert"} - by_people
    assert set(keys_of(Mails)) == {*kinds, "inquiry", "password"}


def test_what_a_survey_does_not_name_of_the_new_kinds_is_off() -> None:
    mails = load_survey(TINY).mails
    assert [mails.way(kind) for kind in NEW] == ["off"] * 5
    assert [mails.way(kind) for kind in ("acknowledgement", "correction", "reminder", "report")] == ["send"] * 4
    assert mails.way("alert") == "send"


@pytest.mark.parametrize("kind", [kind for kind, traits in TRAITS.items() if traits.to_all])
def test_what_goes_to_every_body_is_a_draft_at_most(kind: str, tmp_path: Path) -> None:
    assert load_survey(survey_with(tmp_path / "1", f'[mails]\n{kind} = "draft"')).mails.way(kind) == "draft"
    with pytest.raises(SurveyError) as wrong:
        load_survey(survey_with(tmp_path / "2", f'[mails]\n{kind} = "send"'))
    assert f"mails.{kind}: off、draft" in str(wrong.value)


def test_a_kind_that_there_is_not_is_told(tmp_path: Path) -> None:
    with pytest.raises(SurveyError, match=r"mails\.remainder"):
        load_survey(survey_with(tmp_path, '[mails]\nremainder = "off"'))


def test_the_older_keys_are_read_as_rows_and_a_row_that_is_named_counts(tmp_path: Path) -> None:
    older = "notice_of_arrival = true\ninquiry_notice = false"
    tables = '[passwords]\nnotice = true\n[trust]\nreplaced = "send"'
    mails = load_survey(survey_with(tmp_path / "1", tables, older)).mails
    assert (mails.arrival, mails.inquiry, mails.password, mails.replaced) == ("send", "off", "send", "send")
    named = load_survey(survey_with(tmp_path / "2", '[mails]\narrival = "draft"', older)).mails
    assert (named.arrival, named.inquiry) == ("draft", "off")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("quiet_after = 2024-02-09T12:00:00+09:00", "quiet_after: 提出期限（deadline）より後"),
        ("quiet_after = 2024-02-20T12:00:00", "quiet_after: 日時に +09:00"),
    ],
)
def test_the_day_of_quiet_comes_after_the_deadline(line: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(SurveyError) as wrong:
        load_survey(survey_with(tmp_path, "", line))
    assert said in str(wrong.value)


def test_a_survey_needs_no_day_for_mending() -> None:
    survey = load_survey(default_survey()).changed({"correct_by": None})
    assert survey.mended_by == survey.deadline
