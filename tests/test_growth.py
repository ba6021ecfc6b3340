"""No function that takes a stranger's text takes time that grows faster than the text (tests/growing.py finds them)."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.comments import Comment
from openpyxl.worksheet.worksheet import Worksheet

from tests import growing
from tests.growing import FEW, MANY, Taker, grows, modules, not_at_hand, takers
from tests.strangers_texts import texts
from tests.workbooks.forms_at_hand import edited, filled, reading

FOUND = {taker.name: taker for module in modules() for taker in takers(module)}
CELLS = ("D6", "E17", "F33", "C24", "G19", "B60", "C61")  # field, answer, words, label, beside and below the form


def test_the_functions_are_found() -> None:
    assert "intake.mail.addresses.addresses(field)" in FOUND and "intake.read_mail.read_mail(raw)" in FOUND
    assert not [name for module in modules() for name in not_at_hand(module) if name.startswith("intake.mail.intent")]


@pytest.mark.long
@pytest.mark.parametrize("name", sorted(FOUND))
def test_time_grows_no_faster_than_the_text(name: str) -> None:
    few, many = texts(FEW), texts(MANY)
    slow = {kind: told for kind in few if (told := grows(FOUND[name], few[kind], many[kind]))}
    assert slow == {}


def within_cells(them: Sequence[str]) -> bytes:
    """An answer sheet with these texts in its cells, and the first in a comment as well."""

    def write(sheet: Worksheet) -> None:
        for cell, text in zip(CELLS, them, strict=False):
            sheet[cell].value = ILLEGAL_CHARACTERS_RE.sub("", text)
            sheet[cell].data_type = "s"  # no formula
        sheet["E30"].comment = Comment(ILLEGAL_CHARACTERS_RE.sub("", them[0]), "a")

    return edited(filled({}), write)


@pytest.mark.long
def test_time_grows_no_faster_than_what_the_cells_hold() -> None:
    few, many = texts(FEW), texts(MANY)
    read = Taker("read_file", lambda data: reading(data).kind)
    kinds = list(few)
    slow = {}
    for at in range(0, len(kinds), len(CELLS)):
        some = kinds[at : at + len(CELLS)]
        books = (within_cells([each[kind] for kind in some]) for each in (few, many))
        if told := grows(read, *books):
            slow[" / ".join(some)] = told
    assert slow == {}


def test_what_would_take_for_ever_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pattern that takes two to the power of its text's length ends as a failure, never as a test that hangs."""
    monkeypatch.setattr(growing, "LONGEST", 0.2)
    taker = Taker("endless", lambda text: re.match("(a+)+b", text))
    assert grows(taker, "a" * 60, "a" * 240) == "more than 0.2 s"
