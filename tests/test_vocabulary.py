"""One word for one thing (docs/design.md, "Words"): what the code can say has wording and a test.

That commands, settings and codes are documented is shown by test_docs.py.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from config.roster_rows import COUNTS
from config.shape import BodyKind
from intake.finding import CATALOGUE
from intake.submission import FileKind, MailKind
from replies.letter import FileResult
from replies.letter_kinds import LetterKind
from replies.reports.columns import ColumnKind
from replies.reports.data import Queue
from replies.reports.style import _LOOKS
from replies.states import State
from replies.wording import load_wording
from routing.attention import ATTENTION
from routing.decision.verdict import FILE_TABLE, MAIL_TABLE, UNREAD
from routing.proof import LEAST, Action
from routing.records import Outcome
from routing.views.calls import Reason

ROOT = Path(__file__).parents[1]
TESTS = [
    path
    for path in sorted((ROOT / "tests").rglob("*"))
    if path.suffix in (".py", ".json", ".toml") and path.name not in ("test_vocabulary.py", "docs_made.py")
]
TESTED = "\n".join(path.read_text(encoding="utf-8") for path in TESTS)


def test_findings_and_wording_are_the_same_codes() -> None:
    assert set(load_wording().finding) == set(CATALOGUE)


@pytest.mark.parametrize("code", sorted(CATALOGUE))
def test_every_finding_code_appears_in_a_test(code: str) -> None:
    assert re.search(rf"[\"']{code}[\"'/]", TESTED)


def test_every_word_of_the_ledger_has_one_in_japanese() -> None:
    wording = load_wording()
    assert set(get_args(Outcome)) == set(wording.outcome)
    assert set(get_args(State)) == set(wording.state) == set(wording.standing) - {"unbooked"}
    assert set(get_args(MailKind)) == set(wording.mail_kind)
    assert set(get_args(LetterKind)) <= set(wording.subject)
    assert set(get_args(FileResult)) == set(wording.result)
    screen = {f"kind_{kind}" for kind in get_args(FileKind)}
    screen |= {f"outbox_{state}" for state in ("refused", "unsure", "undelivered", "capped", "unwritable")}
    screen |= {f"queue_{queue}" for queue in get_args(Queue)}
    screen |= {f"call_{reason}" for reason in get_args(Reason)}
    assert screen <= set(wording.screen)
    beside_prefectures = set(get_args(BodyKind)) - {"prefecture"}  # whose lines have a table of their own
    assert {f"kind_{kind}" for kind in beside_prefectures} <= set(wording.report)


def test_every_kind_of_body_and_everything_that_proof_allows_is_in_its_table() -> None:
    assert set(COUNTS) == set(get_args(BodyKind))
    assert set(LEAST) == set(get_args(Action))


def test_what_needs_attention_is_a_rule_that_holds_mail_and_its_next_step_is_told() -> None:
    rules = {row.name for row in MAIL_TABLE if row.outcome == "held"} | set(UNREAD)
    assert set(ATTENTION) <= rules
    assert set(ATTENTION) <= set(load_wording().next_step)
    assert {needs.queue for needs in ATTENTION.values()} <= set(get_args(Queue))


def test_every_kind_of_column_has_its_look() -> None:
    assert set(get_args(ColumnKind)) - {"moment"} == set(_LOOKS)  # a moment is written as a date, in a format of its own


def test_every_row_whose_name_is_a_remark_has_its_words() -> None:
    remarks = {"supporting", "original", "not_owed"}
    assert remarks <= {row.name for row in FILE_TABLE}
    assert remarks | {"transfer", "stands", "replaces", "on_behalf"} <= set(load_wording().remark)
