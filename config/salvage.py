"""A survey's file with mistakes in it, read as far as it goes: what is wrong is told and left out, so that what the
rest says can be checked in the same round.

A mistake of the rest that may follow from what was left out is not told: it would accuse what may be right.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from types import NoneType, UnionType
from typing import Annotated, Any, Generic, Literal, TypeVar, Union, get_args, get_origin

from config.errors import Mistake
from config.frozen import frozen, replace
from config.jst import JST
from config.names import PERHAPS, perhaps
from config.shape import Shape, keys_of
from config.toml_file import dotted
from config.toml_values import KeyPath, Wrong, read

S = TypeVar("S", bound=Shape)

KeyLines = Callable[[], Mapping[KeyPath, int]]  # on which line of the file each key stands
_ROUNDS = 8  # one is enough for most; a shape that tells one thing after the other takes more
_GONE = object()  # where an item of a list was left out
_NAMES = ("key", "id", "label")
_REFERS = ("key", "id", "number", "program")  # by which one thing speaks of another
_STAND_INS: Mapping[type, Any] = {
    str: "-", bool: False, int: 1, float: 1.0, date: date(2000, 1, 1), time: time(0),
    datetime: datetime(2000, 1, 1, tzinfo=JST),
}  # fmt: skip


@frozen
class _Word:
    """A key that was left out. `scope`: the thing that lacks it, dotted and with a dot behind; `named`: 「7-4」."""

    word: str
    scope: str
    named: str

    def explains(self, key: str, reason: str) -> bool:
        """Whether a mistake may be one only because this word is missing: the mistake speaks of it, in the same thing
        or naming it."""
        near = key.startswith(self.scope) or bool(self.named and self.named in reason)
        return near and re.search(rf"(?<![A-Za-z_]){re.escape(self.word)}(?![A-Za-z_])", reason) is not None


@dataclass(frozen=True, slots=True)
class Salvaged(Generic[S]):
    """What could be read of a file, or None; `mistakes` of its shape; and what was left out, for `of_rest`."""

    value: S | None
    mistakes: tuple[Mistake, ...]
    lines: KeyLines
    marked: dict[str, Any] = field(repr=False)  # the file's table, with _GONE for items that were left out
    raw: dict[str, Any] = field(repr=False)
    broken: frozenset[str] = frozenset()  # dotted keys that were left out or stood in for, in the file's own places
    names: frozenset[str] = frozenset()  # ids and keys by which others may speak of them
    words: frozenset[_Word] = frozenset()  # the keys in them

    def of_rest(self, found: Iterable[Mistake]) -> tuple[Mistake, ...]:
        """The mistakes found in `value`, with the places that the file has; without those that may follow from
        others."""
        placed = (replace(m, key=dotted(self._placed(m.key))) for m in found)
        return tuple(self.told(m) for m in placed if not self._follows(m))

    def told(self, mistake: Mistake) -> Mistake:
        """The mistake with its line and with the name of what it stands in."""
        path = _path(mistake.key)
        lines = self.lines()
        line = next((lines[path[:n]] for n in range(len(path), 0, -1) if path[:n] in lines), 0)
        return replace(mistake, line=line, named=_name(self.raw, path))

    def _follows(self, mistake: Mistake) -> bool:
        reason = mistake.reason.partition(PERHAPS)[0]
        if any(f"「{name}」" in reason for name in self.names):
            return True
        if any(word.explains(mistake.key, reason) for word in self.words):
            return True
        return any(mistake.key == key or mistake.key.startswith(key + ".") for key in self.broken)

    def _placed(self, key: str) -> KeyPath:
        node: Any = self.marked
        path: KeyPath = ()
        for step in _path(key):
            if isinstance(node, list) and isinstance(step, int):
                left = [place for place, item in enumerate(node) if item is not _GONE]
                step = left[step] if step < len(left) else step
            path = (*path, step)
            node = _child(node, step)
        return path


def salvage(shape: type[S], data: dict[str, Any], file: str, lines: KeyLines) -> Salvaged[S]:
    """`data` as `shape`, as far as it goes, and every mistake of its shape."""
    marked = copy.deepcopy(data)
    found: dict[str, list[str]] = {}
    broken: set[str] = set()
    names: set[str] = set()
    words: set[_Word] = set()
    value = None
    for _ in range(_ROUNDS):
        value, wrong = read(shape, _without_gone(marked))
        if value is not None:
            break
        left_out: list[tuple[KeyPath, bool, bool]] = []
        for path, each in [(_where(marked, each.path), each) for each in wrong]:
            reason = each.reason + _near(each, wrong, shape)
            again = dotted(path) in broken
            if not again and reason not in found.setdefault(dotted(path), []):
                found[dotted(path)].append(reason)
            left_out += [(path, again, each.unknown)]
        for wanting, again, extra in left_out:
            for path in _leave_out(marked, wanting, again, shape):
                broken.add(dotted(path))
                names.update(() if extra else _names(data, path))
                words.update(() if extra else _words(data, path))
    told = Salvaged(value, (), lines, marked, data, frozenset(broken), frozenset(names), frozenset(words))
    mistakes = (Mistake(file, key, " 又は ".join(reasons)) for key, reasons in found.items() if reasons)
    return replace(told, mistakes=tuple(told.told(m) for m in mistakes))


def _where(marked: Any, told: KeyPath) -> KeyPath:
    """The path of something wrong in the file, with those items counted that were left out before. The kind of an answer
    has its keys beside those of its ask."""
    node = marked
    path: KeyPath = ()
    for number, step in enumerate(told):
        if isinstance(node, list) and isinstance(step, int):
            step = [n for n, item in enumerate(node) if item is not _GONE][step]
        elif step == "kind" and number < len(told) - 1:
            continue
        path = (*path, step)
        node = _child(node, step)
    return path


def _leave_out(marked: Any, path: KeyPath, again: bool, shape: type[Shape]) -> Iterator[KeyPath]:
    """Take what is wrong out of the data and yield its paths: a key, for which a value stands in where there must be
    one; where that does not help (`again`), or the wrong thing is an item itself, the nearest item of a list."""
    if not path:
        return
    holder = _at(marked, path[:-1])
    if isinstance(holder, dict) and not (again or (path[-1] in _REFERS and len(path) > 1)):
        holder.pop(path[-1], None)
        if (stand_in := _stand_in(shape, path)) is not None:
            holder[str(path[-1])] = stand_in
        yield path
        return
    item = next((n for n in range(len(path), 0, -1) if isinstance(path[n - 1], int)), 0)
    items = _at(marked, path[: item - 1]) if item else None
    if isinstance(items, list):
        items[int(path[item - 1])] = _GONE
        yield path[:item]
        yield path[: item - 1]


def _stand_in(shape: type[Shape], path: KeyPath) -> Any:
    """A value for a required key; None where the key has a default, or does not exist."""
    around: Any = shape
    for step in path[:-1]:
        if isinstance(step, str):
            info = keys_of(around).get(step) if _is_shape(around) else None
            around = _shape_in(info.type) if info else None
    info = keys_of(around).get(str(path[-1])) if _is_shape(around) else None
    return _value_for(info.type) if info is not None and info.required else None


def _value_for(annotation: Any) -> Any:
    origin = get_origin(annotation)
    if origin is Annotated or origin in (Union, UnionType):
        return _value_for(next(a for a in get_args(annotation) if a is not NoneType))
    if origin is Literal:
        return get_args(annotation)[0]
    if _is_shape(annotation):
        return {key: _value_for(info.type) for key, info in keys_of(annotation).items() if info.required}
    return _STAND_INS.get(annotation, [] if origin is tuple else {})


def _near(each: Wrong, wrong: Sequence[Wrong], shape: type[Shape]) -> str:
    """もしかして: for an unknown key, the key that is missing beside it, or another that looks like it."""
    if not each.unknown:
        return ""
    word, around = str(each.path[-1]), each.path[:-1]
    missing = [str(other.path[-1]) for other in wrong if other.missing and other.path[:-1] == around]
    return perhaps(word, missing, 0.4) or perhaps(word, _all_keys(shape), 0.7)


def _all_keys(shape: Any, seen: frozenset[Any] = frozenset()) -> set[str]:
    """Every key that a shape, or anything in it, has."""
    if not _is_shape(shape):
        return set().union(*(_all_keys(a, seen) for a in get_args(shape)))
    if shape in seen:
        return set()
    inside = (_all_keys(info.type, seen | {shape}) for info in keys_of(shape).values())
    return set(keys_of(shape)).union(*inside)


def _is_shape(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, Shape)


def _shape_in(annotation: Any) -> Any:
    """The one shape in an annotation; None where there is a choice of several."""
    inside = [a for a in (annotation, *get_args(annotation)) if _is_shape(a)]
    return inside[0] if len(inside) == 1 else None


def _without_gone(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _without_gone(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_without_gone(item) for item in node if item is not _GONE]
    return node


def _child(node: Any, step: str | int) -> Any:
    if isinstance(node, dict):
        return node.get(step)
    return node[step] if isinstance(node, list) and isinstance(step, int) and step < len(node) else None


def _at(node: Any, path: KeyPath) -> Any:
    for step in path:
        node = _child(node, step)
    return node


def _names(data: Any, path: KeyPath) -> Iterator[str]:
    """How others may speak of an item that was left out: by the ids and keys of it and of what is around it."""
    for n in range(1, len(path) + 1):
        node = _at(data, path[:n])
        if isinstance(path[-1], int) and isinstance(node, dict) and isinstance(path[n - 1], int):
            yield from (str(node[name]) for name in _NAMES[:2] if name in node)


def _words(data: Any, path: KeyPath) -> Iterator[_Word]:
    """The key of what was left out, with the thing that lacks it; where nobody can tell by which name others speak of
    it, the list that it is missing from."""
    if isinstance(path[-1], str):
        yield _word(data, path)
    item = _at(data, path)
    nameless = isinstance(path[-1], int) and not (isinstance(item, dict) and any(n in item for n in _NAMES[:2]))
    if nameless or path[-1] in _REFERS:
        place = next((n for n in range(len(path), 0, -1) if isinstance(path[n - 1], int)), 0)
        if place:
            yield _word(data, path[: place - 1])


def _word(data: Any, path: KeyPath) -> _Word:
    table = next((n for n in range(len(path), 0, -1) if isinstance(path[n - 1], int)), 0)
    return _Word(str(path[-1]), dotted(path[:table]) + "." if table else "", _name(data, path[:table]))


def _name(data: Any, path: KeyPath) -> str:
    """How the nearest table of a list around this place is called: 「7-4」."""
    for n in range(len(path), 0, -1):
        node = _at(data, path[:n])
        if isinstance(node, dict) and isinstance(path[n - 1], int):
            for name in _NAMES:
                if isinstance(node.get(name), str):
                    return f"「{node[name]}」"
    return ""


def _path(key: str) -> KeyPath:
    return tuple(int(step) - 1 if step.isdecimal() and step != "0" else step for step in key.split(".") if step)

