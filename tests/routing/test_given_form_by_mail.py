"""A ministry's own workbook with a table of facilities and no line for the body's name, by mail: whose answer it is tells
the mail, and what is wrong the letter, by the workbook's words.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from routing.reading.reader import Reader
from routing.register import build_register
from tests.intake.test_given_lines import FORM, folder_of, three
from tests.routing.clubs_at_hand import open_at
from tests.routing.desk_at_hand import Office, mail
from tests.routing.test_direct_respondents import NOW
from tests.routing.test_own_roster import text_of
from tests.workbooks.given_forms import saved

SENDER = "jumin@vill.ooshika.nagano.jp"
FIELDS = FORM[FORM.index("fields = ") : FORM.index("[[questions]]")]


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Callable[[Path], Office]]]:
    folder = folder_of(tmp_path_factory.mktemp("given"), FORM.replace(FIELDS, ""))
    register = build_register(folder)
    with closing(Reader(folder)) as reader:
        yield folder, lambda place: open_at(place, register, reader, NOW)


def answer(folder: Path, change: Callable[[Any], None], name: str = "大鹿村") -> bytes:
    book = load_workbook(io.BytesIO((folder / "form.xlsx").read_bytes()))
    change(book["施設"])
    survey = build_register(folder).survey
    subject = f"【{name}】{survey.convention.text}"
    return mail({f"{subject}.xlsx": saved(book)}, subject, SENDER, headers={"To": "gakudo@cfa.example"})


def test_its_body_is_known_by_the_mail(opened: tuple[Path, Callable[[Path], Office]], tmp_path: Path) -> None:
    folder, make = opened
    office = make(tmp_path)
    (piece,) = (settled := office.settle(answer(folder, three), mailbox="gakudo")).decided.pieces
    assert (piece.decision.outcome, piece.part, piece.identity.body) == ("accepted", "own", "204170")
    assert settled.reply is not None and settled.reply.kind == "acknowledgement"
    assert office.standing("204170", "gakudo").state == "accepted"
    office.ledger.close()


def test_what_is_wrong_in_a_line_is_asked_by_cell_line_and_head(
    opened: tuple[Path, Callable[[Path], Office]], tmp_path: Path
) -> None:
    def wrong(page: Any) -> None:
        three(page)
        page["D7"] = "多数"

    folder, make = opened
    office = make(tmp_path)
    settled = office.settle(answer(folder, wrong), mailbox="gakudo")
    assert settled.reply is not None and settled.reply.kind == "correction"
    assert "セルD7Q1「2行目・定員」" in text_of(settled.reply.data).replace("　", "").replace(" ", "")
    office.ledger.close()
