"""The JSON Schema (2020-12) of a survey's files, for an editor: made of the types that `config.toml_values` reads by."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from msgspec import NODEFAULT, Meta, to_builtins

from config.kinds.kind import Kind
from config.shape import Shape, keys_of
from config.toml_values import tag_of

_PLAIN: Mapping[Any, Mapping[str, str]] = {
    str: {"type": "string"}, bool: {"type": "boolean"}, int: {"type": "integer"}, float: {"type": "number"},
    Decimal: {"type": "number"}, datetime: {"type": "string", "format": "date-time"},
    date: {"type": "string", "format": "date"}, time: {"type": "string", "format": "time"},
}  # fmt: skip
_LIMITS = {"ge": "minimum", "le": "maximum", "pattern": "pattern"}
_LENGTHS = {"string": "Length", "array": "Items", "object": "Properties"}


def schema_of(shape: type[Shape]) -> dict[str, Any]:
    """The JSON Schema of the file that is read as `shape`."""
    shapes: dict[str, Any] = {}
    return _table(shape, shapes) | {"$defs": shapes}


def _table(shape: type[Shape], shapes: dict[str, Any]) -> dict[str, Any]:
    """The keys of the kind of an answer stand beside those of its ask."""
    properties: dict[str, Any] = {}
    required = [key for key, info in keys_of(shape).items() if info.required]
    for key, info in keys_of(shape).items():
        kinds = tuple(kind for kind in get_args(info.type) if isinstance(kind, type) and issubclass(kind, Kind))
        if kinds:
            required.remove(key)
            properties = _beside(kinds, shapes) | properties
        else:
            properties[key] = dict(_of(info.type, shapes))
            properties[key] |= {} if info.default is NODEFAULT else {"default": to_builtins(info.default)}
    made = {"type": "object", "description": inspect.cleandoc(shape.__doc__ or ""), "additionalProperties": False}
    return made | {"properties": properties, "required": required}


def _beside(kinds: tuple[type[Kind], ...], shapes: dict[str, Any]) -> dict[str, Any]:
    """Every key that one of these kinds has."""
    tag, by_word = tag_of(kinds)
    found: dict[str, list[Mapping[str, Any]]] = {}
    for kind in kinds:
        for key, info in keys_of(kind).items():
            ways = found.setdefault(key, [])
            ways += [way] if (way := _of(info.type, shapes)) not in ways else []
    return {key: _any_of(ways) for key, ways in found.items()} | {tag: {"enum": [*by_word]}}


def _of(annotation: Any, shapes: dict[str, Any]) -> Mapping[str, Any]:
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _limited(_of(inner[0], shapes), inner[1:])
    if origin in (Union, UnionType):
        return _any_of([_of(kind, shapes) for kind in inner if kind is not NoneType])
    if origin is Literal:
        return {"enum": list(inner)}
    if origin is tuple:
        return {"type": "array", "items": _of(inner[0], shapes)}
    if origin is dict:
        return {"type": "object", "additionalProperties": _of(inner[1], shapes)}
    if isinstance(annotation, type) and issubclass(annotation, Shape):
        return _named(annotation, shapes)
    return _PLAIN[annotation]


def _any_of(ways: list[Mapping[str, Any]]) -> Mapping[str, Any]:
    return ways[0] if len(ways) == 1 else {"anyOf": ways}


def _limited(made: Mapping[str, Any], limits: tuple[Any, ...]) -> Mapping[str, Any]:
    found = dict(made)
    for limit in (limit for limit in limits if isinstance(limit, Meta)):
        words = _LIMITS | {f"{end}_length": end + _LENGTHS.get(found.get("type", ""), "") for end in ("min", "max")}
        found |= {word: getattr(limit, name) for name, word in words.items() if getattr(limit, name) is not None}
    return found


def _named(shape: type[Shape], shapes: dict[str, Any]) -> Mapping[str, Any]:
    if shape.__name__ not in shapes:
        shapes[shape.__name__] = {}  # it may hold itself
        shapes[shape.__name__] = _table(shape, shapes)
    table = {"$ref": f"#/$defs/{shape.__name__}"}
    return {"anyOf": [{"type": "string"}, table]} if shape.short else table
