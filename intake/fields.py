"""What the values of 回答者情報 mean: a choice of a list, a program, screenings, a body and its kind.

Looks values up and never corrects them; what fits nothing, or more than one thing, is empty or None.
"""

from __future__ import annotations

import re

from config.roster import Match
from config.survey import Attribute, BodyKind, Field, Survey
from intake.asked import Kinds
from intake.filled import Filled
from intake.spellings import is_blank, label_key
from intake.submission import ABSENT, NameMatch

_SEPARATORS = re.compile(r"[、,，・／/;；\n\u3000]|\s{2,}")
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


def find_attributes(value: str, attributes: tuple[Attribute, ...]) -> tuple[int, ...] | None:
    """The numbers of the screenings that 属性 lists (「３ 胃がん検診、６ 肝炎ウイルス検診」), each named by
    number, name or both; None if any part names none, or number and name disagree."""
    numbers: set[int] = set()
    for part in filter(None, map(str.strip, _SEPARATORS.split(value))):
        fitting = {a.number for a in attributes if _names(part, a)}
        if len(fitting) != 1:
            return None
        numbers |= fitting
    return tuple(sorted(numbers))


def _names(part: str, attribute: Attribute) -> bool:
    key = label_key(part)
    number = str(attribute.number)
    names = tuple(map(label_key, (attribute.name, *attribute.aliases)))
    return key == number or key in names or key in tuple(number + name for name in names)


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
