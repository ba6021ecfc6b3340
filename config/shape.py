"""What every value read from a TOML file is made of (`config.toml_values` reads it), and the words that surveys share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, ClassVar, Literal, Self, dataclass_transform

from msgspec import Struct, StructMeta, field
from msgspec.structs import FieldInfo, fields, replace

BodyKind = Literal["prefecture", "designated", "core", "ward", "city", "town", "village"]
RosterKind = str  # one of those, or a word of the survey's own roster
Severity = Literal["error", "warning", "note"]
Reasons = Iterator[tuple[str, str]]  # (key in the file, reason): what is wrong with a value whose shape is right

_UNCHANGED: Mapping[str, Any] = {}


class _ByName(StructMeta):
    """The metaclass of shapes: every field is given by its name, so that one with a default may stand before one
    without."""

    def __new__(mcs, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **options: Any) -> _ByName:
        return super().__new__(mcs, name, bases, namespace, **{"kw_only": True, "frozen": True, "dict": True, **options})


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(field,))
class Shape(Struct, metaclass=_ByName, frozen=True):
    """A frozen value read from a file, where an unknown key is a mistake. A field whose name begins with _ stands in no
    file. What was made by hand is as it was given: only what is read is held against the types."""

    short: ClassVar[bool] = False  # whether a text alone may stand for it in a file

    @classmethod
    def prepared(cls, data: Any) -> Any:
        """What a file says, in the one way that the fields know. Raises ValueError with the reason in Japanese."""
        return data

    def settled(self) -> Self:
        """The value once all of its fields are right. Raises ValueError with the reason why they do not fit each other."""
        return self

    def changed(self, values: Mapping[str, Any] = _UNCHANGED) -> Self:
        """A copy with other values, without what was worked out from the old ones (cached properties)."""
        return replace(self, **values)


@cache
def keys_of(shape: type[Shape]) -> Mapping[str, FieldInfo]:
    """The keys that a shape has in a file."""
    return {info.encode_name: info for info in fields(shape) if not info.name.startswith("_")}
