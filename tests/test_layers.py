"""The house: imports run one way only, and each folder keeps to its promise (docs/design.md, "Rooms")."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LAYERS = ["config", "intake", "replies", "routing"]
FILES = [p for layer in LAYERS for p in sorted((ROOT / layer).rglob("*.py"))]
CLOCK_READS = re.compile(r"datetime\.now|datetime\.today|date\.today|time\.time\(|utcnow|localtime\(")
DOORS = {"routing/clock.py"}
SQL = re.compile(r"\b(SELECT .* FROM|INSERT (OR \w+ )?INTO|DELETE FROM|CREATE TABLE|UPDATE \w+ SET)\b")


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(_text(path))


@cache
def _imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{_name(path)} imports relatively"
            found.add(node.module)
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found


FUNCTIONS = [node for path in FILES for node in ast.walk(_tree(path)) if isinstance(node, ast.FunctionDef)]


def _lines(function: ast.FunctionDef) -> int:
    return (function.end_lineno or 0) - function.lineno + 1


def test_the_house_has_its_four_rooms() -> None:
    assert len(FILES) > 40
    assert {_name(p).split("/")[0] for p in FILES} == set(LAYERS)


def test_imports_run_one_way() -> None:
    for path in FILES:
        layer = LAYERS.index(_name(path).split("/")[0])
        above = {m for m in _imports(path) if m.split(".")[0] in LAYERS[layer + 1 :]}
        assert not above, f"{_name(path)} imports from above: {above}"


def _rooms(layer: str) -> dict[str, set[str]]:
    """Each room of a storey and each module before its rooms, with what it imports of the others."""
    inside = [p for p in FILES if _name(p).startswith(f"{layer}/") and p.parent.parent != ROOT]
    before = [p for p in FILES if p.parent == ROOT / layer]
    place = {p: p.relative_to(ROOT / layer).parts[0] for p in inside} | {p: p.stem for p in before}
    found: dict[str, set[str]] = {name: set() for name in place.values()}
    for path, name in place.items():
        steps = [m.split(".") for m in _imports(path) if m.startswith(f"{layer}.")]
        found[name] |= ({s[1] for s in steps} & found.keys()) - {name}
    return found


@pytest.mark.parametrize("layer", LAYERS)
def test_rooms_do_not_import_each_other_in_a_circle(layer: str) -> None:
    """Nor by way of a module before them."""
    found = _rooms(layer)
    assert len(found) >= 7
    assert list(TopologicalSorter(found).static_order())  # raises CycleError, which names the circle


def test_no_module_comes_back_to_itself_by_what_it_imports() -> None:
    """Within a room neither, and not for the sake of a type."""
    module = {_name(p).removesuffix(".py").replace("/", "."): p for p in FILES}
    found = {name: _imports(path) & module.keys() for name, path in module.items()}
    assert list(TopologicalSorter(found).static_order())


def test_a_decision_is_made_without_a_ledger() -> None:
    """Neither imports the other, whether at once or by way of what they import: a table can be tried without SQLite."""
    rooms = _rooms("routing")
    assert "ledger" not in _reached("decision", rooms) and "decision" not in _reached("ledger", rooms)
    for path in (p for p in FILES if _name(p).startswith("routing/decision/")):
        assert not {m for m in _imports(path) if m.split(".")[0] in ("sqlite3", "sqlite_utils")}, _name(path)


def _reached(room: str, rooms: dict[str, set[str]]) -> set[str]:
    found: set[str] = set()
    waiting = [room]
    while waiting:
        found |= (new := rooms[waiting.pop()] - found)
        waiting += new
    return found


def test_every_room_says_what_it_is_for() -> None:
    rooms = [p for p in FILES if p.name == "__init__.py" and p.parent.parent != ROOT]
    assert len(rooms) > 15
    assert [_name(path) for path in rooms if not ast.get_docstring(_tree(path))] == []


def test_the_readme_names_every_room() -> None:
    rooms = {_name(p.parent) for p in FILES if p.name == "__init__.py" and p.parent.parent.parent == ROOT}
    assert len(rooms) > 20
    assert [room for room in sorted(rooms) if f"]({room})" not in (ROOT / "README.md").read_text("utf-8")] == []


def test_no_python_at_the_root_and_no_other_code_folder() -> None:
    assert [p.name for p in ROOT.glob("*.py")] == []
    folders = {p.parent.name for p in ROOT.glob("*/*.py")}
    assert folders <= {*LAYERS, "tests"}


def test_only_the_clock_reads_the_clock() -> None:
    assert {_name(path) for path in FILES if CLOCK_READS.search(_text(path))} <= DOORS


def test_only_the_ledger_speaks_sql() -> None:
    others = [path for path in FILES if not _name(path).startswith("routing/ledger/")]
    assert [_name(path) for path in others if SQL.search(_text(path))] == []


def test_every_module_opens_with_its_purpose() -> None:
    assert [_name(p) for p in FILES if _text(p).strip() and not ast.get_docstring(_tree(p))] == []


def test_files_have_at_most_300_lines_and_functions_at_most_52() -> None:
    """But for the migrations: a released one is never edited."""
    lines = {_name(path): _text(path).count("\n") for path in FILES}
    assert {name for name, count in lines.items() if count > 300} <= {"routing/ledger/migrations.py"}
    assert [f.name for f in FUNCTIONS if _lines(f) > 52] == []


def test_half_of_the_functions_have_at_most_7_lines_and_nine_in_ten_at_most_16() -> None:
    lengths = sorted(map(_lines, FUNCTIONS))
    assert len(lengths) > 4000
    assert (lengths[len(lengths) // 2] <= 7, lengths[len(lengths) * 9 // 10] <= 16) == (True, True)


# The commands that start another door: `run` (with its state on a terminal) the worker, `console` the page.
STARTED = {
    "routing/cli/run.py": {"worker"},
    "routing/cli/live.py": {"worker"},
    "routing/cli/console.py": {"console"},
    "routing/cli/access_log.py": {"console"},
}


def test_doors_do_not_import_each_other_but_for_the_commands_that_start_them() -> None:
    doors = {"cli", "console", "worker"}
    found: dict[str, set[str]] = {}
    for path in FILES:
        room = _name(path).split("/")[1]
        imported = {m.split(".")[1] for m in _imports(path) if m.startswith("routing.")} & doors - {room}
        if room in doors and imported:
            found[_name(path)] = imported
    assert found == STARTED


def test_what_a_screen_shows_knows_no_door_and_writes_nothing() -> None:
    for path in (ROOT / "routing/views").glob("*.py"):
        above = ("routing.cli", "routing.console", "routing.worker", "routing.operate", "routing.journey")
        assert not [m for m in _imports(path) if m.startswith(above)], _name(path)
        assert ".writing(" not in _text(path), _name(path)


def test_nothing_is_dropped_in_decoding_and_nothing_swallowed() -> None:
    for path in FILES:
        assert 'errors="ignore"' not in _text(path) and '"ignore")' not in _text(path), _name(path)
        bare = [n for n in ast.walk(_tree(path)) if isinstance(n, ast.ExceptHandler) and n.type is None]
        assert not bare, _name(path)


# Private attributes of libraries that offer no other way: where each is used, with its reason, and which test
# would notice that it is gone.
PRIVATE = {
    "intake/sheets/workbook.py: _cells",  # tests/intake/test_workbook.py
    "intake/sources/imap_access.py: _imap",  # tests/intake/test_imap.py, test_idle.py
    "replies/workbooks/form_style.py: _fonts",  # tests/replies/test_form.py
    "replies/workbooks/form_style.py: _named_styles",
    "routing/cli/run.py: _srcfile",  # tests/routing/test_spared_look_ups.py
}


def test_private_attributes_of_libraries_stand_in_one_place_each() -> None:
    found = set()
    for path in FILES:
        tree = _tree(path)
        of_a_class = {
            f.name for c in ast.walk(tree) if isinstance(c, ast.ClassDef) for f in c.body if isinstance(f, ast.FunctionDef)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and re.match("_[a-z]", node.attr):
                owner = node.value.id if isinstance(node.value, ast.Name) else ""
                ours = owner in ("self", "cls") or owner[:1].isupper() or node.attr in of_a_class
                if not ours and node.attr not in ("_replace", "_asdict", "_exit"):  # public all the same
                    found.add(f"{_name(path)}: {node.attr}")
    assert found == PRIVATE


def test_no_python_file_holds_the_wording_of_the_survey() -> None:
    """A grep for 難病 in .py files finds nothing that a new survey would have to edit."""
    words = ["難病", "小慢", "予防接種", "自治体検診", "mhlw", "住基", "J-LIS"]
    found = []
    for path in (p for p in FILES if any(word in _text(p) for word in words)):
        code = _without_docs(path)
        found += [f"{_name(path)}: {word}" for word in words if word in code]
    assert found == []


def _without_docs(path: Path) -> str:
    """The code without comments and docstrings, which may explain with examples."""
    tree = ast.parse(_text(path))  # a tree of its own: it is changed
    for node in ast.walk(tree):
        documented = isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        if documented and ast.get_docstring(node) is not None:
            node.body[0] = ast.Pass()
    return ast.unparse(tree)


def test_no_two_types_share_a_name() -> None:
    """One word for one thing, also where nobody imports it: classes, aliases (`Way = Literal[…]`) and private ones."""
    found: dict[str, list[str]] = {}
    for path in FILES:
        for name in _types(_tree(path)):
            found.setdefault(name.lstrip("_"), []).append(f"{_name(path)}: {name}")
    assert len(found) > 500 and {"Outcome", "Place", "AnyKind"} <= found.keys()  # an alias each: they are seen
    assert {name: places for name, places in found.items() if len(places) > 1} == {}


def _types(tree: ast.Module) -> Iterator[str]:
    """The classes of a module, and its aliases: capitalised names that stand for a type. A constant is in capitals, and
    type variables may be called alike everywhere."""
    yield from (node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef))
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        for target in targets:
            if isinstance(target, ast.Name) and re.fullmatch("_*[A-Z][A-Za-z0-9]*[a-z][A-Za-z0-9]*", target.id):
                yield target.id

