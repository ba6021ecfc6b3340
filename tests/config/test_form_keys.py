"""Mistakes in the data of a form's head and grid, each told with its key."""

from __future__ import annotations

from typing import Any

import pytest

from config.check_form import check_form
from config.form import Field, Form
from config.load import default_survey, load_survey
from config.shape import keys_of

FORM = load_survey(default_survey()).form("form1")


def with_field(kind: str, **changes: Any) -> Form:
    """The form with one of its fields changed: the first one of this kind."""
    place = next(n for n, field in enumerate(FORM.fields) if field.kind.kind == kind)
    field = FORM.fields[place]
    own = {key: value for key, value in changes.items() if key in keys_of(type(field.kind))}
    changes = {key: value for key, value in changes.items() if key not in own}
    changed: Field = field.changed({**changes, "kind": field.kind.changed(own)})
    return FORM.changed({"fields": (*FORM.fields[:place], changed, *FORM.fields[place + 1 :])})


def with_grid(**changes: Any) -> Form:
    assert FORM.grid
    return FORM.changed({"grid": FORM.grid.changed(changes)})


def test_the_surveys_own_forms_have_no_mistake() -> None:
    assert check_form(FORM, "form1.toml") == ()


@pytest.mark.parametrize(
    ("form", "key"),
    [
        (with_field("position", fitting=("課長", "係長"), below=("係長",)), "fields.6.below"),
        (with_field("organisation", key="body"), "fields.4.key"),
        (with_grid(label="2"), "grid.label"),
        (with_grid(answer="e"), "grid.answer"),
        (with_grid(first_question=5), "grid.first_question"),
        (with_grid(first_field=0), "grid.first_question"),
    ],
)
def test_a_mistake_is_told_with_its_key(form: Form, key: str) -> None:
    assert [mistake.key for mistake in check_form(form, "form1.toml")] == [key]


def test_a_form_without_a_grid_is_a_form() -> None:
    assert check_form(FORM.changed({"grid": None}), "form1.toml") == ()
