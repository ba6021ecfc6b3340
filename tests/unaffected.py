"""Which modules a change of another cannot reach, told by what they import: for mutation testing (tests/mutants.py)."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Set
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent


def unaffected(module: str, loaded_by: Iterable[str]) -> list[str]:
    """The modules that these (by name) come to import, without those that come to import `module`, and it."""
    wanted = _closure(loaded_by, _imported)
    importers: dict[str, set[str]] = {}
    for name in wanted:
        for imported in _imported(name):
            importers.setdefault(imported, set()).add(name)
    return sorted(wanted - _closure([module], lambda name: importers.get(name, set())))


def _closure(names: Iterable[str], step: Callable[[str], Set[str]]) -> set[str]:
    """What is reached from these names, step by step; they are in it."""
    found: set[str] = set()
    coming = list(names)
    while coming:
        name = coming.pop()
        if name not in found:
            found.add(name)
            coming += step(name)
    return found


@cache
def _imported(name: str) -> frozenset[str]:
    """Modules of ours that a module loads, at once or later; the packages around it are loaded with it."""
    file = _file(name)
    assert file is not None
    found = {name.rpartition(".")[0]}
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return frozenset(n for n in found if _file(n))


@cache
def _file(name: str) -> Path | None:
    place = ROOT / name.replace(".", "/")
    return next((f for f in (place.with_suffix(".py"), place / "__init__.py") if name and f.exists()), None)
