"""What a kind of letter is known by: a kind without its traits, or traits of no kind, is seen here."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from config.load import default_survey, load_survey
from replies.letter_kinds import TRAITS, LetterKind, NoticeKind
from replies.letters.specimens import NOTICES
from tests.replies.letters_at_hand import LETTERS


def test_every_kind_has_its_traits() -> None:
    assert list(TRAITS) == [*get_args(LetterKind), *get_args(NoticeKind)]


def test_every_kind_of_reply_has_a_letter_that_was_read() -> None:
    survey = load_survey(default_survey())
    assert {make(survey).kind for make in LETTERS.values()} == set(get_args(LetterKind))


def test_every_kind_that_a_machine_writes_has_an_example_for_those_who_approve_it() -> None:
    assert set(NOTICES) == {kind for kind in get_args(NoticeKind) if not TRAITS[kind].by_hand}


# Where more than three kinds stand beside each other, and why a new one need not be thought of there.
TABLES = {
    "replies/letter_kinds.py",
    "replies/letters/specimens.py",  # NOTICES is held above; of the letters those that need more than their traits
    "routing/cli/app.py",  # names of commands
}
ROOT = Path(__file__).parents[2]


def test_no_other_file_has_a_table_of_kinds() -> None:
    """What sets kinds apart is a trait: a list elsewhere is one more place that a new kind is forgotten in."""
    kinds = {*get_args(LetterKind), *get_args(NoticeKind)}
    files = [path for room in ("intake", "replies", "routing") for path in (ROOT / room).rglob("*.py")]
    assert len(files) > 200
    found = {str(path.relative_to(ROOT)) for path in files for words in _literals(path) if len(kinds & words) > 3}
    assert found == TABLES


def _literals(path: Path) -> Iterator[set[object]]:
    """The constants of each set, list, tuple, keys of a dictionary and patterns of a match."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        held: list[ast.AST | None] = []
        if isinstance(node, ast.Dict):
            held = [*node.keys]
        elif isinstance(node, ast.Set | ast.List | ast.Tuple):
            held = [*node.elts]
        elif isinstance(node, ast.Match):
            held = [inner.value for inner in ast.walk(node) if isinstance(inner, ast.MatchValue)]
        yield {inner.value for inner in held if isinstance(inner, ast.Constant)}
