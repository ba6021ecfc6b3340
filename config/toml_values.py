"""Make values of our shapes out of what a TOML file says, and tell everything in it that is wrong, with its path.

One walk along the types, which are those of the fields: what it can read and what it says of the rest stand together. No
value is ever quoted: a settings file may hold a secret where none belongs.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from msgspec import Meta

from config.frozen import frozen
from config.patterns import pattern
from config.plain_values import PLAIN
from config.shape import Shape, keys_of

S = TypeVar("S", bound=Shape)

KeyPath = tuple[str | int, ...]  # from the top of the file to a key; items of a list count from 0

_MISSING, _UNKNOWN = "この項目がありません。", "知らない項目です（綴りをご確認ください）。"
_NO_TABLE, _NO_LIST = "表（[ … ] の見出しの下）を書いてください。", "配列 [ … ] を書いてください。"
_CONTROLS = pattern(r"[\x00-\x1f\x7f]")
_WRONG: Any = object()  # in place of a value that could not be read, and was told of


@frozen
class Wrong:
    """One thing that is wrong, and where; `missing`: a key that must be there; `unknown`: a key that does not exist."""

    path: KeyPath
    reason: str

    @property
    def missing(self) -> bool:
        return self.reason is _MISSING

    @property
    def unknown(self) -> bool:
        return self.reason is _UNKNOWN


@dataclass(frozen=True, slots=True)
class _Walk:
    """The walk along the types. `folder`: where relative paths begin."""

    folder: Path
    wrong: list[Wrong] = field(default_factory=list)

    def tell(self, path: KeyPath, reason: str) -> Any:
        self.wrong.append(Wrong(path, reason))
        return _WRONG


_ReadValue = Callable[[_Walk, Any, KeyPath], Any]  # reads a value of one type, or tells what is wrong and gives _WRONG


def read(shape: type[S], data: Any, folder: Path = Path()) -> tuple[S | None, tuple[Wrong, ...]]:
    """`data` as `shape`, or None and everything that is wrong. Paths are those of a file in `folder`."""
    walk = _Walk(folder)
    value = _how(shape)(walk, data, ())
    return (None if value is _WRONG else value), tuple(walk.wrong)


def made(shape: type[S], data: Mapping[str, Any]) -> S:
    """`data`, which is our own, as `shape`. Raises ValueError with the first thing that is wrong."""
    value, wrong = read(shape, data)
    if value is None:
        raise ValueError(f"{shape.__name__}: {wrong[0].path}: {wrong[0].reason}")
    return value


@cache
def _how(annotation: Any) -> _ReadValue:
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _limited(inner[0], inner[1:])
    if origin in (Union, UnionType):
        return _one_of(inner)
    if origin is Literal:
        return _word(inner)
    if origin is tuple:
        return _list(inner)
    if origin is dict:
        return _table(inner[1])
    if annotation is Path:
        return _path
    if isinstance(annotation, type) and issubclass(annotation, Shape):
        return _shape(annotation)
    return _plain(PLAIN[annotation])


def _plain(make: Callable[[Any], Any]) -> _ReadValue:
    def how(walk: _Walk, value: Any, path: KeyPath) -> Any:
        try:
            return make(value)
        except ValueError as error:
            return walk.tell(path, str(error))

    return how


def _limited(annotation: Any, limits: tuple[Any, ...]) -> _ReadValue:
    """A function among the limits reads the value in its own way."""
    inner = next((_plain(limit) for limit in limits if not isinstance(limit, Meta)), _how(annotation))
    bounds = [limit for limit in limits if isinstance(limit, Meta)]

    def how(walk: _Walk, value: Any, path: KeyPath) -> Any:
        found = inner(walk, value, path)
        broken = next((why for meta in bounds if found is not _WRONG and (why := _beyond(found, meta))), "")
        return walk.tell(path, broken) if broken else found

    return how


def _beyond(value: Any, limit: Meta) -> str:
    """Which limit a value does not keep."""
    if limit.ge is not None and not value >= limit.ge:
        return f"{limit.ge} 以上にしてください。"
    if limit.le is not None and not value <= limit.le:
        return f"{limit.le} 以下にしてください。"
    if limit.min_length is not None and len(value) < limit.min_length:
        return "空にはできません。" if isinstance(value, str) else f"{limit.min_length}つ以上書いてください。"
    if limit.max_length is not None and len(value) > limit.max_length:
        return f"{limit.max_length}文字までにしてください。"
    if limit.pattern is not None and not re.fullmatch(limit.pattern, value):  # `$` alone lets a line break stand behind it
        return "書き方が違います。"
    return ""


def _one_of(annotations: tuple[Any, ...]) -> _ReadValue:
    """One of several types: that which the value looks like, else any of them."""
    kinds = [annotation for annotation in annotations if annotation is not NoneType]
    shapes = tuple(kind for kind in kinds if isinstance(kind, type) and issubclass(kind, Shape))
    if len(shapes) > 1:
        return _tagged(shapes)
    ways = [(_looks_like(kind), _how(kind)) for kind in kinds]

    def how(walk: _Walk, value: Any, path: KeyPath) -> Any:
        if value is None and len(kinds) < len(annotations):
            return None
        fitting = [way for looks, way in ways if isinstance(value, looks)] or [way for _, way in ways]
        tries = _Walk(walk.folder)
        found = next((made for way in fitting if (made := way(tries, value, path)) is not _WRONG), _WRONG)
        walk.wrong.extend(tries.wrong if found is _WRONG else ())
        return found

    return how


def _looks_like(annotation: Any) -> tuple[type, ...]:
    """What values of a type are in a file."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return _looks_like(get_args(annotation)[0])
    if origin is Literal:
        return tuple({type(word) for word in get_args(annotation)})
    if isinstance(annotation, type) and issubclass(annotation, Shape):
        return (annotation, dict)
    return {tuple: (list, tuple), dict: (dict,)}.get(origin, (object,) if annotation is not str else (str,))


def tag_of(shapes: tuple[type[Shape], ...]) -> tuple[str, Mapping[str, type[Shape]]]:
    """The key by which several shapes are told apart, and each shape by its word."""
    first = next(key for key, info in keys_of(shapes[0]).items() if get_origin(info.type) is Literal)
    return first, {word: shape for shape in shapes for word in get_args(keys_of(shape)[first].type)}


def _tagged(shapes: tuple[type[Shape], ...]) -> _ReadValue:
    key, by_word = tag_of(shapes)
    wanted = f"{key} には {'、'.join(by_word)} のいずれかを書いてください。"

    def how(walk: _Walk, value: Any, path: KeyPath) -> Any:
        if isinstance(value, shapes):
            return value
        if not isinstance(value, dict):
            return walk.tell(path, _NO_TABLE)
        if key not in value:
            return walk.tell(path, f"{key} がありません。")
        shape = by_word.get(value[key]) if isinstance(value[key], str) else None
        return _how(shape)(walk, value, path) if shape else walk.tell(path, wanted)

    return how


def _word(words: tuple[Any, ...]) -> _ReadValue:
    reason = f"{'、'.join(map(str, words))} のいずれかを書いてください。"

    def how(walk: _Walk, value: Any, path: KeyPath) -> Any:
        return value if value in words else walk.tell(path, reason)

    return how


def _list(inner: tuple[Any, ...]) -> _ReadValue:
    endless = inner[-1] is Ellipsis
    ways = [_how(each) for each in inner if each is not Ellipsis]

    def how(walk: _Walk, value: Any, path: KeyPath) -> Any:
        if not isinstance(value, list | tuple):
            return walk.tell(path, _NO_LIST)
        if not endless and len(value) != len(ways):
            return walk.tell(path, f"{len(ways)}つ書いてください。")
        found = tuple(ways[0 if endless else n](walk, item, (*path, n)) for n, item in enumerate(value))
        return _WRONG if any(item is _WRONG for item in found) else found

    return how


def _table(inner: Any) -> _ReadValue:
    way = _how(inner)

    def how(walk: _Walk, value: Any, path: KeyPath) -> Any:
        if not isinstance(value, dict):
            return walk.tell(path, _NO_TABLE)
        found = {key: way(walk, item, (*path, key)) for key, item in value.items()}
        return _WRONG if any(item is _WRONG for item in found.values()) else found

    return how


def _shape(shape: type[Shape]) -> _ReadValue:
    def how(walk: _Walk, value: Any, path: KeyPath) -> Any:
        if isinstance(value, shape):
            return value
        try:
            data = shape.prepared(value)
            if not isinstance(data, dict):
                return walk.tell(path, _NO_TABLE)
            found = _fields(shape, walk, data, path)
            return _WRONG if found is None else shape(**found).settled()
        except ValueError as error:
            return walk.tell(path, str(error))

    return how


@cache
def _ways(shape: type[Shape]) -> Mapping[str, tuple[str, _ReadValue, bool]]:
    """Each key with its field, how it is read, and whether it has to be there."""
    return {key: (info.name, _how(info.type), info.required) for key, info in keys_of(shape).items()}


def _fields(shape: type[Shape], walk: _Walk, data: dict[str, Any], path: KeyPath) -> dict[str, Any] | None:
    """What stands under each key; None where something is wrong."""
    found: dict[str, Any] = {}
    before = len(walk.wrong)
    ways = _ways(shape)
    for key, (name, how, required) in ways.items():
        if key in data:
            found[name] = how(walk, data[key], (*path, key))
        elif required:
            walk.tell((*path, key), _MISSING)
    for key in data:
        if key not in ways:
            walk.tell((*path, key), _UNKNOWN)
    return found if len(walk.wrong) == before else None


def _path(walk: _Walk, value: Any, path: KeyPath) -> Any:
    """~ and $CREDENTIALS_DIRECTORY are filled in; a relative path begins in the folder of the file that names it."""
    if not isinstance(value, str | Path) or _CONTROLS.search(str(value)):
        return walk.tell(path, "ファイルの場所を文字列で書いてください。")
    try:
        return walk.folder / Path(os.path.expandvars(value)).expanduser()
    except RuntimeError:
        return walk.tell(path, "「~」の利用者が、この機械にいません。")
