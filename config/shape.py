"""What every value read from a survey's files is made of, and the words that all of them share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict

BodyKind = Literal["prefecture", "designated", "core", "ward", "city", "town", "village"]
RosterKind = str  # one of those, or a word of the survey's own roster
Severity = Literal["error", "warning", "note"]
Reasons = Iterator[tuple[str, str]]  # (key in the file, reason): what is wrong with a value whose shape is right


class Shape(BaseModel):
    """A frozen value read from a survey's TOML files; an unknown key is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy with other values, without what was worked out from the old ones (cached properties)."""
        copy = super().model_copy(update=update, deep=deep)
        for name in copy.__dict__.keys() - type(copy).model_fields.keys():
            del copy.__dict__[name]
        return copy
