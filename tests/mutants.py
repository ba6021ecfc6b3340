"""Mutation testing of the rules that must not slip: `make mutants`, or `python -m tests.mutants --quick deadlines` for a
subject, or a module by its path; with `--quick` by its quick tests alone.

Each mutant is one small change of a module (cosmic-ray makes it: `not` added, `and` for `or`, `>` for `>=`, a number
one more); some test of its subject must fail for it. A process is forked for each that has loaded nothing yet which
imports the module, so that the mutant is what every test of that process imports, and no file is ever changed. What
survives and is equal in every case that can occur is listed in docs/mutants.md, with the reason; anything else that
survives lacks a test.
"""

from __future__ import annotations

import ast
import importlib.machinery
import os
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from importlib.abc import MetaPathFinder
from multiprocessing import get_context
from pathlib import Path

from tests.unaffected import unaffected

ROOT = Path(__file__).parent.parent
KNOWN = ROOT / "docs" / "mutants.md"
SECONDS = 400.0  # what takes longer is killed: the mutant loops

OPERATORS = (
    "AddNot",
    "NumberReplacer",
    "ReplaceAndWithOr",
    "ReplaceOrWithAnd",
    "ReplaceTrueWithFalse",
    "ReplaceFalseWithTrue",
    "ReplaceBreakWithContinue",
    "ReplaceContinueWithBreak",
    "ReplaceUnaryOperator_Delete_Not",
    "ZeroIterationForLoop",
    "ReplaceBinaryOperator_Add_Sub",
    "ReplaceBinaryOperator_Sub_Add",
    *(f"ReplaceComparisonOperator_{a}_{b}" for a, b in (("Eq", "NotEq"), ("NotEq", "Eq"), ("Is", "IsNot"))),
    *(f"ReplaceComparisonOperator_{a}_{b}" for a, b in (("IsNot", "Is"), ("GtE", "Gt"), ("Gt", "GtE"))),
    *(f"ReplaceComparisonOperator_{a}_{b}" for a, b in (("LtE", "Lt"), ("Lt", "LtE"))),
)


# Lines whose mutants differ for type checkers, or for who writes to a frozen value, only.
_NO_BEHAVIOUR = ("@dataclass", "if TYPE_CHECKING")


@dataclass(frozen=True)
class Subject:
    """Modules, and the tests that hold them (under tests/routing, or a path under tests): the quick ones first, the
    others only where those pass."""

    modules: tuple[str, ...]
    quick: tuple[str, ...]
    slow: tuple[str, ...] = ()


SUBJECTS = {
    "verdict": Subject(
        ("routing/decision/verdict.py", "routing/decision/case.py", "routing/decision/which_letter.py"),
        ("test_rules_alone.py", "test_verdict.py", "test_which_letter.py", "test_pieces_alone.py", "test_building_alone.py",
         "test_reply_alone.py"),
        ("test_mail_table.py", "test_lists.py", "test_beside.py", "test_parts.py", "test_foreign.py", "test_outlines.py"),
    ),
    "reply": Subject(
        tuple(
            f"routing/decision/{name}.py"
            for name in ("reply", "blocks", "summary", "passwords", "override", "amended", "unlocked", "facts")
        ),
        ("test_blocks_alone.py", "test_summary_alone.py", "test_reply_alone.py", "test_unlocked_alone.py",
         "test_override.py", "test_cases_alone.py"),
        ("test_mail_table.py", "test_desk.py", "test_beside.py", "test_receipt.py", "test_ppap.py", "test_lists.py"),
    ),
    "services": Subject(
        ("routing/decision/collating.py", "routing/decision/pre_check.py"),
        ("test_collating_alone.py",),
        ("test_collation.py", "test_pre_check.py"),
    ),
    "identify": Subject(
        ("routing/decision/identify.py", "routing/decision/authenticated.py", "routing/decision/relation.py"),
        ("test_identities_alone.py", "test_identify.py", "test_authenticated.py", "test_outvoted.py"),
        ("test_direct_respondents.py", "test_beside.py", "test_mail_table.py"),
    ),
    "pieces": Subject(
        tuple(
            f"routing/decision/{name}.py"
            for name in ("findings", "compare", "gaps", "replacing", "remained", "joined", "mail_set")
        ),
        ("test_pieces_alone.py", "test_findings_alone.py", "test_findings.py"),
        ("test_mail_table.py", "test_lists.py", "test_beside.py", "test_parts.py", "test_outlines.py"),
    ),
    "cases": Subject(
        ("routing/decision/building.py", "routing/decision/cases.py"),
        ("test_building_alone.py", "test_cases_alone.py"),
        ("test_mail_table.py", "test_lists.py", "test_beside.py", "test_parts.py", "test_direct_respondents.py"),
    ),
    "deadlines": Subject(("routing/deadline.py",), ("test_deadline.py",), ("test_standing.py", "test_extend.py")),
    "sending": Subject(("routing/ledger/sending.py",), ("test_delivery.py", "test_ledger.py"), ("test_sending_holds.py",)),
    "contacts": Subject(
        ("routing/notices/recipients.py", "routing/contacts.py", "config/contacts.py"),
        ("test_addresses.py", "config/test_contacts.py"),
        ("test_recipients.py", "test_remind.py", "test_report_mail.py", "test_forged.py"),
    ),
}


@dataclass(frozen=True)
class Mutant:
    """One change of one module. `name` stays the same as long as the line does."""

    module: str
    line: int
    operator: str
    before: str
    after: str
    source: str

    @property
    def name(self) -> str:
        return f"{self.module}: `{self.before}` → `{self.after}`"


def mutants(module: str) -> Iterator[Mutant]:
    """Every mutant of a module that is another program: annotations and docstrings do not count."""
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.plugins import get_operator

    source = (ROOT / module).read_text("utf-8")
    seen = {_meaning(source)}
    for operator in OPERATORS:
        for occurrence in range(10_000):
            mutated = mutate_code(source, get_operator(f"core/{operator}")(), occurrence)
            if mutated is None:
                break
            meaning = _meaning(mutated)
            if meaning in seen:
                continue
            seen.add(meaning)
            pairs = zip(source.splitlines(), mutated.splitlines(), strict=False)
            line, (before, after) = next((n, p) for n, p in enumerate(pairs, 1) if p[0] != p[1])
            if not before.strip().startswith(_NO_BEHAVIOUR):
                yield Mutant(module, line, operator, before.strip(), after.strip(), mutated)


def _meaning(source: str) -> str:
    """What a module does, as text; empty where it is no Python."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return ""
    for node in ast.walk(tree):
        if isinstance(node, ast.arg | ast.AnnAssign):
            node.annotation = ast.Constant(None)
        elif isinstance(node, ast.FunctionDef):
            node.returns = None
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            node.value = ast.Constant(None)
    return ast.dump(tree)


class _Mutated(MetaPathFinder, importlib.machinery.SourceFileLoader):
    """Loads one module from a text, and every other as ever."""

    def __init__(self, module: str, source: str) -> None:
        super().__init__(_name(module), str(ROOT / module))
        self._source = source

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> object:  # type: ignore[override]
        if fullname != self.name:
            return None
        return importlib.machinery.ModuleSpec(fullname, self, origin=self.path)

    def get_code(self, fullname: str) -> object:  # type: ignore[override]
        return compile(self._source, self.path, "exec")


def survives(module: str, source: str, tests: Sequence[str]) -> bool:
    """Whether all these tests pass while a module has this source; so it is where there are none."""
    if not tests:
        return True
    child = os.fork()
    if child == 0:
        _run(module, source, tests)
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status) == 0
        time.sleep(0.02)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return False


def _run(module: str, source: str, tests: Sequence[str]) -> None:
    """In the child: ends it with pytest's exit code."""
    import pytest

    os.setsid()
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(nowhere, stream)
    sys.meta_path.insert(0, _Mutated(module, source))
    places = [str(ROOT / "tests" / place) for place in map(_place, tests)]
    code = 1
    try:
        options = ["-x", "-q", "-n", "0", "-m", "not long", "-p", "no:cacheprovider", f"--rootdir={ROOT}"]
        code = int(pytest.main([*options, *places]))
    finally:
        os._exit(code)


def _place(test: str) -> str:
    """Of a test file, under tests."""
    return test if "/" in test else f"routing/{test}"


def _name(file: str) -> str:
    return file.removesuffix(".py").replace("/", ".")


_LIBRARIES = ("hypothesis", "jinja2", "msgspec", "openpyxl", "pytest", "rich.console", "sqlite_utils", "xlsxwriter")


def _load_the_rest(module: str, tests: Sequence[str]) -> None:
    """What the tests of every mutant load alike: libraries, and whatever does not come to import the module. Survey and
    roster are read once, where no mutant can change how."""
    at_hand = "tests.workbooks.forms_at_hand"
    roots = [at_hand, "tests.conftest", "tests.routing.conftest", *(f"tests.{_name(_place(t))}" for t in tests)]
    names = unaffected(_name(module), roots)
    for name in (*_LIBRARIES, *names):
        importlib.import_module(name)
    if at_hand in names:
        loaded = importlib.import_module(at_hand)
        loaded.the_survey()
        loaded.the_roster()


def examine(module: str, quick: Sequence[str], slow: Sequence[str]) -> tuple[int, list[Mutant]]:
    """How many mutants there are of a module, and those that survive these tests and are not known to be equal. Needs a
    process of its own.

    Raises RuntimeError where the tests fail without a mutant, or pass over a module that cannot be loaded: they would
    say nothing.
    """
    count, alive = 0, []
    known = KNOWN.read_text("utf-8") if KNOWN.exists() else ""
    source = (ROOT / module).read_text("utf-8")
    _load_the_rest(module, (*quick, *slow))
    if not survives(module, source, quick) or not survives(module, source, slow):
        raise RuntimeError(f"{module}: the tests fail as it is")
    if survives(module, f"{source}\nraise RuntimeError\n", quick):
        raise RuntimeError(f"{module}: {', '.join(quick)} do not load it")
    for mutant in mutants(module):
        count += 1
        if all(survives(module, mutant.source, tests) for tests in (quick, slow)) and mutant.name not in known:
            alive.append(mutant)
            print(f"{mutant.line}  {mutant.operator}  {mutant.name}", flush=True)
    return count, alive


def main(words: Sequence[str]) -> int:
    """0 where at least nine of ten mutants of each module are killed or known to be equal; 2 for a name of nothing."""
    names = [w for w in words if w != "--quick"]
    if unknown := set(names) - SUBJECTS.keys() - {module for subject in SUBJECTS.values() for module in subject.modules}:
        print(f"no subject, and no module of one: {', '.join(sorted(unknown))}", file=sys.stderr)
        return 2
    chosen = [
        (module, subject.quick, () if "--quick" in words else subject.slow)
        for name, subject in SUBJECTS.items()
        for module in subject.modules
        if not names or name in names or module in names
    ]
    enough = True
    cores = len(os.sched_getaffinity(0))
    with ProcessPoolExecutor(cores, get_context("spawn"), max_tasks_per_child=1) as pool:
        for (module, _, _), (count, alive) in zip(chosen, pool.map(examine, *zip(*chosen, strict=True)), strict=True):
            print(f"{module}: {count} mutants, {len(alive)} survive", flush=True)
            enough = enough and len(alive) * 10 <= count
    return 0 if enough else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
