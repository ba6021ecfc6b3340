"""How 組織名 was written beside what the sheet may ask for: code of the prefecture, its name, the name of
the body, without spaces and without 郡 (14神奈川県相模原市).

Compares a spelling with a body that the roster has already found; never looks one up and corrects nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from config.kinds.kind import Around, Examples, Fault, Kind
from config.patterns import pattern
from config.roster import Body
from config.spelling import fold

_CODED = pattern(r"(\d*)(.*)", re.DOTALL)
_WARD = pattern(r".+区")


class OrganisationKind(Kind):
    """組織名. `coded`: the form asks for the code and the name of the prefecture in front of a local government's name;
    else any spelling that tells one body is as good. `sample`: the example that the form shows, left in by mistake."""

    kind: Literal["organisation"] = "organisation"
    coded: bool = False
    sample: str = ""

    def faults(self, value: str, around: Around) -> Iterator[Fault]:
        """What is wrong unless it is one body of the roster, written as the sheet's hint asks; each deviation is told
        with the spelling that is wanted."""
        match = around.match
        if match and match.status == "found":
            found = deviations(value, match.bodies[0]) if self.coded else ()
            yield from (Fault(code, self.spelling(match.bodies[0])) for code in found)
        elif match:
            unknown = match.status == "unknown"
            names = "、".join(map(self.spelling, match.near if unknown else match.bodies))
            yield Fault("body_unknown" if unknown else "body_ambiguous", f"もしかして：{names}" if names else "")

    def spelling(self, body: Body) -> str:
        """A body's name as the form wants it."""
        return prescribed(body) if self.coded else body.full_name

    def is_sample(self, value: str) -> bool:
        """Whether the form's own example was left in."""
        return bool(self.sample) and fold(value) == fold(self.sample)

    def examples(self) -> Examples:
        return Examples((("14神奈川県相模原市", "14神奈川県相模原市"),))


def prescribed(body: Body) -> str:
    """The body's name with the code of its prefecture: 14神奈川県相模原市, 14神奈川県."""
    return body.lgcode[:2] + body.full_name if body.local else body.full_name


def deviations(value: str, body: Body) -> tuple[str, ...]:
    """The finding codes for what is not as prescribed in `value`, which the roster understood as `body`."""
    if not body.local:
        return ()
    found = tuple(_deviations(value, body))
    if not found and fold(value) != fold(prescribed(body)):
        return ("organisation_form",)
    return found


def _deviations(value: str, body: Body) -> Iterator[str]:
    code, name = _split(value)
    if not name:
        return  # a code alone
    if re.search(r"\s", value.strip()):
        yield "organisation_spaces"
    if wrong := _code_deviation(code, body):
        yield wrong
    if body.kind != "prefecture" and fold(body.prefecture) not in name:
        yield "organisation_prefecture_missing"
    if body.county and fold(body.county) in name:
        yield "organisation_county"
    if body.kind == "designated" and _WARD.fullmatch(name.partition(fold(body.name))[2]):
        yield "organisation_ward"


def _split(value: str) -> tuple[str, str]:
    hit = _CODED.fullmatch(fold(value))
    return (hit[1], hit[2]) if hit else ("", fold(value))


def _code_deviation(code: str, body: Body) -> str:
    """Two digits are asked for; six (or five: without check digit or leading zero) and one are understood."""
    if not code:
        return "organisation_code_missing"
    if code == body.lgcode[:2]:
        return ""
    understood = (body.lgcode, body.lgcode[:5], body.lgcode.lstrip("0"), body.lgcode[:2].lstrip("0"))
    return "organisation_code_digits" if code in understood else "organisation_code_disagrees"
