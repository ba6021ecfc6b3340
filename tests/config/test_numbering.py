"""How a survey calls its questions, and what an official may type for one."""

from __future__ import annotations

import pytest

from config.load import default_survey, load_survey
from config.numbering import key_in, question_name
from intake.finding import Finding
from intake.sheets.columns import list_columns
from replies.points import label_of
from replies.wording import load_wording
from routing.operate.wishes import amendments
from routing.who import Refused
from tests.config.surveys_at_hand import Break

FORM = "form1.toml"


@pytest.mark.parametrize(
    ("numbering", "key", "name"),
    [
        ("Q{key}", "7-2", "Q7-2"),
        ("問{key}", "7-2", "問7-2"),
        ("問{wide_key}", "7-2", "問７－２"),
        ("({key})", "10", "(10)"),
        ("問{wide_key}", "3.jidokan.koei", "問３"),
        ("問{wide_key}", "a", "項番a"),
    ],
)
def test_a_question_is_called_as_the_survey_says(numbering: str, key: str, name: str) -> None:
    assert question_name(key, numbering) == name


@pytest.mark.parametrize(
    ("typed", "numbering", "key"),
    [
        ("問７－２", "問{wide_key}", "7-2"),
        ("問7-2", "問{wide_key}", "7-2"),
        ("問７ー２", "問{key}", "7-2"),
        (" 問 7‐2 ", "問{key}", "7-2"),
        ("Ｑ７－２", "問{key}", "7-2"),
        ("q7-2", "Q{key}", "7-2"),
        ("項番7-2", "Q{key}", "7-2"),
        ("（１０）", "({key})", "10"),
        ("第３問", "第{key}問", "3"),
        ("Q3.jidokan.koei", "問{key}", "3.jidokan.koei"),
        ("7-2", "{key}", "7-2"),
        ("7-2", "Q{key}", None),
        ("質問7", "Q{key}", None),
    ],
)
def test_what_an_official_types_is_understood_in_any_width(typed: str, numbering: str, key: str | None) -> None:
    assert key_in(typed, numbering) == key


@pytest.mark.parametrize(
    ("numbering", "reason"),
    [
        ("問", "{key}（全角なら {wide_key}）を一度書いてください（例：問{wide_key}）。"),
        ("{key}{wide_key}", "{key}（全角なら {wide_key}）を一度書いてください（例：問{wide_key}）。"),
        ("{key}の{other}", "「{」は使えません。"),
        ("問{key}*", "「*」は使えません。"),
        ("問1-{key}", "「1」は使えません。"),
        (" 問{key}", "前後に空白のない、20文字までの一行にしてください。"),
    ],
)
def test_what_is_no_numbering_is_told(broken: Break, numbering: str, reason: str) -> None:
    mistakes = broken({FORM: [('version = "1"\n', f'version = "1"\nnumbering = "{numbering}"\n')]})
    assert [str(mistake) for mistake in mistakes] == [f"form1.toml 3行目: numbering: {reason}"]


def test_letters_lists_and_screens_call_it_so() -> None:
    """The survey with its name says 問７－４ in the heading of its list, in a letter, on the screen and in an export."""
    survey = load_survey(default_survey())
    forms = tuple(form.changed({"numbering": "問{wide_key}"}) for form in survey.forms)
    own = survey.changed({"forms": forms})
    headings = [column.heading for column in list_columns(forms[0])]
    assert "問７－３" in headings
    assert not any(heading.startswith("Q") for heading in headings)
    missing = Finding("answer_missing", "error", "様式", "E24", "7-4")
    assert label_of(missing, own).startswith("問７－４（問７－３で")
    assert load_wording().of(own).message(missing).startswith("問７－４：")
    assert load_wording().of(survey).message(missing).startswith("Q7-4：")
    assert amendments(["問７－４＝②"], own.numbering) == {"7-4": "②"}
    with pytest.raises(Refused, match="問５=②"):
        amendments(["7-4=②"], own.numbering)
