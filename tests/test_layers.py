"""The house: imports run one way only, and each folder keeps to its promise (DESIGN §3)."""

from __future__ import annotations

import ast
import re
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


def _imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{_name(path)} imports relatively"
            found.add(node.module)
    return found


def test_the_house_has_its_four_rooms() -> None:
    assert len(FILES) > 40
    assert {_name(p).split("/")[0] for p in FILES} == set(LAYERS)


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_imports_run_one_way(path: Path) -> None:
    layer = LAYERS.index(_name(path).split("/")[0])
    above = {m for m in _imports(path) if m.split(".")[0] in LAYERS[layer + 1 :]}
    assert not above, f"{_name(path)} imports from above: {above}"


def test_no_python_at_the_root_and_no_other_code_folder() -> None:
    assert [p.name for p in ROOT.glob("*.py")] == []
    folders = {p.parent.name for p in ROOT.glob("*/*.py")}
    assert folders <= {*LAYERS, "tests"}


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_only_the_clock_reads_the_clock(path: Path) -> None:
    if _name(path) not in DOORS:
        assert not CLOCK_READS.search(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_only_the_ledger_speaks_sql(path: Path) -> None:
    if not _name(path).startswith("routing/ledger/"):
        assert not SQL.search(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_every_module_opens_with_its_purpose(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    if text.strip():
        assert ast.get_docstring(ast.parse(text)), f"{_name(path)} has no docstring"


def test_doors_do_not_import_each_other() -> None:
    worker = _imports(ROOT / "routing/worker.py")
    assert not [m for m in worker if m.startswith(("routing.cli", "routing.console"))]


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_nothing_is_dropped_in_decoding_and_nothing_swallowed(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert 'errors="ignore"' not in text and '"ignore")' not in text
    bare = [n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.ExceptHandler) and n.type is None]
    assert not bare


def test_no_python_file_holds_the_wording_of_the_survey() -> None:
    """A grep for 難病 in .py files finds nothing that a new survey would have to edit."""
    words = ["難病", "小慢", "予防接種", "自治体検診", "mhlw", "住基", "J-LIS"]
    found = []
    for path in FILES:
        code = _without_docs(path)
        found += [f"{_name(path)}: {word}" for word in words if word in code]
    assert found == []


def _without_docs(path: Path) -> str:
    """The code without comments and docstrings, which may explain with examples."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        documented = isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        if documented and ast.get_docstring(node) is not None:
            node.body[0] = ast.Pass()
    return ast.unparse(tree)
