"""Docstrings as CONTRIBUTING.md wants them: an imperative or a noun phrase, and every error named that is raised."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("config", "intake", "replies", "routing")
Documented = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef | ast.Module

# Words that begin a noun phrase, and look like a verb of the third person: a new one is named here.
NOUNS = set(
    re.findall(
        r"\w+",
        """Access Address Addresses Answers Approvals Arrivals Beginnings Bookings Books Bytes Caches Cells
        Checks Circles Codes Columns Comments Conditions Copies Decisions Domains Drafts Extensions Files
        Findings Folders Forms Ids Instants Its Keys Leaves Letters Mailboxes Mails Names Notes Notices Numbers
        Outlines Passwords Points Questions Reminders Replies Requests Rounds Rows Screenings Seconds Senders
        Settings Signs Spellings Strangers Tables Texts This Verdicts Words Workbooks""",
    )
)
# What follows tells a verb all the same: "Files the mails", "Checks each sheet".
SAID_AS_A_VERB = re.compile(r"\w+ (?:a|an|the|every|each|one|it|them|how|what|when|whether)\b")
STATEMENT = re.compile(r"(?:It|They|He|She) \w+")
FRAGMENT = re.compile(
    r"The same\b(?! \w+ as)|(?:Always|As|Can|Does|If|Is|May|Never|So)\b"
    r"|(?:At|Behind|By|For|In|Of|On|Under|With|Without) (?!how|most|least)"
)


def _nodes(tree: Documented, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Documented]]:
    """What may have a docstring, with its qualified name; not what stands inside a function."""
    yield ".".join(path), tree
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            yield from _nodes(node, (*path, node.name))
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield ".".join((*path, node.name)), node


def _is_public(name: str) -> bool:
    return not any(part.startswith("_") for part in name.split("."))


def _is_command(node: Documented) -> bool:
    """Whether the docstring is a command's help, in Japanese, and a click.UsageError what any command ends with."""
    return any(".command(" in ast.unparse(one) for one in getattr(node, "decorator_list", ()))


PUBLIC = [
    (f"{path.relative_to(ROOT)}: {name}", node)
    for room in ROOMS
    for path in sorted((ROOT / room).rglob("*.py"))
    for name, node in _nodes(ast.parse(path.read_text("utf-8")))
    if _is_public(name) and not _is_command(node)
]


def why_not(text: str) -> str:
    """What is wrong with the beginning of a docstring; empty if nothing is."""
    if STATEMENT.match(text):
        return "a statement"
    if FRAGMENT.match(text):
        return "a fragment"
    first = re.match(r"[A-Z][a-z]+s\b", text)
    if first and (first[0] not in NOUNS or SAID_AS_A_VERB.match(text)):
        return "third person"
    return ""


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("Takes a mail off the queue.", "third person"),
        ("Files the mails of one mailbox.", "third person"),
        ("Checks each sheet.", "third person"),
        ("Ends the thread.", "third person"),
        ("Does it, all of it or nothing.", "a fragment"),
        ("It says that it submits.", "a statement"),
        ("The same by cell.", "a fragment"),
        ("Never raises.", "a fragment"),
        ("Of the files; one that vanishes is left out.", "a fragment"),
        ("Take a mail off the queue.", ""),
        ("Files that hold passwords.", ""),
        ("Whether the subject asks a question.", ""),
        ("The mail as it came; KeyError if its bytes are gone.", ""),
    ],
)
def test_what_is_told_apart(text: str, wrong: str) -> None:
    assert why_not(text) == wrong


def test_a_public_docstring_is_an_imperative_or_a_noun_phrase() -> None:
    told = [(name, text) for name, node in PUBLIC if (text := ast.get_docstring(node))]
    assert len(told) > 2000
    assert [f"{name}: {text.splitlines()[0]}" for name, text in told if why_not(text)] == []


def _raised(node: ast.AST) -> Iterator[str]:
    """The errors that a function raises in its own body: `raise X(...)`, not what is raised again."""
    for inner in ast.iter_child_nodes(node):
        if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            continue
        if isinstance(inner, ast.Raise) and inner.exc is not None:
            error = inner.exc.func if isinstance(inner.exc, ast.Call) else inner.exc
            name = ast.unparse(error).rpartition(".")[2]
            if re.match(r"[A-Z]\w*[a-z]", name) and name != "NotImplementedError":
                yield name
        yield from _raised(inner)


def test_a_public_function_names_each_error_that_it_raises_itself() -> None:
    """One that overrides another has its docstring, where it has none of its own."""
    functions = [
        (name, node) for name, node in PUBLIC if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    inherited: dict[str, str] = {}
    for _, node in functions:
        inherited[node.name] = inherited.get(node.name, "") + (ast.get_docstring(node) or "")
    found = {(name, error) for name, node in functions for error in _raised(node)}
    assert len(found) > 100
    texts = {name: ast.get_docstring(node) or inherited[node.name] for name, node in functions}
    assert sorted((name, error) for name, error in found if error not in texts[name]) == []
