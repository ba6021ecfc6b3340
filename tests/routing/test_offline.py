"""`check` tells what the desk would ask for, as far as the file alone can tell (sample mails of the demo)."""

from __future__ import annotations

from contextlib import closing
from io import BytesIO

import pytest
from openpyxl import load_workbook

from config.load import default_survey
from intake.submission import Claim
from routing.offline import Checked, as_by_mail, check_file, without_outlines
from routing.reading.reader import Reader
from routing.register import Register
from tests.workbooks.forms_at_hand import COMPLETE, COMPLETE_2, filled, reading

CORE = {**COMPLETE, "kind": "中核市", "organisation": "34広島県呉市"}


def told(register: Register, data: bytes) -> list[tuple[str, str]]:
    return [(f.code, f.severity) for f in as_by_mail(reading(data), register)]


def test_an_outline_that_the_desk_would_ask_for_is_asked_for(register: Register) -> None:
    assert told(register, filled({"program": "難病", "10": 3})) == [("outline_missing", "error")]
    assert told(register, filled({"program": "難病", "10": 3, "10-text": "R4に１件、氏名の誤り"})) == []


def test_a_file_beside_it_may_be_the_outline(register: Register) -> None:
    asked = as_by_mail(reading(filled({"program": "難病", "10": 3})), register)
    form = Checked("回答.xlsx", "answer_sheet", "form1", "nanbyo", "141003", asked)
    paper = Checked("概要.pdf", "other", "", "", "", ())
    assert without_outlines([form, paper])[0].findings == ()
    assert without_outlines([form])[0].findings == asked


@pytest.mark.parametrize(
    ("base", "expected"),
    [(COMPLETE, [("program_unclear", "warning")]), (CORE, [])],
    ids=["two programs share a mailbox", "each mailbox tells it"],
)
def test_a_program_that_a_mailbox_may_not_tell_is_told(
    register: Register, base: dict[str, object], expected: list[tuple[str, str]]
) -> None:
    """A designated city owes 難病 and 小慢 in one mailbox, a core city one program in each (notice 記１)."""
    assert told(register, filled({}, base)) == expected  # type: ignore[arg-type]


def test_nothing_is_said_of_what_a_mail_alone_could_tell(register: Register) -> None:
    assert reading(filled({})).claim == Claim("", "absent")
    assert ("body_unclear", "error") not in told(register, filled({"organisation": None}))


def test_a_file_with_two_forms_is_told_as_both(register: Register) -> None:
    made = filled({"2": None}), filled({"1-1": None}, COMPLETE_2, "form2")
    book, other = (load_workbook(BytesIO(data)) for data in made)
    second = book.create_sheet("様式２")
    for row in other.worksheets[0].iter_rows():
        for cell in row:
            second[cell.coordinate] = cell.value
    for area in other.worksheets[0].merged_cells.ranges:
        second.merge_cells(str(area))
    book.save(both := BytesIO())
    with closing(Reader(default_survey())) as reader:
        checked = check_file(reader, "二つの様式.xlsx", both.getvalue(), register)
    assert (checked.form, checked.forms) == ("form1", ("form1", "form2"))
    missing = {(f.sheet, f.question) for f in checked.findings if f.code == "answer_missing"}
    assert missing == {("様式", "2"), ("様式２", "1-1")}
