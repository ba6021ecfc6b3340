"""What the values of 回答者情報 mean: a choice of a list, a program, a body and its kind.

Looks values up and never corrects them; what fits nothing, or more than one thing, is empty or None.
"""

from __future__ import annotations

import re

from config.roster import Match
from config.survey import BodyKind, Field, Survey
from intake.sheets.filled import Filled
from intake.sheets.skip_logic import Kinds
from intake.sheets.spellings import is_blank, label_key
from intake.submission import ABSENT, NameMatch

_NUMBER = re.compile(r"[0-9０-９]*")


def find_field_choice(field: Field, value: str) -> str:
    """The choice of a field's list that `value` is, with or without a number in front; else empty."""
    key = _unnumbered(value)
    return next((choice for choice in field.choices if _unnumbered(choice) == key), "")


def find_program(value: str, survey: Survey, form: str) -> str:
    """The id of the program of this form that 制度等 names; empty if it names none."""
    key = _unnumbered(value)
    for program in survey.programs:
        if program.form == form and key in map(label_key, (program.choice, program.name, *program.names)):
            return program.id
    return ""


def _unnumbered(value: str) -> str:
    return _NUMBER.sub("", label_key(value), count=1)


def name_match(match: Match | None) -> NameMatch:
    """The roster's answer as it goes into a Submission."""
    if match is None:
        return ABSENT
    near = tuple(body.lgcode for body in match.near)
    return NameMatch(match.status, tuple(body.lgcode for body in match.bodies), near)


def possible_kinds(filled: Filled, match: Match | None) -> Kinds:
    """The kinds of body that a sheet may be about: by 組織名, else by 組織区分; empty if neither tells."""
    if match and match.bodies:
        return frozenset(body.kind for body in match.bodies)
    found: set[BodyKind] = set()
    for line in filled.fields:
        if line.field.kinds and not is_blank(line.value):
            found |= set(line.field.kinds.get(find_field_choice(line.field, line.value), ()))
    return frozenset(found)
