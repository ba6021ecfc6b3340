"""A check that raises becomes the operators' finding: the other checks run, the mail is not lost, and the
sender is never told that a sheet is complete which nobody could check to its end (rule `check_failed`)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from config.load import default_survey
from config.roster import load_roster
from intake.finding import Finding
from intake.read_mail import Context, read_mail
from intake.sheets import checks
from intake.sheets.case import Case
from intake.submission import Submission
from tests.routing.desk_at_hand import Office, OneByOne, form, mail, nanbyo
from tests.workbooks.forms_at_hand import the_survey

NAME = "【横浜市】マイナンバーアンケート回答.xlsx"


class Here(OneByOne):
    """Reads in this process, so that a check can be broken by hand."""

    def __init__(self) -> None:
        super().__init__(default_survey())

    def read_mail(self, raw: bytes, *args: object) -> Submission:
        return read_mail(raw, Context(the_survey(), load_roster()))


def months_overflow(case: Case) -> Iterator[Finding]:
    yield from ()
    raise ZeroDivisionError(f"携帯 090-0000-1111 {case.filled.sheet}")


@pytest.fixture
def broken(office: Office, monkeypatch: pytest.MonkeyPatch) -> Office:
    """An office whose first check raises on every sheet, with a cell's value in the exception's text."""
    monkeypatch.setattr(checks, "CHECKS", (months_overflow, *checks.CHECKS))
    office.desk.reader = Here()
    return office


def test_a_complete_sheet_waits_for_an_official_and_is_not_called_accepted(broken: Office) -> None:
    settled = broken.settle(mail({NAME: nanbyo()}))
    (piece,) = settled.decided.pieces
    assert (piece.decision.outcome, piece.decision.rule) == ("held", "check_failed")
    assert settled.reply is not None and settled.reply.kind == "arrival"
    assert broken.held() == [("submission", "check_failed")]


def test_the_other_checks_run_and_operators_hear_of_the_one_that_did_not(broken: Office) -> None:
    settled = broken.settle(mail({NAME: form({"program": "難病", "5": None})}))
    (piece,) = settled.decided.pieces
    assert (piece.decision.outcome, piece.decision.rule) == ("correction", "findings")
    assert ("answer_missing", "5") in [(f.code, f.question) for f in piece.findings]
    assert broken.held() == [("alarm", "check_failed")]
    assert broken.events("check_failed") == [("months_overflow ZeroDivisionError", "uketsuke", "")]


def test_the_exceptions_text_which_may_quote_a_cell_is_kept_nowhere(broken: Office) -> None:
    broken.settle(mail({NAME: nanbyo()}))
    dump = "\n".join(line for line in broken.ledger.connection.iterdump() if 'INTO "raw"' not in line)
    assert "090-0000-1111" not in dump
